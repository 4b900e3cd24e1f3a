//! A test registration: somebody of the team adds the Official Account with their own phone and writes something, and sees that
//! all of it works.
//!
//! The test person is whoever adds the account first after the test began, within an hour; whoever follows it already blocks it
//! and adds it again. Their first message is answered, once, so that an answer is seen on the phone, too; where LINE did not take
//! that, the next one is. Nothing but hashes and times is kept of them here.

use serde::{Deserialize, Serialize};

use super::channel::Channel;
use super::conversation::{Conversation, ConversationKey};
use super::ids::EventId;

/// A test is open for so long, in milliseconds.
pub const OPEN_MS: i64 = 60 * 60_000;

/// How far a test has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// It began then, in milliseconds: another test of the same Official Account is another one.
    pub began_at_ms: i64,
    /// Who took part: the [hash](ConversationKey::hash) of the conversation.
    pub conversation: String,
    /// The event that is answered, and no other: of two that arrive together one is.
    pub answers: Option<EventId>,
    /// LINE has taken our answer then, in milliseconds.
    pub answered_at_ms: Option<i64>,
}

/// What was seen of a test.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticks {
    /// Somebody has added the account.
    pub added: bool,
    /// Their message has arrived here.
    pub arrived: bool,
    /// LINE has taken our answer to it.
    pub answered: bool,
    /// The CRM has taken what stands on their contact.
    pub on_contact: bool,
}

impl Ticks {
    /// All of it works.
    pub fn all(self) -> bool {
        self.added && self.arrived && self.answered && self.on_contact
    }

    /// By our own rows. `is_linked`: they are linked to a contact.
    pub fn of(trial: &Trial, conversation: Option<&Conversation>, is_linked: bool) -> Self {
        let last = conversation.and_then(|state| state.last_inbound.as_ref());
        let arrived = last.is_some_and(|last| last.arrived_at_ms >= trial.began_at_ms);
        let as_of_ms = conversation.and_then(|state| state.contact_as_of_ms);
        let is_taken = last.is_some_and(|last| as_of_ms >= Some(last.arrived_at_ms));
        Self {
            added: true,
            arrived,
            answered: trial.answered_at_ms.is_some(),
            on_contact: arrived && is_linked && is_taken,
        }
    }
}

/// When the test began that is open at `now_ms`, in milliseconds.
pub fn open_since(channel: &Channel, now_ms: i64) -> Option<i64> {
    channel.connecting.trial_began_at_ms.filter(|began_at_ms| (*began_at_ms..began_at_ms + OPEN_MS).contains(&now_ms))
}

impl Trial {
    /// Somebody has added the account.
    pub fn with(began_at_ms: i64, key: &ConversationKey) -> Self {
        Self { began_at_ms, conversation: key.hash(), answers: None, answered_at_ms: None }
    }

    /// Whether this is the test person, and this event is to be answered.
    pub fn awaits(&self, began_at_ms: i64, key: &ConversationKey, event: &EventId) -> bool {
        let is_theirs = self.began_at_ms == began_at_ms && self.conversation == key.hash();
        is_theirs && self.answered_at_ms.is_none() && self.answers.as_ref().is_none_or(|answers| answers == event)
    }
}
