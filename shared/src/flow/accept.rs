//! What a workflow asked for becomes durable.

use std::sync::Arc;

use crate::domain::account::CrmAccount;
use crate::domain::action::Purpose;
use crate::domain::ids::{CallbackId, ChannelId, ContactId, LineUserId};
use crate::domain::push::{OutgoingMessage, PushId, PushJob, PushOutcome, Recipient, Refused, Sender, SettlementNote};
use crate::ports::{Clock, PortError, Queue};
use crate::store::LinkReader;

/// A checked request to send.
#[derive(Debug, Clone)]
pub struct PushRequest {
    /// The send.
    pub id: PushId,
    /// Where to report.
    pub callback: Option<CallbackId>,
    /// The record the workflow ran on.
    pub contact: Option<ContactId>,
    /// From which Official Account.
    pub channel: ChannelId,
    /// To whom, if the action says so.
    pub to: Option<LineUserId>,
    /// One to five messages, checked.
    pub messages: Vec<OutgoingMessage>,
    /// What it is for.
    pub purpose: Purpose,
    /// LINE's custom aggregation unit.
    pub tag: Option<String>,
    /// The action's own latest time, in milliseconds.
    pub not_after_ms: Option<i64>,
    /// It goes by the contact's consent, and so to nobody but whom the contact is.
    pub by_consent: bool,
}

/// A request that was refused before anything was queued.
#[derive(Debug, Clone)]
pub struct TurnedDown {
    /// The send that it asked for.
    pub id: PushId,
    /// The record the workflow ran on.
    pub contact: ContactId,
    /// From which Official Account, as far as it is known.
    pub channel: ChannelId,
    /// How it ended, and why.
    pub refused: Refused,
}

/// The contact may be somebody else than who would read it.
const WHOSE_CONSENT: Refused = Refused { outcome: PushOutcome::NoConsent, note: SettlementNote::WhoseConsent };

/// Makes a workflow's request durable.
pub struct Accept {
    /// Who a contact is on LINE.
    pub links: LinkReader,
    /// Where it waits.
    pub push: Arc<dyn Queue<PushJob>>,
    /// When it came.
    pub clock: Arc<dyn Clock>,
}

impl Accept {
    /// One durable call, once it is read who the contact is on LINE. Twice means sent once: both carry the same [`PushId`].
    ///
    /// # Errors
    /// As the queue's and the links': the CRM must ask again.
    pub async fn accept(&self, account: &CrmAccount, asked: PushRequest) -> Result<(), PortError> {
        let accepted_at_ms = self.clock.now_ms();
        let send_by_ms = account.send_by_ms(accepted_at_ms);
        let to = self.recipient(account, asked.contact.as_ref(), &asked.channel, asked.to.as_ref()).await?;
        let refused = (asked.by_consent && to.is_contested()).then_some(WHOSE_CONSENT);
        let job = PushJob {
            sender: Sender::Workflow,
            id: asked.id,
            account: account.key.clone(),
            waits: account.capabilities.workflows_wait && asked.callback.is_some(),
            callback: asked.callback,
            contact: asked.contact,
            channel: asked.channel,
            to,
            messages: asked.messages,
            purpose: asked.purpose,
            tag: asked.tag,
            accepted_at_ms,
            send_by_ms: asked.not_after_ms.map_or(send_by_ms, |not_after_ms| not_after_ms.min(send_by_ms)),
            not_after_ms: asked.not_after_ms,
            expires_at_ms: accepted_at_ms + account.block_expiry_ms,
            refused,
            tries: 0,
            inbox: None,
        };
        self.push.send(&job).await
    }

    /// One durable call about what is not sent: that it was refused will stand on the record. The workflow hears so at once and does
    /// not wait. Twice is the same as once.
    ///
    /// # Errors
    /// As the queue's and the links': the CRM must ask again.
    pub async fn refuse(&self, account: &CrmAccount, turned_down: TurnedDown) -> Result<(), PortError> {
        let accepted_at_ms = self.clock.now_ms();
        let to = self.recipient(account, Some(&turned_down.contact), &turned_down.channel, None).await?;
        self.push
            .send(&PushJob {
                sender: Sender::Workflow,
                id: turned_down.id,
                account: account.key.clone(),
                callback: None,
                waits: false,
                contact: Some(turned_down.contact),
                channel: turned_down.channel,
                to,
                messages: Vec::new(),
                purpose: Purpose::default(),
                tag: None,
                accepted_at_ms,
                send_by_ms: accepted_at_ms,
                not_after_ms: None,
                expires_at_ms: accepted_at_ms,
                refused: Some(turned_down.refused),
                tries: 0,
                inbox: None,
            })
            .await
    }

    /// To whom, as the links stand now, where a workflow runs on this record and names this person: whoever sends it later needs
    /// no link.
    ///
    /// # Errors
    /// As the links'.
    pub async fn recipient(
        &self,
        account: &CrmAccount,
        contact: Option<&ContactId>,
        channel: &ChannelId,
        named: Option<&LineUserId>,
    ) -> Result<Recipient, PortError> {
        let link = match contact {
            Some(contact) => self.links.of_contact(&account.key, contact, channel).await?,
            None => None,
        };
        let link = link.map(|link| link.value);
        match (link, named) {
            (Some(link), Some(user)) if link.user != *user => Ok(Recipient::Named { user: user.clone(), taken: true }),
            (Some(link), _) => Ok(Recipient::Linked { user: link.user, since_ms: link.linked_at_ms }),
            (None, Some(user)) => {
                let taken = contact.is_some() && self.links.of_user(channel, user).await?.is_some();
                Ok(Recipient::Named { user: user.clone(), taken })
            }
            (None, None) => Ok(Recipient::Nobody),
        }
    }
}
