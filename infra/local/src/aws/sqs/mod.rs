//! SQS on a laptop: standard and FIFO queues, in this process, by the clock it is given.
//!
//! Kept: visibility, delays, retention, long polls, receipt handles, redrive to a dead-letter queue,
//! the order of a FIFO group and its five-minute window against duplicates, that no group crowds out
//! another in a standard queue (`backlog`), the limits of size, batch and characters with SQS's own
//! error codes, and its checksums.
//! Not kept: standard queues deliver each group here in order and once per visibility timeout (the
//! tests that need disorder make it), no permissions, tags, encryption, message move tasks or throttling.

mod attributes;
mod backlog;
mod batch;
mod http;
mod message;
mod queue;
mod rules;
mod state;
mod view;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use musubi::ports::Clock;
use tokio::sync::Notify;

use self::state::State;
use super::json::AwsFault;
use super::snapshot::Snapshot;

pub use self::message::{Attribute, Message};
pub use self::queue::{QueueSettings, Redrive};
use self::rules::ACCOUNT;

pub(super) use self::http::queue_url;

/// The queues. Cloning shares them.
#[derive(Clone)]
pub struct LocalSqs(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    changed: Notify,
    clock: Arc<dyn Clock>,
    snapshot: Option<Snapshot>,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Ready to be received.
    pub visible: usize,
    /// Received, and neither deleted nor visible again.
    pub in_flight: usize,
    /// Sent with a delay that has not passed.
    pub delayed: usize,
}

impl Counts {
    /// All of them.
    pub fn total(&self) -> usize {
        self.visible + self.in_flight + self.delayed
    }
}

/// A message as received.
#[derive(Clone)]
pub struct Received {
    /// To delete it by, or to change its visibility.
    pub receipt: String,
    /// The message.
    pub message: Message,
}

impl LocalSqs {
    /// No queues yet, or those of the file.
    pub(super) fn open(clock: Arc<dyn Clock>, file: Option<PathBuf>) -> std::io::Result<Self> {
        let state = Snapshot::load(file.as_deref())?;
        let snapshot = file.map(Snapshot::new);
        Ok(Self(Arc::new(Inner { state: Mutex::new(state), changed: Notify::new(), clock, snapshot })))
    }

    /// Makes a queue; one that exists keeps its messages and gets these settings.
    pub fn make_queue(&self, name: &str, settings: QueueSettings) {
        self.change(|state, now_ms| state.make(name, settings, now_ms));
    }

    /// How many messages a queue holds; none where there is no such queue.
    pub fn counts(&self, name: &str) -> Counts {
        let now_ms = self.now_ms();
        self.state().queue_mut(name).map(|queue| queue.counts(now_ms)).unwrap_or_default()
    }

    /// All messages of a queue, received or not, oldest first.
    pub fn messages(&self, name: &str) -> Vec<Message> {
        let now_ms = self.now_ms();
        self.state().queue_mut(name).map(|queue| queue.messages(now_ms)).unwrap_or_default()
    }

    /// Receives up to `max` messages (at most 10), waiting up to `wait_ms` of real time for the first.
    ///
    /// # Errors
    /// As SQS's ReceiveMessage.
    pub async fn receive(
        &self,
        name: &str,
        max: usize,
        visibility_s: Option<i64>,
        wait_ms: u64,
    ) -> Result<Vec<Received>, AwsFault> {
        let until = tokio::time::Instant::now() + Duration::from_millis(wait_ms);
        loop {
            let changed = self.0.changed.notified();
            let received = self.change(|state, now_ms| state.receive(name, max, visibility_s, now_ms))?;
            if !received.is_empty() || tokio::time::Instant::now() >= until {
                return Ok(received);
            }
            // Time passes by a clock that may be moved, so look again soon even if nothing is sent.
            let soon = (tokio::time::Instant::now() + Duration::from_millis(25)).min(until);
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(soon) => {}
            }
        }
    }

    /// Deletes a message that was received.
    ///
    /// # Errors
    /// As SQS's DeleteMessage.
    pub fn delete(&self, name: &str, receipt: &str) -> Result<(), AwsFault> {
        self.change(|state, now_ms| state.delete(name, receipt, now_ms))
    }

    /// Makes a received message visible again after so many seconds from now.
    ///
    /// # Errors
    /// As SQS's ChangeMessageVisibility.
    pub fn change_visibility(&self, name: &str, receipt: &str, visibility_s: i64) -> Result<(), AwsFault> {
        self.change(|state, now_ms| state.change_visibility(name, receipt, visibility_s, now_ms))
    }

    fn change<T>(&self, change: impl FnOnce(&mut State, i64) -> T) -> T {
        let now_ms = self.now_ms();
        let mut state = self.state();
        let version = state.version;
        let result = change(&mut state, now_ms);
        let changed = state.version != version;
        if changed && let Some(snapshot) = &self.0.snapshot {
            snapshot.save(&*state);
        }
        drop(state);
        if changed {
            self.0.changed.notify_waiters();
        }
        result
    }

    fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
