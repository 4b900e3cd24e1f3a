//! The people of an Official Account, to be listed: conversations lie by their hash, and nobody finds them by their channel.
//!
//! A person is listed by the write that begins their conversation, and goes from the list with the erasing of it.

use super::*;
use crate::domain::ids::LineUserId;

/// How many lists the people of an Official Account are spread over, so that no partition of the table is hot.
const SHARDS: u32 = 16;

/// Where a listing goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleCursor {
    shard: u32,
    after: String,
}

/// A part of the people: of one Official Account everybody is in exactly one of `of` parts, whoever comes or goes, and the parts
/// are about equally large, since nobody chooses their hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeoplePart {
    number: u32,
    of: u32,
}

impl PeoplePart {
    /// Everybody.
    pub const ALL: Self = Self { number: 0, of: 1 };
    /// There are never more parts.
    pub const MOST: u32 = SHARDS * BINS;

    /// Part `number`, counted from 0, of `of`: a power of two, at most [`MOST`](Self::MOST).
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (of.is_power_of_two() && of <= Self::MOST && number < of).then_some(Self { number, of })
    }

    /// Its number, counted from 0, and of how many.
    pub fn place(self) -> (u32, u32) {
        (self.number, self.of)
    }

    /// The lists, and where in each of them it begins and ends, by the first digit of the hash.
    fn span(self) -> (std::ops::Range<u32>, String, String) {
        let size = Self::MOST / self.of;
        let first = self.number * size;
        let (shards, bins) = match size {
            size if size >= BINS => (first / BINS..(first + size) / BINS, 0..BINS),
            size => (first / BINS..first / BINS + 1, first % BINS..first % BINS + size),
        };
        // What a later version may have put before the first digit or behind the last is in a part, too.
        let begin = if bins.start == 0 { String::new() } else { format!("{:x}", bins.start) };
        let end = if bins.end == BINS { prefix_end("") } else { prefix_end(&format!("{:x}", bins.end - 1)) };
        (shards, begin, end)
    }
}

/// By the first digit of their hash.
const BINS: u32 = 16;

/// A page of people.
#[derive(Debug, Clone)]
pub struct PeoplePage {
    /// Who, in no order that says anything.
    pub people: Vec<ConversationKey>,
    /// How many rows another version wrote: this one cannot say who they are.
    pub unreadable: usize,
    /// Where to go on. `None`: that was all.
    pub next: Option<PeopleCursor>,
}

impl Journal {
    /// A page of the people with whom an Official Account has a conversation, at most `limit`, from where the page before ended.
    /// Who comes or is erased meanwhile may be in it or not; everybody else is in exactly one page.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn people(
        &self,
        channel: &ChannelId,
        from: Option<PeopleCursor>,
        limit: usize,
    ) -> Result<PeoplePage, PortError> {
        self.people_of(channel, PeoplePart::ALL, from, limit).await
    }

    /// The same of a part of them.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn people_of(
        &self,
        channel: &ChannelId,
        part: PeoplePart,
        from: Option<PeopleCursor>,
        limit: usize,
    ) -> Result<PeoplePage, PortError> {
        let (shards, begin, end) = part.span();
        let mut at = from.unwrap_or_else(|| PeopleCursor { shard: shards.start, after: begin.clone() });
        let (mut people, mut unreadable) = (Vec::new(), 0);
        while at.shard < shards.end {
            let (partition, room) = (people_partition(channel, at.shard), limit - people.len());
            let rows = self.0.range(&partition, &at.after, &end, room).await?;
            for row in &rows {
                match row.read() {
                    Ok(person) => people.push(person),
                    Err(_) => unreadable += 1,
                }
                at.after = table::behind(&row.key.sort);
            }
            if people.len() == limit {
                return Ok(PeoplePage { people, unreadable, next: Some(at) });
            }
            if rows.len() < room {
                at = PeopleCursor { shard: at.shard + 1, after: begin.clone() };
            }
        }
        Ok(PeoplePage { people, unreadable, next: None })
    }
}

/// The person is among those of their Official Account. None for a group, a room or the channel itself. Twice is once.
pub fn person_listed(key: &ConversationKey) -> Option<Write> {
    let user = key.source.user()?;
    Some(Write::put(person_key(&key.channel, user), key, Precondition::Any))
}

/// The person is among them no more.
pub fn person_unlisted(key: &ConversationKey) -> Option<Write> {
    let user = key.source.user()?;
    Some(Write::Delete { key: person_key(&key.channel, user), expect: Precondition::Any })
}

fn people_partition(channel: &ChannelId, shard: u32) -> String {
    format!("f:{channel}:{shard}")
}

pub(super) fn person_key(channel: &ChannelId, user: &LineUserId) -> RowKey {
    let name = fingerprint(&[user.expose()]);
    let shard = u32::from_str_radix(&name[..4], 16).unwrap_or(0) % SHARDS;
    RowKey::new(people_partition(channel, shard), name)
}
