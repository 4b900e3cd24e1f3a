//! A person's event can be answered by its reply token, free of charge, for about a minute: whoever answers them by hand that soon
//! uses it.
//!
//! The token is kept sealed, with the conversation, and works once. Who takes it takes it out of the conversation before the first
//! request leaves, so that no two messages are sent by it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::activity::Content;
use super::read_token::SealedReadToken;

/// LINE promises nothing for a token older than a minute since it posted the event. We stop ten seconds earlier, in milliseconds.
const TOKEN_MS: i64 = 50_000;
/// Nor for one of an event older than twenty minutes, however late it was delivered, in milliseconds.
const EVENT_MS: i64 = 1_190_000;

/// The last moment at which a reply token is worth a try, in milliseconds: of an event of `event_at_ms` that we received at
/// `accepted_at_ms`. Source of the times: LINE Messaging API reference, "Send reply message" (2026-08).
pub fn use_by_ms(accepted_at_ms: i64, event_at_ms: i64) -> i64 {
    accepted_at_ms.saturating_add(TOKEN_MS).min(event_at_ms.saturating_add(EVENT_MS))
}

/// A reply token that nobody but LINE's client can read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedReplyToken(String);

impl SealedReplyToken {
    /// What sealing made of it.
    pub fn new(sealed: impl Into<String>) -> Self {
        Self(sealed.into())
    }

    /// For whoever unseals it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedReplyToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedReplyToken(..)")
    }
}

/// The newest event of a conversation may be answered by its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplyChance {
    /// By this.
    pub token: SealedReplyToken,
    /// Until then, in milliseconds.
    pub use_by_ms: i64,
}

impl ReplyChance {
    /// Whether it is worth a try.
    pub fn is_fresh(&self, now_ms: i64) -> bool {
        now_ms <= self.use_by_ms
    }
}

/// What became of an event's tokens before the event was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnsweredAtOnce {
    /// What the person was answered by it.
    pub said: Vec<Content>,
    /// The reply token is left for whoever answers by hand.
    pub chance: Option<ReplyChance>,
    /// Marks the message as read.
    pub read: Option<SealedReadToken>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_worth_a_try_for_fifty_seconds_since_it_came_and_nearly_twenty_minutes_since_the_event() {
        assert_eq!(use_by_ms(1_000, 900), 51_000);
        assert_eq!(use_by_ms(1_180_000, 0), 1_190_000, "it was delivered late");
        let chance = ReplyChance { token: SealedReplyToken::new("x"), use_by_ms: 51_000 };
        assert!(chance.is_fresh(51_000) && !chance.is_fresh(51_001));
        assert_eq!(format!("{:?}", chance.token), "SealedReplyToken(..)");
    }
}
