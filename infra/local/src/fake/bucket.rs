//! A token bucket that is filled by the fake's clock.

/// Allows `capacity` calls at once and refills evenly over `per_ms`.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    capacity: f64,
    per_ms: f64,
    tokens: f64,
    filled_at_ms: i64,
}

impl TokenBucket {
    /// A full bucket of `capacity` calls per `per_ms` milliseconds.
    pub fn new(capacity: u32, per_ms: u32, now_ms: i64) -> Self {
        let capacity = f64::from(capacity);
        Self { capacity, per_ms: f64::from(per_ms.max(1)), tokens: capacity, filled_at_ms: now_ms }
    }

    /// Takes one call; false when the bucket is empty. A clock that jumps back refills nothing.
    pub fn take(&mut self, now_ms: i64) -> bool {
        let passed_ms = now_ms.saturating_sub(self.filled_at_ms).max(0);
        self.tokens = (self.tokens + passed_ms as f64 * self.capacity / self.per_ms).min(self.capacity);
        self.filled_at_ms = now_ms;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}
