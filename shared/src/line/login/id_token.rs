//! Is this ID token LINE's, for this channel, now, for this attempt?
//!
//! Source: LINE docs, "Get profile information from ID tokens" (2026-08): HS256 with the LINE Login channel's secret where a
//! person logged in on the web, ES256 with a published key where a LIFF app hands the token over.
//!
//! Checked here with the primitives of `hmac` and `ring`, not with a crate for all of JWT: `jsonwebtoken` 9 ignores `crit` and
//! keeps time by itself, and takes a claim of the wrong type for a missing one (CVE-2026-25537). What would be left of it is
//! these two calls.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use sha2::Sha256;

use super::keys::PublicKey;
use crate::ports::secrets::Secret;

mod claims;
mod fault;

pub(super) use claims::{Expected, SignedClaims};
pub(super) use fault::Fault;

/// LINE's ID tokens have a few hundred bytes. Nothing much longer is read.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// LINE's key IDs have 64 characters.
const MAX_KEY_ID_BYTES: usize = 128;

/// A token of a login on the web: only a secret can have signed it.
pub(super) struct WebToken<'a>(Parts<'a>);

impl<'a> WebToken<'a> {
    /// Takes it apart; nothing of it is proved.
    pub(super) fn read(token: &'a str) -> Result<Self, Fault> {
        Parts::read(token, "HS256").map(Self)
    }

    /// Proves that one of the secrets signed it. The key is the secret's own characters.
    pub(super) fn signed_by(&self, secrets: &[Secret]) -> Result<SignedClaims, Fault> {
        let is_signed = |secret: &Secret| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes any key");
            mac.update(self.0.signed.as_bytes());
            !secret.expose().is_empty() && mac.verify_slice(&self.0.signature).is_ok()
        };
        if secrets.iter().any(is_signed) { self.0.claims() } else { Err(Fault::Signature) }
    }
}

/// A token that a LIFF app handed over: only a key that LINE publishes can have signed it.
pub(super) struct LiffToken<'a>(Parts<'a>, String);

impl<'a> LiffToken<'a> {
    /// Takes it apart; nothing of it is proved.
    pub(super) fn read(token: &'a str) -> Result<Self, Fault> {
        let mut parts = Parts::read(token, "ES256")?;
        let key_id = parts.key_id.take().filter(|id| (1..=MAX_KEY_ID_BYTES).contains(&id.len()));
        Ok(Self(parts, key_id.ok_or(Fault::NoKeyId)?))
    }

    /// Which key it says signed it.
    pub(super) fn key_id(&self) -> &str {
        &self.1
    }

    /// Proves that the key signed it.
    pub(super) fn signed_by(&self, key: &PublicKey) -> Result<SignedClaims, Fault> {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.point());
        key.verify(self.0.signed.as_bytes(), &self.0.signature).map_err(|_| Fault::Signature)?;
        self.0.claims()
    }
}

/// A token taken apart.
struct Parts<'a> {
    /// What the signature is over.
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
    key_id: Option<String>,
}

impl<'a> Parts<'a> {
    /// Takes a token apart whose header names this algorithm, in these letters.
    fn read(token: &'a str, algorithm: &'static str) -> Result<Self, Fault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Fault::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Shape)?;
        let (header, payload) = signed.split_once('.').ok_or(Fault::Shape)?;
        if payload.contains('.') {
            return Err(Fault::Shape);
        }
        let header = json_object::<HeaderJson>(&decode(header)?).ok_or(Fault::Header)?;
        if header.alg != algorithm {
            return Err(Fault::Algorithm);
        }
        if header.jwk || header.jku || header.x5u || header.x5c || header.x5t || header.x5t_s256 {
            return Err(Fault::BringsAKey);
        }
        if header.crit || header.b64 || header.zip {
            return Err(Fault::Extension);
        }
        Ok(Self { signed, payload, signature: decode(signature)?, key_id: header.kid })
    }

    /// Whoever calls this has checked the signature.
    fn claims(&self) -> Result<SignedClaims, Fault> {
        SignedClaims::read(&decode(self.payload)?)
    }
}

/// Strict: no padding, no blanks, no bits left over. So each token has one spelling.
fn decode(part: &str) -> Result<Vec<u8>, Fault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::Encoding)
}

/// Reads a JSON object. `None`: it is none, or has a property twice.
fn json_object<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Option<T> {
    // An array could stand for an object otherwise.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    if is_object { serde_json::from_slice(bytes).ok() } else { None }
}

#[derive(Deserialize)]
struct HeaderJson {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    jwk: bool,
    #[serde(default, deserialize_with = "present")]
    jku: bool,
    #[serde(default, deserialize_with = "present")]
    x5u: bool,
    #[serde(default, deserialize_with = "present")]
    x5c: bool,
    #[serde(default, deserialize_with = "present")]
    x5t: bool,
    #[serde(default, rename = "x5t#S256", deserialize_with = "present")]
    x5t_s256: bool,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "present")]
    b64: bool,
    #[serde(default, deserialize_with = "present")]
    zip: bool,
}

/// It is there, whatever it is.
fn present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

#[cfg(test)]
mod tests;
