//! The one clock of a local world: the system's time plus an offset that a test may move, or a time that only tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::Notify;

/// A time in milliseconds that a test may move: 50 days pass in one line. Clones move together; everything in one world should
/// be given clones of one clock.
#[derive(Clone, Debug, Default)]
pub struct FakeClock {
    hands: Arc<Hands>,
    stopped: bool,
}

#[derive(Debug, Default)]
struct Hands {
    /// Added to the system's time; in a stopped clock the time itself.
    offset_ms: AtomicI64,
    moved: Notify,
}

impl FakeClock {
    /// A clock that shows the system's time until it is moved, and runs on from there.
    pub fn new() -> Self {
        Self::default()
    }

    /// A clock that shows this time (milliseconds since 1970) and stands still unless it is moved.
    pub fn stopped_at(at_ms: i64) -> Self {
        let hands = Hands { offset_ms: AtomicI64::new(at_ms), ..Hands::default() };
        Self { hands: Arc::new(hands), stopped: true }
    }

    /// Milliseconds since 1970 (UTC).
    pub fn now_ms(&self) -> i64 {
        let offset_ms = self.hands.offset_ms.load(Ordering::SeqCst);
        if self.stopped {
            return offset_ms;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX).saturating_add(offset_ms)
    }

    /// Moves every clone by `by_ms` (negative: back), and wakes whoever sleeps until then.
    pub fn advance_ms(&self, by_ms: i64) {
        self.hands.offset_ms.fetch_add(by_ms, Ordering::SeqCst);
        self.hands.moved.notify_waiters();
    }
}

#[async_trait::async_trait]
impl musubi::ports::Clock for FakeClock {
    fn now_ms(&self) -> i64 {
        Self::now_ms(self)
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        let until_ms = Self::now_ms(self).saturating_add(i64::try_from(duration_ms).unwrap_or(i64::MAX));
        loop {
            let moved = self.hands.moved.notified();
            tokio::pin!(moved);
            // Listening before looking: a move in between is not missed.
            moved.as_mut().enable();
            let left_ms = until_ms.saturating_sub(Self::now_ms(self));
            if left_ms <= 0 {
                return;
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(Duration::from_millis(left_ms.unsigned_abs())), if !self.stopped => {}
            }
        }
    }
}

/// A clock that nobody waits for: it shows the system's time, and whoever would sleep moves it on. For calls that have the vendors to
/// themselves, so that no other's share of a rate limit is to be left.
#[derive(Clone, Debug, Default)]
pub struct SleeplessClock(FakeClock);

#[async_trait::async_trait]
impl musubi::ports::Clock for SleeplessClock {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.0.advance_ms(i64::try_from(duration_ms).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use musubi::ports::Clock;

    use super::*;

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_put_forward() {
        for clock in [FakeClock::new(), FakeClock::stopped_at(1_786_000_000_000)] {
            let sleeper = tokio::spawn({
                let clock = clock.clone();
                async move {
                    let before_ms = clock.now_ms();
                    clock.sleep_ms(50 * 86_400_000).await;
                    clock.now_ms() - before_ms
                }
            });
            tokio::task::yield_now().await;
            clock.advance_ms(86_400_000);
            tokio::task::yield_now().await;
            assert!(!sleeper.is_finished(), "one day is not fifty");
            clock.advance_ms(49 * 86_400_000);
            assert!(sleeper.await.unwrap() >= 50 * 86_400_000);
        }
    }

    #[tokio::test]
    async fn nobody_waits_for_a_sleepless_clock() {
        let clock = SleeplessClock::default();
        let before_ms = clock.now_ms();
        clock.sleep_ms(50 * 86_400_000).await;
        assert!(clock.now_ms() - before_ms >= 50 * 86_400_000);
    }
}
