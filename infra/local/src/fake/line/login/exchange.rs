//! `POST /oauth2/v2.1/token`: a code or a refresh token becomes an access token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::id_token::Claims;
use super::signing::sign_hs256;
use super::state::{AuthorizeRequest, Grant, Refresh};
use crate::fake::line::refusal::oauth_refusal;
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

/// Life of a code.
const CODE_LIFE_MS: i64 = 10 * 60_000;
const DAY_MS: i64 = 24 * 3_600_000;
/// Life of an access token.
const ACCESS_LIFE_MS: i64 = 30 * DAY_MS;
/// Life of a refresh token, from its issue; refreshing does not prolong it.
const REFRESH_LIFE_MS: i64 = 90 * DAY_MS;

/// Both grant types. A form and nothing else.
pub(crate) fn token(state: &mut State, asked: &ApiRequest) -> Answer {
    if !asked.is_form() {
        return oauth_refusal(400, "invalid_request", "the body must be a form");
    }
    match asked.form("grant_type").as_deref() {
        Some("authorization_code") => exchange(state, asked),
        Some("refresh_token") => refresh(state, asked),
        _ => oauth_refusal(400, "unsupported_grant_type", "unsupported grant type"),
    }
}

/// True when the form's `client_id` and `client_secret` belong together.
pub(crate) fn client_fits(state: &State, asked: &ApiRequest) -> bool {
    let spec = asked.form("client_id").and_then(|id| state.login.channels.get(&id));
    spec.is_some_and(|spec| asked.form("client_secret").as_deref() == Some(&spec.secret))
}

fn exchange(state: &mut State, asked: &ApiRequest) -> Answer {
    let now_ms = state.now_ms();
    let invalid = |what: &str| oauth_refusal(400, "invalid_grant", what);
    let code = asked.form("code").and_then(|code| state.login.codes.get_mut(&code));
    let Some(code) = code.filter(|code| !code.used) else {
        return invalid("invalid authorization code");
    };
    // Used from now on, whatever comes of this exchange.
    code.used = true;
    let (request, user_id, email) = (code.request.clone(), code.user_id.clone(), code.email);
    let issued_at_ms = code.issued_at_ms;
    if !client_fits(state, asked) {
        return oauth_refusal(400, "invalid_client", "invalid client_id or client_secret");
    }
    if now_ms - issued_at_ms >= CODE_LIFE_MS || asked.form("client_id").as_deref() != Some(&request.channel_id) {
        return invalid("invalid authorization code");
    }
    if asked.form("redirect_uri").as_deref() != Some(&request.redirect_uri) {
        return invalid("redirect_uri does not match");
    }
    if !verifier_fits(state, &request, asked.form("code_verifier").as_deref()) {
        return invalid("invalid code_verifier");
    }
    let scopes = request.scopes.clone();
    let grant = Grant {
        channel_id: request.channel_id.clone(),
        user_id: user_id.clone(),
        scopes: scopes.clone(),
        expires_at_ms: now_ms + ACCESS_LIFE_MS,
        revoked: false,
    };
    let access_token = state.issue_access_token(grant.clone());
    let refresh_token = format!("refresh.{}", state.ids.hex32());
    let kept = Refresh { grant, expires_at_ms: now_ms + REFRESH_LIFE_MS };
    state.login.refresh_tokens.insert(refresh_token.clone(), kept);
    let mut body = granted(&access_token, &refresh_token, &scopes);
    if scopes.iter().any(|scope| scope == "openid") {
        let auth_time_ms = request.with_auth_time.then_some(issued_at_ms);
        let nonce = request.nonce.as_deref();
        let claims = Claims { scopes: &scopes, email, nonce, auth_time_ms };
        let claims = claims.of(state, &request.channel_id, &user_id);
        let secret = state.login.channels.get(&request.channel_id).map(|spec| spec.secret.clone()).unwrap_or_default();
        body["id_token"] = json!(state.login.forged.take().unwrap_or_else(|| sign_hs256(&secret, &claims)));
    }
    Answer::json(200, &body)
}

/// What both grant types answer. The scope never lists `email`.
fn granted(access_token: &str, refresh_token: &str, scopes: &[String]) -> serde_json::Value {
    let listed: Vec<&str> = scopes.iter().map(String::as_str).filter(|scope| *scope != "email").collect();
    json!({
        "access_token": access_token, "expires_in": ACCESS_LIFE_MS / 1000, "refresh_token": refresh_token,
        "scope": listed.join(" "), "token_type": "Bearer",
    })
}

/// PKCE: a request with a challenge needs its verifier; one without takes none, unless the switch says so.
fn verifier_fits(state: &State, request: &AuthorizeRequest, verifier: Option<&str>) -> bool {
    match (&request.challenge, verifier) {
        (Some(challenge), Some(verifier)) => {
            let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
            (43..=128).contains(&verifier.len())
                && verifier.bytes().all(is_unreserved)
                && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == *challenge
        }
        (Some(_), None) => false,
        (None, Some(_)) => state.switches.verifier_without_challenge_is_ignored,
        (None, None) => true,
    }
}

fn refresh(state: &mut State, asked: &ApiRequest) -> Answer {
    let token = asked.form("refresh_token").unwrap_or_default();
    let now_ms = state.now_ms();
    if !client_fits(state, asked) {
        return oauth_refusal(400, "invalid_client", "invalid client_id or client_secret");
    }
    let known = state.login.refresh_tokens.get(&token).filter(|known| now_ms < known.expires_at_ms).cloned();
    let own = |known: &Refresh| asked.form("client_id").as_deref() == Some(&known.grant.channel_id);
    let Some(known) = known.filter(own) else {
        return oauth_refusal(400, "invalid_grant", "invalid refresh token");
    };
    let grant = Grant { expires_at_ms: now_ms + ACCESS_LIFE_MS, ..known.grant };
    let scopes = grant.scopes.clone();
    let access_token = state.issue_access_token(grant);
    Answer::json(200, &granted(&access_token, &token, &scopes))
}
