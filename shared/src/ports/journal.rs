//! The journal: events, sends, sealed entries and owed work, all that must change in one transaction.
//!
//! | partition | sort | row |
//! | --- | --- | --- |
//! | `c:{conversation}` | `head` | [`Conversation`], no text, kept |
//! | | `t:{event}` | tombstone: this event is recorded, 60 days |
//! | | `m:{message}` | where a message and its edits stand, 60 days |
//! | | `u:{message}` | the message was taken back, 60 days |
//! | | `r:{event}` | our answer to the event is on the timeline, 60 days |
//! | | `x:{event}` | what the event asked for, beyond being recorded, is done, 60 days |
//! | | `p:{at_ms}:{event}` | [`Activity`] with its words, until its entry is acknowledged (30 days behind that) |
//! | | `n:{number}` | [`Entry`], 60 days |
//! | | `claim` | [`Claim`] with what LINE Login told, until the contact follows it (30 days behind that) |
//! | | `erased` | when everything else of it was erased, 60 days: what still comes from before is dropped |
//! | `q:{account}` | `{conversation}` | [`Question`], until an operator decides |
//! | `g:{contact}` | `{conversation}` | who was tied to a contact that is gone, 120 days: a privacy deletion may follow |
//! | `l:{state}` | `attempt` | [`LoginAttempt`], one day |
//! | `a:{nonce}` | `nonce` | [`LinkNonce`](crate::domain::account_link::LinkNonce) of an account link, one day |
//! | `s:{push}` | `push` | [`Push`], 400 days once settled |
//! | `k:{account}` | `{push}` | a parked send, for operators' lists |
//! | `d:{channel}` | `dropped` | [`NotLinked`], kept |
//! | `o:{account}:{shard}` | `{due_at_ms}:{name}` | [`OwedRow`] |

use std::sync::Arc;

use futures::future::try_join_all;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::PortError;
use super::rows::{Commit, Expect, Row, RowKey, Rows, Versioned, Write, prefix_end};
use crate::domain::account::CrmAccountKey;
use crate::domain::activity::{Activity, Mark};
use crate::domain::claim::Claim;
use crate::domain::conversation::{Conversation, ConversationKey, NotLinked};
use crate::domain::entry::Entry;
use crate::domain::ids::{ChannelId, ContactId, EventId, MessageId, fingerprint};
use crate::domain::login::LoginAttempt;
use crate::domain::owed::{OwedRow, SHARDS};
use crate::domain::push::{Push, PushId, PushState};

/// Tombstones outlive the queue, its dead-letter queue and one redrive.
const TOMBSTONE_DAYS: i64 = 60;
/// HubSpot's v2 signature never expires: neither may the memory of an action.
const SETTLED_PUSH_DAYS: i64 = 400;
/// Stands behind the deletion that acknowledgement does.
const TEXT_DAYS: i64 = 30;
/// Far longer than an attempt to log in may take.
const ATTEMPT_DAYS: i64 = 1;

/// HubSpot keeps what was deleted for 90 days; a privacy deletion may come as late.
const GONE_DAYS: i64 = 120;

/// An operator is asked: is this person that contact? It holds no name and no address; the operator looks at the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The person's conversation.
    pub conversation: ConversationKey,
    /// The contact that has the person's e-mail address.
    pub contact: ContactId,
}

mod answers;

/// The journal.
#[derive(Clone)]
pub struct Journal(Arc<dyn Rows>);

impl Journal {
    /// Over the journal's table.
    pub fn new(rows: Arc<dyn Rows>) -> Self {
        Self(rows)
    }

    /// The table, to stand something before it.
    pub fn rows(&self) -> Arc<dyn Rows> {
        Arc::clone(&self.0)
    }

