//! LINE's screens as HTML: calm, without scripts or files of others, in Japanese or English.

use html_escape::{encode_double_quoted_attribute as attribute, encode_text as text};
use musubi::domain::language::Language;

use super::offers::{offers_email, offers_friendship};
use super::state::{AuthorizeRequest, BotPrompt};
use crate::fake::line::state::{Person, State};
use crate::fake::wire::Answer;

const CSS: &str = include_str!("screen.css");
const HTML: &str = "text/html; charset=utf-8";

/// Who logs in, and what they share.
pub(crate) fn consent(state: &State, screen_id: &str, request: &AuthorizeRequest) -> Answer {
    let pick = |ja, en| request.language.pick(ja, en);
    let name = service(state, request);
    let people: String = people(state, request);
    let body = format!(
        r#"<form id="line-consent" method="post" action="/oauth2/v2.1/authorize/consent">
<input type="hidden" name="screen" value="{screen_id}">
<h1>{name}</h1><p>{lead}</p>
<strong>{shared}</strong><ul>{scopes}</ul>
<fieldset><legend>{who}</legend>{people}</fieldset>
<button class="yes" id="allow" name="act" value="allow">{allow}</button>
<button id="cancel" name="act" value="cancel" formnovalidate>{cancel}</button>
</form>"#,
        lead = pick("このサービスがLINEでのログインを求めています。", "This service asks you to log in with LINE."),
        shared = pick("サービスに提供される情報", "What the service receives"),
        scopes = scopes(request),
        who = pick("ログインするアカウント", "The account that logs in"),
        allow = pick("許可する", "Allow"),
        cancel = pick("キャンセル", "Cancel"),
    );
    page(200, request.language, "line-login", &body)
}

/// Friendship alone, after the consent screen.
pub(crate) fn friendship(state: &State, screen_id: &str, request: &AuthorizeRequest) -> Answer {
    let pick = |ja, en| request.language.pick(ja, en);
    let name = service(state, request);
    let body = format!(
        r#"<form id="line-friend" method="post" action="/oauth2/v2.1/authorize/consent">
<input type="hidden" name="screen" value="{screen_id}">
<h1>{name}</h1><p>{lead}</p>
<button class="yes" id="add-friend" name="act" value="add">{add}</button>
<button id="skip-friend" name="act" value="skip">{skip}</button>
</form>"#,
        lead = pick("このLINE公式アカウントを友だち追加しますか？", "Add this LINE Official Account as a friend?"),
        add = pick("友だち追加", "Add friend"),
        skip = pick("あとで", "Not now"),
    );
    page(200, request.language, "line-login", &body)
}

/// Nobody is sent anywhere.
pub(crate) fn refused() -> Answer {
    let body =
        "<h1>400 Bad Request</h1><p>このページは表示できません。</p><p lang=\"en\">This page cannot be shown.</p>";
    page(400, Language::Japanese, "line-error", body)
}

/// A page of LINE's around a body that is HTML already.
pub(crate) fn page(status: u16, language: Language, id: &str, body: &str) -> Answer {
    let note = language
        .pick("これは手元で試すためのLINEの代役です。", "This stands in for LINE, to try things on your own machine.");
    let html = format!(
        r#"<!doctype html><html lang="{lang}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>LINE</title><style>{CSS}</style></head>
<body><main id="{id}"><span class="mark">LINE</span>
{body}<small>{note}</small></main></body></html>"#,
        lang = language.pick("ja", "en"),
    );
    Answer::bytes(status, HTML, html.into()).with("cache-control", "no-store").with("referrer-policy", "no-referrer")
}

fn service(state: &State, request: &AuthorizeRequest) -> String {
    let spec = state.login.channels.get(&request.channel_id);
    let bot = spec.and_then(|spec| spec.linked_bot.as_deref()).and_then(|bot| state.channels.get(bot));
    let name = bot.map_or_else(|| format!("LINE Login {}", request.channel_id), |bot| bot.spec.name.clone());
    text(&name).into_owned()
}

fn scopes(request: &AuthorizeRequest) -> String {
    let has = |name: &str| request.scopes.iter().any(|scope| scope == name);
    let pick = |ja, en| request.language.pick(ja, en);
    let mut lines = Vec::new();
    if has("profile") {
        lines.push(pick("プロフィール情報（表示名、プロフィール画像）", "Profile (name and picture)"));
    }
    if has("chat_message.write") {
        lines.push(pick("トークへのメッセージ送信", "Sending messages to the chat"));
    }
    lines.push(pick("内部識別子", "An ID that is made for this provider"));
    lines.into_iter().map(|line| format!("<li>{line}</li>")).collect()
}

/// Everybody of the provider, each with the ticks that they would be shown.
fn people(state: &State, request: &AuthorizeRequest) -> String {
    let provider = state.login.channels.get(&request.channel_id).map(|spec| spec.provider.as_str()).unwrap_or_default();
    let people = state.people.iter().filter(|(_, person)| person.provider == provider).enumerate();
    let one = |(at, (user_id, person)): (usize, (&String, &Person))| {
        let tick = |name: &str, words: &str| {
            format!(
                r#"<label><input type="checkbox" data-tick="{name}" name="{name}-{id}" checked> {words}</label>"#,
                id = attribute(user_id)
            )
        };
        let mut ticks = String::new();
        if offers_email(state, request, user_id) {
            ticks += &tick("email", request.language.pick("メールアドレスを提供する", "Share my e-mail address"));
        }
        if request.bot_prompt == Some(BotPrompt::Normal) && offers_friendship(state, request, user_id) {
            ticks += &tick("friend", request.language.pick("友だち追加する", "Add as a friend"));
        }
        format!(
            r#"<div class="person" data-name="{data}"><label><input class="who" type="radio" name="user" value="{id}" required{checked}><b>{name}</b></label><div class="ticks">{ticks}</div></div>"#,
            data = attribute(&person.name),
            id = attribute(user_id),
            checked = if at == 0 { " checked" } else { "" },
            name = text(&person.name),
        )
    };
    people.map(one).collect()
}
