//! One account's rate limit: 110 requests in any ten seconds for an OAuth app (HubSpot's usage guidelines).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use http::HeaderMap;

use crate::ports::Clock;

/// HubSpot's figure for an OAuth app.
const LIMIT: usize = 110;
const WINDOW_MS: i64 = 10_000;
/// Longer waits are the caller's: an environment that sleeps costs money.
const LONGEST_WAIT_MS: u64 = 10_000;

/// From so long without a call on, nothing is known of what others have spent meanwhile, in milliseconds.
const IDLE_MS: i64 = 2_000;

/// Counts the calls of the last ten seconds: our own, and what others are thought to have spent. Each answer says how many are left, and so
/// what others have spent. Who has not called for a while, or never, thinks that the limit was used up evenly, because another environment may
/// just have worked for the account: the first calls leave eleven a second, until the first answer knows better.
pub(crate) struct Bucket {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    limit: usize,
    /// So many calls of the limit are left to others.
    room: usize,
    /// When our calls of the last ten seconds left, oldest first.
    spent: VecDeque<i64>,
    /// When those of others left, as far as we know or think.
    others: Vec<i64>,
    /// When a call last left, or its answer last told of others.
    known_at_ms: i64,
    blocked_until_ms: i64,
}

impl Bucket {
    /// `room`: so many calls of the limit are left to others, who call now and then.
    pub(crate) fn new(clock: Arc<dyn Clock>, room: usize) -> Self {
        let state = State {
            limit: LIMIT - room,
            room,
            spent: VecDeque::new(),
            others: Vec::new(),
            known_at_ms: i64::MIN / 2,
            blocked_until_ms: 0,
        };
        Self { clock, state: Mutex::new(state) }
    }

    /// Waits until a call may leave, and counts it. The error is a wait in milliseconds that is too long for here, or longer
    /// than `longest_ms`.
    pub(crate) async fn take(&self, longest_ms: u64) -> Result<(), u64> {
        let longest_ms = longest_ms.min(LONGEST_WAIT_MS);
        loop {
            let wait_ms = self.state().take(self.clock.now_ms());
            match wait_ms {
                0 => return Ok(()),
                wait_ms if wait_ms > longest_ms => return Err(wait_ms),
                wait_ms => self.clock.sleep_ms(wait_ms).await,
            }
        }
    }

    /// HubSpot said that no call will be answered for so long.
    pub(crate) fn block_ms(&self, wait_ms: u64) {
        let until = self.clock.now_ms().saturating_add_unsigned(wait_ms);
        let mut state = self.state();
        state.blocked_until_ms = state.blocked_until_ms.max(until);
    }

    /// Reads `X-HubSpot-RateLimit-Max` and `-Remaining`: others may be spending the same limit, or it may be smaller.
    pub(crate) fn hear(&self, headers: &HeaderMap) {
        let number = |name| headers.get(name)?.to_str().ok()?.trim().parse::<usize>().ok();
        let (max, remaining) = (number("x-hubspot-ratelimit-max"), number("x-hubspot-ratelimit-remaining"));
        self.state().hear(max, remaining, self.clock.now_ms());
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds this lock")
    }
}

impl State {
    /// Counts a call, or says how many milliseconds to wait.
    fn take(&mut self, now: i64) -> u64 {
        self.forget(now);
        if now - self.known_at_ms > IDLE_MS {
            self.think_of_others(now);
        }
        self.known_at_ms = now;
        let blocked = self.blocked_until_ms - now;
        let wait = u64::try_from(blocked.max(self.full_for_ms(now))).unwrap_or(0);
        if wait == 0 {
            self.spent.push_back(now);
        }
        wait
    }

    /// How long no further call fits into the limit.
    fn full_for_ms(&self, now: i64) -> i64 {
        let Some(over) = (self.spent.len() + self.others.len()).checked_sub(self.limit) else { return 0 };
        let mut all: Vec<i64> = self.spent.iter().chain(&self.others).copied().collect();
        all.sort_unstable();
        all[over] + WINDOW_MS - now
    }

