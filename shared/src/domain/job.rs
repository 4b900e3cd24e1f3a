//! What waits in queues. Each carries a version: during a deploy old and new meet.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::activity::Place;
use super::dead_letter::DeadLetteredEffect;
use super::ids::ChannelId;

/// Events of one verified webhook, as LINE wrote them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxJob {
    /// The Official Account.
    pub channel: ChannelId,
    /// First durable receipt, in milliseconds.
    pub accepted_at_ms: i64,
    /// How often it was sent on alone.
    #[serde(default)]
    pub tries: u32,
    /// Where the one event of this job stands in the webhook that it was cut out of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The webhook's bytes. Written as text where they are UTF-8, which LINE's always are.
    #[serde(with = "text_or_bytes")]
    pub body: Vec<u8>,
}

impl fmt::Debug for InboxJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxJob").field("channel", &self.channel).field("tries", &self.tries).finish_non_exhaustive()
    }
}

/// Bytes as a JSON string where they are UTF-8, as a list of numbers elsewhere: a megabyte of text
/// stays a megabyte.
mod text_or_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.serialize(serializer),
            Err(_) => bytes.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(match Either::deserialize(deserializer)? {
            Either::Text(text) => text.into_bytes(),
            Either::Bytes(bytes) => bytes,
        })
    }
}

/// "This account has work in the outbox." Losing one costs a minute. Those of one account within a slot of time are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeUp {
    /// The CRM account.
    pub account: CrmAccountKey,
    /// Work that was dead-lettered: whoever sends a dead letter back has it enqueued anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<DeadLetteredEffect>,
}

impl WakeUp {
    /// This account has work.
    pub fn of(account: &CrmAccountKey) -> Self {
        Self { account: account.clone(), again: None }
    }

    /// How long a slot is, in milliseconds: a hundred thousand actions of one account wake it once a second.
    pub const SLOT_MS: i64 = 1_000;

    /// One that brings work back says more than that there is work: none may be dropped.
    pub fn slot_ms(&self) -> Option<i64> {
        self.again.is_none().then_some(Self::SLOT_MS)
    }

    /// When the slot is over in which this moment lies, in milliseconds.
    pub fn end_of_slot_ms(at_ms: i64) -> i64 {
        (at_ms.div_euclid(Self::SLOT_MS) + 1) * Self::SLOT_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_over_where_the_next_begins() {
        assert_eq!([0, 999, 1_000, 1_999].map(WakeUp::end_of_slot_ms), [1_000, 1_000, 2_000, 2_000]);
    }

    #[test]
    fn a_webhook_travels_as_text_and_any_bytes_come_back() {
        for body in [&b"{\"events\":[]}"[..], "\u{0}\u{ffff}結び".as_bytes(), &[0xff, 0x00, 0xc3]] {
            let job = InboxJob {
                channel: ChannelId::new("1"),
                accepted_at_ms: 1,
                tries: 0,
                place: None,
                body: body.to_vec(),
            };
            let json = serde_json::to_string(&job).unwrap();
            assert_eq!(serde_json::from_str::<InboxJob>(&json).unwrap(), job);
        }
        let job = InboxJob {
            channel: ChannelId::new("1"),
            accepted_at_ms: 1,
            tries: 0,
            place: None,
            body: b"events".to_vec(),
        };
        assert!(serde_json::to_string(&job).unwrap().contains(r#""body":"events""#));
        let old = r#"{"channel":"1","accepted_at_ms":1,"body":"events"}"#;
        assert_eq!(serde_json::from_str::<InboxJob>(old).unwrap(), job);
    }

    #[test]
    fn a_wake_up_from_before_work_was_dead_lettered_with_it_is_read() {
        let old: WakeUp = serde_json::from_str(r#"{"account":{"kind":"hubspot","id":"9"}}"#).unwrap();
        assert_eq!(old.again, None);
    }
}
