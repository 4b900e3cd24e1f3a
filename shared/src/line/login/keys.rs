//! The keys that LINE publishes for LIFF's ID tokens.
//!
//! Source: LINE Login v2.1 API reference, "Verify ID token" (2026-08): a JSON Web Key Set. Kept for an hour; read again for a
//! key that is not in it, but at most once a minute, so that forged tokens cost nothing.

use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::id_token::Fault;
use crate::line::api::Reply;
use crate::ports::PortError;
use crate::ports::login::LoginFailure;

/// The call's name.
pub(super) const WHAT: &str = "LINE's published keys";
/// Keys are used for this long.
const KEEP_MS: i64 = 60 * 60_000;
/// They are not asked for more often than this, whatever became of the last time.
const PAUSE_MS: i64 = 60_000;
/// LINE publishes a few. More are not kept.
const MAX_KEYS: usize = 32;

/// A public key of the curve P-256 and nothing else: it can be no HMAC key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PublicKey([u8; 65]);

impl PublicKey {
    /// The point, uncompressed (SEC 1, section 2.3.3).
    pub(super) fn point(&self) -> &[u8] {
        &self.0
    }

    /// As it is published.
    #[cfg(test)]
    pub(super) fn from_jwk(key: Value) -> Self {
        usable(key).expect("a good key").1
    }
}

/// The keys, as far as they are known.
#[derive(Default)]
pub(super) struct Keys {
    known: Mutex<Known>,
    /// Whoever holds it asks; the others wait for the result. Those whose key is known do not wait.
    asked: tokio::sync::Mutex<Option<LastFetch>>,
}

#[derive(Default)]
struct Known {
    keys: Vec<(String, PublicKey)>,
    use_until_ms: i64,
}

#[derive(Clone, Copy)]
struct LastFetch {
    at_ms: i64,
    answered: bool,
}

impl Keys {
    /// The key of this name. `certs` asks LINE.
    ///
    /// # Errors
    /// The ID token's fault where LINE publishes no such key; not now where LINE did not tell.
    pub(super) async fn find<Fut>(
        &self,
        key_id: &str,
        now_ms: i64,
        certs: impl FnOnce() -> Fut + Send,
    ) -> Result<PublicKey, LoginFailure>
    where
        Fut: Future<Output = Result<Reply, PortError>> + Send,
    {
        if let Some(key) = self.known(key_id, now_ms) {
            return Ok(key);
        }
        let mut asked = self.asked.lock().await;
        let recent = (*asked).filter(|asked| (0..PAUSE_MS).contains(&(now_ms - asked.at_ms)));
        let answered = match recent {
            Some(recent) => recent.answered,
            None => {
                *asked = Some(LastFetch { at_ms: now_ms, answered: false });
                let keys = certs().await.and_then(|reply| read(&reply)).map_err(LoginFailure::NotNow)?;
                let use_until_ms = now_ms.saturating_add(KEEP_MS);
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Known { keys, use_until_ms };
                *asked = Some(LastFetch { at_ms: now_ms, answered: true });
                true
            }
        };
        // Somebody else may have asked while this one waited.
        match self.known(key_id, now_ms) {
            Some(key) => Ok(key),
            None if answered => Err(Fault::UnknownKey.into()),
            None => Err(LoginFailure::NotNow(PortError::Transient { what: WHAT, source: None })),
        }
    }

    fn known(&self, key_id: &str, now_ms: i64) -> Option<PublicKey> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let usable = known.keys.iter().filter(|_| now_ms < known.use_until_ms);
        usable.into_iter().find(|(id, _)| id == key_id).map(|(_, key)| key.clone())
    }
}

#[derive(Deserialize)]
struct KeySetJson {
    keys: Vec<Value>,
}

#[derive(Deserialize)]
struct KeyJson {
    kid: String,
    kty: String,
    crv: String,
    x: String,
    y: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
}

fn read(reply: &Reply) -> Result<Vec<(String, PublicKey)>, PortError> {
    let later = PortError::Transient { what: WHAT, source: None };
    if reply.status != 200 {
        return Err(later);
    }
    let set: KeySetJson = serde_json::from_slice(&reply.body).map_err(|_| later)?;
    Ok(set.keys.into_iter().filter_map(usable).take(MAX_KEYS).collect())
}

/// A key for ES256, or nothing: LINE may publish others some day.
fn usable(key: Value) -> Option<(String, PublicKey)> {
    let key: KeyJson = serde_json::from_value(key).ok()?;
    let fits = key.kty == "EC"
        && key.crv == "P-256"
        && key.alg.as_deref().is_none_or(|alg| alg == "ES256")
        && key.usage.as_deref().is_none_or(|usage| usage == "sig");
    let mut point = [4; 65];
    for (at, part) in [(1, &key.x), (33, &key.y)] {
        let part: [u8; 32] = URL_SAFE_NO_PAD.decode(part).ok()?.try_into().ok()?;
        point[at..at + 32].copy_from_slice(&part);
    }
    fits.then_some((key.kid, PublicKey(point)))
}

#[cfg(test)]
mod tests;
