//! Where a message and its edits stand, one row each: a person may edit a message as often as they like, and no row grows by it.
//!
//! The row is named by the event that brought it (its time and ID), and says with it that this event is recorded: it stays when the message stands
//! nowhere any more. Each remembers which entry was next when it was recorded. No older entry can hold it, so the one that does is
//! found by looking from there on, most often at once. Rows of before are named by their place in the order, or are one list for
//! a message and say nothing of entries. Until its entry stands, the row may hold the message's words, too: see [`words`](super::words).

use super::words::with_its_trace;
use super::*;
use crate::domain::ids::NoteId;

/// How many entries are read together.
const PAGE: usize = 20;

/// Where a message, or an edit of it, stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePosition {
    /// Its place in the order.
    pub mark: Mark,
    /// No entry with a smaller number holds it.
    #[serde(default)]
    pub not_before: u32,
    /// The note that its entry became, where that holds nothing else: then this alone says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<NoteId>,
}

/// What the row says.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Stands {
    /// Where its mark says, and its words wait here.
    Waits {
        /// The message, or the edit of it.
        says: Activity,
        /// See [`MessagePosition`].
        not_before: u32,
    },
    /// Here.
    Here(MessagePosition),
    /// Nowhere any more. The event is recorded all the same.
    Nowhere {
        /// Always true.
        gone: bool,
        /// As a position has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<NoteId>,
    },
    /// The event is recorded: it brought no message, or is of before.
    Recorded(bool),
}

/// The positions of a message.
#[derive(Debug, Clone, Default)]
pub struct MessagePositions {
    /// All of them, first those of `old`.
    pub all: Vec<MessagePosition>,
    /// Those of which the words wait with them.
    pub words: Vec<Words>,
    /// The rows of the others but those of `old`.
    rows: Vec<(MessagePosition, RowKey)>,
    /// Those of a row of before, and its version.
    old: Option<Versioned<Vec<Mark>>>,
}

impl MessagePositions {
    /// The writes after which these stand nowhere any more: nothing of them is left to be taken out of an entry. One whose words still wait
    /// stays as it is.
    pub fn forgotten(&self, key: &ConversationKey, message: &MessageId, marks: &[Mark], now_ms: i64) -> Vec<Write> {
        let rows = self.rows.iter().filter(|(position, _)| marks.contains(&position.mark));
        let gone = |(position, row): &(MessagePosition, RowKey)| gone(row.clone(), position.note.clone(), now_ms);
        let mut writes: Vec<Write> = rows.map(gone).collect();
        let is_old = |old: &&Versioned<Vec<Mark>>| old.value.iter().any(|mark| marks.contains(mark));
        if let Some(row) = self.old.as_ref().filter(is_old) {
            let left: Vec<Mark> = row.value.iter().filter(|mark| !marks.contains(mark)).cloned().collect();
            writes.push(old_message_positions(key, message, &left, row.version, now_ms));
        }
        writes
    }
}