    /// All writes or none; see [`Rows::commit`].
    ///
    /// # Errors
    /// As the table's.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        self.0.commit(writes).await
    }

    /// A conversation's state.
    ///
    /// # Errors
    /// As the table's.
    pub async fn conversation(&self, key: &ConversationKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.read(&head_key(key)).await
    }

    /// Whether the event is recorded.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_recorded(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&tombstone_key(key, event)).await?.is_some())
    }

    /// Where a message and its edits stand; empty if it has not come.
    ///
    /// # Errors
    /// As the table's.
    pub async fn marks_of(
        &self,
        key: &ConversationKey,
        message: &MessageId,
    ) -> Result<Versioned<Vec<Mark>>, PortError> {
        Ok(self.read(&message_key(key, message)).await?.unwrap_or(Versioned { value: Vec::new(), rev: 0 }))
    }

    /// Whether the message was taken back.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_unsent(&self, key: &ConversationKey, message: &MessageId) -> Result<bool, PortError> {
        Ok(self.0.get(&unsent_key(key, message)).await?.is_some())
    }

    /// Sends that wait for a person's decision.
    ///
    /// # Errors
    /// As the table's.
    pub async fn parked(&self, account: &CrmAccountKey) -> Result<Vec<PushId>, PortError> {
        let rows = self.0.range(&parked_partition(account), "", &prefix_end(""), 1000).await?;
        rows.iter().map(Row::read).collect()
    }

    /// How much was dropped because nobody was tied to who said it.
    ///
    /// # Errors
    /// As the table's.
    pub async fn not_linked(&self, channel: &ChannelId) -> Result<Versioned<NotLinked>, PortError> {
        Ok(self.read(&not_linked_key(channel)).await?.unwrap_or(Versioned { value: NotLinked::default(), rev: 0 }))
    }

    /// An activity whose words are still here.
    ///
    /// # Errors
    /// As the table's.
    pub async fn pending(&self, key: &ConversationKey, mark: &Mark) -> Result<Option<Versioned<Activity>>, PortError> {
        self.read(&pending_key(key, mark)).await
    }

    /// The first activities whose words are still here, in order.
    ///
    /// # Errors
    /// As the table's.
    pub async fn all_pending(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.0.range(&partition(key), "p:", &prefix_end("p:"), limit).await?;
        rows.iter().map(Row::read).collect()
    }

    /// An entry.
    ///
    /// # Errors
    /// As the table's.
    pub async fn entry(&self, key: &ConversationKey, number: u32) -> Result<Option<Versioned<Entry>>, PortError> {
        self.read(&entry_key(key, number)).await
    }

    /// The entry that holds a message, if one does.
    ///
    /// # Errors
    /// As the table's.
    pub async fn entry_with(&self, key: &ConversationKey, message: &MessageId) -> Result<Option<Entry>, PortError> {
        let rows = self.0.range(&partition(key), "n:", &prefix_end("n:"), 1000).await?;
        for row in rows.iter().rev() {
            let entry: Entry = row.read()?;
            if entry.position(message).is_some() {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    /// Who the person is said to be, until the contact follows.
    ///
    /// # Errors
    /// As the table's.
    pub async fn claim(&self, key: &ConversationKey) -> Result<Option<Versioned<Claim>>, PortError> {
        self.read(&claim_key(key)).await
    }

    /// What operators are asked about an account's people.
    ///
    /// # Errors
    /// As the table's.
    pub async fn questions(&self, account: &CrmAccountKey) -> Result<Vec<Question>, PortError> {
        let rows = self.0.range(&question_partition(account), "", &prefix_end(""), 1000).await?;
        rows.iter().map(Row::read).collect()
    }

    /// Who was tied to a contact that is gone.
    ///
    /// # Errors
    /// As the table's.
    pub async fn once_tied(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
    ) -> Result<Vec<ConversationKey>, PortError> {
        let rows = self.0.range(&gone_partition(account, contact), "", &prefix_end(""), 1000).await?;
        rows.iter().map(Row::read).collect()
    }

    /// When the conversation was erased, in milliseconds.
    ///
    /// # Errors
    /// As the table's.
    pub async fn erased_at_ms(&self, key: &ConversationKey) -> Result<Option<i64>, PortError> {
        Ok(self.read(&erased_key(key)).await?.map(|row| row.value))
    }

    /// An attempt to log in, by its state.
    ///
    /// # Errors
    /// As the table's.
    pub async fn attempt(&self, state: &str) -> Result<Option<Versioned<LoginAttempt>>, PortError> {
        self.read(&attempt_key(state)).await
    }

    /// A send.
    ///
    /// # Errors
    /// As the table's.
    pub async fn push(&self, id: PushId) -> Result<Option<Versioned<Push>>, PortError> {
        self.read(&push_key(id)).await
    }

    /// An account's owed rows that are due, oldest first within each list, about `limit` of them.
    ///
    /// # Errors
    /// As the table's.
    pub async fn due(
        &self,
        account: &CrmAccountKey,
        until_ms: i64,
        limit: usize,
    ) -> Result<Vec<Versioned<OwedRow>>, PortError> {
        let each = limit.div_ceil(SHARDS as usize);
        let to = format!("{until_ms:013}:\u{10FFFF}");
        let lists = try_join_all((0..SHARDS).map(|shard| {
            let to = to.clone();
            async move { self.0.range(&owed_partition(account, shard), "", &to, each).await }
        }))
        .await?;
        let mut rows = Vec::new();
        for row in lists.into_iter().flatten() {
            rows.push(Versioned { value: row.read::<OwedRow>()?, rev: row.rev });
        }
        rows.sort_by_key(|row| row.value.due_at_ms);
        Ok(rows)
    }

    /// How many rows an account is owed, counted up to `limit` a list.
    ///
    /// # Errors
    /// As the table's.
    pub async fn count_owed(&self, account: &CrmAccountKey, limit: usize) -> Result<usize, PortError> {
        Ok(self.due(account, 9_999_999_999_999, limit * SHARDS as usize).await?.len())
    }

    async fn read<T: DeserializeOwned>(&self, key: &RowKey) -> Result<Option<Versioned<T>>, PortError> {
        let row = self.0.get(key).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, rev: row.rev })).transpose()
    }
}

