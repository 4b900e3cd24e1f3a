//! `/liff/v1/apps`: the LIFF server API, with a token of the LINE Login channel.

use serde_json::{Value, json};

use super::spec::LiffSpec;
use crate::fake::line::refusal::{UNAUTHORIZED, refuse};
use crate::fake::line::state::State;
use crate::fake::line::token;
use crate::fake::wire::{Answer, ApiRequest};

/// A channel has no more apps than this.
const MOST_APPS: usize = 30;
const SCOPES: [&str; 4] = ["openid", "email", "profile", "chat_message.write"];

/// All four methods.
pub(crate) fn apps(state: &mut State, asked: &ApiRequest) -> Answer {
    let channel_id = asked.bearer().and_then(|bearer| token::channel_of(state, bearer));
    let Some(channel_id) = channel_id.filter(|id| state.login.channels.contains_key(id)) else {
        return refuse(401, UNAUTHORIZED);
    };
    let segments = asked.segments();
    match (asked.method.as_str(), segments.get(3)) {
        ("GET", None) => list(state, &channel_id),
        ("POST", None) => add(state, &channel_id, &asked.json().unwrap_or_default()),
        ("PUT", Some(liff_id)) => change(state, &channel_id, liff_id, &asked.json().unwrap_or_default()),
        ("DELETE", Some(liff_id)) => remove(state, &channel_id, liff_id),
        _ => refuse(404, "Not found"),
    }
}

fn own<'a>(state: &'a mut State, channel_id: &str) -> Option<&'a mut Vec<LiffSpec>> {
    state.login.channels.get_mut(channel_id).map(|spec| &mut spec.liff)
}

fn list(state: &State, channel_id: &str) -> Answer {
    let apps = state.login.channels.get(channel_id).map(|spec| spec.liff.as_slice()).unwrap_or_default();
    let shown = apps.iter().map(|app| {
        let view = json!({"type": app.view, "url": app.endpoint_url});
        let bare = json!({"liffId": app.liff_id, "permanentLinkPattern": "concat", "scope": app.scopes, "view": view});
        match &app.description {
            Some(words) => merged(bare, "description", json!(words)),
            None => bare,
        }
    });
    let shown: Vec<Value> = shown.collect();
    if shown.is_empty() { refuse(404, "no LIFF app") } else { Answer::json(200, &json!({"apps": shown})) }
}

fn merged(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn add(state: &mut State, channel_id: &str, body: &Value) -> Answer {
    let liff_id = format!("{channel_id}-{}", &state.ids.hex32()[..8]);
    let full = own(state, channel_id).is_none_or(|apps| apps.len() >= MOST_APPS);
    let scopes = vec!["profile".to_owned(), "chat_message.write".to_owned()];
    let mut app = LiffSpec { scopes, ..LiffSpec::new(&liff_id, "") };
    if full || body["view"]["type"].is_null() || !set(&mut app, body) || app.endpoint_url.is_empty() {
        return refuse(400, "The request body has an error");
    }
    if let Some(apps) = own(state, channel_id) {
        apps.push(app);
    }
    Answer::json(200, &json!({"liffId": liff_id}))
}

fn change(state: &mut State, channel_id: &str, liff_id: &str, body: &Value) -> Answer {
    let app = own(state, channel_id).and_then(|apps| apps.iter_mut().find(|app| app.liff_id == liff_id));
    let Some(app) = app else {
        return refuse(404, "Not found");
    };
    let mut changed = app.clone();
    if !set(&mut changed, body) {
        return refuse(400, "The request body has an error");
    }
    *app = changed;
    Answer::empty(200)
}

fn remove(state: &mut State, channel_id: &str, liff_id: &str) -> Answer {
    let Some(apps) = own(state, channel_id) else {
        return refuse(404, "Not found");
    };
    let before = apps.len();
    apps.retain(|app| app.liff_id != liff_id);
    if apps.len() < before { Answer::empty(200) } else { refuse(404, "Not found") }
}

/// Sets what a body names; false when a value does not fit.
fn set(app: &mut LiffSpec, body: &Value) -> bool {
    let view = &body["view"];
    match view["type"].as_str() {
        Some(kind @ ("compact" | "tall" | "full")) => app.view = kind.to_owned(),
        None if view["type"].is_null() => {}
        _ => return false,
    }
    match view["url"].as_str() {
        Some(url) if is_endpoint(url) => app.endpoint_url = url.to_owned(),
        None if view["url"].is_null() => {}
        _ => return false,
    }
    match body["description"].as_str() {
        Some(words) if !words.to_ascii_uppercase().contains("LINE") => app.description = Some(words.to_owned()),
        None if body["description"].is_null() => {}
        _ => return false,
    }
    let pattern = &body["permanentLinkPattern"];
    let prompt = &body["botPrompt"];
    let prompt_fits =
        prompt.is_null() || prompt.as_str().is_some_and(|it| ["normal", "aggressive", "none"].contains(&it));
    let Some(scopes) = body.get("scope") else {
        return prompt_fits && (pattern.is_null() || pattern == "concat");
    };
    let named: Vec<String> =
        scopes.as_array().into_iter().flatten().filter_map(|scope| scope.as_str().map(str::to_owned)).collect();
    let known = named.iter().all(|scope| SCOPES.contains(&scope.as_str()));
    let all = scopes.as_array().is_some_and(|scopes| scopes.len() == named.len());
    app.scopes = named;
    known && all && prompt_fits && (pattern.is_null() || pattern == "concat")
}

/// LINE asks for https and no fragment; the fake also takes http on loopback, since everything here runs on one machine.
fn is_endpoint(url: &str) -> bool {
    let loopback = url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
    !url.contains('#') && (url.starts_with("https://") || loopback) && url::Url::parse(url).is_ok()
}
