//! What people say in the simulation: each message with words that nothing else contains.

use musubi::domain::activity::{Content, Place};
use musubi::domain::conversation::Source;
use musubi::domain::ids::*;
use musubi::domain::inbound::{InboundEvent, InboundWhat};

pub fn user(number: u64) -> LineUserId {
    LineUserId::new(format!("U{number:032x}"))
}

/// A text message whose words nothing else contains. All are of one webhook, in the order of their numbers; their events' IDs
/// fall.
pub fn said(number: u64, by: u64, at_ms: i64) -> InboundEvent {
    saying(number, by, at_ms, Content::Text { text: word(number) })
}

/// The same with other words.
pub fn saying(number: u64, by: u64, at_ms: i64, content: Content) -> InboundEvent {
    InboundEvent {
        at_ms,
        id: EventId::new(format!("01EVENT{:019}", 999_999 - number)),
        quotes: None,
        place: Some(Place {
            webhook: EventId::new("01EVENT"),
            number: u32::try_from(number).expect("few"),
            message: None,
        }),
        source: Source::User(user(by)),
        what: InboundWhat::Said { content, message: Some(MessageId::new(format!("{}", 400_000 + number))) },
    }
}

/// The person edits a message: these are its words now.
pub fn edited(number: u64, of: u64, by: u64, at_ms: i64) -> InboundEvent {
    let what = InboundWhat::Said {
        content: Content::Edited { text: word(number) },
        message: Some(MessageId::new(format!("{}", 400_000 + of))),
    };
    InboundEvent { what, ..said(number, by, at_ms) }
}

pub fn unsent(number: u64, of: u64, by: u64, at_ms: i64) -> InboundEvent {
    InboundEvent {
        at_ms,
        id: EventId::new(format!("01UNSENT{number:018}")),
        place: None,
        quotes: None,
        source: Source::User(user(by)),
        what: InboundWhat::Unsent { message: MessageId::new(format!("{}", 400_000 + of)) },
    }
}

pub fn word(number: u64) -> String {
    format!("word-{number:06}-")
}
