//! Whether this month's messages leave room for one more, asked of LINE once a minute at most.
//!
//! Source: LINE Messaging API reference (2026-08): "Get the target limit for sending messages this month" (`type` is `none` or `limited`)
//! and "Get number of messages sent this month", which is approximate and has what was sent elsewhere, too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::account::MessageQuota;
use crate::domain::ids::ChannelId;
use crate::domain::quota::has_room;
use crate::ports::{Clock, PortError};

/// How long an answer counts, and that there was none, in milliseconds.
const ASK_EVERY_MS: i64 = 60_000;
/// How long it counts that there is no limit: LINE refuses, should there be one since.
const ASK_UNLIMITED_EVERY_MS: i64 = 3_600_000;
/// How long an answer counts where the others may have used up, meanwhile, what it left, in milliseconds.
const ASK_UNSURE_EVERY_MS: i64 = 5_000;
/// At most so many Official Accounts are remembered; then all are asked anew.
const MAX_CHANNELS: usize = 1_000;

/// What this environment knows of each Official Account's month. It does not see what other environments, LINE's own console and other
/// tools have begun since LINE was asked, nor what LINE has taken and not counted yet: LINE's refusal stays the truth. But where nothing would
/// be left if every environment had begun as many as this one, LINE is asked again soon.
pub struct QuotaGuard {
    clock: Arc<dyn Clock>,
    environments: u64,
    channels: Mutex<HashMap<ChannelId, Arc<Slot>>>,
}

/// Whoever holds it asks; the others wait for the answer.
type Slot = tokio::sync::Mutex<Option<Known>>;

struct Known {
    /// What LINE said. `None`: it did not.
    month: Option<MessageQuota>,
    /// Messages that have begun since.
    begun: u64,
    /// LINE itself has refused one since.
    is_out: bool,
    asked_at_ms: i64,
    until_ms: i64,
}

impl QuotaGuard {
    /// Nothing is known yet. So many `environments` may begin messages at the same time; 0 counts as 1.
    pub fn new(environments: u32, clock: Arc<dyn Clock>) -> Self {
        Self { clock, environments: u64::from(environments.max(1)), channels: Mutex::default() }
    }

    /// Whether one more message may begin, and if so, it is counted: a second call counts a second one. LINE is asked by `ask`, if it
    /// was not within the last minute (five seconds where little may be left), or hour where it has no limit. Where it does not say, it may.
    pub async fn may_begin<F>(&self, channel: &ChannelId, ask: impl FnOnce() -> F) -> bool
    where
        F: Future<Output = Result<MessageQuota, PortError>>,
    {
        let slot = self.slot(channel);
        let mut slot = slot.lock().await;
        let now_ms = self.clock.now_ms();
        // A clock that was set back asks again.
        let is_known = |known: &Known| (0..=ASK_UNLIMITED_EVERY_MS).contains(&(known.until_ms - now_ms));
        let is_fresh = |known: &Known| is_known(known) && !known.is_unsure(self.environments, now_ms);
        if !slot.as_ref().is_some_and(is_fresh) {
            let before = slot.take().filter(is_known);
            *slot = Some(Known::of(ask().await, before, channel, now_ms));
        }
        let Some(known) = slot.as_mut() else { return true };
        let may_begin = known.has_room();
        known.begun += u64::from(may_begin);
        may_begin
    }

    /// LINE refused one for want of messages: until it is asked again, no other begins.
    pub async fn note_refusal(&self, channel: &ChannelId) {
        let slot = self.slot(channel);
        let mut slot = slot.lock().await;
        let now_ms = self.clock.now_ms();
        let month = slot.take().and_then(|known| known.month);
        *slot = Some(Known { month, begun: 0, is_out: true, asked_at_ms: now_ms, until_ms: now_ms + ASK_EVERY_MS });
    }

    fn slot(&self, channel: &ChannelId) -> Arc<Slot> {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.len() >= MAX_CHANNELS && !channels.contains_key(channel) {
            channels.clear();
        }
        Arc::clone(channels.entry(channel.clone()).or_default())
    }
}

impl Known {
    /// What LINE says now, after what was known `before` and counts still: where it does not say, that goes on counting.
    fn of(answer: Result<MessageQuota, PortError>, before: Option<Self>, channel: &ChannelId, now_ms: i64) -> Self {
        if let Err(error) = &answer {
            tracing::warn!(channel.id = %channel, %error, "quota.unknown");
            if let Some(before) = before {
                return Self { asked_at_ms: now_ms, ..before };
            }
        }
        let month = answer.ok();
        let is_unlimited = month.is_some_and(|month| month.limit.is_none());
        let for_ms = if is_unlimited { ASK_UNLIMITED_EVERY_MS } else { ASK_EVERY_MS };
        Self { month, begun: 0, is_out: false, asked_at_ms: now_ms, until_ms: now_ms + for_ms }
    }

    fn has_room(&self) -> bool {
        self.has_room_after(self.begun)
    }

    fn has_room_after(&self, begun: u64) -> bool {
        let limited = self.month.and_then(|month| Some((month.used, month.limit?)));
        !self.is_out && limited.is_none_or(|(used, limit)| has_room(used, begun, limit))
    }

    /// There is room for what this environment has begun, and none if all have begun as many, for some seconds now.
    fn is_unsure(&self, environments: u64, now_ms: i64) -> bool {
        let is_old = now_ms - self.asked_at_ms >= ASK_UNSURE_EVERY_MS;
        is_old && self.has_room() && !self.has_room_after(self.begun.saturating_mul(environments))
    }
}

#[cfg(test)]
#[path = "quota_tests.rs"]
mod tests;
