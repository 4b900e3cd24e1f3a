//! One queue: what is in it, and who may have it now.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::backlog::Backlog;
use super::message::{Message, md5_of_text};
use super::rules::{Sending, bad_receipt, invalid, not_in_flight};
use super::{Counts, Received};
use crate::aws::json::AwsFault;

/// SQS's window against duplicates in a FIFO queue.
const DEDUPLICATION_MS: i64 = 300_000;

/// A queue's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSettings {
    /// How long a received message stays out of sight, in seconds.
    pub visibility_s: i64,
    /// How long a new message stays out of sight, in seconds.
    pub delay_s: i64,
    /// How long a message lives, in seconds.
    pub retention_s: i64,
    /// How long a receive waits by itself, in seconds.
    pub wait_s: i64,
    /// The same body is the same message (FIFO).
    pub content_deduplicates: bool,
    /// Where messages go that were received too often.
    pub redrive: Option<Redrive>,
}

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrive {
    /// The dead-letter queue's name.
    pub to: String,
    /// So often a message may be received.
    pub max_receives: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            visibility_s: 30,
            delay_s: 0,
            retention_s: 345_600,
            wait_s: 0,
            content_deduplicates: false,
            redrive: None,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub(super) struct Queue {
    pub(super) name: String,
    pub(super) settings: QueueSettings,
    pub(super) created_at_ms: i64,
    messages: BTreeMap<u64, Message>,
    seen: BTreeMap<String, Seen>,
    /// The same messages by what may be done with them, in a standard queue.
    #[serde(skip)]
    backlog: Backlog,
    /// Nothing of it is too old before this.
    #[serde(skip)]
    fresh_until_ms: i64,
}

/// A queue in a file.
#[derive(Deserialize)]
struct Stored {
    name: String,
    settings: QueueSettings,
    created_at_ms: i64,
    messages: BTreeMap<u64, Message>,
    seen: BTreeMap<String, Seen>,
}

impl From<Stored> for Queue {
    fn from(Stored { name, settings, created_at_ms, messages, seen }: Stored) -> Self {
        let backlog = if is_fifo(&name) { Backlog::default() } else { Backlog::of(&messages) };
        Self { name, settings, created_at_ms, messages, seen, backlog, fresh_until_ms: i64::MIN }
    }
}

/// A deduplication ID of the last five minutes.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Seen {
    at_ms: i64,
    message: Message,
}

impl Queue {
    pub(super) fn new(name: &str, settings: QueueSettings, now_ms: i64) -> Self {
        Self {
            name: name.to_owned(),
            settings,
            created_at_ms: now_ms,
            messages: BTreeMap::new(),
            seen: BTreeMap::new(),
            backlog: Backlog::default(),
            fresh_until_ms: i64::MAX,
        }
    }

    /// Other settings hold from now on, for what is in it, too.
    pub(super) fn set(&mut self, settings: QueueSettings) {
        self.settings = settings;
        self.fresh_until_ms = i64::MIN;
    }

    pub(super) fn is_fifo(&self) -> bool {
        is_fifo(&self.name)
    }

    pub(super) fn counts(&mut self, now_ms: i64) -> Counts {
        self.expire(now_ms);
        let mut counts = Counts::default();
        for message in self.messages.values() {
            match (message.visible_at_ms <= now_ms, message.receive_count) {
                (true, _) => counts.visible += 1,
                (false, 0) => counts.delayed += 1,
                (false, _) => counts.in_flight += 1,
            }
        }
        counts
    }

    pub(super) fn messages(&mut self, now_ms: i64) -> Vec<Message> {
        self.expire(now_ms);
        self.messages.values().cloned().collect()
    }

    /// Takes a message; in a FIFO queue a duplicate of the last five minutes is answered as the first was.
    pub(super) fn send(&mut self, sending: Sending, sequence: u64, now_ms: i64) -> Result<Message, AwsFault> {
        sending.check(self.is_fifo(), self.settings.content_deduplicates)?;
        self.expire(now_ms);
        let deduplication = match sending.deduplication {
            None if self.is_fifo() => Some(md5_of_text(&sending.body)),
            given => given,
        };
        if let Some(seen) = deduplication.as_ref().and_then(|id| self.seen.get(id)) {
            return Ok(seen.message.clone());
        }
        let message = Message {
            id: Uuid::new_v4().to_string(),
            body: sending.body,
            attributes: sending.attributes,
            group: sending.group,
            deduplication: deduplication.clone(),
            sequence,
            sent_at_ms: now_ms,
            visible_at_ms: now_ms + sending.delay_s.unwrap_or(self.settings.delay_s) * 1_000,
            receive_count: 0,
            first_received_at_ms: None,
            dead_letter_source: None,
        };
        if let Some(id) = deduplication {
            let slim = Message { body: String::new(), attributes: BTreeMap::new(), ..message.clone() };
            self.seen.insert(id, Seen { at_ms: now_ms, message: slim });
            self.fresh_until_ms = self.fresh_until_ms.min(now_ms + DEDUPLICATION_MS);
        }
        self.insert(message.clone(), now_ms);
        Ok(message)
    }

    /// Takes a message that another queue gave up.
    pub(super) fn accept(&mut self, mut message: Message, from_arn: String, sequence: u64, now_ms: i64) {
        message.dead_letter_source = Some(from_arn);
        message.sequence = sequence;
        message.visible_at_ms = now_ms;
        message.receive_count = 0;
        if self.is_fifo() {
            // In a standard queue its age goes on; here it begins anew.
            message.sent_at_ms = now_ms;
        }
        self.insert(message, now_ms);
    }