impl Journal {
    /// Whether the message was taken back.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_unsent(&self, key: &ConversationKey, message: &MessageId) -> Result<bool, PortError> {
        Ok(self.0.get(&unsent_key(key, message)).await?.is_some())
    }

    /// Where a message and its edits stand; nowhere if it has not come, or if it was taken out everywhere.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn message_positions(
        &self,
        key: &ConversationKey,
        message: &MessageId,
    ) -> Result<MessagePositions, PortError> {
        let old: Option<Versioned<Vec<Mark>>> = self.read(&message_key(key, message)).await?;
        let of_before = old.iter().flat_map(|row| &row.value);
        let mut all: Vec<_> =
            of_before.map(|mark| MessagePosition { mark: mark.clone(), not_before: 0, note: None }).collect();
        let (mut rows, mut words) = (Vec::new(), Vec::new());
        for row in self.all(&partition(key), &positions_prefix(message)).await? {
            match row.read()? {
                Stands::Here(position) => {
                    rows.push((position.clone(), row.key));
                    all.push(position);
                }
                Stands::Nowhere { .. } | Stands::Recorded(_) => {}
                Stands::Waits { says, not_before } => {
                    all.push(MessagePosition { mark: says.mark.clone(), not_before, note: None });
                    words.extend(with_its_trace(Stands::Waits { says, not_before }, row.version));
                }
            }
        }
        Ok(MessagePositions { all, words, rows, old })
    }

    /// The first `limit` entries that hold any of these, oldest first. Looks no further than to where all are found.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn entries_with(
        &self,
        key: &ConversationKey,
        positions: &[MessagePosition],
        limit: usize,
    ) -> Result<Vec<Entry>, PortError> {
        let (mut found, mut left) = (Vec::new(), positions.len());
        let Some(mut from) = positions.iter().map(|position| position.not_before).min() else { return Ok(found) };
        // One that goes on in the next entry is not found yet.
        let holds = |entry: &Entry| {
            let mut held = entry.members.iter().filter(|it| positions.iter().any(|position| position.mark == it.mark));
            let (any, ended) = held
                .by_ref()
                .fold((false, 0), |(_, ended), member| (true, ended + usize::from(member.goes_on_at().is_none())));
            (any, ended)
        };
        loop {
            let page = self.0.range(&partition(key), &entry_key(key, from).sort, &prefix_end("n:"), PAGE).await?;
            for row in &page {
                let mut entry: Entry = row.read()?;
                from = entry.number + 1;
                if let Some(member) = entry.may_be_noted_at() {
                    entry.note = note_at(positions, &member.mark);
                }
                let (any, ended) = holds(&entry);
                left = left.saturating_sub(ended);
                found.extend(any.then_some(entry));
                if left == 0 || found.len() == limit {
                    return Ok(found);
                }
            }
            if page.len() < PAGE {
                return Ok(found);
            }
        }
    }
}

/// The message, or an edit of it, stands here, and the event that brought it is recorded, if it was not.
pub fn message_position(key: &ConversationKey, message: &MessageId, position: &MessagePosition, now_ms: i64) -> Write {
    let row = position_key(key, message, position.mark.at_ms, &position.mark.event);
    Write::put(row, position, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

fn note_at(positions: &[MessagePosition], mark: &Mark) -> Option<NoteId> {
    positions.iter().find(|position| position.mark == *mark)?.note.clone()
}

/// The note that the entry became in which this message stands alone.
pub(super) fn note_of(row: &Row) -> Option<NoteId> {
    match row.read() {
        Ok(Stands::Here(MessagePosition { note, .. }) | Stands::Nowhere { note, .. }) => note,
        _ => None,
    }
}

/// Whether the row of a message holds its words, too.
pub(super) fn has_words(row: &Row) -> bool {
    matches!(row.read(), Ok(Stands::Waits { .. }))
}

/// What stood there stands nowhere any more.
pub(super) fn gone(row: RowKey, note: Option<NoteId>, now_ms: i64) -> Write {
    Write::put(row, &Stands::Nowhere { gone: true, note }, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The list of a row of before becomes this; `version` as read.
pub(super) fn old_message_positions(
    key: &ConversationKey,
    message: &MessageId,
    marks: &[Mark],
    version: u64,
    now_ms: i64,
) -> Write {
    Write::put(message_key(key, message), &marks, Precondition::Version(version)).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The message was taken back.
pub fn unsent(key: &ConversationKey, message: &MessageId, now_ms: i64) -> Write {
    Write::put(unsent_key(key, message), &true, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// Rows of before.
pub(super) fn message_key(key: &ConversationKey, message: &MessageId) -> RowKey {
    RowKey::new(partition(key), format!("m:{message}"))
}

pub(super) fn positions_prefix(message: &MessageId) -> String {
    format!("m:{}:", fingerprint(&[message.as_str()]))
}

/// By LINE's time and ID of the event alone: a redelivery that is cut in another way gives it another place in its webhook.
pub(super) fn position_key(key: &ConversationKey, message: &MessageId, at_ms: i64, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("{}{:013}:{event}", positions_prefix(message), at_ms.max(0)))
}

pub(super) fn unsent_key(key: &ConversationKey, message: &MessageId) -> RowKey {
    RowKey::new(partition(key), format!("u:{message}"))
}
