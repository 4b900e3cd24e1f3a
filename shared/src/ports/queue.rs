//! A queue of jobs.

use async_trait::async_trait;

use super::error::PortError;

/// Jobs that wait for another function. Delivered at least once, in any order.
#[async_trait]
pub trait Queue<T>: Send + Sync {
    /// Durable when it returns. One call to the queue however large the job is, unless it must be
    /// split to fit; then all parts are in when it returns. Twice means: delivered twice, except for wake-ups, of which those
    /// of one account within a slot of time are one.
    async fn send(&self, job: &T) -> Result<(), PortError>;

    /// As `send`, delivered not before `delay_s` (at most 900) have passed.
    async fn send_later(&self, job: &T, delay_s: u32) -> Result<(), PortError>;

    /// Puts a job that cannot be done aside, with a reason that an operator understands.
    async fn dead_letter(&self, job: &T, reason: &str) -> Result<(), PortError>;
}
