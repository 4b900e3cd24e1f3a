//! Is this webhook LINE's, and is it for this Official Account?
//!
//! Source: LINE docs, "Verify webhook signature" (2026-08): base64 of HMAC-SHA256 over the raw body,
//! keyed with the channel secret's own characters.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

use super::webhook::Envelope;
use crate::domain::channel::Channel;
use crate::domain::ids::{BotUserId, ChannelId};
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::{PortError, Secrets};

/// The header that carries the signature. Names of headers have no case.
pub const SIGNATURE_HEADER: &str = "x-line-signature";

const SIGNATURE_BYTES: usize = 32;

/// A webhook that LINE signed for this Official Account. [`verify`] and [`authenticate`] alone make it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    channel: ChannelId,
    destination: BotUserId,
    events: usize,
    body: Bytes,
}

impl Verified {
    /// The Official Account.
    pub fn channel(&self) -> &ChannelId {
        &self.channel
    }

    /// The `destination`, which is the Official Account's own user ID.
    pub fn destination(&self) -> &BotUserId {
        &self.destination
    }

    /// How many events there are. LINE's connection tests have none.
    pub fn events(&self) -> usize {
        self.events
    }

    /// The bytes that were signed.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("channel", &self.channel)
            .field("events", &self.events)
            .field("size_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Why a webhook is not taken.
#[derive(Debug, Error)]
pub enum Rejection {
    /// No secret of the channel made this signature, or there is no such secret.
    #[error("the signature is not the channel's")]
    Unauthorized,
    /// The same, and yet the body names the Official Account by its user ID, which LINE tells nobody but those who hold the
    /// channel: it is probably LINE that is turned away, because the channel secret was reissued.
    #[error("the signature is not the channel's, but the body names the Official Account")]
    SecretMismatch,
    /// Signed, but for another Official Account: the channel's settings here are mixed up.
    #[error("the webhook is for another Official Account")]
    WrongDestination,
    /// Signed, but not a webhook in UTF-8.
    #[error("the webhook's body cannot be read")]
    Unreadable,
    /// The secrets could not be read: LINE should send it again.
    #[error("the channel's secrets could not be read")]
    Secrets(#[source] PortError),
}

/// Whether this can be a signature at all, as far as that shows without a secret. What cannot costs no read of anything.
pub fn is_well_formed(header: Option<&[u8]>) -> bool {
    decode(header).is_some()
}

/// Checks a webhook with the channel's secrets. On a mismatch they are read again, which
/// [`Secrets::line_anew`] does at most once a minute: somebody may have rotated them.
///
/// # Errors
/// Whatever is wrong with it; nothing of the body is in the error.
pub async fn authenticate(
    secrets: &dyn Secrets,
    channel: &Channel,
    header: Option<&[u8]>,
    body: Bytes,
) -> Result<Verified, Rejection> {
    let signature = decode(header).ok_or(Rejection::Unauthorized)?;
    let cached = secrets.line(&channel.id).await.map_err(Rejection::Secrets)?;
    if !signed_by_any(of(cached.as_ref()), &signature, &body) {
        let anew = secrets.line_anew(&channel.id).await.map_err(Rejection::Secrets)?.secrets;
        if anew == cached || !signed_by_any(of(anew.as_ref()), &signature, &body) {
            return Err(if names(&body, &channel.bot_user_id) {
                Rejection::SecretMismatch
            } else {
                Rejection::Unauthorized
            });
        }
    }
    open(channel, body)
}

/// Checks a webhook with the secrets given.
///
/// # Errors
/// As [`authenticate`], which adds only where the secrets come from.
pub fn verify(
    channel: &Channel,
    secrets: &[Secret],
    header: Option<&[u8]>,
    body: Bytes,
) -> Result<Verified, Rejection> {
    let signature = decode(header).ok_or(Rejection::Unauthorized)?;
    if !signed_by_any(secrets, &signature, &body) {
        return Err(Rejection::Unauthorized);
    }
    open(channel, body)
}

/// The signature that LINE would put on a body. For what stands in for LINE: the probe, the laptop, tests.
pub fn sign(secret: &Secret, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn of(secrets: Option<&LineSecrets>) -> &[Secret] {
    secrets.map_or(&[], |secrets| &secrets.channel_secrets)
}

/// Only the exact base64 of 32 bytes. Two headers that became one with a comma are none.
fn decode(header: Option<&[u8]>) -> Option<[u8; SIGNATURE_BYTES]> {
    STANDARD.decode(header?).ok()?.try_into().ok()
}

/// The comparison takes the same time wherever the first difference is.
fn signed_by_any(secrets: &[Secret], signature: &[u8; SIGNATURE_BYTES], body: &[u8]) -> bool {
    secrets.iter().filter(|secret| !secret.expose().is_empty()).any(|secret| {
        let key = secret.expose().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
        mac.update(body);
        mac.verify_slice(signature).is_ok()
    })
}

/// Whether an unproved body names the Official Account. It is not parsed for that.
fn names(body: &[u8], bot: &BotUserId) -> bool {
    let name = bot.expose().as_bytes();
    !name.is_empty() && body.windows(name.len()).any(|window| window == name)
}

fn open(channel: &Channel, body: Bytes) -> Result<Verified, Rejection> {
    let envelope = Envelope::read(&body).map_err(|_| Rejection::Unreadable)?;
    if envelope.destination != channel.bot_user_id.expose() {
        return Err(Rejection::WrongDestination);
    }
    let events = envelope.events.len();
    Ok(Verified { channel: channel.id.clone(), destination: channel.bot_user_id.clone(), events, body })
}

#[cfg(test)]
mod tests;
