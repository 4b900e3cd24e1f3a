//! Who was told that nobody is there, and when.

use super::*;
use crate::domain::auto_reply::AwayAnswer;

/// Longer than any pause between two of them.
const AWAY_DAYS: i64 = 8;

impl Journal {
    /// The newest answer out of hours in a conversation.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn away_answer(&self, key: &ConversationKey) -> Result<Option<Versioned<AwayAnswer>>, PortError> {
        self.read(&away_key(key)).await
    }
}

/// The answer stands so; `version` as read, 0 for the first. It is kept for longer than any pause.
pub fn away_answer(key: &ConversationKey, answer: &AwayAnswer, version: u64, now_ms: i64) -> Write {
    Write::put(away_key(key), answer, Precondition::Version(version)).expiring(now_ms, AWAY_DAYS)
}

/// There is none, if nobody changed it since it stood at `version`.
pub fn no_away_answer(key: &ConversationKey, version: u64) -> Write {
    Write::Delete { key: away_key(key), expect: Precondition::Version(version) }
}

pub(super) fn away_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "y:away")
}
