//! Verbs: what Musubi does. One verb a file; each struct lists exactly the ports it needs, and that
//! list is the function's permissions and environment.

pub mod accept;
pub mod decide;
pub mod deliver;
pub mod receive;
pub mod record;
pub mod settle;
pub mod settle_up;

use crate::ports::PortError;

/// How often a transaction is decided anew before the try counts as failed: each conflict means
/// that somebody else made progress on the same conversation.
const MAX_CONFLICTS: usize = 20;

/// Too many others wrote the same rows.
fn contended(what: &'static str) -> PortError {
    PortError::transient(what, "the row changed under every try")
}
