//! OAuth: codes, access and refresh tokens, introspection, revocation, uninstall.

use serde_json::json;

use super::state::{Grant, State, User};
use crate::fake::wire::{Answer, ApiRequest};

/// Life of an access token (HubSpot docs: 1800 s; callers read `expires_in`).
const ACCESS_LIFE_S: i64 = 1800;

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
            let refresh = state.new_refresh_token_of(code.portal_id, code.scopes.clone(), code.user.clone());
            issue(state, code.portal_id, code.scopes, &refresh, code.user)
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
    let (portal_id, scopes, user) = (grant.portal_id, grant.scopes.clone(), grant.user.clone());
    if !state.switches.rotates_refresh_tokens {
        return issue(state, portal_id, scopes, &given, user);
    }
    state.refresh_tokens.remove(&given);
    let fresh = state.new_refresh_token_of(portal_id, scopes.clone(), user.clone());
    issue(state, portal_id, scopes, &fresh, user)
}

fn issue(state: &mut State, portal_id: u64, scopes: Vec<String>, refresh: &str, user: User) -> Answer {
    let access = format!("access-{}{}", state.ids.hex32(), "x".repeat(280));
    let expires_at_ms = state.now_ms() + ACCESS_LIFE_S * 1000;
    let grant =
        Grant { portal_id, scopes: scopes.clone(), expires_at_ms, refresh_token: Some(refresh.to_owned()), user };
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
        "active": true, "hub_id": grant.portal_id, "hub_domain": format!("portal-{}.example", grant.portal_id),
        "app_id": state.app.app_id, "client_id": state.app.client_id, "scopes": grant.scopes, "token_use": kind,
        "is_private_distribution": false,
    });
    if state.switches.introspection_names_user {
        body["user_id"] = json!(grant.user.id);
        body["user"] = json!(grant.user.email);
    }
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
    /// Of whoever sits at HubSpot.
    pub(crate) fn new_refresh_token(&mut self, portal_id: u64, scopes: Vec<String>) -> String {
        let user = self.user.clone();
        self.new_refresh_token_of(portal_id, scopes, user)
    }

    fn new_refresh_token_of(&mut self, portal_id: u64, scopes: Vec<String>, user: User) -> String {
        let token = format!("refresh-{}", self.ids.uuid());
        let grant = Grant { portal_id, scopes, expires_at_ms: i64::MAX, refresh_token: None, user };
        self.refresh_tokens.insert(token.clone(), grant);
        token
    }

    /// Ends all tokens of a portal.
    pub(crate) fn forget_tokens(&mut self, portal_id: u64) {
        self.access_tokens.retain(|_, grant| grant.portal_id != portal_id);
        self.refresh_tokens.retain(|_, grant| grant.portal_id != portal_id);
    }
}
