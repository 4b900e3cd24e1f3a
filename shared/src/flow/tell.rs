//! Another system is told that a message came: at once it is queued, and told by whoever waits for that system alone.

use std::sync::Arc;

use crate::domain::channel::Channel;
use crate::domain::conversation::{ConversationKey, Source};
use crate::domain::inbound::InboundEvent;
use crate::domain::notice::Notice;
use crate::ports::{PortError, Queue};
use crate::store::{Journal, LinkReader};

/// Queues what other systems are told.
pub struct Tell {
    /// Who a person is in the CRM.
    pub links: LinkReader,
    /// Who was erased.
    pub journal: Journal,
    /// Where it waits.
    pub notices: Arc<dyn Queue<Notice>>,
}

impl Tell {
    /// Queues a notice of a recorded message, where the Official Account tells anybody. Twice is told twice, under the same ID: a
    /// repeat finds the event recorded, and does not know whether it was told.
    ///
    /// # Errors
    /// As the tables' and the queue's: the event must come again.
    pub async fn tell(&self, channel: &Channel, accepted_at_ms: i64, event: &InboundEvent) -> Result<(), PortError> {
        let Source::User(user) = &event.source else { return Ok(()) };
        if channel.settings.webhook.is_none() || event.message().is_none() {
            return Ok(());
        }
        let key = ConversationKey::person(&channel.id, user);
        if self.journal.erasure(&key).await?.covers(event.said_at_ms(accepted_at_ms)) {
            return Ok(());
        }
        let link = self.links.of_user(&channel.id, user).await?.map(|link| link.value);
        let contact = link.filter(|link| link.account == channel.account).map(|link| link.contact);
        match Notice::of(&channel.id, event, contact) {
            Some(notice) => self.notices.send(&notice).await,
            None => Ok(()),
        }
    }
}
