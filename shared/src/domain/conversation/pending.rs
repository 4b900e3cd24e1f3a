//! The person's messages whose words wait in the row that says where the message stands: this state alone says that they wait.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::activity::{Activity, Mark};
use crate::domain::entry::Member;
use crate::domain::ids::{EventId, MessageId};

/// So many wait so: the state names each. The words of more lie in rows of their own, which need no name here.
const MAX_PENDING: usize = 3;

/// A message, or an edit of one, whose words wait. It remembers none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingMessage {
    /// LINE's message.
    pub message: MessageId,
    /// LINE's time of the event, in milliseconds.
    pub at_ms: i64,
    /// The event that brought it.
    pub event: EventId,
}

impl PendingMessage {
    /// `None` where it is no message.
    pub fn of(activity: &Activity) -> Option<Self> {
        let Mark { at_ms, event, .. } = &activity.mark;
        Some(Self { message: activity.message.clone()?, at_ms: *at_ms, event: event.clone() })
    }

    /// The same of what an entry holds.
    pub fn of_member(member: &Member) -> Option<Self> {
        let Mark { at_ms, event, .. } = &member.mark;
        Some(Self { message: member.message.clone()?, at_ms: *at_ms, event: event.clone() })
    }

    /// Whether it came by this event, wherever in its webhook.
    pub fn is_at(&self, mark: &Mark) -> bool {
        self.at_ms == mark.at_ms && self.event == mark.event
    }
}

impl Conversation {
    /// What waits at this place.
    pub fn pending_at(&self, mark: &Mark) -> Option<&PendingMessage> {
        self.pending.iter().find(|pending| pending.is_at(mark))
    }

    /// The activity waits, if it is a message and there is room. Twice is once.
    pub fn becomes_pending(&mut self, activity: &Activity) -> bool {
        if self.pending_at(&activity.mark).is_some() {
            return true;
        }
        let pending = PendingMessage::of(activity).filter(|_| self.pending.len() < MAX_PENDING);
        let has_room = pending.is_some();
        self.pending.extend(pending);
        has_room
    }

    /// What stands there waits no more.
    pub fn pending_no_more<'a>(&mut self, marks: impl IntoIterator<Item = &'a Mark>) {
        for mark in marks {
            self.pending.retain(|pending| !pending.is_at(mark));
        }
    }
}
