//! Which message of a standard queue is received next: fairly, as SQS does it where messages carry a group.
//!
//! Source: SQS developer guide, "How Amazon SQS fair queues work" (2026-08): a tenant is who sends under one `MessageGroupId`, and a message
//! without one is a tenant of its own. Whoever has at least 30 messages in flight, and more than a tenth of all in flight, is noisy; while
//! anything of a quiet tenant waits, that comes first. Where only noisy ones wait, the one with the least in flight comes first. Not kept:
//! the share of the time that consumers spend, and how long a tenant stays noisy after its messages in flight have become few.

use std::collections::{BTreeMap, BTreeSet};

use super::message::Message;

/// From so many messages in flight on a tenant may be noisy.
const NOISY_FROM: usize = 30;
/// It is, if they are more than one of so many that are in flight.
const NOISY_SHARE: usize = 10;

/// Who sends.
type Tenant = Option<String>;

/// The messages of a queue by what may be done with them.
#[derive(Debug, Clone, Default)]
pub(super) struct Backlog {
    /// To be received now.
    ready: BTreeMap<Tenant, BTreeSet<u64>>,
    /// Out of sight, by when they come back.
    hidden: BTreeSet<(i64, u64)>,
    /// Of those, received ones.
    in_flight: BTreeMap<Tenant, usize>,
    all_in_flight: usize,
}

impl Backlog {
    /// These messages; which of them may be received by now is found out by [`Self::surface`].
    pub(super) fn of(messages: &BTreeMap<u64, Message>) -> Self {
        let mut backlog = Self::default();
        messages.values().for_each(|message| backlog.put(message, i64::MIN));
        backlog
    }

    /// A message as it stands now. It must not be in it.
    pub(super) fn put(&mut self, message: &Message, now_ms: i64) {
        if message.visible_at_ms <= now_ms {
            self.ready.entry(message.group.clone()).or_default().insert(message.sequence);
            return;
        }
        self.hidden.insert((message.visible_at_ms, message.sequence));
        if message.receive_count > 0 {
            *self.in_flight.entry(message.group.clone()).or_default() += 1;
            self.all_in_flight += 1;
        }
    }

    /// It is gone, or is about to change: as it was put.
    pub(super) fn take_out(&mut self, message: &Message) {
        if self.hidden.remove(&(message.visible_at_ms, message.sequence)) {
            self.land(message);
        } else if let Some(ready) = self.ready.get_mut(&message.group) {
            ready.remove(&message.sequence);
            if ready.is_empty() {
                self.ready.remove(&message.group);
            }
        }
    }

    /// What has come back into sight may be received.
    pub(super) fn surface(&mut self, messages: &BTreeMap<u64, Message>, now_ms: i64) {
        while let Some((_, sequence)) = self.hidden.first().copied().filter(|(at_ms, _)| *at_ms <= now_ms) {
            self.hidden.pop_first();
            if let Some(message) = messages.get(&sequence) {
                self.land(message);
                self.ready.entry(message.group.clone()).or_default().insert(sequence);
            }
        }
    }

    /// The one that is received next.
    pub(super) fn next(&self) -> Option<u64> {
        let oldest = |(tenant, ready): (&Tenant, &BTreeSet<u64>)| Some((self.noise(tenant), *ready.first()?));
        self.ready.iter().filter_map(oldest).min().map(|(_, sequence)| sequence)
    }

    /// 0 for a quiet tenant, else how much of it is in flight.
    fn noise(&self, tenant: &Tenant) -> usize {
        let in_flight = tenant.as_ref().and_then(|_| self.in_flight.get(tenant)).copied().unwrap_or_default();
        let is_noisy = in_flight >= NOISY_FROM && in_flight * NOISY_SHARE > self.all_in_flight;
        if is_noisy { in_flight } else { 0 }
    }

    /// One that was in flight is so no more.
    fn land(&mut self, message: &Message) {
        if message.receive_count == 0 {
            return;
        }
        self.all_in_flight = self.all_in_flight.saturating_sub(1);
        if let Some(count) = self.in_flight.get_mut(&message.group) {
            *count -= 1;
            if *count == 0 {
                self.in_flight.remove(&message.group);
            }
        }
    }
}