    /// Others have spent, evenly, what we have not.
    fn think_of_others(&mut self, now: i64) {
        let left = self.limit.saturating_sub(self.spent.len());
        let count = i64::try_from(left).expect("it is at most 110");
        self.others = (1..count).map(|n| now - WINDOW_MS + n * WINDOW_MS / count).collect();
    }

    fn forget(&mut self, now: i64) {
        self.others.retain(|spent| now - spent < WINDOW_MS);
        for spent in self.spent.iter_mut().chain(&mut self.others) {
            // The clock may jump back; a call in the future would block for as long as it jumped.
            *spent = (*spent).min(now);
        }
        self.blocked_until_ms = self.blocked_until_ms.min(now.saturating_add(86_400_000));
        while self.spent.front().is_some_and(|spent| now - spent >= WINDOW_MS) {
            self.spent.pop_front();
        }
    }

    fn hear(&mut self, max: Option<usize>, remaining: Option<usize>, now: i64) {
        self.forget(now);
        if let Some(max) = max.filter(|max| *max > 0) {
            self.limit = max.min(LIMIT).saturating_sub(self.room).max(1);
        }
        if let Some(remaining) = remaining {
            let others = self.limit.saturating_sub(self.spent.len()).saturating_sub(remaining);
            self.others = vec![now; others];
            self.known_at_ms = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::hubspot::testing::StillClock;

    /// So many calls leave before the first of them is answered.
    const IN_FLIGHT: usize = 6;

    fn fresh() -> (Arc<StillClock>, Bucket) {
        let clock = Arc::new(StillClock::at(1_000_000));
        let bucket = Bucket::new(clock.clone(), 0);
        (clock, bucket)
    }

    #[tokio::test]
    async fn no_ten_seconds_ever_hold_more_than_110_calls() {
        let (clock, bucket) = fresh();
        let mut left = Vec::new();
        for _ in 0..500 {
            bucket.take(u64::MAX).await.unwrap();
            left.push(clock.now_ms());
        }
        for (first, last) in left.iter().zip(left.iter().skip(110)) {
            assert!(last - first >= 10_000, "{first} {last}");
        }
        // And no slower than need be.
        assert!(clock.now_ms() - 1_000_000 <= 500 * WINDOW_MS / 110 + WINDOW_MS);
    }

    #[tokio::test]
    async fn what_is_left_to_others_is_never_used_whatever_the_limit() {
        let clock = Arc::new(StillClock::at(1_000_000));
        let bucket = Bucket::new(clock.clone(), 20);
        for (max, expected) in [("110", 90), ("100", 80), ("10", 1)] {
            clock.pass_ms(20_000);
            bucket.hear(&headers(max, max));
            let before = clock.now_ms();
            for _ in 0..expected {
                bucket.take(u64::MAX).await.unwrap();
            }
            assert_eq!(clock.now_ms(), before, "{max}");
            bucket.take(u64::MAX).await.unwrap();
            assert_eq!(clock.now_ms() - before, WINDOW_MS, "{max}");
        }
    }

    #[tokio::test]
    async fn it_starts_as_if_another_environment_had_just_worked() {
        let (clock, bucket) = fresh();
        for _ in 0..11 {
            bucket.take(u64::MAX).await.unwrap();
        }
        assert!(clock.now_ms() >= 1_000_000 + 800, "{}", clock.now_ms());
    }

    #[tokio::test]
    async fn the_first_answer_knows_better_than_what_was_thought() {
        let (clock, bucket) = fresh();
        bucket.take(u64::MAX).await.unwrap();
        bucket.hear(&headers("110", "109"));
        for _ in 0..109 {
            bucket.take(u64::MAX).await.unwrap();
        }
        assert_eq!(clock.now_ms(), 1_000_000, "nobody else has called");
    }

    #[tokio::test]
    async fn whoever_has_not_called_for_a_while_begins_slowly_until_the_first_answer() {
        let (clock, bucket) = fresh();
        bucket.hear(&headers("110", "110"));
        bucket.take(u64::MAX).await.unwrap();
        clock.pass_ms(20_000);
        let began = clock.now_ms();
        for _ in 0..11 {
            bucket.take(u64::MAX).await.unwrap();
        }
        let slow_ms = clock.now_ms() - began;
        assert!(slow_ms >= 800, "{slow_ms}");
        bucket.hear(&headers("110", "99"));
        for _ in 0..99 {
            bucket.take(u64::MAX).await.unwrap();
        }
        assert_eq!(clock.now_ms() - began, slow_ms);
    }

    #[tokio::test]
    async fn environments_that_work_in_turns_share_one_limit() {
        let clock = Arc::new(StillClock::at(1_000_000));
        let both = [Bucket::new(clock.clone(), 0), Bucket::new(clock.clone(), 0)];
        let mut left: Vec<i64> = Vec::new();
        for turn in 0..12 {
            for _ in 0..10 {
                let mut remaining = Vec::new();
                for _ in 0..IN_FLIGHT {
                    both[turn % 2].take(u64::MAX).await.unwrap();
                    let now = clock.now_ms();
                    left.push(now);
                    let in_window = left.iter().filter(|at| now - **at < WINDOW_MS).count();
                    assert!(in_window <= LIMIT, "{in_window} calls in ten seconds, in turn {turn}");
                    remaining.push(LIMIT - in_window);
                }
                for remaining in remaining {
                    both[turn % 2].hear(&headers("110", &remaining.to_string()));
                }
            }
            clock.pass_ms(3_000);
        }
    }

    #[tokio::test]
    async fn what_others_spend_is_counted() {
        let (clock, bucket) = fresh();
        clock.pass_ms(20_000);
        bucket.take(u64::MAX).await.unwrap();
        bucket.hear(&headers("110", "0"));
        let before = clock.now_ms();
        bucket.take(u64::MAX).await.unwrap();
        assert_eq!(clock.now_ms() - before, WINDOW_MS);
    }

    #[tokio::test]
    async fn a_smaller_limit_is_obeyed_and_a_larger_one_is_not_used() {
        for (max, expected) in [("100", 100), ("190", 110)] {
            let (clock, bucket) = fresh();
            clock.pass_ms(20_000);
            bucket.hear(&headers(max, max));
            let before = clock.now_ms();
            for _ in 0..expected {
                bucket.take(u64::MAX).await.unwrap();
            }
            assert_eq!(clock.now_ms(), before);
            bucket.take(u64::MAX).await.unwrap();
            assert_eq!(clock.now_ms() - before, WINDOW_MS);
        }
    }

    #[tokio::test]
    async fn a_long_pause_is_handed_back_and_not_slept_through() {
        let (clock, bucket) = fresh();
        bucket.block_ms(3_600_000);
        assert_eq!(bucket.take(u64::MAX).await, Err(3_600_000));
        assert_eq!(clock.now_ms(), 1_000_000);
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_they_have_time_for() {
        let (clock, bucket) = fresh();
        bucket.block_ms(4_000);
        assert_eq!(bucket.take(3_999).await, Err(4_000));
        assert_eq!(clock.now_ms(), 1_000_000);
        assert_eq!(bucket.take(4_000).await, Ok(()));
    }

    #[tokio::test]
    async fn a_clock_that_jumps_back_does_not_stop_the_calls() {
        let (clock, bucket) = fresh();
        clock.pass_ms(-600_000);
        for _ in 0..LIMIT {
            bucket.take(u64::MAX).await.unwrap();
        }
        assert!(clock.now_ms() <= 1_000_000 - 600_000 + WINDOW_MS);
    }

    fn headers(max: &str, remaining: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-hubspot-ratelimit-max", max.parse().unwrap());
        headers.insert("x-hubspot-ratelimit-remaining", remaining.parse().unwrap());
        headers
    }
}
