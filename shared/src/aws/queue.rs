//! An SQS queue and its dead-letter queue as [`Queue`].
//!
//! One job is one call, however large; a job that exceeds SQS's 1 MiB even when packed is cut up by
//! its [`Routing`], and all parts are in when the call returns. Queues whose name ends in `.fifo`
//! (SQS's own rule) get a deduplication ID as well, a fresh one for each job: what was sent twice is
//! delivered twice, but the SDK's repetition of a request whose answer was lost is not.
//!
//! Jobs that say nothing but that there is work are sent once a slot of time: their deduplication ID is their group and the
//! slot, by the sender's clock, and SQS drops what comes again (it remembers an ID for five minutes, and slots never come
//! again). SQS also drops what comes after the first of its slot was received. So whoever receives one must look for work
//! once more when the slot in which they received it is over: what was recorded before a dropped job was sent is there then.

mod batch;

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::envelope;
use super::fault::port_error;
use crate::config::QueueUrls;
use crate::domain::ids::fingerprint;
use crate::ports::queue::Queue;
use crate::ports::{Clock, PortError};

/// SQS takes 1 MiB, attributes included; they get 4 KiB. (SQS quotas, "Message size".)
const MAX_MESSAGE_BYTES: usize = 1_048_576 - 4_096;
/// The longest delay SQS knows.
const MAX_DELAY_S: u32 = 900;
/// Reasons are cut here.
const MAX_REASON_CHARS: usize = 400;

/// How jobs of one kind go through a queue.
#[derive(Debug)]
pub struct Routing<T> {
    /// Jobs of one group share a turn: in a standard queue none can crowd out the others, in a FIFO
    /// queue one is done after the other.
    pub group: fn(&T) -> String,
    /// Cuts a job that does not fit into ones that do. `None`: it cannot be cut.
    pub split: fn(&T) -> Option<Vec<T>>,
    /// In a FIFO queue: the jobs of a group for which this is `Some` are one within a slot of so many milliseconds.
    pub slot_ms: fn(&T) -> Option<i64>,
}

impl<T> Clone for Routing<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Routing<T> {}

/// A queue of SQS.
pub struct SqsQueue<T> {
    client: Client,
    urls: QueueUrls,
    routing: Routing<T>,
    clock: Arc<dyn Clock>,
}

/// One message, ready to go.
#[derive(Clone)]
struct Outgoing {
    group: String,
    body: String,
    delay_s: Option<i32>,
    dead_lettered: Option<DeadLetterReason>,
    /// The deduplication ID, where it is not to be a fresh one.
    once: Option<String>,
}

/// Why a message is dead-lettered, and since when.
#[derive(Clone)]
struct DeadLetterReason {
    reason: String,
    at_ms: i64,
}

impl<T: Serialize + DeserializeOwned + Send + Sync> SqsQueue<T> {
    /// The queue at these addresses.
    pub fn new(client: Client, urls: QueueUrls, routing: Routing<T>, clock: Arc<dyn Clock>) -> Self {
        Self { client, urls, routing, clock }
    }

    /// The group that a job is of.
    pub fn group_of(&self, job: &T) -> String {
        (self.routing.group)(job)
    }

    /// Puts a message aside that is no job at all, as it came, so that it can be looked at and
    /// redriven by a version that reads it. Twice puts it aside twice.
    ///
    /// # Errors
    /// As sending.
    pub async fn dead_letter_message(&self, message: &str, group: &str, reason: &str) -> Result<(), PortError> {
        let dead_lettered = Some(self.reason_of(reason));
        let outgoing = Outgoing {
            group: safe_group(group.to_owned()),
            body: message.to_owned(),
            delay_s: None,
            dead_lettered,
            once: None,
        };
        self.deliver(self.dead_letters()?, vec![outgoing]).await
    }

    fn dead_letters(&self) -> Result<&str, PortError> {
        let missing = || PortError::permanent("queue", "no dead-letter queue is configured for this function");
        self.urls.dead_letters.as_deref().ok_or_else(missing)
    }

    /// The messages that a job becomes: one, or several where it must be cut.
    fn messages(
        &self,
        job: &T,
        delay_s: Option<i32>,
        dead_lettered: Option<&DeadLetterReason>,
    ) -> Result<Vec<Outgoing>, PortError> {
        let body = envelope::encode(job);
        if body.len() <= MAX_MESSAGE_BYTES {
            let group = safe_group((self.routing.group)(job));
            return Ok(vec![Outgoing { group, body, delay_s, dead_lettered: dead_lettered.cloned(), once: None }]);
        }
        let parts = (self.routing.split)(job).unwrap_or_default();
        if parts.len() < 2 {
            return Err(PortError::permanent("sqs", "a job is too large for the queue and cannot be cut"));
        }
        let mut messages = Vec::new();
        for part in &parts {
            messages.extend(self.messages(part, delay_s, dead_lettered)?);
        }
        Ok(messages)
    }

