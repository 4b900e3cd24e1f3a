//! Verbs: what Musubi does. One verb a file; each struct lists exactly the ports it needs, and that
//! list is the function's permissions and environment.

pub mod accept;
pub mod account_link;
pub mod answer;
pub mod answered;
mod ask;
pub mod contacts_changed;
pub mod decide;
pub mod deliver;
pub mod dispatch;
pub mod erase;
pub mod greet;
pub mod import_friend;
pub mod link;
mod load;
pub mod log_in;
pub mod offer_link;
pub mod receive;
pub mod record;
pub mod reply;
pub mod settle;
mod unlink;

use crate::ports::{Clock, PortError};

/// How often a transaction is decided anew before the try counts as failed: each conflict means
/// that somebody else made progress on the same conversation.
const MAX_CONFLICTS: usize = 20;

/// Lets the others finish: a little longer after each conflict, at most 128 ms.
async fn step_back(clock: &dyn Clock, conflicts: usize) {
    clock.sleep_ms(1 << conflicts.min(7)).await;
}

/// Too many others wrote the same rows.
fn contended(what: &'static str) -> PortError {
    PortError::transient(what, "the row changed under every try")
}
