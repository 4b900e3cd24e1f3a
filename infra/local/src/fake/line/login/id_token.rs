//! What an ID token says, and whether one is LINE's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::Mac;
use serde_json::{Value, json};

use super::signing::mac;
use crate::fake::line::state::State;

/// The issuer of every ID token.
pub(crate) const ISSUER: &str = "https://access.line.me";
/// Life of an ID token.
const LIFE_S: i64 = 3600;

/// The claims of a token whose signature is LINE's: by the secret of the channel that it names, or by one of LINE's keys.
pub(crate) fn opened(state: &State, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let part = |text: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let (header, claims, signature) = (part(header)?, part(claims)?, URL_SAFE_NO_PAD.decode(signature).ok()?);
    let verified = match header["alg"].as_str() {
        Some("HS256") => {
            let spec = claims["aud"].as_str().and_then(|audience| state.login.channels.get(audience))?;
            mac(&spec.secret, signed).verify_slice(&signature).is_ok()
        }
        Some("ES256") => state.login.keys.iter().any(|key| key.verifies(&header["kid"], signed, &signature)),
        _ => false,
    };
    verified.then_some(claims)
}

/// What an ID token says beside issuer, audience, subject and times.
pub(crate) struct Claims<'a> {
    pub(crate) scopes: &'a [String],
    pub(crate) email: bool,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) auth_time_ms: Option<i64>,
}

impl Claims<'_> {
    /// The claims about a person: name and picture only with `profile`, the address only where it was allowed.
    pub(crate) fn of(&self, state: &State, channel_id: &str, user_id: &str) -> Value {
        let now_s = state.now_ms() / 1000;
        let mut claims = json!({
            "iss": ISSUER, "sub": user_id, "aud": channel_id, "exp": now_s + LIFE_S, "iat": now_s, "amr": ["linesso"],
        });
        if let Some(nonce) = self.nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(at_ms) = self.auth_time_ms {
            claims["auth_time"] = json!(at_ms / 1000);
        }
        let Some(person) = state.people.get(user_id) else { return claims };
        if self.scopes.iter().any(|scope| scope == "profile") {
            claims["name"] = json!(person.name);
            if let Some(picture) = &person.picture {
                claims["picture"] = json!(picture);
            }
        }
        if let Some(email) = person.email.as_ref().filter(|_| self.email) {
            claims["email"] = json!(email);
        }
        claims
    }
}
