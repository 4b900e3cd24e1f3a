//! The journal: events, sends, sealed entries and work in the outbox, all that must change in one transaction.
//!
//! | partition | sort | row |
//! | --- | --- | --- |
//! | `c:{conversation}` | `state` | [`Conversation`], no text, kept |
//! | | `m:{hash of message}:{its time}:{event}` | tombstone of an event that brought a person's message or an edit of it: its [`MessagePosition`], or that it stands nowhere any more, 60 days; until its entry is acknowledged also the [`Activity`] with its words (30 days behind that) |
//! | | `t:{event}` | the same of any other event, and of what we said: that it is recorded, and where it stood, 60 days; until its entry is acknowledged also the [`Activity`] with its words (30 days behind that) |
//! | | `u:{message}` | the message was taken back, 60 days |
//! | | `r:{event}` | our answer to the event is on the timeline, 60 days |
//! | | `x:{event}` | what the event asked for, beyond being recorded, is done, 60 days |
//! | | `p:{mark}` | [`Activity`] with its words that the state has no room to name, until its entry is acknowledged (30 days behind that) |
//! | | `h:{as p}` | [`Activity`] whose words the CRM refused, until an operator sends them back (30 days from its arrival) |
//! | | `f:{mark}` | [`MessageFile`](crate::domain::file::MessageFile): whether the CRM has a message's picture, film, sound or file, 60 days |
//! | | `i:{as p}` | [`Activity`] with its words, until the CRM's own inbox has it (30 days behind that) |
//! | | `j:{as p}` | [`Activity`] whose words the inbox refused, until an operator sends them back (30 days from its arrival) |
//! | | `n:{number}` | [`Entry`], 60 days |
//! | | `s:{push}` | an operator's message that is on its way, or of which nobody knows whether it arrived, until it ends (30 days behind that) |
//! | | `y:away` | [`AwayAnswer`](crate::domain::auto_reply::AwayAnswer), 8 days |
//! | | `claim` | [`Claim`] with what LINE Login told, until the contact follows it (30 days behind that) |
//! | | `erased` | when everything else of it was erased, 60 days: what still comes from before is dropped |
//! | `q:{account}` | `{conversation}` | [`Question`], until an operator decides; of a conflict, which comes up again if it lasts, 30 days; what was denied, 30 days |
//! | `g:{contact}` | `{conversation}` | who was linked to a contact that is gone, 120 days: a privacy deletion may follow |
//! | `f:{channel}:{shard}` | `{hash of user}` | [`ConversationKey`] of a person, as long as they are not erased |
//! | `i:{channel}` | `friends` | [`FriendsImport`], no IDs, kept |
//! | `l:{state}` | `used` | [`UsedLogin`]: LINE has said who the person is, one day |
//! | `a:{nonce}` | `nonce` | [`LinkNonce`] of an account link, one day |
//! | `s:{push}` | `push` | [`Push`], 400 days once settled; held, 33 |
//! | `w:{contact}` | `outcome` | [`NewestSend`] of a contact, 60 days |
//! | `k:{account}` | `{push}` | a parked send, for operators' lists |
//! | `b:{account, operator}` | `{conversation}` | a conversation that is an operator's, 400 days |
//! | `d:{channel}` | `dropped` | [`NotLinked`], kept |
//! | `v:{channel}` | `event` | when the newest event happened, for operators' lists, kept |
//! | | `refusal` | [`LastRefusal`], for operators' lists, kept |
//! | | `heard` | [`Heard`]: in which hours, for the doctor, 90 days behind the last one |
//! | | `sent` | [`Sent`]: how sends ended, counted, for the doctor, 30 days behind the last one |
//! | | `replied` | [`Replied`]: how many messages went out as replies, by month, 400 days behind the last one |
//! | | `trial` | [`Trial`](crate::domain::trial::Trial) of a test registration, a day |
//! | `o:{account}:{shard}` | `{due_at_ms}:{name}` | [`OutboxRow`] |
//! | `o:{account}:held:{shard}` | `{due_at_ms}:{name}` | [`OutboxRow`] of a held send |
//! | `o:{account}:watched` | `{0}:{name}` | [`OutboxRow`] of a task that may be open: since when it is looked at, until it is done |
//! | `z:{account}` | `unreadable` | when operators were told of outbox rows that another version wrote, 14 days |

mod assigned;
mod away;
mod claim;
mod conversation;
mod entry;
mod erasing;
mod files;
mod former_link;
mod friends;
mod inboxing;
mod locks;
mod login;
mod messages;
mod noted;
mod outbox;
mod people;
mod push;
mod questions;
mod talking;
mod trial;
mod words;
pub mod write;

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::account::CrmAccountKey;
use crate::domain::account_link::LinkNonce;
use crate::domain::activity::{Activity, Mark};
use crate::domain::claim::Claim;
use crate::domain::conversation::{Conversation, ConversationKey, NotLinked};
use crate::domain::entry::Entry;
use crate::domain::erasure::Erasure;
use crate::domain::friends::FriendsImport;
use crate::domain::heard::Heard;
use crate::domain::ids::{ChannelId, ContactId, EventId, MessageId, fingerprint};
use crate::domain::login::UsedLogin;
use crate::domain::outbox::OutboxRow;
use crate::domain::push::{Push, PushId, PushState};
use crate::domain::replied::Replied;
use crate::domain::sent::{Ends, Sent};
use crate::ports::PortError;
use crate::ports::table::{self, Commit, Listed, Precondition, Row, RowKey, Table, Versioned, Write, prefix_end};

use self::entry::entry_key;
pub use self::erasing::ErasableRows;
use self::locks::{ConversationLock, ConversationLocks};
pub use self::messages::{MessagePosition, MessagePositions};
pub use self::noted::LastRefusal;
use self::outbox::*;
pub use self::outbox::{Due, FOR_EVER_MS, Unread, Walk};
pub use self::people::{PeopleCursor, PeoplePage, PeoplePart};
pub use self::push::NewestSend;
pub use self::questions::Question;
pub use self::words::{Trace, Words, forget};
pub use crate::domain::question::AskedBecause;

/// The journal.
#[derive(Clone)]
pub struct Journal(Arc<dyn Table>, ConversationLocks);

impl Journal {
    /// Over the journal's table.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(rows, ConversationLocks::default())
    }

    /// The table, to stand something before it.
    pub fn table(&self) -> Arc<dyn Table> {
        Arc::clone(&self.0)
    }

    /// All writes or none; see [`Table::commit`].
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        self.0.commit(writes).await
    }

    /// Waits until nobody else of this process holds the conversation. Nobody need hold it to change it; those who do are not refused
    /// because of each other. Never two at once: they could wait for each other.
    pub async fn lock_conversation(&self, key: &ConversationKey) -> ConversationLock {
        self.1.lock(key).await
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

/// Tombstones outlive the queue, its dead-letter queue and one redrive.
const TOMBSTONE_DAYS: i64 = 60;
/// Stands behind the deletion that acknowledgement does.
const TEXT_DAYS: i64 = 30;

pub(super) fn partition(key: &ConversationKey) -> String {
    format!("c:{}", key.hash())
}

#[cfg(test)]
#[path = "keys_tests.rs"]
mod tests;
