//! Another system is told that a message came, and the team that somebody waits for an answer: at once it is queued, and told by whoever
//! waits for that system alone.

use std::sync::Arc;

use crate::domain::channel::Channel;
use crate::domain::conversation::{ConversationKey, Source};
use crate::domain::inbound::InboundEvent;
use crate::domain::notice::Notice;
use crate::ports::{PortError, Queue};
use crate::store::{Journal, LinkReader};

/// Queues what other systems and the team are told.
pub struct Tell {
    /// Who a person is in the CRM.
    pub links: LinkReader,
    /// Who was erased.
    pub journal: Journal,
    /// Where it waits.
    pub notices: Arc<dyn Queue<Notice>>,
}

impl Tell {
    /// Queues notices of a recorded message, where the Official Account tells anybody: the webhook of each, the team of the one that
    /// began a wait. Twice is told twice, under the same ID: a repeat finds the event recorded, and does not know whether it was told.
    /// What LINE delivers once more is told to the webhook alone.
    ///
    /// # Errors
    /// As the tables' and the queue's: the event must come again.
    pub async fn tell(&self, channel: &Channel, accepted_at_ms: i64, event: &InboundEvent) -> Result<(), PortError> {
        let Source::User(user) = &event.source else { return Ok(()) };
        let settings = &channel.settings;
        if !(settings.webhook.is_some() || settings.tell_team) || event.message().is_none() {
            return Ok(());
        }
        let key = ConversationKey::person(&channel.id, user);
        let state = if settings.tell_team { self.journal.conversation(&key).await? } else { None };
        let begins = state.is_some_and(|state| state.value.waits_from(&event.id, accepted_at_ms));
        if settings.webhook.is_none() && !begins {
            return Ok(());
        }
        if self.journal.erasure(&key).await?.covers(event.said_at_ms(accepted_at_ms)) {
            return Ok(());
        }
        let link = self.links.of_user(&channel.id, user).await?.map(|link| link.value);
        let contact = link.filter(|link| link.account == channel.account).map(|link| link.contact);
        let Some(notice) = Notice::of(&channel.id, event, contact) else { return Ok(()) };
        if settings.webhook.is_some() {
            self.notices.send(&notice).await?;
        }
        if begins {
            self.notices.send(&notice.for_team()).await?;
        }
        Ok(())
    }
}
