//! A conversation's state, and which of its events are recorded.

use super::*;

impl Journal {
    /// A conversation's state.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn conversation(&self, key: &ConversationKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.read(&state_key(key)).await
    }

    /// The state of the conversation that this is the [hash](ConversationKey::hash) of.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn conversation_by_hash(&self, hash: &str) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.read(&state_key_of(hash)).await
    }

    /// Whether the event is recorded.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_recorded(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&tombstone_key(key, event)).await?.is_some())
    }

    /// Whether our answer to the event is on the timeline.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_reply_recorded(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&reply_key(key, event)).await?.is_some())
    }

    /// Whether what the event asked for is done.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_event_handled(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&handled_key(key, event)).await?.is_some())
    }
}

/// The conversation becomes this, if nobody changed it since it was read; `version` as read, 0 for a new one.
pub fn conversation(value: &Conversation, version: u64) -> Write {
    // One that was erased may begin anew: nobody who knew the old one may take the new one for it.
    let expect = if version == 0 { Precondition::AbsentAnew } else { Precondition::Version(version) };
    Write::put(state_key(&value.key), value, expect)
}

/// The conversation's state goes, if nobody changed it since it was read at `version`.
pub fn ended(key: &ConversationKey, version: u64) -> Write {
    Write::Delete { key: state_key(key), expect: Precondition::Version(version) }
}

/// The rest happens only if the conversation's state is still the one that was read at `version`.
pub fn unchanged_since(key: &ConversationKey, version: u64) -> Write {
    Write::Check { key: state_key(key), expect: Precondition::Version(version) }
}

/// The event is recorded, if it was not.
pub fn tombstone(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(tombstone_key(key, event), &true, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

/// Our answer to the event is on the timeline, if it was not.
pub fn reply_recorded(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(reply_key(key, event), &true, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

/// What the event asked for is done, if it was not.
pub fn event_handled(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(handled_key(key, event), &true, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

pub(super) fn state_key(key: &ConversationKey) -> RowKey {
    state_key_of(&key.hash())
}

pub(super) fn state_key_of(hash: &str) -> RowKey {
    RowKey::new(format!("c:{hash}"), "state")
}

pub(super) fn tombstone_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("t:{event}"))
}

pub(super) fn reply_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("r:{event}"))
}

pub(super) fn handled_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("x:{event}"))
}
