//! LIFF: opening an app by its address, logging in from an external browser, and the tokens that both hand to the page.
//!
//! `GET /liff/{liffId}` stands for `https://liff.line.me/{liffId}` opened in LINE's own browser. The way from the screen to the page
//! is the documented one: first to the endpoint URL with `liff.state` and the tokens in the fragment, then the SDK goes on by
//! itself. `GET /liff-login/{liffId}` is where the SDK stand-in sends a person who logs in from an external browser; that address
//! is the fake's own.

use musubi::domain::language::Language;
use url::Url;

use super::spec::LiffSpec;
use super::state::{AuthorizeRequest, Goal};
use super::{screen, screens};
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

const SDK: &str = include_str!("sdk.js");

/// `GET /liff/sdk.js`: the SDK's stand-in.
pub(crate) fn sdk() -> Answer {
    Answer::bytes(200, "text/javascript; charset=utf-8", SDK.into()).with("cache-control", "no-store")
}

/// `GET /liff/{liffId}/more?query` and `GET /liff-login/{liffId}?redirect_uri=`.
pub(crate) fn open(state: &mut State, asked: &ApiRequest) -> Answer {
    let segments = asked.segments();
    let liff_id = segments.get(1).copied().unwrap_or_default();
    let Some((spec, app)) = state.login.liff_app(liff_id).filter(|(spec, _)| spec.published) else {
        return screen::refused();
    };
    let in_client = segments.first() == Some(&"liff");
    let target = if in_client { primary_redirect(app, asked) } else { login_redirect(app, asked) };
    let Some(target) = target else {
        return screen::refused();
    };
    let request = AuthorizeRequest {
        channel_id: spec.id.clone(),
        redirect_uri: target,
        state: String::new(),
        scopes: app.scopes.clone(),
        nonce: None,
        challenge: None,
        bot_prompt: None,
        with_auth_time: false,
        may_log_in_automatically: false,
        language: Language::from_tag(asked.header("accept-language").unwrap_or("ja")),
        goal: Goal::Liff { in_client },
    };
    screens::show(state, request)
}

/// The endpoint URL; what the LIFF URL had beyond the ID is carried in `liff.state`.
fn primary_redirect(app: &LiffSpec, asked: &ApiRequest) -> Option<String> {
    let mut url = Url::parse(&app.endpoint_url).ok()?;
    let path: String = asked.segments().iter().skip(2).map(|segment| format!("/{segment}")).collect();
    let query = asked.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
    let beyond = format!("{path}{query}");
    if !beyond.is_empty() {
        url.query_pairs_mut().append_pair("liff.state", &beyond);
    }
    Some(url.into())
}

/// Where `liff.login()` leads back: the endpoint URL or something below it.
fn login_redirect(app: &LiffSpec, asked: &ApiRequest) -> Option<String> {
    let endpoint = Url::parse(&app.endpoint_url).ok()?;
    let Some(asked_for) = asked.query_value("redirect_uri") else {
        return Some(endpoint.into());
    };
    let mut url = Url::parse(&asked_for).ok()?;
    let folder = endpoint.path().trim_end_matches('/');
    let below = url.path().strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    url.set_fragment(None);
    (url.origin() == endpoint.origin() && below).then(|| url.into())
}

/// `GET /liff-closed`: what is left when an app closed its window.
pub(crate) fn closed(asked: &ApiRequest) -> Answer {
    let language = Language::from_tag(asked.header("accept-language").unwrap_or("ja"));
    let words = language.pick("LINEのトーク画面に戻りました。", "Back in the chat on LINE.");
    screen::page(200, language, "line-done", &format!("<h1>{words}</h1>"))
}
