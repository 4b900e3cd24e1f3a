//! The tokens that a LIFF app gets, in LINE's own browser and in another.

use url::form_urlencoded;

use super::id_token::Claims;
use super::offers::offers_email;
use super::spec::Consent;
use super::state::{AuthorizeRequest, Grant};
use crate::fake::line::state::State;

/// Life of the access token that a LIFF app gets.
const ACCESS_LIFE_MS: i64 = 12 * 3_600_000;

/// The person allowed: the page's address with the tokens in its fragment.
pub(crate) fn arrive(state: &mut State, request: &AuthorizeRequest, consent: &Consent, in_client: bool) -> String {
    let email = consent.email && offers_email(state, request, &consent.user_id);
    let grant = Grant {
        channel_id: request.channel_id.clone(),
        user_id: consent.user_id.clone(),
        scopes: request.scopes.clone(),
        expires_at_ms: state.now_ms() + ACCESS_LIFE_MS,
        revoked: false,
    };
    let access_token = state.issue_access_token(grant);
    let mut fragment = form_urlencoded::Serializer::new(String::new());
    fragment.append_pair("access_token", &access_token).append_pair("client", if in_client { "line" } else { "web" });
    if let Some(token) = id_token(state, &request.channel_id, &request.scopes, &consent.user_id, email) {
        fragment.append_pair("id_token", &token);
    }
    format!("{}#{}", request.redirect_uri, fragment.finish())
}

/// An ID token under LINE's own key; `None` without the scope `openid`.
pub(crate) fn id_token(
    state: &State,
    channel_id: &str,
    scopes: &[String],
    user_id: &str,
    email: bool,
) -> Option<String> {
    let has = |name: &str| scopes.iter().any(|scope| scope == name);
    let claims = Claims { scopes, email: email && has("email"), nonce: None, auth_time_ms: None };
    let key = state.login.keys.last().filter(|_| has("openid"))?;
    Some(key.sign(&claims.of(state, channel_id, user_id)))
}
