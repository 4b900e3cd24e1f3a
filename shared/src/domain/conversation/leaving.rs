//! What is left of a conversation whose Official Account goes.

use super::Conversation;
use crate::domain::account::CrmAccountKey;

impl Conversation {
    /// The same conversation, its channel taken to another account: what waits in the outbox of the one before is not for this one, and
    /// nothing that was begun for it is gone on with. Numbers go on behind its own, so that neither an entry that was sealed for
    /// a contact over there nor its task is taken for one of here.
    pub fn taken_to(self, account: CrmAccountKey) -> Self {
        Self {
            friendship: self.friendship,
            following: self.following,
            pending: self.pending,
            next_entry: self.next_entry.saturating_add(1),
            next_task: self.next_task.saturating_add(1),
            ..Self::new(self.key, account)
        }
    }

    /// Its Official Account is disconnected, and who its person is stays known: what was said and is in no entry yet is dropped, and
    /// nothing waits any more. Numbers go on behind its own, since an entry may be sealed. What the person has decided stays.
    pub fn at_rest(self) -> Self {
        Self {
            open: None,
            pending: Vec::new(),
            continued: None,
            sync_queued: false,
            inbox_queued: false,
            unanswered_since_ms: None,
            first_since_answer: None,
            task: None,
            reply_chance: None,
            read_token: None,
            next_entry: self.next_entry.saturating_add(1),
            next_task: self.next_task.saturating_add(1),
            ..self
        }
    }
}