    fn insert(&mut self, message: Message, now_ms: i64) {
        self.fresh_until_ms = self.fresh_until_ms.min(message.sent_at_ms + self.settings.retention_s * 1_000);
        if !self.is_fifo() {
            self.backlog.put(&message, now_ms);
        }
        self.messages.insert(message.sequence, message);
    }

    /// Up to `max` messages, and those that were received too often and leave the queue.
    pub(super) fn receive(
        &mut self,
        max: usize,
        visibility_s: Option<i64>,
        now_ms: i64,
    ) -> (Vec<Received>, Vec<Message>) {
        self.expire(now_ms);
        let visible_at_ms = now_ms + visibility_s.unwrap_or(self.settings.visibility_s) * 1_000;
        let limit = self.settings.redrive.as_ref().map_or(u32::MAX, |redrive| redrive.max_receives);
        let next =
            if self.is_fifo() { self.next_in_order(max, limit, now_ms) } else { self.next_fairly(max, limit, now_ms) };
        let (mut received, mut given_up) = (Vec::new(), Vec::new());
        for sequence in next {
            let Some(mut message) = self.messages.remove(&sequence) else { continue };
            if message.receive_count >= limit {
                given_up.push(message);
                continue;
            }
            message.receive_count += 1;
            message.first_received_at_ms.get_or_insert(now_ms);
            message.visible_at_ms = visible_at_ms;
            received.push(Received { receipt: receipt(&message), message: message.clone() });
            self.insert(message, now_ms);
        }
        (received, given_up)
    }

    /// Up to `max` messages that may be received, and those that were so too often. Nobody overtakes within a group.
    fn next_in_order(&self, max: usize, limit: u32, now_ms: i64) -> Vec<u64> {
        let (mut waiting, mut next, mut count) = (HashSet::new(), Vec::new(), 0);
        for message in self.messages.values() {
            if count == max {
                break;
            }
            if message.group.as_ref().is_some_and(|group| waiting.contains(group)) {
                continue;
            }
            if message.visible_at_ms > now_ms {
                waiting.extend(message.group.as_ref());
                continue;
            }
            next.push(message.sequence);
            count += usize::from(message.receive_count < limit);
        }
        next
    }

    /// The same of a standard queue, which are no longer in its backlog.
    fn next_fairly(&mut self, max: usize, limit: u32, now_ms: i64) -> Vec<u64> {
        self.backlog.surface(&self.messages, now_ms);
        let (mut next, mut count) = (Vec::new(), 0);
        while count < max
            && let Some(message) = self.backlog.next().and_then(|sequence| self.messages.get(&sequence))
        {
            self.backlog.take_out(message);
            next.push(message.sequence);
            count += usize::from(message.receive_count < limit);
        }
        next
    }

    /// Deletes by receipt. An old receipt deletes nothing, without complaint in a standard queue.
    pub(super) fn delete(&mut self, receipt_handle: &str, now_ms: i64) -> Result<(), AwsFault> {
        let (sequence, count) = parse(receipt_handle)?;
        let fifo = self.is_fifo();
        let Some(message) = self.messages.get(&sequence) else { return Ok(()) };
        if message.receive_count != count {
            return Ok(());
        }
        if fifo && message.visible_at_ms <= now_ms {
            return Err(invalid(
                "Value for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
            ));
        }
        self.backlog.take_out(message);
        self.messages.remove(&sequence);
        Ok(())
    }

    pub(super) fn change_visibility(
        &mut self,
        receipt_handle: &str,
        visibility_s: i64,
        now_ms: i64,
    ) -> Result<(), AwsFault> {
        if !(0..=43_200).contains(&visibility_s) {
            return Err(invalid(
                "Value for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be >= 0 and <= 43200.",
            ));
        }
        let (sequence, count) = parse(receipt_handle)?;
        match self.messages.get_mut(&sequence) {
            Some(message) if message.receive_count == count && message.visible_at_ms > now_ms => {
                self.backlog.take_out(message);
                message.visible_at_ms = now_ms + visibility_s * 1_000;
                if !is_fifo(&self.name) {
                    self.backlog.put(message, now_ms);
                }
                Ok(())
            }
            _ => Err(not_in_flight()),
        }
    }

    pub(super) fn purge(&mut self) {
        self.messages.clear();
        self.backlog = Backlog::default();
    }

    /// What is too old is gone. Looked for when something may be.
    fn expire(&mut self, now_ms: i64) {
        if now_ms < self.fresh_until_ms {
            return;
        }
        let retention_ms = self.settings.retention_s * 1_000;
        let old = self.messages.extract_if(.., |_, message| message.sent_at_ms + retention_ms <= now_ms);
        old.for_each(|(_, message)| self.backlog.take_out(&message));
        self.seen.retain(|_, seen| seen.at_ms + DEDUPLICATION_MS > now_ms);
        let messages = self.messages.values().map(|message| message.sent_at_ms + retention_ms);
        let seen = self.seen.values().map(|seen| seen.at_ms + DEDUPLICATION_MS);
        self.fresh_until_ms = messages.chain(seen).min().unwrap_or(i64::MAX);
    }
}

fn is_fifo(name: &str) -> bool {
    name.ends_with(".fifo")
}

/// Names one receipt of one message.
fn receipt(message: &Message) -> String {
    format!("{}/{}/{}", message.sequence, message.receive_count, message.id)
}

fn parse(receipt: &str) -> Result<(u64, u32), AwsFault> {
    let mut parts = receipt.splitn(3, '/');
    let mut number = || parts.next().and_then(|part| part.parse::<u64>().ok());
    match (number(), number()) {
        (Some(sequence), Some(count)) => Ok((sequence, u32::try_from(count).map_err(|_| bad_receipt())?)),
        _ => Err(bad_receipt()),
    }
}
