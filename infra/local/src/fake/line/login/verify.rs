//! `/oauth2/v2.1/verify` (GET: an access token, POST: an ID token) and `/oauth2/v2.1/certs`.

use serde_json::{Value, json};

use super::id_token::{ISSUER, opened};
use super::signing::SigningKey;
use crate::fake::line::refusal::oauth_refusal;
use crate::fake::line::state::State;
use crate::fake::wire::{Answer, ApiRequest};

/// `GET /oauth2/v2.1/verify?access_token=`. The wording of the refusals is not contractual.
pub(crate) fn access_token(state: &State, asked: &ApiRequest) -> Answer {
    let grant = asked.query_value("access_token").and_then(|token| state.login.grants.get(&token));
    let Some(grant) = grant else {
        return oauth_refusal(400, "invalid_request", "invalid access token");
    };
    let left_ms = grant.expires_at_ms - state.now_ms();
    if grant.revoked || left_ms <= 0 {
        let why = if grant.revoked { "access token revoked" } else { "access token expired" };
        return oauth_refusal(400, "invalid_request", why);
    }
    let listed: Vec<&str> = grant.scopes.iter().map(String::as_str).filter(|scope| *scope != "email").collect();
    let body = json!({"scope": listed.join(" "), "client_id": grant.channel_id, "expires_in": left_ms / 1000});
    Answer::json(200, &body)
}

/// `POST /oauth2/v2.1/verify`: a form with `id_token`, `client_id`, and `nonce` and `user_id` where they are known.
pub(crate) fn id_token(state: &State, asked: &ApiRequest) -> Answer {
    let refuse = |why: &str| oauth_refusal(400, "invalid_request", why);
    let (Some(token), Some(client)) = (asked.form("id_token"), asked.form("client_id")) else {
        return refuse("id_token and client_id are required");
    };
    if !asked.is_form() {
        return refuse("the body must be a form");
    }
    let Some(claims) = opened(state, &token) else {
        return refuse("Invalid IdToken.");
    };
    let checks = [
        (claims["iss"] == ISSUER, "Invalid IdToken Issuer."),
        (claims["exp"].as_i64().is_some_and(|exp| state.now_ms() / 1000 < exp), "IdToken expired."),
        (claims["aud"] == client.as_str(), "Invalid IdToken Audience."),
        (nonce_fits(state, &claims, asked.form("nonce").as_deref()), "Invalid IdToken Nonce."),
        (
            asked.form("user_id").is_none_or(|user| claims["sub"] == user.as_str()),
            "Invalid IdToken Subject Identifier.",
        ),
    ];
    match checks.iter().find(|(fits, _)| !fits) {
        Some((_, why)) => refuse(why),
        None => Answer::json(200, &claims),
    }
}

fn nonce_fits(state: &State, claims: &Value, expected: Option<&str>) -> bool {
    match expected {
        Some(expected) => claims["nonce"] == expected,
        None => claims["nonce"].is_null() || !state.switches.verify_wants_the_nonce,
    }
}

/// `GET /oauth2/v2.1/certs`: LINE's public keys, the newest last.
pub(crate) fn certs(state: &State) -> Answer {
    let keys: Vec<Value> = state.login.keys.iter().map(SigningKey::jwk).collect();
    Answer::json(200, &json!({"keys": keys}))
}
