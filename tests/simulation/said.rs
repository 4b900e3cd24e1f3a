//! What people say in the simulation: each message with words that nothing else contains.

use musubi::domain::activity::Content;
use musubi::domain::conversation::Source;
use musubi::domain::ids::*;
use musubi::flow::record::{InboundEvent, InboundWhat};

pub fn user(number: u64) -> LineUserId {
    LineUserId::new(format!("U{number:032x}"))
}

/// A text message whose words nothing else contains.
pub fn said(number: u64, by: u64, at_ms: i64) -> InboundEvent {
    InboundEvent {
        at_ms,
        id: EventId::new(format!("01EVENT{number:019}")),
        source: Source::User(user(by)),
        what: InboundWhat::Said {
            content: Content::Text { text: word(number) },
            message: Some(MessageId::new(format!("{}", 400_000 + number))),
        },
    }
}

pub fn unsent(number: u64, of: u64, by: u64, at_ms: i64) -> InboundEvent {
    InboundEvent {
        at_ms,
        id: EventId::new(format!("01UNSENT{number:018}")),
        source: Source::User(user(by)),
        what: InboundWhat::Unsent { message: MessageId::new(format!("{}", 400_000 + of)) },
    }
}

pub fn word(number: u64) -> String {
    format!("word-{number:06}-")
}
