//! Is it really HubSpot that calls? HubSpot's only maker of a [`VerifiedCall`].
//!
//! Source: HubSpot's guide on validating requests. Workflow actions are documented to come with version 2, a plain hash
//! without a time; where both headers of version 3 are there, that version alone counts and version 2 is no way around it.
//! Webhooks come with versions 1 and 3 (seen in a capture of 2026), and there version 3 alone counts: version 1 covers
//! neither the address nor a time, so that whoever has seen one could repeat it for ever. It is never taken here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use reqwest::RequestBuilder;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::escapes::decode;
use crate::ports::crm_caller::{Call, VerifiedCall};
use crate::ports::secrets::Secret;

/// A version 3 signature is good for five minutes, either way.
pub(super) const FRESH_MS: u64 = 300_000;
/// Whether version 3 decodes `%3a` as it decodes `%3A`: HubSpot does not say. The one switch.
const DECODES_LOWER_CASE: bool = false;
/// Whether what is written in the inbox may come without a signature: HubSpot does not say whether it signs custom channels' calls.
/// The secret in the address speaks for them; one that is signed must be signed rightly. The one switch.
const INBOX_MAY_BE_UNSIGNED: bool = true;
/// Both versions are of SHA-256.
const SIGNATURE_BYTES: usize = 32;

const SIGNATURE: &str = "x-hubspot-signature";
const SIGNATURE_VERSION: &str = "x-hubspot-signature-version";
const SIGNATURE_V3: &str = "x-hubspot-signature-v3";
const TIMESTAMP: &str = "x-hubspot-request-timestamp";

/// Why a request is not believed. For logs; callers learn 401 and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unverified {
    /// No signature of version 2 or 3.
    Missing,
    /// A header that counts came twice.
    Doubled,
    /// Version 1, or one we do not know.
    Version,
    /// Version 3's time is more than five minutes off, or no time.
    Stale,
    /// No secret of ours made this signature.
    Mismatch,
}

impl From<Unverified> for crate::ports::crm_caller::Unverified {
    fn from(why: Unverified) -> Self {
        Self(match why {
            Unverified::Missing => "there is no signature of version 2 or 3",
            Unverified::Doubled => "a signature header came twice",
            Unverified::Version => "the signature's version is not taken here",
            Unverified::Stale => "the signature's time is too far off",
            Unverified::Mismatch => "the signature does not fit",
        })
    }
}

/// Whether a request has a signature that can be right, as far as that shows without a secret: what has none costs no read of
/// one. What [`verify`] takes passes.
///
/// # Errors
/// See [`Unverified`]; never that no secret fits.
pub fn can_be_signed(headers: &HeaderMap, now_ms: i64) -> Result<(), Unverified> {
    stated(headers, now_ms).map(drop)
}

/// The same for what [`verify_webhook`] takes.
///
/// # Errors
/// As [`can_be_signed`].
pub fn can_be_signed_webhook(headers: &HeaderMap, now_ms: i64) -> Result<(), Unverified> {
    stated_v3(headers, now_ms).map(drop)
}

/// Verifies with each of the app's secrets (two during a rotation). `public_url` is the configured address under which HubSpot
/// calls us, without a path; what the request says about its host is not asked.
///
/// # Errors
/// See [`Unverified`].
pub fn verify<'a>(
    request: &Call<'a>,
    public_url: &str,
    secrets: &[Secret],
    now_ms: i64,
) -> Result<VerifiedCall<'a>, Unverified> {
    verify_with(request, public_url, secrets, now_ms, DECODES_LOWER_CASE)
}

/// Verifies a webhook, by version 3 alone. Arguments as for [`verify`].
///
/// # Errors
/// See [`Unverified`].
pub fn verify_webhook<'a>(
    request: &Call<'a>,
    public_url: &str,
    secrets: &[Secret],
    now_ms: i64,
) -> Result<VerifiedCall<'a>, Unverified> {
    stated_v3(request.headers, now_ms)?.verified(request, public_url, secrets, DECODES_LOWER_CASE)
}

/// The same for what [`verify_inbox`] takes.
///
/// # Errors
/// As [`can_be_signed`].
pub fn can_be_signed_inbox(headers: &HeaderMap, now_ms: i64) -> Result<(), Unverified> {
    stated_inbox(headers, now_ms).map(drop)
}

/// Verifies what was written in the inbox, by version 3 where it is there. Arguments as for [`verify`].
///
/// # Errors
/// See [`Unverified`].
pub fn verify_inbox<'a>(
    request: &Call<'a>,
    public_url: &str,
    secrets: &[Secret],
    now_ms: i64,
) -> Result<VerifiedCall<'a>, Unverified> {
    match stated_inbox(request.headers, now_ms)? {
        Some(stated) => stated.verified(request, public_url, secrets, DECODES_LOWER_CASE),
        None => Ok(VerifiedCall::by_secret_address(request.body)),
    }
}

fn verify_with<'a>(
    request: &Call<'a>,
    public_url: &str,
    secrets: &[Secret],
    now_ms: i64,
    decodes_lower_case: bool,
) -> Result<VerifiedCall<'a>, Unverified> {
    stated(request.headers, now_ms)?.verified(request, public_url, secrets, decodes_lower_case)
}

/// What the headers say signed the request. Nothing of it is proved.
enum Stated<'h> {
    /// A hash.
    V2([u8; SIGNATURE_BYTES]),
    /// A MAC, and the time in it, which is fresh.
    V3([u8; SIGNATURE_BYTES], &'h str),
}

