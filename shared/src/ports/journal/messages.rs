//! Where a message and its edits stand, one row each: a person may edit a message as often as they like, and no row grows by it.
//!
//! Each remembers which entry was next when it was recorded. No older entry can hold it, so the one that does is found by
//! looking from there on, most often at once. Rows of before are one list for a message and say nothing of entries.

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

/// The positions of a message.
#[derive(Debug, Clone, Default)]
pub struct MessagePositions {
    /// All of them.
    pub all: Vec<MessagePosition>,
    /// Those of a row of before, and its version.
    old: Option<Versioned<Vec<Mark>>>,
}

impl MessagePositions {
    /// The writes after which these stand nowhere any more: nothing of them is left to be taken out of an entry.
    pub fn forgotten(&self, key: &ConversationKey, message: &MessageId, marks: &[Mark], now_ms: i64) -> Vec<Write> {
        let is_old = |mark: &&Mark| self.old.as_ref().is_some_and(|old| old.value.contains(mark));
        let (old, new): (Vec<&Mark>, Vec<&Mark>) = marks.iter().partition(is_old);
        let mut writes: Vec<Write> =
            new.into_iter().map(|mark| write::remove(position_key(key, message, mark))).collect();
        if let Some(row) = self.old.as_ref().filter(|_| !old.is_empty()) {
            let left: Vec<Mark> = row.value.iter().filter(|mark| !marks.contains(mark)).cloned().collect();
            writes.push(write::old_message_positions(key, message, &left, row.version, now_ms));
        }
        writes
    }
}

impl Journal {
    /// Where a message and its edits stand; nowhere if it has not come, or if it was taken out everywhere.
    ///
    /// # Errors
    /// As the table's.
    pub async fn message_positions(
        &self,
        key: &ConversationKey,
        message: &MessageId,
    ) -> Result<MessagePositions, PortError> {
        let old: Option<Versioned<Vec<Mark>>> = self.read(&message_key(key, message)).await?;
        let of_before = old.iter().flat_map(|row| &row.value);
        let mut all: Vec<MessagePosition> =
            of_before.map(|mark| MessagePosition { mark: mark.clone(), not_before: 0 }).collect();
        for row in self.all(&partition(key), &positions_prefix(message)).await? {
            all.push(row.read()?);
        }
        Ok(MessagePositions { all, old })
    }

    /// The first `limit` entries that hold any of these, oldest first. Looks no further than to where all are found.
    ///
    /// # Errors
    /// As the table's.
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
