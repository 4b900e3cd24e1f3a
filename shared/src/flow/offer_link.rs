//! The customer's own site says who is logged in there; LINE will bring the person.

use std::sync::Arc;

use tracing::info;

use crate::domain::account_link::LinkNonce;
use crate::domain::channel::Channel;
use crate::domain::claim::Target;
use crate::ports::table::Commit;
use crate::ports::{Clock, PortError};
use crate::store::Journal;
use crate::store::journal::write;

/// Keeps nonces.
pub struct OfferLink {
    /// Where the nonce is kept.
    pub journal: Journal,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl OfferLink {
    /// Whoever brings this nonce within ten minutes is this one in the CRM. `nonce` is random, at least 128 bits, and used once:
    /// a second call with the same one is an error.
    ///
    /// # Errors
    /// As the journal's; the nonce stands for nobody then.
    pub async fn offer(&self, channel: &Channel, target: &Target, nonce: &str) -> Result<(), PortError> {
        let offered = LinkNonce::new(channel.id.clone(), target, nonce, self.clock.now_ms());
        match self.journal.commit(vec![write::nonce(nonce, &offered, 0)]).await? {
            Commit::Done => {
                info!(channel.id = %channel.id, "account_link.offered");
                Ok(())
            }
            Commit::Conflict => Err(PortError::permanent("account link", "a nonce was made twice")),
        }
    }
}
