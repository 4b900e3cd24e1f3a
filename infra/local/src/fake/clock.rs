//! The fakes' clock: the system's time plus an offset that a test may move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// System time plus a shared offset. Clones move together; both fakes should be given clones of one clock.
#[derive(Clone, Debug, Default)]
pub struct FakeClock {
    offset_ms: Arc<AtomicI64>,
}

impl FakeClock {
    /// A clock that shows the system's time until it is moved.
    pub fn new() -> Self {
        Self::default()
    }

    /// Milliseconds since 1970 (UTC), the offset included.
    pub fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let system_ms = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        system_ms.saturating_add(self.offset_ms.load(Ordering::SeqCst))
    }

    /// Moves every clone by `by_ms` (negative: back).
    pub fn advance_ms(&self, by_ms: i64) {
        self.offset_ms.fetch_add(by_ms, Ordering::SeqCst);
    }

    /// The offset from system time in milliseconds.
    pub fn offset_ms(&self) -> i64 {
        self.offset_ms.load(Ordering::SeqCst)
    }
}
