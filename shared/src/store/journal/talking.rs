//! What operators are saying in a conversation and has not ended: listed with it, so that whoever reads it sees it.

use super::*;

impl Journal {
    /// Operators' messages of a conversation that are on their way, or of which nobody knows whether they arrived; in no order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn saying(&self, key: &ConversationKey) -> Result<Vec<PushId>, PortError> {
        self.all(&partition(key), SAYING).await?.iter().map(Row::read).collect()
    }
}

const SAYING: &str = "s:";

/// An operator's message is on its way. Twice is once.
pub fn saying(key: &ConversationKey, push: PushId, now_ms: i64) -> Write {
    Write::put(saying_key(key, push), &push, Precondition::Any).expiring(now_ms, TEXT_DAYS)
}

/// It has ended.
pub fn said(key: &ConversationKey, push: PushId) -> Write {
    Write::Delete { key: saying_key(key, push), expect: Precondition::Any }
}

pub(super) fn saying_key(key: &ConversationKey, push: PushId) -> RowKey {
    RowKey::new(partition(key), format!("{SAYING}{push}"))
}