    async fn deliver(&self, url: &str, mut messages: Vec<Outgoing>) -> Result<(), PortError> {
        if messages.len() == 1 {
            return self.send_one(url, messages.remove(0)).await;
        }
        for group in batch::pack(messages) {
            batch::send(&self.client, self.clock.as_ref(), url, group).await?;
        }
        Ok(())
    }

    async fn send_one(&self, url: &str, message: Outgoing) -> Result<(), PortError> {
        let entry = message.entry(url, 0)?;
        self.client
            .send_message()
            .queue_url(url)
            .message_body(entry.message_body)
            .set_message_group_id(entry.message_group_id)
            .set_message_deduplication_id(entry.message_deduplication_id)
            .set_delay_seconds(entry.delay_seconds)
            .set_message_attributes(entry.message_attributes)
            .send()
            .await
            .map_err(|error| port_error("sqs SendMessage", error))?;
        Ok(())
    }

    fn reason_of(&self, reason: &str) -> DeadLetterReason {
        let reason: String = reason.chars().map(|c| if allowed(c) { c } else { ' ' }).take(MAX_REASON_CHARS).collect();
        DeadLetterReason {
            reason: if reason.trim().is_empty() { "-".to_owned() } else { reason },
            at_ms: self.clock.now_ms(),
        }
    }
}

#[async_trait]
impl<T: Serialize + DeserializeOwned + Send + Sync> Queue<T> for SqsQueue<T> {
    async fn send(&self, job: &T) -> Result<(), PortError> {
        let mut messages = self.messages(job, None, None)?;
        if let (Some(slot_ms), [message]) = ((self.routing.slot_ms)(job), messages.as_mut_slice()) {
            let slot = self.clock.now_ms().div_euclid(slot_ms.max(1)).to_string();
            message.once = Some(fingerprint(&[&message.group, &slot]));
        }
        self.deliver(&self.urls.queue, messages).await
    }

    async fn send_later(&self, job: &T, delay_s: u32) -> Result<(), PortError> {
        if delay_s > MAX_DELAY_S {
            return Err(PortError::permanent("sqs", "a delay is longer than 900 seconds"));
        }
        if is_fifo(&self.urls.queue) && delay_s > 0 {
            return Err(PortError::permanent("sqs", "a FIFO queue delays no single message"));
        }
        let delay_s = i32::try_from(delay_s).ok().filter(|delay| *delay > 0);
        self.deliver(&self.urls.queue, self.messages(job, delay_s, None)?).await
    }

    async fn dead_letter(&self, job: &T, reason: &str) -> Result<(), PortError> {
        let reason = self.reason_of(reason);
        self.deliver(self.dead_letters()?, self.messages(job, None, Some(&reason))?).await
    }
}

impl Outgoing {
    fn entry(self, url: &str, index: usize) -> Result<SendMessageBatchRequestEntry, PortError> {
        let mut entry = SendMessageBatchRequestEntry::builder()
            .id(index.to_string())
            .message_body(self.body)
            .message_group_id(self.group)
            .set_delay_seconds(self.delay_s);
        if is_fifo(url) {
            entry = entry.message_deduplication_id(self.once.unwrap_or_else(|| Uuid::new_v4().to_string()));
        }
        if let Some(reason) = self.dead_lettered {
            entry = entry
                .message_attributes("reason", attribute("String", reason.reason))
                .message_attributes("dead_lettered_at", attribute("Number", reason.at_ms.to_string()));
        }
        entry.build().map_err(|_| PortError::permanent("sqs", "the request could not be built"))
    }
}

fn attribute(kind: &str, value: String) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(kind).string_value(value).build().expect("the type is set")
}

fn is_fifo(url: &str) -> bool {
    url.ends_with(".fifo")
}

/// SQS takes up to 128 printable ASCII characters as a group; anything else is hashed.
fn safe_group(group: String) -> String {
    let fits = (1..=128).contains(&group.len()) && group.bytes().all(|byte| (0x21..0x7f).contains(&byte));
    if fits { group } else { fingerprint(&[&group]) }
}

/// The characters that SQS takes. (SendMessage, "MessageBody".)
fn allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_sqs_would_refuse_is_hashed() {
        assert_eq!(safe_group("1234567890".to_owned()), "1234567890");
        for odd in [String::new(), "結び".to_owned(), "a b".to_owned(), "x".repeat(129)] {
            let group = safe_group(odd);
            assert!(group.len() == 32 && group.is_ascii(), "{group}");
        }
    }

    #[test]
    fn sqs_takes_all_characters_but_these() {
        for c in ['\u{0}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
            assert!(!allowed(c), "{c:?}");
        }
        for c in ['\t', ' ', '結', '\u{fffd}', '\u{10000}', '\u{10ffff}'] {
            assert!(allowed(c), "{c:?}");
        }
    }
}
