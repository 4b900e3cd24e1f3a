//! What erasing a person asks of the journal, and what everybody else must know of it.

use super::*;
use crate::domain::ids::NoteId;

/// What a conversation holds beside its state, tombstones left out.
#[derive(Debug, Default)]
pub struct ErasableRows {
    /// Activities with their words.
    pub texts: Vec<RowKey>,
    /// Where messages stand, which were taken back, what became of their files, which of the operators' are on their way, and who was told
    /// that nobody is there.
    pub messages: Vec<RowKey>,
    /// The same of those that say which note an entry became.
    pub noted: Vec<RowKey>,
    /// Entries.
    pub entries: Vec<RowKey>,
    /// The notes that entries became.
    pub notes: Vec<NoteId>,
    /// Its effects in the outbox.
    pub effects: Vec<OutboxRow>,
}

impl Journal {
    /// The writes after which no words of a conversation wait in the rows that say that they were recorded, named by its state or not.
    ///
    /// # Errors
    /// As the table's.
    pub async fn words_dropped(&self, key: &ConversationKey, now_ms: i64) -> Result<Vec<Write>, PortError> {
        let rows = [self.all(&partition(key), "m:").await?, self.all(&partition(key), "t:").await?].concat();
        let with_words = rows.into_iter().filter(messages::has_words);
        Ok(with_words.map(|row| messages::gone(row.key, None, now_ms)).collect())
    }

    /// Whether and when the conversation was erased.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn erasure(&self, key: &ConversationKey) -> Result<Erasure, PortError> {
        let found = self.read(&erased_key(key)).await?;
        Ok(found.map_or(Erasure::read(None, 0), |row| Erasure::read(Some(row.value), row.version)))
    }

    /// Everything of the conversation but its state, its claim and its tombstones. Walks the account's whole
    /// outbox, page by page: it is for rare use.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn erasable_rows(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
    ) -> Result<ErasableRows, PortError> {
        let mut erasable = self.erasable_rows_but_effects(key).await?;
        for list in outbox_partitions(account) {
            for row in self.all(&list, "").await? {
                match row.read::<OutboxRow>() {
                    Ok(row) if row.effect.conversation() == Some(key) => erasable.effects.push(row),
                    Ok(_) => {}
                    // Whose it is, another version knows. It is theirs if it names them.
                    Err(_) if names(&row, key) => erasable.entries.push(row.key),
                    Err(_) => {}
                }
            }
        }
        Ok(erasable)
    }

    /// Rows of nothing but words of a conversation: that are in no entry yet, wait for the CRM's inbox, or were refused.
    ///
    /// # Errors
    /// As the table's.
    pub async fn text_rows(&self, key: &ConversationKey) -> Result<Vec<RowKey>, PortError> {
        let mut texts = Vec::new();
        for prefix in ["p:", "h:", inboxing::FOR_INBOX, inboxing::REFUSED] {
            texts.extend(self.all(&partition(key), prefix).await?.into_iter().map(|row| row.key));
        }
        Ok(texts)
    }

    /// The same as [`erasable_rows`](Self::erasable_rows) without the outbox: the dispatcher finds nobody there whom its effects are about.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn erasable_rows_but_effects(&self, key: &ConversationKey) -> Result<ErasableRows, PortError> {
        let keys = |rows: Vec<Row>| rows.into_iter().map(|row| row.key).collect::<Vec<_>>();
        let mut erasable = ErasableRows { texts: self.text_rows(key).await?, ..ErasableRows::default() };
        for prefix in ["u:", "s:", "f:", inboxing::WITHOUT_FILE, "y:"] {
            erasable.messages.extend(keys(self.all(&partition(key), prefix).await?));
        }
        for row in [self.all(&partition(key), "m:").await?, self.all(&partition(key), "t:").await?].concat() {
            let note = messages::note_of(&row);
            match note {
                _ if messages::has_words(&row) => erasable.texts.push(row.key),
                Some(note) => {
                    erasable.notes.push(note);
                    erasable.noted.push(row.key);
                }
                // That an event was recorded, and nothing else, stays.
                None if row.key.sort.starts_with("t:") => {}
                None => erasable.messages.push(row.key),
            }
        }
        for row in self.all(&partition(key), "n:").await? {
            // An entry that another version wrote goes, too; which note it became only that version could tell.
            erasable.notes.extend(row.read::<Entry>().ok().and_then(|entry| entry.note));
            erasable.entries.push(row.key);
        }
        Ok(erasable)
    }
}

/// Whether a row that cannot be read speaks of this person.
fn names(row: &Row, key: &ConversationKey) -> bool {
    key.source.user().is_some_and(|user| row.body.contains(user.expose())) || row.key.sort.contains(&key.hash())
}

/// The rest happens only if the conversation was not erased (again) since this was read.
pub fn not_erased_since(key: &ConversationKey, erasure: &Erasure) -> Write {
    Write::Check { key: erased_key(key), expect: Precondition::Version(erasure.version()) }
}

/// The conversation was erased at `now_ms`.
pub fn erased(key: &ConversationKey, now_ms: i64) -> Write {
    Write::put(erased_key(key), &now_ms, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

pub(super) fn erased_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "erased")
}
