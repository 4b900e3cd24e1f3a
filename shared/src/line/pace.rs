//! This environment's share of LINE's rate limit for pushes.
//!
//! Source: LINE Messaging API reference, "Rate limits" (2026-08): 2,000 pushes a second per channel,
//! counted in a token bucket whose size is not told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::ids::ChannelId;
use crate::ports::Clock;

/// LINE's limit per channel.
pub const PUSHES_PER_S: u32 = 2_000;
/// A clock that was set back by more than this starts anew instead of waiting for the old time.
const LONGEST_WAIT_US: i64 = 60_000_000;

/// Lets so many pushes a second through per channel, evenly, after a short burst.
pub struct Pace {
    clock: Arc<dyn Clock>,
    interval_us: i64,
    burst_us: i64,
    /// Per channel, when the bucket would be full again.
    full_at_us: Mutex<HashMap<ChannelId, i64>>,
}

impl Pace {
    /// The share of one of `environments` that may push at the same time
    /// (`MUSUBI_PUSH_MAX_CONCURRENCY`; 0 counts as 1). All of them together never exceed the limit,
    /// except for a burst of at most a tenth of a second's worth.
    pub fn share_of(environments: u32, clock: Arc<dyn Clock>) -> Self {
        let interval_us = i64::from(environments.max(1)) * 1_000_000 / i64::from(PUSHES_PER_S);
        Self { clock, interval_us, burst_us: 100_000, full_at_us: Mutex::default() }
    }

    /// Returns when the next push of this channel may leave. Giving up the wait gives its place away.
    pub async fn wait(&self, channel: &ChannelId) {
        let wait_us = self.reserve(channel, self.clock.now_ms().saturating_mul(1000));
        if wait_us > 0 {
            self.clock.sleep_ms(u64::try_from(wait_us).unwrap_or(0).div_ceil(1000)).await;
        }
    }

    /// Takes the next place and says how far away it is.
    fn reserve(&self, channel: &ChannelId, now_us: i64) -> i64 {
        let mut channels = self.full_at_us.lock().unwrap_or_else(PoisonError::into_inner);
        let full_at_us = channels.entry(channel.clone()).or_insert(now_us);
        if *full_at_us - now_us > LONGEST_WAIT_US || *full_at_us < now_us {
            *full_at_us = now_us;
        }
        let wait_us = (*full_at_us - now_us - self.burst_us).max(0);
        *full_at_us += self.interval_us;
        wait_us
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::clock::SystemClock;

    fn leaves_at_ms(pace: &Pace, channel: &str, count: usize) -> Vec<i64> {
        (0..count).map(|_| pace.reserve(&ChannelId::new(channel), 0) / 1000).collect()
    }

    #[test]
    fn ten_environments_together_stay_under_the_limit() {
        let pace = Pace::share_of(10, Arc::new(SystemClock));
        let leaves = leaves_at_ms(&pace, "1", 2_000);
        for second in 0..9 {
            let sent = leaves.iter().filter(|at| (second * 1000..(second + 1) * 1000).contains(*at)).count();
            assert!((200..=221).contains(&sent), "second {second}: {sent}");
        }
    }

    #[test]
    fn a_busy_channel_does_not_slow_a_quiet_one() {
        let pace = Pace::share_of(1, Arc::new(SystemClock));
        assert!(*leaves_at_ms(&pace, "busy", 3_000).last().unwrap() > 1_000);
        assert_eq!(leaves_at_ms(&pace, "quiet", 1), [0]);
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_stop_the_pushes() {
        let pace = Pace::share_of(1, Arc::new(SystemClock));
        pace.reserve(&ChannelId::new("1"), 3_600_000_000);
        assert_eq!(pace.reserve(&ChannelId::new("1"), 0), 0);
    }
}
