//! What the tests beside the code share.

use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;

use crate::ports::Clock;

/// Time passes only when somebody sleeps or a test says so.
pub(crate) struct StillClock(AtomicI64);

impl StillClock {
    pub(crate) fn at(now_ms: i64) -> Self {
        Self(AtomicI64::new(now_ms))
    }

    pub(crate) fn pass_ms(&self, duration_ms: i64) {
        self.0.fetch_add(duration_ms, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for StillClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.pass_ms(i64::try_from(duration_ms).unwrap_or(i64::MAX));
    }
}
