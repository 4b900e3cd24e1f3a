//! What became of the files of a conversation's messages: beside the words and the entries, so that a file that comes late, or never,
//! changes neither.

use super::words::mark_sort;
use super::*;
use crate::domain::file::MessageFile;

const FILES: &str = "f:";

impl Journal {
    /// What became of the file of the message that stands here; `None`: nothing yet.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn file(&self, key: &ConversationKey, mark: &Mark) -> Result<Option<Versioned<MessageFile>>, PortError> {
        self.read(&file_key(key, mark)).await
    }

    /// What became of the files of messages from one moment to another, in milliseconds, both included; in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn files_between(
        &self,
        key: &ConversationKey,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<MessageFile>, PortError> {
        let [from, to] = [from_ms, to_ms.saturating_add(1)].map(|at_ms| format!("{FILES}{:013}", at_ms.max(0)));
        let (mut from, mut files) = (from, Vec::new());
        loop {
            let page = self.0.range(&partition(key), &from, &to, PAGE).await?;
            for row in &page {
                files.push(row.read()?);
            }
            let Some(last) = page.last().filter(|_| page.len() == PAGE) else { return Ok(files) };
            from = table::behind(&last.key.sort);
        }
    }
}

/// How many are read together.
const PAGE: usize = 100;

/// What became of a message's file. Twice is once; a later end wins.
pub fn file(key: &ConversationKey, file: &MessageFile, now_ms: i64) -> Write {
    Write::put(file_key(key, &file.mark), file, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The message was taken back, and its file with it.
pub fn file_gone(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Delete { key: file_key(key, mark), expect: Precondition::Any }
}

/// The rest happens only if the message was not taken back.
pub fn not_unsent(key: &ConversationKey, message: &MessageId) -> Write {
    Write::Check { key: super::messages::unsent_key(key, message), expect: Precondition::Version(0) }
}

/// The rest happens only if nothing more is known of a message's file than what was read at `version` (0: nothing).
pub fn file_unchanged(key: &ConversationKey, mark: &Mark, version: u64) -> Write {
    Write::Check { key: file_key(key, mark), expect: Precondition::Version(version) }
}

/// The rest happens only if this entry is not sealed yet: whoever seals it finds what is written with it.
pub fn not_sealed(key: &ConversationKey, number: u32) -> Write {
    Write::Check { key: entry_key(key, number), expect: Precondition::Version(0) }
}

pub(super) fn file_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    RowKey::new(partition(key), format!("{FILES}{}", mark_sort(mark)))
}
