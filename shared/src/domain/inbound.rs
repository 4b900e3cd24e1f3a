//! What comes in from LINE, free of its JSON.

use super::activity::{Content, Place};
use super::conversation::Source;
use super::ids::{EventId, MessageId};

/// An event, free of LINE's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundEvent {
    /// LINE's time, in milliseconds.
    pub at_ms: i64,
    /// Unique per channel.
    pub id: EventId,
    /// Where it stands in its webhook, where that is known.
    pub place: Option<Place>,
    /// Where it comes from.
    pub source: Source,
    /// The message that this one answers: the person has quoted it.
    pub quotes: Option<MessageId>,
    /// What it says.
    pub what: InboundWhat,
}

impl InboundEvent {
    /// The message that it says, where it is one.
    pub fn message(&self) -> Option<&MessageId> {
        match &self.what {
            InboundWhat::Said { message, .. } => message.as_ref(),
            InboundWhat::Unsent { .. } => None,
        }
    }

    /// When it happened, for whoever asks whether that was before something else: by its own time, whenever a copy of it
    /// arrived. Where LINE's clock is ahead of ours, what we had received was from before.
    pub fn said_at_ms(&self, accepted_at_ms: i64) -> i64 {
        self.at_ms.min(accepted_at_ms)
    }
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundWhat {
    /// Something was said or done.
    Said {
        /// What was said or done.
        content: Content,
        /// The message, where it is one.
        message: Option<MessageId>,
    },
    /// A message was taken back.
    Unsent {
        /// LINE's ID of the message.
        message: MessageId,
    },
}
