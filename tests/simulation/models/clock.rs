//! Time that the driver moves.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use musubi::ports::Clock;

#[derive(Clone, Default)]
pub struct ModelClock(Arc<AtomicI64>);

impl ModelClock {
    pub fn starting_at(ms: i64) -> Self {
        Self(Arc::new(AtomicI64::new(ms)))
    }

    pub fn advance_to(&self, ms: i64) {
        self.0.fetch_max(ms, Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for ModelClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, _duration_ms: u64) {}
}
