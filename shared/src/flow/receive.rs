//! A verified webhook becomes durable.

use std::sync::Arc;

use crate::domain::ids::ChannelId;
use crate::domain::job::InboxJob;
use crate::ports::{Clock, PortError, Queue};

/// Makes a verified webhook durable.
pub struct Receive {
    /// Where it waits.
    pub inbox: Arc<dyn Queue<InboxJob>>,
    /// When it came.
    pub clock: Arc<dyn Clock>,
}

impl Receive {
    /// One durable call. `Ok` means: LINE may forget. Twice means recorded once: the middle tells
    /// events apart by their IDs, never the edge.
    ///
    /// # Errors
    /// As the queue's: LINE must be told that we do not have it.
    pub async fn receive(&self, channel: &ChannelId, body: Vec<u8>) -> Result<(), PortError> {
        let accepted_at_ms = self.clock.now_ms();
        self.inbox.send(&InboxJob { channel: channel.clone(), accepted_at_ms, tries: 0, place: None, body }).await
    }
}
