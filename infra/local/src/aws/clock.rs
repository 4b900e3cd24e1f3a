//! A clock that can be put forward: 50 days pass in a test's one line.

use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use musubi::ports::Clock;
use musubi::ports::clock::SystemClock;
use tokio::sync::Notify;

/// The machine's clock plus what it was put forward by. Sleepers wake when their time has come
/// either way.
#[derive(Debug, Default)]
pub struct MovableClock {
    ahead_ms: AtomicI64,
    moved: Notify,
}

impl MovableClock {
    /// Not yet put forward.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts it forward.
    pub fn advance_ms(&self, by_ms: i64) {
        self.ahead_ms.fetch_add(by_ms, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

#[async_trait]
impl Clock for MovableClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.ahead_ms.load(Ordering::SeqCst)
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        let until_ms = self.now_ms().saturating_add(i64::try_from(duration_ms).unwrap_or(i64::MAX));
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // Listening before looking: a move in between is not missed.
            moved.as_mut().enable();
            let left_ms = until_ms - self.now_ms();
            if left_ms <= 0 {
                return;
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(std::time::Duration::from_millis(left_ms.unsigned_abs())) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_put_forward() {
        let clock = Arc::new(MovableClock::new());
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                let before_ms = clock.now_ms();
                clock.sleep_ms(50 * 86_400_000).await;
                clock.now_ms() - before_ms
            }
        });
        tokio::task::yield_now().await;
        clock.advance_ms(50 * 86_400_000);
        assert!(sleeper.await.unwrap() >= 50 * 86_400_000);
    }
}
