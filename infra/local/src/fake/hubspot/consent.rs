//! The pages of app.hubspot.com on which somebody lets an app into an account: which account, then what the app may do.
//!
//! Source: HubSpot's guide on working with OAuth: the install URL's parameters, the choice of an account, the refusal of scopes that
//! do not match the app's; what comes back is `code` and `state`, or `error` and `error_description`. Unverified: which error code
//! a cancelled consent has (taken: OAuth's `access_denied`), whether `state` comes with it (taken: it does), how the pages look.

use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use musubi::domain::language::Language;

use super::state::{Code, Consent, State};
use crate::fake::wire::{Answer, ApiRequest};

const CSS: &str = include_str!("consent.css");

/// `GET /oauth/authorize` and `GET /oauth/{portal}/authorize`. Where people are not asked for consent
/// ([`FakeHubSpot::ask_for_consent`](super::FakeHubSpot::ask_for_consent)), one who has a single possible account is sent back at
/// once: for scripts.
pub(crate) fn authorize(state: &mut State, portal: Option<&str>, asked: &ApiRequest) -> Answer {
    let language = language(asked);
    let pick = |ja, en| language.pick(ja, en);
    let redirect = asked.query_value("redirect_uri").unwrap_or_default();
    let scopes = words(&asked.query_value("scope").unwrap_or_default());
    if asked.query_value("client_id").as_deref() != Some(state.app.client_id.as_str()) {
        return refused(400, language, pick("このアプリは存在しません。", "This app does not exist."));
    }
    if !is_registered(state, &redirect) {
        return refused(
            400,
            language,
            pick("リダイレクトURLが登録されていません。", "The redirect URL is not registered."),
        );
    }
    if state.app.required_scopes.iter().any(|scope| !scopes.contains(scope)) {
        let words = pick(
            "インストールURLのスコープが、アプリの必須スコープと一致しません。",
            "The scopes in the install URL do not match the app's required scopes.",
        );
        return refused(400, language, words);
    }
    let chosen = portal.map(str::to_owned).or_else(|| asked.query_value("portal_id"));
    let chosen = match chosen {
        Some(id) => id.parse().ok(),
        None if !state.asks_for_consent && state.portals.len() == 1 => state.portals.keys().next().copied(),
        None => return ask_for_portal(state, asked, language),
    };
    let Some(portal_id) = chosen.filter(|id| state.portals.contains_key(id)) else {
        return refused(404, language, pick("このアカウントは存在しません。", "There is no such account."));
    };
    let optional = words(&asked.query_value("optional_scope").unwrap_or_default());
    let grantable = state.portal(portal_id).spec.scopes.clone();
    if let Some(missing) = scopes.iter().find(|scope| !grantable.contains(scope)) {
        let ja = format!("このアカウントでは権限「{missing}」を付与できません。");
        return refused(400, language, language.pick(&ja, &format!("This account cannot grant {missing}.")));
    }
    let scopes = scopes.into_iter().chain(optional.into_iter().filter(|scope| grantable.contains(scope))).collect();
    let consent = Consent { portal_id, scopes, redirect_uri: redirect, state: asked.query_value("state") };
    if !state.asks_for_consent {
        return back(302, &consent.redirect_uri, &granted(state, &consent));
    }
    ask_for_consent(state, consent, language)
}

/// `POST /oauth/authorize/consent`: a button of the last page. The path is the fake's own; HubSpot's is not documented.
pub(crate) fn decide(state: &mut State, asked: &ApiRequest) -> Answer {
    let language = language(asked);
    let consent = asked.form("screen").and_then(|id| state.consents.remove(&id));
    match (consent, asked.form("act").as_deref()) {
        (Some(consent), Some("allow")) => back(303, &consent.redirect_uri, &granted(state, &consent)),
        (Some(consent), Some("cancel")) => {
            let refused = [("error", "access_denied"), ("error_description", "The user denied access to the app")];
            let state = consent.state.as_deref().map(|state| ("state", state));
            back(303, &consent.redirect_uri, &refused.into_iter().chain(state).map(owned).collect::<Vec<_>>())
        }
        _ => refused(400, language, language.pick("この画面は使用済みです。", "This page has been used.")),
    }
}

