//! An operator says something to a person: it is queued under a name that the sender made, and delivered as every message is.

use std::sync::Arc;

use crate::domain::account::CrmAccount;
use crate::domain::action::Purpose;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::operator::OperatorName;
use crate::domain::push::{OutgoingMessage, PushId, PushJob, Recipient, Sender};
use crate::ports::{PortError, Queue};

/// Something that an operator says to a person.
#[derive(Debug, Clone)]
pub struct Saying {
    /// [`PushId::of_talk`]: names it for ever.
    pub id: PushId,
    /// Who says it.
    pub by: OperatorName,
    /// From which Official Account.
    pub channel: ChannelId,
    /// To whom.
    pub to: LineUserId,
    /// One to five messages, checked.
    pub messages: Vec<OutgoingMessage>,
    /// When the operator pressed the button, in milliseconds: what the person says after it, is not answered by this.
    pub at_ms: i64,
}

/// Takes what operators say.
#[derive(Clone)]
pub struct Talk {
    /// Where it waits.
    pub push: Arc<dyn Queue<PushJob>>,
}

impl Talk {
    /// One durable call; it is on its way then. Twice is sent once: both carry the same [`PushId`], and the first one's words count.
    ///
    /// # Errors
    /// As the queue's: the sender must ask again, by the same name.
    pub async fn say(&self, account: &CrmAccount, saying: Saying) -> Result<(), PortError> {
        let Saying { id, by, channel, to, messages, at_ms: accepted_at_ms } = saying;
        self.push
            .send(&PushJob {
                id,
                sender: Sender::Operator { name: by },
                account: account.key.clone(),
                callback: None,
                waits: false,
                contact: None,
                channel,
                to: Recipient::Linked { user: to, since_ms: accepted_at_ms },
                messages,
                purpose: Purpose::Service,
                tag: None,
                accepted_at_ms,
                send_by_ms: account.send_by_ms(accepted_at_ms),
                not_after_ms: None,
                expires_at_ms: accepted_at_ms,
                refused: None,
                tries: 0,
                inbox: None,
            })
            .await
    }
}
