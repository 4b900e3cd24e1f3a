//! The journal: events, sends, sealed entries and work in the outbox, all that must change in one transaction.
//!
//! | partition | sort | row |
//! | --- | --- | --- |
//! | `c:{conversation}` | `state` | [`Conversation`], no text, kept |
//! | | `t:{event}` | tombstone: this event is recorded, 60 days |
//! | | `m:{hash of message}:{mark}` | [`Standing`] of a message or an edit of it, 60 days |
//! | | `u:{message}` | the message was taken back, 60 days |
//! | | `r:{event}` | our answer to the event is on the timeline, 60 days |
//! | | `x:{event}` | what the event asked for, beyond being recorded, is done, 60 days |
//! | | `p:{mark}` | [`Activity`] with its words, until its entry is acknowledged (30 days behind that) |
//! | | `h:{as p}` | [`Activity`] whose words the CRM refused, until an operator sends them back (30 days from its arrival) |
//! | | `n:{number}` | [`Entry`], 60 days |
//! | | `claim` | [`Claim`] with what LINE Login told, until the contact follows it (30 days behind that) |
//! | | `erased` | when everything else of it was erased, 60 days: what still comes from before is dropped |
//! | `q:{account}` | `{conversation}` | [`Question`], until an operator decides; of a conflict, which comes up again if it lasts, 30 days; what was denied, 30 days |
//! | `g:{contact}` | `{conversation}` | who was linked to a contact that is gone, 120 days: a privacy deletion may follow |
//! | `i:{channel}` | `friends` | [`FriendsImport`], no IDs, kept |
//! | `l:{state}` | `used` | [`UsedLogin`]: LINE has said who the person is, one day |
//! | `a:{nonce}` | `nonce` | [`LinkNonce`] of an account link, one day |
//! | `s:{push}` | `push` | [`Push`], 400 days once settled |
//! | `w:{contact}` | `outcome` | [`NewestSend`] of a contact, 60 days |
//! | `k:{account}` | `{push}` | a parked send, for operators' lists |
//! | `d:{channel}` | `dropped` | [`NotLinked`], kept |
//! | `v:{channel}` | `event` | when the newest event happened, for operators' lists, kept |
//! | | `refusal` | [`LastRefusal`], for operators' lists, kept |
//! | `o:{account}:{shard}` | `{due_at_ms}:{name}` | [`OutboxRow`] |
//! | `z:{account}` | `unreadable` | when operators were told of outbox rows that another version wrote, 14 days |

mod due;
mod erasing;
mod keys;
mod messages;
mod noted;
mod questions;
pub mod write;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::PortError;
use super::table::{self, Commit, Listed, Precondition, Row, RowKey, Table, Versioned, Write, prefix_end};
use crate::domain::account::CrmAccountKey;
use crate::domain::account_link::LinkNonce;
use crate::domain::activity::{Activity, Mark};
use crate::domain::claim::Claim;
use crate::domain::conversation::{Conversation, ConversationKey, NotLinked};
use crate::domain::entry::Entry;
use crate::domain::friends::FriendsImport;
use crate::domain::ids::{ChannelId, ContactId, EventId, MessageId, fingerprint};
use crate::domain::login::UsedLogin;
use crate::domain::outbox::OutboxRow;
use crate::domain::push::{Push, PushId, PushState};

pub use due::{Due, Unread, Walk};
pub use erasing::{ErasableRows, Erasure};
use keys::*;
pub use messages::{MessagePosition, MessagePositions};
pub use noted::LastRefusal;
pub use questions::{AskedBecause, Question};

/// The newest send whose outcome a contact's property shows, or is about to. Later ones are larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NewestSend {
    /// When it was asked for, in milliseconds.
    pub asked_at_ms: i64,
    /// When it ended, in milliseconds.
    pub at_ms: i64,
    /// Which.
    pub push: PushId,
}

/// The journal.
#[derive(Clone)]
pub struct Journal(Arc<dyn Table>);