/// The writes that the journal knows.
pub mod write {
    use super::*;

    pub use super::answers::{done, event_answered, nonce};

    /// The conversation becomes this, if nobody changed it since it was read.
    pub fn conversation(value: &Conversation, rev: u64) -> Write {
        Write::put(head_key(&value.key), value, Expect::Rev(rev))
    }

    /// The event is recorded, if it was not.
    pub fn tombstone(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
        Write::put(tombstone_key(key, event), &true, Expect::Absent).expiring(now_ms, TOMBSTONE_DAYS)
    }

    /// The message and its edits stand here; `rev` as read.
    pub fn marks_of(key: &ConversationKey, message: &MessageId, marks: &[Mark], rev: u64, now_ms: i64) -> Write {
        Write::put(message_key(key, message), &marks, Expect::Rev(rev)).expiring(now_ms, TOMBSTONE_DAYS)
    }

    /// The message was taken back.
    pub fn unsent(key: &ConversationKey, message: &MessageId, now_ms: i64) -> Write {
        Write::put(unsent_key(key, message), &true, Expect::Any).expiring(now_ms, TOMBSTONE_DAYS)
    }

    /// So much was dropped, ever; `rev` as read.
    pub fn not_linked(channel: &ChannelId, value: &NotLinked, rev: u64) -> Write {
        Write::put(not_linked_key(channel), value, Expect::Rev(rev))
    }

    /// The send waits for a person's decision.
    pub fn parked(push: &Push) -> Write {
        Write::put(RowKey::new(parked_partition(&push.account), push.id.to_string()), &push.id, Expect::Any)
    }

    /// The send waits no more.
    pub fn decided(push: &Push) -> Write {
        Write::Delete { key: RowKey::new(parked_partition(&push.account), push.id.to_string()), expect: Expect::Any }
    }

    /// The activity and its words wait for their entry; `rev` as read, 0 for a new one.
    pub fn pending(key: &ConversationKey, activity: &Activity, rev: u64, now_ms: i64) -> Write {
        Write::put(pending_key(key, &activity.mark), activity, Expect::Rev(rev)).expiring(now_ms, TEXT_DAYS)
    }

    /// The words are forgotten.
    pub fn forget(key: &ConversationKey, mark: &Mark) -> Write {
        Write::Delete { key: pending_key(key, mark), expect: Expect::Any }
    }

    /// The person is said to be this; `rev` as read, 0 for a new claim.
    pub fn claim(key: &ConversationKey, claim: &Claim, rev: u64, now_ms: i64) -> Write {
        Write::put(claim_key(key), claim, Expect::Rev(rev)).expiring(now_ms, TEXT_DAYS)
    }

    /// The contact follows the claim, if it is still the one that was read.
    pub fn heeded(key: &ConversationKey, rev: u64) -> Write {
        Write::Delete { key: claim_key(key), expect: Expect::Rev(rev) }
    }

    /// The claim, whatever it is, is forgotten.
    pub fn unsaid(key: &ConversationKey) -> Write {
        Write::Delete { key: claim_key(key), expect: Expect::Any }
    }

    /// An operator is asked whether the person is this contact.
    pub fn question(account: &CrmAccountKey, key: &ConversationKey, contact: &ContactId) -> Write {
        let question = Question { conversation: key.clone(), contact: contact.clone() };
        Write::put(question_key(account, key), &question, Expect::Any)
    }

    /// The operator has answered.
    pub fn answered(account: &CrmAccountKey, key: &ConversationKey) -> Write {
        Write::Delete { key: question_key(account, key), expect: Expect::Any }
    }

