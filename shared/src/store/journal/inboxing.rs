//! What waits for the CRM's own inbox: a copy of its words, one row each, apart from what waits for a note. Each place lets go of its
//! own when it has them. Beside them stands which messages go there without their file: it follows once it is known what became of it.

use super::*;

impl Journal {
    /// The first that wait, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn for_inbox(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Versioned<Activity>>, PortError> {
        let rows = self.0.range(&partition(key), FOR_INBOX, &prefix_end(FOR_INBOX), limit).await?;
        rows.iter().map(|row| Ok(Versioned { value: row.read()?, version: row.version })).collect()
    }

    /// The first whose words the inbox refused, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn refused_by_inbox(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.0.range(&partition(key), REFUSED, &prefix_end(REFUSED), limit).await?;
        rows.iter().map(Row::read).collect()
    }
}

impl Journal {
    /// Whether the message that stands here still waits.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn waits_for_inbox(&self, key: &ConversationKey, mark: &Mark) -> Result<bool, PortError> {
        Ok(self.0.get(&row_key(key, FOR_INBOX, mark)).await?.is_some())
    }

    /// Whether it was decided that the message that stands here goes without its file.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn is_without_file(&self, key: &ConversationKey, mark: &Mark) -> Result<bool, PortError> {
        Ok(self.0.get(&row_key(key, WITHOUT_FILE, mark)).await?.is_some())
    }

    /// The first messages that went without their file, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn without_files(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Mark>, PortError> {
        let rows = self.0.range(&partition(key), WITHOUT_FILE, &prefix_end(WITHOUT_FILE), limit).await?;
        rows.iter().map(Row::read).collect()
    }
}

pub(super) const WITHOUT_FILE: &str = "k:";
pub(super) const FOR_INBOX: &str = "i:";
pub(super) const REFUSED: &str = "j:";

/// The activity and its words wait for the inbox, in place of what waited there of it.
pub fn for_inbox(key: &ConversationKey, activity: &Activity, now_ms: i64) -> Write {
    Write::put(row_key(key, FOR_INBOX, &activity.mark), activity, Precondition::Any).expiring(now_ms, TEXT_DAYS)
}

/// The inbox has it, if it is still what was read at `version`: it may have been taken back meanwhile.
pub fn in_inbox(key: &ConversationKey, mark: &Mark, version: u64) -> Write {
    Write::Delete { key: row_key(key, FOR_INBOX, mark), expect: Precondition::Version(version) }
}

/// It waits no more, whatever it is.
pub fn not_for_inbox(key: &ConversationKey, mark: &Mark) -> Write {
    write::remove(row_key(key, FOR_INBOX, mark))
}

/// The inbox refuses its words: they are kept for an operator, for as long as any words are.
pub fn keep_refused_by_inbox(key: &ConversationKey, activity: &Activity) -> Write {
    Write::put(row_key(key, REFUSED, &activity.mark), activity, Precondition::Any)
        .expiring(activity.arrived_at_ms, TEXT_DAYS)
}

/// They are kept no more.
pub fn forget_refused_by_inbox(key: &ConversationKey, mark: &Mark) -> Write {
    write::remove(row_key(key, REFUSED, mark))
}

/// The message goes without its file, which is in no place yet.
pub fn without_file(key: &ConversationKey, mark: &Mark, now_ms: i64) -> Write {
    Write::put(row_key(key, WITHOUT_FILE, mark), mark, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// Its file followed, or never will.
pub fn file_followed(key: &ConversationKey, mark: &Mark) -> Write {
    write::remove(row_key(key, WITHOUT_FILE, mark))
}

/// The rest happens only if the message does not go without its file.
pub fn not_without_file(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Check { key: row_key(key, WITHOUT_FILE, mark), expect: Precondition::Version(0) }
}

/// In the order of marks, as those of pending activities are.
fn row_key(key: &ConversationKey, prefix: &str, mark: &Mark) -> RowKey {
    let pending = words::pending_key(key, mark);
    RowKey { sort: pending.sort.replacen("p:", prefix, 1), ..pending }
}