impl Stated<'_> {
    /// Both versions cover the address, its query and the body; version 3 a time as well.
    fn verified<'a>(
        &self,
        request: &Call<'a>,
        public_url: &str,
        secrets: &[Secret],
        decodes_lower_case: bool,
    ) -> Result<VerifiedCall<'a>, Unverified> {
        if !self.fits(request, public_url, secrets, decodes_lower_case) {
            return Err(Unverified::Mismatch);
        }
        Ok(VerifiedCall::by_signature(request.body).over(request.raw_query, matches!(self, Self::V3(..))))
    }

    /// Whether one of the secrets made it.
    fn fits(&self, request: &Call<'_>, public_url: &str, secrets: &[Secret], decodes_lower_case: bool) -> bool {
        let uri = uri(request, public_url);
        match self {
            Self::V2(given) => any(secrets, |secret| hash_v2(secret, request, &uri).ct_eq(given)),
            Self::V3(given, timestamp) => {
                let uri = decode(&uri, decodes_lower_case);
                any(secrets, |secret| mac_v3(secret, request, &uri, timestamp).ct_eq(given))
            }
        }
    }
}

/// Version 3 where both of its headers are there, else version 2.
fn stated(headers: &HeaderMap, now_ms: i64) -> Result<Stated<'_>, Unverified> {
    if let Some(stated) = v3(headers, now_ms)? {
        return Ok(stated);
    }
    let signature = only(headers, SIGNATURE)?.ok_or(Unverified::Missing)?;
    // Without the version header the hash itself decides: a version 1 signature does not fit version 2.
    if only(headers, SIGNATURE_VERSION)?.is_some_and(|version| version != "v2") {
        return Err(Unverified::Version);
    }
    unhex(signature).map(Stated::V2).ok_or(Unverified::Mismatch)
}

/// Version 3 and no other.
fn stated_v3(headers: &HeaderMap, now_ms: i64) -> Result<Stated<'_>, Unverified> {
    match v3(headers, now_ms)? {
        Some(stated) => Ok(stated),
        None if headers.contains_key(SIGNATURE) => Err(Unverified::Version),
        None => Err(Unverified::Missing),
    }
}

/// Version 3 where any of its headers is there. `None`: nothing is signed.
fn stated_inbox(headers: &HeaderMap, now_ms: i64) -> Result<Option<Stated<'_>>, Unverified> {
    let is_signed = headers.contains_key(SIGNATURE_V3);
    if is_signed || !INBOX_MAY_BE_UNSIGNED { stated_v3(headers, now_ms).map(Some) } else { Ok(None) }
}

/// `None` where not both of its headers are there.
fn v3(headers: &HeaderMap, now_ms: i64) -> Result<Option<Stated<'_>>, Unverified> {
    let (signature, timestamp) = (only(headers, SIGNATURE_V3)?, only(headers, TIMESTAMP)?);
    let (Some(signature), Some(timestamp)) = (signature, timestamp) else { return Ok(None) };
    let at_ms: i64 = timestamp.parse().map_err(|_| Unverified::Stale)?;
    if at_ms.abs_diff(now_ms) > FRESH_MS {
        return Err(Unverified::Stale);
    }
    let given = STANDARD.decode(signature).ok().and_then(|given| given.try_into().ok());
    Ok(Some(Stated::V3(given.ok_or(Unverified::Mismatch)?, timestamp)))
}

/// Tries all secrets whatever the first says, so that time tells nothing.
fn any(secrets: &[Secret], fits: impl Fn(&Secret) -> Choice) -> bool {
    secrets.iter().fold(Choice::from(0), |found, secret| found | fits(secret)).into()
}

/// The address as HubSpot called it.
fn uri(request: &Call<'_>, public_url: &str) -> String {
    let base = public_url.trim_end_matches('/');
    match request.raw_query.filter(|query| !query.is_empty()) {
        Some(query) => format!("{base}{}?{query}", request.raw_path),
        None => format!("{base}{}", request.raw_path),
    }
}

fn hash_v2(secret: &Secret, request: &Call<'_>, uri: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [secret.expose().as_bytes(), request.method.as_bytes(), uri.as_bytes(), request.body] {
        hash.update(part);
    }
    hash.finalize().into()
}

fn mac_v3(secret: &Secret, request: &Call<'_>, uri: &str, timestamp: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    for part in [request.method.as_bytes(), uri.as_bytes(), request.body, timestamp.as_bytes()] {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// A `POST` to this address of ours, signed by version 3 as HubSpot signs: for a look whether we take it.
pub(super) fn signed(to: RequestBuilder, secret: &Secret, url: &str, body: String, now_ms: i64) -> RequestBuilder {
    let (timestamp, none) = (now_ms.to_string(), HeaderMap::new());
    let call = Call { method: "POST", raw_path: "", raw_query: None, headers: &none, body: body.as_bytes() };
    let signature = STANDARD.encode(mac_v3(secret, &call, &decode(url, DECODES_LOWER_CASE), &timestamp));
    let request = to.header(SIGNATURE_V3, signature).header(TIMESTAMP, timestamp);
    request.header("content-type", "application/json").body(body)
}

/// A header's value; `Doubled` where it came twice.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Unverified> {
    let mut values = headers.get_all(name).iter();
    let first = values.next();
    if values.next().is_some() {
        return Err(Unverified::Doubled);
    }
    first.map(|value| value.to_str().map_err(|_| Unverified::Mismatch)).transpose()
}

/// Reads hex in either case: HubSpot writes lower case, and the bytes are what counts.
fn unhex(text: &str) -> Option<[u8; SIGNATURE_BYTES]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * SIGNATURE_BYTES {
        return None;
    }
    let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(|pair| Some(nibble(pair[0])? << 4 | nibble(pair[1])?)).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
#[path = "signature_tests.rs"]
mod tests;
