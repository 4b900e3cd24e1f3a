//! A message on its way to a person, and what became of it.

mod id;
mod outcome;
mod sender;
mod settlement;
mod state;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::action::Purpose;
use super::activity::Content;
use super::conversation::ConversationKey;
use super::crm_inbox::InboxMessage;
use super::ids::{CallbackId, ChannelId, ContactId, LineUserId};

pub use self::id::PushId;
pub use self::outcome::PushOutcome;
pub use self::sender::Sender;
pub use self::settlement::{Settlement, SettlementNote};
pub use self::state::{HeldFor, PushState, Sending};

/// One LINE message object that passed every check.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingMessage {
    /// The JSON that is sent, as it is sent.
    pub json: String,
    /// What it says, for the timeline.
    pub said: Content,
}

impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingMessage({:?})", self.said)
    }
}

/// What a workflow or an operator asked for, as it waits in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushJob {
    /// The send.
    pub id: PushId,
    /// Who sends it.
    #[serde(default)]
    pub sender: Sender,
    /// Who asked.
    pub account: CrmAccountKey,
    /// Where to report; none where the CRM gave none.
    pub callback: Option<CallbackId>,
    /// The workflow waits for the outcome.
    pub waits: bool,
    /// The record the workflow ran on.
    pub contact: Option<ContactId>,
    /// From which Official Account.
    pub channel: ChannelId,
    /// To whom.
    pub to: Recipient,
    /// What to send, at most five.
    pub messages: Vec<OutgoingMessage>,
    /// What it is for.
    #[serde(default)]
    pub purpose: Purpose,
    /// LINE's custom aggregation unit, to count opens and clicks by.
    pub tag: Option<String>,
    /// First durable receipt, in milliseconds.
    pub accepted_at_ms: i64,
    /// Not attempted for the first time after this, in milliseconds, unless it is held.
    pub send_by_ms: i64,
    /// By when the action itself says that it must go, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after_ms: Option<i64>,
    /// The workflow stops waiting then, in milliseconds.
    pub expires_at_ms: i64,
    /// It was refused before it was queued. A workflow that does not wait has been told: only the record is left to say so.
    #[serde(default)]
    pub refused: Option<Refused>,
    /// How often in a row it could not be delivered.
    #[serde(default)]
    pub tries: u32,
    /// As what somebody wrote it in the CRM's inbox, where they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<InboxMessage>,
}

impl PushJob {
    /// Brings along a send whose row is there already: it has all that is sent. Were it gone, nothing would be sent.
    pub fn of_row(push: &Push) -> Self {
        let to = match &push.state {
            PushState::Sending(sending) | PushState::Parked(sending) => {
                Recipient::Linked { user: sending.to.clone(), since_ms: push.accepted_at_ms }
            }
            PushState::Settled(_) => Recipient::Nobody,
        };
        Self {
            id: push.id,
            sender: push.sender.clone(),
            account: push.account.clone(),
            callback: push.callback.clone(),
            waits: push.waits,
            contact: push.contact.clone(),
            channel: push.channel.clone(),
            to,
            messages: Vec::new(),
            purpose: Purpose::default(),
            tag: None,
            accepted_at_ms: push.accepted_at_ms,
            send_by_ms: push.accepted_at_ms,
            not_after_ms: None,
            expires_at_ms: push.expires_at_ms,
            refused: None,
            tries: 0,
            inbox: push.inbox.clone(),
        }
    }
}

/// To whom a send goes, decided when the workflow asked: a link that is made or ended later changes nothing for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Recipient {
    /// The person whom the contact's link says, and whom the workflow names, if it names anybody.
    Linked {
        /// The person.
        user: LineUserId,
        /// Since when, in milliseconds: a link may be left over from before the person was erased.
        since_ms: i64,
    },
    /// The person whom the workflow names. No link says that the contact is this person.
    Named {
        /// The person.
        user: LineUserId,
        /// The contact or the person is linked, to somebody else.
        taken: bool,
    },
    /// The workflow names nobody, and no link says who the contact is.
    Nobody,
}

