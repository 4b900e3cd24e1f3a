//! Account link: a person who is logged in at LINE and at the customer's own site says that the two are one.
//!
//! ```text
//! a tap in the chat -> LINE's link token -> the customer's login page -> our API: a nonce for whoever logged in there
//!                   -> LINE's dialog -> LINE's webhook brings the nonce back -> the claim
//! ```
//!
//! Source: LINE docs, "Link user account" (2026-08): link tokens live ten minutes and are used once; a nonce has 10 to 255
//! characters that nobody can guess and is used once; the person must be able to undo the link, and is told so when it is made.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use serde::{Deserialize, Serialize};

use super::claim::Target;
use super::ids::{ChannelId, EventId};

/// The data of a button that begins an account link. Stored in chats for ever: it never changes. A rich menu may use it, too.
pub const LINK_DATA: &str = "musubi:account-link";
/// The data of a button that undoes an account link, where there is no page for it. It never changes either.
pub const UNLINK_DATA: &str = "musubi:account-unlink";
/// How long a nonce lives, in milliseconds: as long as the link token that it goes with.
pub const NONCE_MS: i64 = 600_000;

/// Account link, as the owner of an Official Account set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLinkSettings {
    /// The login page of the customer's own site. It gets `linkToken` in its query.
    pub login_url: String,
    /// Where the welcome message's button leads. `None`: it has no such button.
    #[serde(default)]
    pub success_url: Option<String>,
    /// What the person reads once they are linked. `None`: our own words.
    #[serde(default)]
    pub welcome: Option<String>,
}

/// What a nonce stands for. Stored under its hash alone, and closed with the nonce as the key, which we do not keep: nobody who
/// reads our table learns who it is, and somebody who is erased before LINE brings them is in none of our rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkNonce {
    /// For which Official Account.
    pub channel: ChannelId,
    /// When it was made, in milliseconds.
    pub made_at_ms: i64,
    /// Whether it still can be used.
    pub state: NonceState,
}

/// Whether a nonce still can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", content = "by", rename_all = "snake_case")]
pub enum NonceState {
    /// Whoever brings it is the one in the CRM whom only the nonce itself can tell.
    Closed(SealedTarget),
    /// As rows of an earlier version say it: whoever brings it is this one in the CRM.
    Open(Target),
    /// This event brought it. Who it was is forgotten.
    Used(EventId),
}

/// Whom a nonce stands for, readable with the nonce alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedTarget(String);

impl SealedTarget {
    fn close(target: &Target, channel: &ChannelId, nonce: &str) -> Self {
        let mut bytes = serde_json::to_vec(target).expect("our own types have string keys and finite numbers");
        key(nonce)
            .seal_in_place_append_tag(only_one(), Aad::from(channel.as_str()), &mut bytes)
            .expect("it is far shorter than the cipher allows");
        Self(BASE64_STANDARD.encode(bytes))
    }

    fn open(&self, channel: &ChannelId, nonce: &str) -> Option<Target> {
        let mut bytes = BASE64_STANDARD.decode(&self.0).ok()?;
        let open = key(nonce).open_in_place(only_one(), Aad::from(channel.as_str()), &mut bytes).ok()?;
        serde_json::from_slice(open).ok()
    }
}

/// The key to one nonce's row. Its name in the table is another hash, which tells nothing of it.
fn key(nonce: &str) -> LessSafeKey {
    let made = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, nonce.as_bytes()), b"account link: whom");
    LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, made.as_ref()).expect("both have 256 bits"))
}

/// A key closes one thing ever, since a nonce is made once: so the cipher's own nonce need not differ.
fn only_one() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

impl LinkNonce {
    /// A new one. `nonce` is random, at least 128 bits.
    pub fn new(channel: ChannelId, target: &Target, nonce: &str, made_at_ms: i64) -> Self {
        let closed = SealedTarget::close(target, &channel, nonce);
        Self { channel, made_at_ms, state: NonceState::Closed(closed) }
    }

    /// Whom it stands for. `None`: it is used up, or this is not its nonce.
    pub fn target(&self, nonce: &str) -> Option<Target> {
        match &self.state {
            NonceState::Closed(closed) => closed.open(&self.channel, nonce),
            NonceState::Open(target) => Some(target.clone()),
            NonceState::Used(_) => None,
        }
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        now_ms - self.made_at_ms > NONCE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claim::EmailAddress;

    fn jiro() -> Target {
        Target::Email(EmailAddress::parse("jiro@example.com").unwrap())
    }

    #[test]
    fn only_the_nonce_itself_tells_whom_it_stands_for() {
        let made = LinkNonce::new(ChannelId::new("1"), &jiro(), "the nonce", 1);
        let row = serde_json::to_string(&made).unwrap();
        assert!(!row.contains("jiro") && !row.contains("email"), "{row}");
        let mut read: LinkNonce = serde_json::from_str(&row).unwrap();
        assert_eq!((read.target("the nonce"), read.target("another nonce")), (Some(jiro()), None));
        read.channel = ChannelId::new("2");
        assert_eq!(read.target("the nonce"), None, "another Official Account's");
    }

    #[test]
    fn a_nonce_stored_in_the_open_still_reads() {
        let row = r#"{"channel":"1","made_at_ms":1,"state":{"is":"open","by":{"is":"email","at":"jiro@example.com"}}}"#;
        assert_eq!(serde_json::from_str::<LinkNonce>(row).unwrap().target("any"), Some(jiro()));
    }
}
