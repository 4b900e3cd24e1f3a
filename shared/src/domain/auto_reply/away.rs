//! Whoever writes while nobody is there is told so once in a while, and not at every message.

use serde::{Deserialize, Serialize};

use crate::domain::ids::EventId;

/// The newest answer of this kind to one person: claimed for one event before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwayAnswer {
    /// What it answers.
    pub event: EventId,
    /// When it was claimed, in milliseconds.
    pub at_ms: i64,
}

impl AwayAnswer {
    /// Whether this event may be answered, after that. A copy of the event that claimed it may: the reply token works once.
    pub fn leaves_room_for(&self, event: &EventId, now_ms: i64, pause_ms: i64) -> bool {
        self.event == *event || now_ms >= self.at_ms.saturating_add(pause_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_message_is_answered_after_the_pause_and_a_copy_of_the_same_at_any_time() {
        let (one, other) = (EventId::new("1"), EventId::new("2"));
        let claimed = AwayAnswer { event: one.clone(), at_ms: 20 };
        assert!(claimed.leaves_room_for(&one, 20, 1_000));
        assert!(!claimed.leaves_room_for(&other, 1_019, 1_000) && claimed.leaves_room_for(&other, 1_020, 1_000));
    }
}