impl Journal {
    /// Over the journal's table.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(rows)
    }

    /// The table, to stand something before it.
    pub fn table(&self) -> Arc<dyn Table> {
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
        self.read(&state_key(key)).await
    }

    /// The state of the conversation that this is the [hash](ConversationKey::hash) of.
    ///
    /// # Errors
    /// As the table's.
    pub async fn conversation_by_hash(&self, hash: &str) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.read(&state_key_of(hash)).await
    }

    /// Whether the event is recorded.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_recorded(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&tombstone_key(key, event)).await?.is_some())
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
    pub async fn parked(&self, account: &CrmAccountKey) -> Result<Listed<PushId>, PortError> {
        Ok(Listed::of(&self.all(&parked_partition(account), "").await?))
    }

    /// How much was dropped because nobody was linked to who said it.
    ///
    /// # Errors
    /// As the table's.
    pub async fn not_linked(&self, channel: &ChannelId) -> Result<Versioned<NotLinked>, PortError> {
        Ok(self.read(&not_linked_key(channel)).await?.unwrap_or(Versioned { value: NotLinked::default(), version: 0 }))
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

    /// The first activities whose words the CRM refused, in order.
    ///
    /// # Errors
    /// As the table's.
    pub async fn refused(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.all(&partition(key), "h:").await?;
        rows.iter().take(limit).map(Row::read).collect()
    }

    /// An entry.
    ///
    /// # Errors
    /// As the table's.
    pub async fn entry(&self, key: &ConversationKey, number: u32) -> Result<Option<Versioned<Entry>>, PortError> {
        self.read(&entry_key(key, number)).await
    }

    /// Who the person is said to be, until the contact follows.
    ///
    /// # Errors
    /// As the table's.
    pub async fn claim(&self, key: &ConversationKey) -> Result<Option<Versioned<Claim>>, PortError> {
        self.read(&claim_key(key)).await
    }

    /// Who was linked to a contact that is gone.
    ///
    /// # Errors
    /// As the table's.
    pub async fn former_links(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
    ) -> Result<Listed<ConversationKey>, PortError> {
        Ok(Listed::of(&self.all(&gone_partition(account, contact), "").await?))
    }

    /// Whether the attempt to log in with this state has ended well before.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_login_used(&self, state: &str) -> Result<bool, PortError> {
        Ok(self.read::<UsedLogin>(&used_login_key(state)).await?.is_some())
    }

    /// How far the newest import of the Official Account's friends is. `None`: there was none.
    ///
    /// # Errors
    /// As the table's.
    pub async fn friends_import(&self, channel: &ChannelId) -> Result<Option<Versioned<FriendsImport>>, PortError> {
        self.read(&friends_key(channel)).await
    }

    /// Whom an account link's nonce stands for.
    ///
    /// # Errors
    /// As the table's.
    pub async fn nonce(&self, nonce: &str) -> Result<Option<Versioned<LinkNonce>>, PortError> {
        self.read(&nonce_key(nonce)).await
    }

    /// Whether our answer to the event is on the timeline.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_reply_recorded(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&reply_key(key, event)).await?.is_some())
    }

    /// Whether what the event asked for is done.
    ///
    /// # Errors
    /// As the table's.
    pub async fn is_event_handled(&self, key: &ConversationKey, event: &EventId) -> Result<bool, PortError> {
        Ok(self.0.get(&handled_key(key, event)).await?.is_some())
    }

    /// The newest send whose outcome is known at a contact.
    ///
    /// # Errors
    /// As the table's.
    pub async fn newest_send(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
    ) -> Result<Option<Versioned<NewestSend>>, PortError> {
        self.read(&newest_send_key(account, contact)).await
    }

    /// A send.
    ///
    /// # Errors
    /// As the table's.
    pub async fn push(&self, id: PushId) -> Result<Option<Versioned<Push>>, PortError> {
        self.read(&push_key(id)).await
    }

    /// All rows of a partition whose sort keys begin so.
    async fn all(&self, partition: &str, prefix: &str) -> Result<Vec<Row>, PortError> {
        table::all(&*self.0, partition, prefix).await
    }

    async fn read<T: DeserializeOwned>(&self, key: &RowKey) -> Result<Option<Versioned<T>>, PortError> {
        let row = self.0.get(key).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }
}