fn granted(state: &mut State, consent: &Consent) -> Vec<(String, String)> {
    let code = state.ids.uuid();
    let user = state.user.clone();
    let Consent { portal_id, mut scopes, redirect_uri, state: given } = consent.clone();
    if let Some(only) = &state.grants_only {
        scopes.retain(|scope| only.contains(scope));
    }
    state.codes.insert(code.clone(), Code { portal_id, scopes, redirect_uri, user });
    let given = given.as_deref().map(|given| ("state", given));
    [("code", code.as_str())].into_iter().chain(given).map(owned).collect()
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn back(status: u16, redirect: &str, pairs: &[(String, String)]) -> Answer {
    let Ok(mut target) = url::Url::parse(redirect) else {
        return refused(400, Language::English, "The redirect URL cannot be read.");
    };
    target.query_pairs_mut().extend_pairs(pairs);
    Answer::empty(status).with("location", target.to_string()).with("cache-control", "no-store")
}

fn language(asked: &ApiRequest) -> Language {
    musubi::pages::language_of(None, &asked.headers)
}

fn refused(status: u16, language: Language, words: &str) -> Answer {
    page(status, language, "hubspot-refused", &format!("<h1>{}</h1>", text(words)))
}

fn ask_for_portal(state: &State, asked: &ApiRequest, language: Language) -> Answer {
    let query = asked.query.as_deref().unwrap_or_default();
    let links = state.portals.values().map(|portal| {
        let (id, name) = (portal.spec.portal_id, text(&portal.spec.name));
        let to = format!("?{query}&portal_id={id}");
        format!("<li><a href=\"{}\"><b>{name}</b> <span>{id}</span></a></li>", attribute(&to))
    });
    let body = format!(
        "<h1>{}</h1><p>{}</p><ul class=\"portals\">{}</ul>",
        language.pick("アカウントを選択", "Choose an account"),
        language.pick(
            "アプリをインストールするアカウントを選んでください。",
            "In which account is the app to be installed?"
        ),
        links.collect::<String>(),
    );
    page(200, language, "hubspot-portals", &body)
}

fn ask_for_consent(state: &mut State, consent: Consent, language: Language) -> Answer {
    let pick = |ja, en| language.pick(ja, en);
    let spec = &state.portal(consent.portal_id).spec;
    let account = format!("{} ({})", text(&spec.name), spec.portal_id);
    let scopes: String = consent.scopes.iter().map(|scope| format!("<li>{}</li>", text(scope))).collect();
    let id = state.ids.hex32();
    let body = format!(
        r#"<form id="hubspot-consent" method="post" action="/oauth/authorize/consent">
<input type="hidden" name="screen" value="{id}">
<h1>{lead}</h1><p>{account}<br>{user}</p><strong>{asks}</strong><ul>{scopes}</ul>
<button class="yes" id="allow" name="act" value="allow">{allow}</button>
<button id="cancel" name="act" value="cancel">{cancel}</button></form>"#,
        lead = pick("Musubiをアカウントに接続しますか？", "Connect Musubi to your account?"),
        user = text(&state.user.email),
        asks = pick("アプリが求める権限", "What the app asks for"),
        allow = pick("アプリを接続", "Connect app"),
        cancel = pick("キャンセル", "Cancel"),
    );
    state.consents.insert(id, consent);
    page(200, language, "hubspot-consent-page", &body)
}

fn page(status: u16, language: Language, id: &str, body: &str) -> Answer {
    let note = language.pick(
        "これは手元で試すためのHubSpotの代役です。",
        "This stands in for HubSpot, to try things on your own machine.",
    );
    let html = format!(
        r#"<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>HubSpot</title><style>{CSS}</style></head>
<body><main id="{id}"><span class="mark">HubSpot</span>
{body}<small>{note}</small></main></body></html>"#,
        lang = language.pick("ja", "en"),
    );
    Answer::bytes(status, "text/html; charset=utf-8", html.into())
        .with("cache-control", "no-store")
        .with("referrer-policy", "no-referrer")
}

fn is_registered(state: &State, redirect: &str) -> bool {
    let Ok(url) = url::Url::parse(redirect) else {
        return false;
    };
    let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    if state.app.redirect_urls.is_empty() {
        loopback
    } else {
        state.app.redirect_urls.iter().any(|known| known == redirect)
    }
}

fn words(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}