    /// The person was tied to a contact that is gone.
    pub fn once_tied(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey, now_ms: i64) -> Write {
        Write::put(gone_key(account, contact, key), key, Expect::Any).expiring(now_ms, GONE_DAYS)
    }

    /// That is forgotten.
    pub fn once_tied_no_more(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey) -> Write {
        Write::Delete { key: gone_key(account, contact, key), expect: Expect::Any }
    }

    /// The conversation was erased at `now_ms`.
    pub fn erased(key: &ConversationKey, now_ms: i64) -> Write {
        Write::put(erased_key(key), &now_ms, Expect::Any).expiring(now_ms, TOMBSTONE_DAYS)
    }

    /// The attempt to log in becomes this; `rev` as read, 0 for a new one.
    pub fn attempt(state: &str, attempt: &LoginAttempt, rev: u64) -> Write {
        Write::put(attempt_key(state), attempt, Expect::Rev(rev)).expiring(attempt.began_at_ms, ATTEMPT_DAYS)
    }

    /// The entry becomes this.
    pub fn entry(key: &ConversationKey, entry: &Entry, rev: u64, now_ms: i64) -> Write {
        Write::put(entry_key(key, entry.number), entry, Expect::Rev(rev)).expiring(now_ms, TOMBSTONE_DAYS)
    }

    /// The entry was not written and never will be: its activities wait for another.
    pub fn unseal(key: &ConversationKey, number: u32) -> Write {
        Write::Delete { key: entry_key(key, number), expect: Expect::Any }
    }

    /// The send becomes this.
    pub fn push(push: &Push, rev: u64, now_ms: i64) -> Write {
        // A parked send is settled before its words would have to go.
        let days = if matches!(push.state, PushState::Sending(_)) { TEXT_DAYS } else { SETTLED_PUSH_DAYS };
        Write::put(push_key(push.id), push, Expect::Rev(rev)).expiring(now_ms, days)
    }

    /// The work is owed. Rows of one name and due time are one row.
    pub fn owe(row: &OwedRow) -> Write {
        Write::put(owed_key(row), row, Expect::Any)
    }

    /// The work is owed no more.
    pub fn paid(row: &OwedRow) -> Write {
        Write::Delete { key: owed_key(row), expect: Expect::Any }
    }
}

fn partition(key: &ConversationKey) -> String {
    format!("c:{}", key.hash())
}

fn head_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "head")
}

fn tombstone_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("t:{event}"))
}

fn message_key(key: &ConversationKey, message: &MessageId) -> RowKey {
    RowKey::new(partition(key), format!("m:{message}"))
}

fn unsent_key(key: &ConversationKey, message: &MessageId) -> RowKey {
    RowKey::new(partition(key), format!("u:{message}"))
}

fn pending_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    RowKey::new(partition(key), format!("p:{:013}:{}", mark.at_ms.max(0), mark.event))
}

fn entry_key(key: &ConversationKey, number: u32) -> RowKey {
    RowKey::new(partition(key), format!("n:{number:08}"))
}

fn question_partition(account: &CrmAccountKey) -> String {
    format!("q:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

fn question_key(account: &CrmAccountKey, key: &ConversationKey) -> RowKey {
    RowKey::new(question_partition(account), key.hash())
}

fn gone_partition(account: &CrmAccountKey, contact: &ContactId) -> String {
    format!("g:{}", fingerprint(&[account.kind.as_str(), account.id.as_str(), contact.as_str()]))
}

fn gone_key(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey) -> RowKey {
    RowKey::new(gone_partition(account, contact), key.hash())
}

fn claim_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "claim")
}

fn erased_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "erased")
}

fn attempt_key(state: &str) -> RowKey {
    RowKey::new(format!("l:{}", fingerprint(&[state])), "attempt")
}

fn push_key(id: PushId) -> RowKey {
    RowKey::new(format!("s:{id}"), "push")
}

fn not_linked_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("d:{}", fingerprint(&[channel.as_str()])), "dropped")
}

fn parked_partition(account: &CrmAccountKey) -> String {
    format!("k:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

fn owed_partition(account: &CrmAccountKey, shard: u32) -> String {
    format!("o:{}:{shard}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

fn owed_key(row: &OwedRow) -> RowKey {
    RowKey::new(
        owed_partition(&row.account, row.owed.shard()),
        format!("{:013}:{}", row.due_at_ms.max(0), row.owed.name()),
    )
}
