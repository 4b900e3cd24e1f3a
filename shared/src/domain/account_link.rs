//! Account link: a person who is logged in at LINE and at the customer's own site says that the two are one.
//!
//! ```text
//! a tap in the chat -> LINE's link token -> the customer's login page -> our API: a nonce for whoever logged in there
//!                   -> LINE's dialog -> LINE's webhook brings the nonce back -> the claim
//! ```
//!
//! Source: LINE docs, "Link user account" (2026-08): link tokens live ten minutes and are used once; a nonce has 10 to 255
//! characters that nobody can guess and is used once; the person must be able to undo the link, and is told so when it is made.

use serde::{Deserialize, Serialize};

use super::claim::Whom;
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

/// What a nonce stands for. Stored under its hash alone.
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
    /// Whoever brings it is this one in the CRM.
    Open(Whom),
    /// This event brought it. Who it was is forgotten.
    Used(EventId),
}

impl LinkNonce {
    /// A new one.
    pub fn new(channel: ChannelId, whom: Whom, made_at_ms: i64) -> Self {
        Self { channel, made_at_ms, state: NonceState::Open(whom) }
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now_ms: i64) -> bool {
        now_ms - self.made_at_ms > NONCE_MS
    }
}
