//! Activities whose words wait for their entry in the row that says that they were recorded: this state alone says that they wait.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::activity::{Activity, Mark};
use crate::domain::entry::Member;
use crate::domain::ids::{EventId, MessageId};

/// So many wait so: the state names each. The words of more lie in rows of their own, which need no name here.
const MAX_PENDING: usize = 3;

/// An activity whose words wait. It remembers none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingActivity {
    /// LINE's message, where it is one of the person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<MessageId>,
    /// When it was said, in milliseconds: by LINE's time what the person said.
    pub at_ms: i64,
    /// The event that brought it, or the name that we gave it.
    pub event: EventId,
}

impl PendingActivity {
    /// This one.
    pub fn of(activity: &Activity) -> Self {
        Self::at(activity.message.as_ref(), &activity.mark)
    }

    /// The same of what an entry holds.
    pub fn of_member(member: &Member) -> Self {
        Self::at(member.message.as_ref(), &member.mark)
    }

    fn at(message: Option<&MessageId>, mark: &Mark) -> Self {
        Self { message: message.cloned(), at_ms: mark.at_ms, event: mark.event.clone() }
    }

    /// Whether it is this one, wherever in its webhook it came: no two of a conversation have one event.
    pub fn is_at(&self, mark: &Mark) -> bool {
        self.event == mark.event
    }
}

impl Conversation {
    /// What waits at this place.
    pub fn pending_at(&self, mark: &Mark) -> Option<&PendingActivity> {
        self.pending.iter().find(|pending| pending.is_at(mark))
    }

    /// The activity waits, if there is room. Twice is once.
    pub fn becomes_pending(&mut self, activity: &Activity) -> bool {
        let is_pending = self.pending_at(&activity.mark).is_some();
        let has_room = self.pending.len() < MAX_PENDING;
        if has_room && !is_pending {
            self.pending.push(PendingActivity::of(activity));
        }
        has_room || is_pending
    }

    /// What stands there waits no more.
    pub fn pending_no_more<'a>(&mut self, marks: impl IntoIterator<Item = &'a Mark>) {
        for mark in marks {
            self.pending.retain(|pending| !pending.is_at(mark));
        }
    }
}
