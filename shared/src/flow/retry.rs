//! What follows from stored rows is decided anew where somebody else changed them first, in one place.

use thiserror::Error;

use crate::ports::{Clock, PortError};

/// How often something is decided anew before the try counts as failed: each conflict means that somebody else made progress on
/// the same rows.
const MAX_CONFLICTS: usize = 20;

/// Others wrote the same rows under every try. Another try is worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the row changed under every try")]
pub struct Contended {
    what: &'static str,
}

impl Contended {
    /// Of this call.
    pub(super) fn new(what: &'static str) -> Self {
        Self { what }
    }
}

impl From<Contended> for PortError {
    fn from(contended: Contended) -> Self {
        Self::transient(contended.what, contended)
    }
}

/// Decides anew, from what is read anew, until no conflict comes in between (`None`).
///
/// # Errors
/// The attempt's; [`Contended`] where others wrote the same rows each time.
pub(super) async fn retry_on_conflict<T, E, F>(
    clock: &dyn Clock,
    what: &'static str,
    attempt: impl Fn() -> F + Send + Sync,
) -> Result<T, E>
where
    E: From<Contended>,
    F: Future<Output = Result<Option<T>, E>> + Send,
{
    for conflicts in 0..MAX_CONFLICTS {
        if let Some(done) = attempt().await? {
            return Ok(done);
        }
        // Lets the others finish: a little longer after each conflict, at most 128 ms.
        clock.sleep_ms(1 << conflicts.min(7)).await;
    }
    Err(Contended::new(what).into())
}
