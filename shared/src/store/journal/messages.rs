//! Where a message and its edits stand, one row each: a person may edit a message as often as they like, and no row grows by it.
//!
//! The row is named by the event that brought it (its time and ID), and says with it that this event is recorded: it stays when the message stands
//! nowhere any more. Each remembers which entry was next when it was recorded. No older entry can hold it, so the one that does is
//! found by looking from there on, most often at once. Rows of before are named by their place in the order, or are one list for
//! a message and say nothing of entries.

use super::*;

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
}

/// What the row says.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stands {
    /// Here.
    Here(MessagePosition),
    /// Nowhere any more. The event is recorded all the same.
    Nowhere {
        /// Always true.
        gone: bool,
    },
}

/// The positions of a message.
#[derive(Debug, Clone, Default)]
pub struct MessagePositions {
    /// All of them, first those of `old`.
    pub all: Vec<MessagePosition>,
    /// The rows of the others.
    rows: Vec<(Mark, RowKey)>,
    /// Those of a row of before, and its version.
    old: Option<Versioned<Vec<Mark>>>,
}

impl MessagePositions {
    /// The writes after which these stand nowhere any more: nothing of them is left to be taken out of an entry.
    pub fn forgotten(&self, key: &ConversationKey, message: &MessageId, marks: &[Mark], now_ms: i64) -> Vec<Write> {
        let rows = self.rows.iter().filter(|(mark, _)| marks.contains(mark));
        let mut writes: Vec<Write> = rows.map(|(_, row)| gone(row.clone(), now_ms)).collect();
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

    /// Whether the event of `at_ms` (LINE's time, in milliseconds) that brought this message, or this edit of it, is recorded by where it
    /// stands, or stood.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_message_recorded(
        &self,
        key: &ConversationKey,
        message: &MessageId,
        at_ms: i64,
        event: &EventId,
    ) -> Result<bool, PortError> {
        Ok(self.0.get(&position_key(key, message, at_ms, event)).await?.is_some())
    }

    /// An activity whose words are still here.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn pending(&self, key: &ConversationKey, mark: &Mark) -> Result<Option<Versioned<Activity>>, PortError> {
        self.read(&pending_key(key, mark)).await
    }

    /// The first activities whose words are still here, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn all_pending(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.0.range(&partition(key), "p:", &prefix_end("p:"), limit).await?;
        rows.iter().map(Row::read).collect()
    }

    /// The last activities whose words are still here, in order. Reads all of them: more than a few pages lie there only while the CRM
    /// takes nothing.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn last_pending(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.all(&partition(key), "p:").await?;
        rows[rows.len().saturating_sub(limit)..].iter().map(Row::read).collect()
    }

    /// The first activities whose words the CRM refused, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn refused(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.all(&partition(key), "h:").await?;
        rows.iter().take(limit).map(Row::read).collect()
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
        let mut all: Vec<_> = of_before.map(|mark| MessagePosition { mark: mark.clone(), not_before: 0 }).collect();
        let mut rows = Vec::new();
        for row in self.all(&partition(key), &positions_prefix(message)).await? {
            if let Stands::Here(position) = row.read()? {
                rows.push((position.mark.clone(), row.key));
                all.push(position);
            }
        }
        Ok(MessagePositions { all, rows, old })
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
                let entry: Entry = row.read()?;
                from = entry.number + 1;
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

/// What stood there stands nowhere any more.
fn gone(row: RowKey, now_ms: i64) -> Write {
    Write::put(row, &Stands::Nowhere { gone: true }, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
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

/// The activity and its words wait for their entry; `version` as read, 0 for a new one.
pub fn pending(key: &ConversationKey, activity: &Activity, version: u64, now_ms: i64) -> Write {
    Write::put(pending_key(key, &activity.mark), activity, Precondition::Version(version)).expiring(now_ms, TEXT_DAYS)
}

/// The words are forgotten.
pub fn forget(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Delete { key: pending_key(key, mark), expect: Precondition::Any }
}

/// The CRM refuses the activity's words: they are kept for an operator, for as long as any words are.
pub fn keep_refused(key: &ConversationKey, activity: &Activity) -> Write {
    Write::put(refused_key(key, &activity.mark), activity, Precondition::Any)
        .expiring(activity.arrived_at_ms, TEXT_DAYS)
}

/// Words that were refused are kept no more.
pub fn forget_refused(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Delete { key: refused_key(key, mark), expect: Precondition::Any }
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

pub(super) fn pending_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    RowKey::new(partition(key), format!("p:{}", mark_sort(mark)))
}

/// A mark as part of a key: keys are in the order of marks. `!` comes before all that IDs are made of.
pub(super) fn mark_sort(mark: &Mark) -> String {
    let (at_ms, event) = (mark.at_ms.max(0), &mark.event);
    let Some(place) = &mark.place else { return format!("{at_ms:013}:{event}") };
    let message = place.message.as_ref().map_or("", MessageId::as_str);
    format!("{at_ms:013}:{}!{:06}!{:03}{message}!{event}", place.webhook, place.number, message.len())
}

/// In the order of marks, as those of pending activities are.
pub(super) fn refused_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    let pending = pending_key(key, mark);
    RowKey { sort: pending.sort.replacen("p:", "h:", 1), ..pending }
}
