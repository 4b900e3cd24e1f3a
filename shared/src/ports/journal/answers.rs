//! Rows of what an event asks for at once: an account link, an unlinking, an answer.

use super::{Expect, Journal, PortError, RowKey, TOMBSTONE_DAYS, Versioned, Write, fingerprint, partition};
use crate::domain::account_link::LinkNonce;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::EventId;

/// Far longer than a nonce can be used, so that one that comes too late is known as such.
const NONCE_DAYS: i64 = 1;

impl Journal {
    /// Whom an account link's nonce stands for.
    ///
    /// # Errors
    /// As the table's.
    pub async fn nonce(&self, nonce: &str) -> Result<Option<Versioned<LinkNonce>>, PortError> {
        self.read(&nonce_key(nonce)).await
    }

    /// Whether our answer to the event is on the timeline.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_answered(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&answered_key(key, event)).await?.is_some())
    }

    /// Whether what the event asked for is done.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_done(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&done_key(key, event)).await?.is_some())
    }
}

/// The nonce becomes this; `rev` as read, 0 for a new one.
pub fn nonce(nonce: &str, value: &LinkNonce, rev: u64) -> Write {
    Write::put(nonce_key(nonce), value, Expect::Rev(rev)).expiring(value.made_at_ms, NONCE_DAYS)
}

/// Our answer to the event is on the timeline, if it was not.
pub fn event_answered(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(answered_key(key, event), &true, Expect::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

/// What the event asked for is done, if it was not.
pub fn done(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(done_key(key, event), &true, Expect::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

fn nonce_key(nonce: &str) -> RowKey {
    RowKey::new(format!("a:{}", fingerprint(&[nonce])), "nonce")
}

fn answered_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("r:{event}"))
}

fn done_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("x:{event}"))
}
