//! Taking back: one access token, or everything that a person allowed a channel.

use super::exchange::client_fits;
use crate::fake::line::refusal::{UNAUTHORIZED, oauth_refusal, refuse};
use crate::fake::line::state::State;
use crate::fake::line::token;
use crate::fake::wire::{Answer, ApiRequest};

/// `POST /oauth2/v2.1/revoke`: a form with `access_token`, `client_id` and, for a web channel, `client_secret`.
pub(crate) fn revoke(state: &mut State, asked: &ApiRequest) -> Answer {
    if !asked.is_form() || !client_fits(state, asked) {
        return oauth_refusal(400, "invalid_client", "invalid client_id or client_secret");
    }
    let (client, token) = (asked.form("client_id"), asked.form("access_token").unwrap_or_default());
    match state.login.grants.get_mut(&token).filter(|grant| Some(&grant.channel_id) == client.as_ref()) {
        Some(grant) => {
            grant.revoked = true;
            Answer::empty(200)
        }
        None if state.switches.revoking_an_unknown_token_succeeds => Answer::empty(200),
        None => oauth_refusal(400, "invalid_request", "invalid access token"),
    }
}

/// `POST /user/v1/deauthorize`: bearer = a token of the LINE Login channel itself. Ends every token that the person gave it.
pub(crate) fn deauthorize(state: &mut State, asked: &ApiRequest) -> Answer {
    let channel_id = asked.bearer().and_then(|bearer| token::channel_of(state, bearer));
    let Some(channel_id) = channel_id.filter(|id| state.login.channels.contains_key(id)) else {
        return refuse(401, UNAUTHORIZED);
    };
    let body = asked.json().unwrap_or_default();
    let grant = body["userAccessToken"].as_str().and_then(|token| state.login.grants.get(token));
    let alive =
        grant.filter(|grant| grant.channel_id == channel_id && !grant.revoked && state.now_ms() < grant.expires_at_ms);
    let Some(user_id) = alive.map(|grant| grant.user_id.clone()) else {
        return refuse(400, "The user access token is invalid or was already deauthorized");
    };
    let login = &mut state.login;
    for grant in login.grants.values_mut().filter(|it| it.channel_id == channel_id && it.user_id == user_id) {
        grant.revoked = true;
    }
    login.refresh_tokens.retain(|_, it| it.grant.channel_id != channel_id || it.grant.user_id != user_id);
    Answer::empty(204)
}
