//! All queues, and the ways between them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Received;
use super::message::Message;
use super::queue::{Queue, QueueSettings};
use super::rules::{ACCOUNT, Sending, invalid, no_queue};
use crate::aws::json::AwsFault;

/// All queues. `version` grows with every change.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) version: u64,
    queues: BTreeMap<String, Queue>,
    last_sequence: u64,
}

impl State {
    pub(super) fn make(&mut self, name: &str, settings: QueueSettings, now_ms: i64) {
        self.version += 1;
        match self.queues.get_mut(name) {
            Some(queue) => queue.set(settings),
            None => {
                self.queues.insert(name.to_owned(), Queue::new(name, settings, now_ms));
            }
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.queues.keys().map(String::as_str)
    }

    pub(super) fn queue_mut(&mut self, name: &str) -> Result<&mut Queue, AwsFault> {
        self.queues.get_mut(name).ok_or_else(no_queue)
    }

    pub(super) fn send(&mut self, name: &str, sending: Sending, now_ms: i64) -> Result<Message, AwsFault> {
        let sequence = self.last_sequence + 1;
        let message = self.queue_mut(name)?.send(sending, sequence, now_ms)?;
        self.last_sequence = sequence;
        self.version += 1;
        Ok(message)
    }

    pub(super) fn receive(
        &mut self,
        name: &str,
        max: usize,
        visibility_s: Option<i64>,
        now_ms: i64,
    ) -> Result<Vec<Received>, AwsFault> {
        if !(1..=10).contains(&max) {
            return Err(invalid(format!(
                "Value {max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            )));
        }
        let queue = self.queue_mut(name)?;
        let (received, given_up) = queue.receive(max, visibility_s, now_ms);
        let to = queue.settings.redrive.as_ref().map(|redrive| redrive.to.clone());
        if !received.is_empty() || !given_up.is_empty() {
            self.version += 1;
        }
        for message in given_up {
            self.last_sequence += 1;
            let sequence = self.last_sequence;
            if let Some(queue) = to.as_ref().and_then(|to| self.queues.get_mut(to)) {
                queue.accept(message, arn(name), sequence, now_ms);
            }
        }
        Ok(received)
    }

    pub(super) fn delete(&mut self, name: &str, receipt: &str, now_ms: i64) -> Result<(), AwsFault> {
        self.version += 1;
        self.queue_mut(name)?.delete(receipt, now_ms)
    }

    pub(super) fn change_visibility(
        &mut self,
        name: &str,
        receipt: &str,
        visibility_s: i64,
        now_ms: i64,
    ) -> Result<(), AwsFault> {
        self.version += 1;
        self.queue_mut(name)?.change_visibility(receipt, visibility_s, now_ms)
    }

    pub(super) fn purge(&mut self, name: &str) -> Result<(), AwsFault> {
        self.version += 1;
        self.queue_mut(name)?.purge();
        Ok(())
    }
}

/// A queue's ARN.
pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:ap-northeast-1:{ACCOUNT}:{name}")
}
