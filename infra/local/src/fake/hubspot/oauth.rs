//! OAuth: the page that an administrator agrees on, codes, access and refresh tokens, introspection, revocation, uninstall.

use serde_json::json;

use super::state::{Code, Grant, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Life of an access token (HubSpot docs: 1800 s; callers read `expires_in`).
const ACCESS_LIFE_S: i64 = 1800;

/// `GET /oauth/authorize` and `GET /oauth/{portal}/authorize`: stands for app.hubspot.com. With one possible portal it redirects
/// at once; with several it asks which (`portal_id` in the query answers).
pub(crate) fn authorize(state: &mut State, portal: Option<&str>, asked: &ApiRequest) -> Answer {
    let redirect = asked.query_value("redirect_uri").unwrap_or_default();
    let scopes = words(&asked.query_value("scope").unwrap_or_default());
    if asked.query_value("client_id").as_deref() != Some(state.app.client_id.as_str()) {
        return page(400, "This app does not exist.");
    }
    if !is_registered(state, &redirect) {
        return page(400, "The redirect URL is not registered.");
    }
    if state.app.required_scopes.iter().any(|scope| !scopes.contains(scope)) {
        return page(400, "The scopes in the install URL do not match the app's required scopes.");
    }
    let chosen = portal.map(str::to_owned).or_else(|| asked.query_value("portal_id"));
    let chosen = match chosen {
        Some(id) => id.parse().ok(),
        None if state.portals.len() == 1 => state.portals.keys().next().copied(),
        None => return ask_for_portal(state, asked),
    };
    let Some(portal_id) = chosen.filter(|id| state.portals.contains_key(id)) else {
        return page(404, "There is no such account.");
    };
    let optional = words(&asked.query_value("optional_scope").unwrap_or_default());
    let grantable = state.portal(portal_id).spec.scopes.clone();
    if let Some(missing) = scopes.iter().find(|scope| !grantable.contains(scope)) {
        return page(400, &format!("This account cannot grant {missing}."));
    }
    let granted = scopes.into_iter().chain(optional.into_iter().filter(|scope| grantable.contains(scope))).collect();
    let code = state.ids.uuid();
    state.codes.insert(code.clone(), Code { portal_id, scopes: granted, redirect_uri: redirect.clone() });
    let Ok(mut target) = url::Url::parse(&redirect) else {
        return page(400, "The redirect URL cannot be read.");
    };
    target.query_pairs_mut().append_pair("code", &code);
    if let Some(given) = asked.query_value("state") {
        target.query_pairs_mut().append_pair("state", &given);
    }
    Answer::empty(302).with("location", target.to_string())
}

fn page(status: u16, words: &str) -> Answer {
    let html = format!("<!doctype html><meta charset=utf-8><title>Install</title><p>{words}</p>");
    Answer::bytes(status, "text/html; charset=utf-8", html.into())
}

fn ask_for_portal(state: &State, asked: &ApiRequest) -> Answer {
    let query =
        asked.query.as_deref().unwrap_or_default().replace('&', "&amp;").replace('"', "%22").replace('<', "%3C");
    let links: Vec<String> =
        state.portals.keys().map(|id| format!("<li><a href=\"?{query}&amp;portal_id={id}\">{id}</a>")).collect();
    page(200, &format!("Install in which account?<ul>{}</ul>", links.join("")))
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

fn invalid_grant(what: &str, status: &str) -> Answer {
    let body = json!({"error": "invalid_grant", "error_description": what, "status": status, "message": what});
    Answer::json(400, &body)
}

fn invalid_request(what: &str) -> Answer {
    Answer::json(400, &json!({"error": "invalid_request", "error_description": what, "message": what}))
}

/// `POST /oauth/{V}/token`: everything in the form body, nothing in the query.
pub(crate) fn token(state: &mut State, asked: &ApiRequest) -> Answer {
    if asked.query.is_some() {
        return invalid_request("parameters belong in the body");
    }
    if !is_the_app(state, asked) {
        return Answer::json(400, &json!({"error": "invalid_client", "message": "client ID or secret is wrong"}));
    }
    match asked.form("grant_type").as_deref() {
        Some("authorization_code") => by_code(state, asked),
        Some("refresh_token") => by_refresh_token(state, asked),
        _ => invalid_request("grant_type is unknown"),
    }
}

fn is_the_app(state: &State, asked: &ApiRequest) -> bool {
    let app = &state.app;
    asked.form("client_id").as_ref() == Some(&app.client_id)
        && asked.form("client_secret").as_ref() == Some(&app.client_secret)
}

fn by_code(state: &mut State, asked: &ApiRequest) -> Answer {
    // A code is spent by its first use, whatever comes of it.
    let code = asked.form("code").and_then(|code| state.codes.remove(&code));
    match code {
        Some(code) if asked.form("redirect_uri").as_ref() == Some(&code.redirect_uri) => {
            let refresh = state.new_refresh_token(code.portal_id, code.scopes.clone());
            issue(state, code.portal_id, code.scopes, &refresh)
        }
        Some(_) => invalid_grant("redirect_uri does not match the one of the code", "BAD_REDIRECT_URI"),
        None => invalid_grant("the code is invalid or was used", "BAD_AUTH_CODE"),
    }
}

fn by_refresh_token(state: &mut State, asked: &ApiRequest) -> Answer {
    let given = asked.form("refresh_token").unwrap_or_default();
    let Some(grant) = state.refresh_tokens.get(&given) else {
        return invalid_grant("refresh token is invalid, expired or revoked", "BAD_REFRESH_TOKEN");
    };
    let (portal_id, scopes) = (grant.portal_id, grant.scopes.clone());
    if !state.switches.rotates_refresh_tokens {
        return issue(state, portal_id, scopes, &given);
    }
    state.refresh_tokens.remove(&given);
    let fresh = state.new_refresh_token(portal_id, scopes.clone());
    issue(state, portal_id, scopes, &fresh)
}

fn issue(state: &mut State, portal_id: u64, scopes: Vec<String>, refresh: &str) -> Answer {
    let access = format!("access-{}{}", state.ids.hex32(), "x".repeat(280));
    let expires_at_ms = state.now_ms() + ACCESS_LIFE_S * 1000;
    let grant = Grant { portal_id, scopes: scopes.clone(), expires_at_ms, refresh_token: Some(refresh.to_owned()) };
    state.access_tokens.insert(access.clone(), grant);
    let mut body = json!({
        "access_token": access, "refresh_token": refresh, "token_type": "bearer", "expires_in": ACCESS_LIFE_S,
        "token_use": "access_token",
    });
    if state.switches.token_answer_names_portal {
        body["hub_id"] = json!(portal_id);
        body["scopes"] = json!(scopes);
    }
    Answer::json(200, &body)
}

/// `POST /oauth/{V}/token/introspect`, with the field `token` as in HubSpot's specification.
pub(crate) fn introspect(state: &mut State, asked: &ApiRequest) -> Answer {
    if !is_the_app(state, asked) {
        return Answer::json(400, &json!({"error": "invalid_client", "message": "client ID or secret is wrong"}));
    }
    let Some(token) = asked.form("token") else {
        return invalid_request("token is required");
    };
    let now_ms = state.now_ms();
    let (grant, kind) = match (state.access_tokens.get(&token), state.refresh_tokens.get(&token)) {
        (Some(grant), _) if grant.expires_at_ms > now_ms => (grant, "access_token"),
        (_, Some(grant)) => (grant, "refresh_token"),
        _ => return Answer::json(200, &json!({"active": false})),
    };
    let mut body = json!({
        "active": true, "hub_id": grant.portal_id, "user_id": 1, "hub_domain": format!("portal-{}.example", grant.portal_id),
        "app_id": state.app.app_id, "client_id": state.app.client_id, "scopes": grant.scopes, "token_use": kind,
        "is_private_distribution": false,
    });
    if kind == "access_token" {
        body["expires_in"] = json!((grant.expires_at_ms - now_ms) / 1000);
    }
    Answer::json(200, &body)
}

/// `POST /oauth/{V}/token/revoke`. Whether live access tokens die with their refresh token is a switch.
pub(crate) fn revoke(state: &mut State, asked: &ApiRequest) -> Answer {
    if !is_the_app(state, asked) {
        return Answer::json(400, &json!({"error": "invalid_client", "message": "client ID or secret is wrong"}));
    }
    let Some(token) = asked.form("token") else {
        return invalid_request("token is required");
    };
    state.access_tokens.remove(&token);
    if state.refresh_tokens.remove(&token).is_some() && state.switches.revoke_kills_access_tokens {
        state.access_tokens.retain(|_, grant| grant.refresh_token.as_deref() != Some(token.as_str()));
    }
    Answer::empty(200)
}

impl State {
    pub(crate) fn new_refresh_token(&mut self, portal_id: u64, scopes: Vec<String>) -> String {
        let token = format!("refresh-{}", self.ids.uuid());
        let grant = Grant { portal_id, scopes, expires_at_ms: i64::MAX, refresh_token: None };
        self.refresh_tokens.insert(token.clone(), grant);
        token
    }

    /// Ends all tokens of a portal.
    pub(crate) fn forget_tokens(&mut self, portal_id: u64) {
        self.access_tokens.retain(|_, grant| grant.portal_id != portal_id);
        self.refresh_tokens.retain(|_, grant| grant.portal_id != portal_id);
    }
}
