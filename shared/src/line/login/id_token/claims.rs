//! What an ID token claims, once its signature is proved.

use serde::Deserialize;
use serde_json::Value;
use subtle::ConstantTimeEq;

use super::{Fault, json_object};
use crate::domain::claim::EmailAddress;
use crate::domain::ids::{LineUserId, LoginChannelId};
use crate::ports::login::LoggedIn;

/// LINE's name in its ID tokens, wherever its API is reached.
const ISSUER: &str = "https://access.line.me";
/// LINE's clock may be this far ahead of ours.
const MAX_SKEW_MS: i64 = 60_000;

/// What a token must say to be taken.
pub(in crate::line::login) struct Expected<'a> {
    pub(in crate::line::login) channel: &'a LoginChannelId,
    pub(in crate::line::login) now_ms: i64,
    /// Of the attempt. `None`: a LIFF app's token has none.
    pub(in crate::line::login) nonce: Option<&'a str>,
}

/// Claims that LINE signed; for whom and until when is still to be checked. A property that is there twice, or of another
/// type, is as good as none.
#[derive(Deserialize)]
pub(in crate::line::login) struct SignedClaims {
    iss: Option<Value>,
    aud: Option<Value>,
    sub: Option<Value>,
    exp: Option<Value>,
    iat: Option<Value>,
    nonce: Option<Value>,
    name: Option<Value>,
    picture: Option<Value>,
    email: Option<Value>,
}

impl SignedClaims {
    pub(super) fn read(payload: &[u8]) -> Result<Self, Fault> {
        std::str::from_utf8(payload).map_err(|_| Fault::NotUtf8)?;
        json_object(payload).ok_or(Fault::Claims)
    }

    /// Checks every claim. The expiry has no leeway; `aud` is one channel, never a list.
    pub(in crate::line::login) fn claims(self, expected: &Expected<'_>) -> Result<LoggedIn, Fault> {
        if text(self.iss.as_ref()) != Some(ISSUER) {
            return Err(Fault::Issuer);
        }
        if text(self.aud.as_ref()) != Some(expected.channel.as_str()) {
            return Err(Fault::Audience);
        }
        if expected.now_ms >= time_ms(self.exp.as_ref()).ok_or(Fault::NoExpiry)? {
            return Err(Fault::Expired);
        }
        if time_ms(self.iat.as_ref()).ok_or(Fault::NoIssueTime)? > expected.now_ms.saturating_add(MAX_SKEW_MS) {
            return Err(Fault::NotYetIssued);
        }
        if let Some(nonce) = expected.nonce {
            let is_same =
                text(self.nonce.as_ref()).is_some_and(|found| found.as_bytes().ct_eq(nonce.as_bytes()).into());
            if nonce.is_empty() || !is_same {
                return Err(Fault::Nonce);
            }
        }
        let user = text(self.sub.as_ref()).filter(|sub| LineUserId::is_well_formed(sub)).ok_or(Fault::Subject)?;
        Ok(LoggedIn {
            user: LineUserId::new(user),
            name: text(self.name.as_ref()).filter(|name| !name.trim().is_empty()).map(str::to_owned),
            picture: text(self.picture.as_ref()).filter(|url| url.starts_with("https://")).map(str::to_owned),
            email: text(self.email.as_ref()).and_then(EmailAddress::parse),
            is_friend: None,
            access_token: None,
        })
    }
}

fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}

/// Whole seconds since 1970, in milliseconds.
fn time_ms(value: Option<&Value>) -> Option<i64> {
    value.and_then(Value::as_i64).map(|seconds| seconds.saturating_mul(1000))
}