impl Recipient {
    /// The person, if there is one.
    pub fn user(&self) -> Option<&LineUserId> {
        match self {
            Self::Linked { user, .. } | Self::Named { user, .. } => Some(user),
            Self::Nobody => None,
        }
    }

    /// Since when it is this person, at the latest since `accepted_at_ms`, in milliseconds: whoever was erased at this moment or
    /// after is sent nothing.
    pub fn since_ms(&self, accepted_at_ms: i64) -> i64 {
        match self {
            Self::Linked { since_ms, .. } => accepted_at_ms.min(*since_ms),
            Self::Named { .. } | Self::Nobody => accepted_at_ms,
        }
    }

    /// The contact or the person is linked to somebody else: whom the workflow names need not be whom it runs on.
    pub fn is_contested(&self) -> bool {
        self.naming() == Naming::Contested
    }

    /// What follows once LINE has taken a message for this person.
    pub fn naming(&self) -> Naming {
        match self {
            Self::Named { taken: false, .. } => Naming::New,
            Self::Named { taken: true, .. } => Naming::Contested,
            Self::Linked { .. } | Self::Nobody => Naming::Known,
        }
    }
}

/// Whether the workflow's naming of a person says something new of who its contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// Nothing: the link says so already, or nobody was named.
    #[default]
    Known,
    /// Both were free: that they are one person is claimed when LINE has taken the message.
    New,
    /// One of them is linked to somebody else: then an operator is asked.
    Contested,
}

/// Why something is not to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// How it ended.
    pub outcome: PushOutcome,
    /// The reason, for words.
    pub note: SettlementNote,
}

/// The journal's row about a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// The send.
    pub id: PushId,
    /// Who sends it.
    #[serde(default)]
    pub sender: Sender,
    /// Who asked.
    pub account: CrmAccountKey,
    /// Where to report.
    pub callback: Option<CallbackId>,
    /// The workflow waits for the outcome.
    pub waits: bool,
    /// The record the workflow ran on.
    pub contact: Option<ContactId>,
    /// From which Official Account.
    pub channel: ChannelId,
    /// When the workflow stops waiting, in milliseconds.
    pub expires_at_ms: i64,
    /// When the workflow asked for it, in milliseconds; 0 in rows from before this was kept.
    #[serde(default)]
    pub accepted_at_ms: i64,
    /// Where it stands.
    pub state: PushState,
    /// The waiting workflow's answer is in the outbox: one row says so, however often the CRM repeats itself.
    #[serde(default)]
    pub completion_queued: bool,
    /// The CRM has acknowledged the outcome once.
    #[serde(default)]
    pub completed: bool,
    /// When a note that it was not sent was last tried at the contact, in milliseconds; set before the try. Set means: it may
    /// be there.
    #[serde(default)]
    pub noted_at_ms: Option<i64>,
    /// As what somebody wrote it in the CRM's inbox, where they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbox: Option<InboxMessage>,
}

impl Push {
    /// The conversation in which an operator says this, while it has not ended.
    pub fn talk(&self) -> Option<ConversationKey> {
        let (PushState::Sending(sending) | PushState::Parked(sending)) = &self.state else { return None };
        self.sender.operator()?;
        Some(ConversationKey::person(&self.channel, &sending.to))
    }

    /// The row about what a job asks for, standing here.
    pub fn of(job: &PushJob, state: PushState) -> Self {
        Self {
            id: job.id,
            sender: job.sender.clone(),
            account: job.account.clone(),
            callback: job.callback.clone(),
            waits: job.waits,
            contact: job.contact.clone(),
            channel: job.channel.clone(),
            expires_at_ms: job.expires_at_ms,
            accepted_at_ms: job.accepted_at_ms,
            state,
            completion_queued: false,
            completed: false,
            noted_at_ms: None,
            inbox: job.inbox.clone(),
        }
    }
}
