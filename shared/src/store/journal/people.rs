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
        let mut at = from.unwrap_or(PeopleCursor { shard: 0, after: String::new() });
        let (mut people, mut unreadable) = (Vec::new(), 0);
        while at.shard < SHARDS {
            let (partition, room) = (people_partition(channel, at.shard), limit - people.len());
            let rows = self.0.range(&partition, &at.after, &prefix_end(""), room).await?;
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
                at = PeopleCursor { shard: at.shard + 1, after: String::new() };
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
