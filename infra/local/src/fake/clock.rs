//! The fakes' clock: the system's time plus an offset that a test may move, or a time that only tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A time in milliseconds that a test may move. Clones move together; both fakes should be given clones of one clock.
#[derive(Clone, Debug, Default)]
pub struct FakeClock {
    /// Added to the system's time; in a stopped clock the time itself.
    offset_ms: Arc<AtomicI64>,
    stopped: bool,
}

impl FakeClock {
    /// A clock that shows the system's time until it is moved, and runs on from there.
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that shows this time (milliseconds since 1970) and stands still unless it is moved.
    pub fn stopped_at(at_ms: i64) -> Self {
        Self { offset_ms: Arc::new(AtomicI64::new(at_ms)), stopped: true }
    }

    /// Milliseconds since 1970 (UTC).
    pub fn now_ms(&self) -> i64 {
        let offset_ms = self.offset_ms.load(Ordering::SeqCst);
        if self.stopped {
            return offset_ms;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(offset_ms)
    }

    /// Moves every clone by `by_ms` (negative: back).
    pub fn advance_ms(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}

#[async_trait::async_trait]
impl musubi::ports::Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        Self::now_ms(self)
    }

    /// Looks again and again, because the time may be moved while it waits.
    async fn sleep_ms(&self, duration_ms: u64) {
        let until_ms = Self::now_ms(self).saturating_add(i64::try_from(duration_ms).unwrap_or(i64::MAX));
        loop {
            let left_ms = until_ms.saturating_sub(Self::now_ms(self));
            if left_ms <= 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(left_ms.unsigned_abs().min(20))).await;
        }
    }
}
