//! What was said since the last entry, and when it becomes one.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::channel::ChannelSettings;
use crate::domain::outbox::OutboxRow;

/// What was said since the last entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenEntry {
    /// Arrival of the first activity, in milliseconds.
    pub first_arrived_at_ms: i64,
    /// Arrival of the newest activity, in milliseconds.
    pub last_arrived_at_ms: i64,
    /// When the outbox row is due, in milliseconds.
    pub due_at_ms: i64,
}

impl OpenEntry {
    /// When it is ready: idle for the window, or as old as an entry may grow.
    pub fn ready_at_ms(&self, settings: &ChannelSettings) -> i64 {
        (self.last_arrived_at_ms + settings.idle_window_ms).min(self.first_arrived_at_ms + settings.entry_limit_ms)
    }
}

impl Conversation {
    /// Words wait for an entry although nothing says so: one is due now. Returns the row; none where one lies there.
    pub fn open_now(&mut self, settings: &ChannelSettings, now_ms: i64) -> Option<OutboxRow> {
        if self.open.is_some() {
            return None;
        }
        let quiet_since_ms = now_ms - settings.idle_window_ms;
        self.open = Some(OpenEntry {
            first_arrived_at_ms: quiet_since_ms,
            last_arrived_at_ms: quiet_since_ms,
            due_at_ms: now_ms,
        });
        Some(OutboxRow::new(&self.account, self.write_entry(), now_ms, now_ms))
    }
}
