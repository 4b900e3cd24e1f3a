//! Sealed entries.

use super::*;
use crate::domain::conversation::PendingActivity;
use crate::domain::ids::NoteId;

impl Journal {
    /// An entry.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn entry(&self, key: &ConversationKey, number: u32) -> Result<Option<Versioned<Entry>>, PortError> {
        self.read(&entry_key(key, number)).await
    }

    /// The note that an entry of this conversation became. `None`: it is on its way.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn note_of(&self, key: &ConversationKey, entry: &Entry) -> Result<Option<NoteId>, PortError> {
        match entry.may_be_noted_at() {
            Some(member) => match self.trace(key, &PendingActivity::of_member(member)).await? {
                Trace::Recorded(note) => Ok(note),
                Trace::None | Trace::Waits(_) => Ok(None),
            },
            None => Ok(entry.note.clone()),
        }
    }
}

/// The entry becomes this.
pub fn entry(key: &ConversationKey, entry: &Entry, version: u64, now_ms: i64) -> Write {
    Write::put(entry_key(key, entry.number), entry, Precondition::Version(version)).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The entry was not written and never will be: its activities wait for another.
pub fn unseal(key: &ConversationKey, number: u32) -> Write {
    Write::Delete { key: entry_key(key, number), expect: Precondition::Any }
}

/// The same of an entry that was sealed just now, as long as nobody has taken it up.
pub fn unseal_untried(key: &ConversationKey, number: u32) -> Write {
    Write::Delete { key: entry_key(key, number), expect: Precondition::Version(1) }
}

pub(super) fn entry_key(key: &ConversationKey, number: u32) -> RowKey {
    RowKey::new(partition(key), format!("n:{number:08}"))
}
