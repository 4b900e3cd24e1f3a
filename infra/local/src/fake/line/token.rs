//! Channel access tokens: stateless ones, and the long-lived one of the console.

use serde_json::json;

use super::refusal::oauth_refusal;
use super::state::{Channel, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Life of a stateless token (LINE reference: 15 minutes).
const STATELESS_LIFE_MS: i64 = 900_000;

/// `POST /oauth2/v3/token` with client credentials. The assertion form of the same call is left out.
pub(crate) fn issue(state: &mut State, asked: &ApiRequest) -> Answer {
    if !asked.is_form() || asked.form("grant_type").as_deref() != Some("client_credentials") {
        return oauth_refusal(400, "unsupported_grant_type", "grant_type must be client_credentials");
    }
    let (Some(id), Some(secret)) = (asked.form("client_id"), asked.form("client_secret")) else {
        return oauth_refusal(400, "invalid_request", "client_id and client_secret are required");
    };
    let own = state.channels.get(&id).map(|channel| &channel.spec.channel_secret);
    let own = own.or_else(|| state.login.channels.get(&id).map(|spec| &spec.secret));
    if own != Some(&secret) {
        return oauth_refusal(400, "invalid_client", "invalid client_id or client_secret");
    }
    let token = format!("stateless.{}.{}", state.ids.hex32(), state.ids.hex32());
    let expires_at_ms = state.now_ms() + STATELESS_LIFE_MS;
    state.stateless.insert(token.clone(), (id, expires_at_ms));
    Answer::json(200, &json!({"access_token": token, "expires_in": 900, "token_type": "Bearer"}))
}

/// The channel (of the Messaging API or of LINE Login) that a live token speaks for.
pub(crate) fn channel_of(state: &State, bearer: &str) -> Option<String> {
    if let Some((channel_id, expires_at_ms)) = state.stateless.get(bearer) {
        return (state.now_ms() < *expires_at_ms).then(|| channel_id.clone());
    }
    let owner = |channel: &&Channel| channel.long_lived.as_deref() == Some(bearer);
    state.channels.values().find(owner).map(|channel| channel.spec.channel_id.clone())
}
