//! A conversation's state, and which of its events are recorded.

use super::*;

/// A state as it lies in its row. One that names words says so by its form: a version that knows nothing of that would write it without them,
/// and what it cannot read it leaves for the one that wrote it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored<State> {
    /// It names words.
    WithWords {
        /// The state.
        with_words: State,
    },
    /// It names none.
    Plain(State),
}

impl<'a> Stored<&'a Conversation> {
    fn of(state: &'a Conversation) -> Self {
        match state.pending.is_empty() {
            true => Self::Plain(state),
            false => Self::WithWords { with_words: state },
        }
    }
}

impl Stored<Conversation> {
    fn state(self) -> Conversation {
        let (Self::WithWords { with_words: state } | Self::Plain(state)) = self;
        state
    }
}

impl Journal {
    /// A conversation's state.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn conversation(&self, key: &ConversationKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.state(&state_key(key)).await
    }

    /// The state of the conversation that this is the [hash](ConversationKey::hash) of.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn conversation_by_hash(&self, hash: &str) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.state(&state_key_of(hash)).await
    }

    async fn state(&self, row: &RowKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        let found: Option<Versioned<Stored<Conversation>>> = self.read(row).await?;
        Ok(found.map(|found| Versioned { value: found.value.state(), version: found.version }))
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
    Write::put(state_key(&value.key), &Stored::of(value), expect)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::CrmKind;
    use crate::domain::conversation::PendingActivity;
    use crate::domain::ids::{CrmAccountId, LineUserId};

    #[test]
    fn a_version_that_knows_no_names_of_words_leaves_a_state_that_has_some() {
        let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") };
        let key = ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"));
        let plain = Conversation::new(key, account);
        let pending = vec![PendingActivity { message: None, at_ms: 1, event: EventId::new("E") }];
        let with_words = Conversation { pending, ..plain.clone() };
        let body = |state| serde_json::to_string(&Stored::of(state)).expect("a row");
        let read = |body: &str| serde_json::from_str::<Stored<Conversation>>(body).expect("a row").state();
        assert_eq!((read(&body(&plain)), read(&body(&with_words))), (plain.clone(), with_words.clone()));
        assert_eq!(serde_json::from_str::<Conversation>(&body(&plain)).expect("as it was before"), plain);
        assert!(serde_json::from_str::<Conversation>(&body(&with_words)).is_err());
    }
}
