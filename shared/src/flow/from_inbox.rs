//! What somebody wrote in the CRM's inbox is queued, and delivered as what operators say: by reply where the person's newest event lets
//! it, else as a push, once. How it ends is told in the inbox.

use std::sync::Arc;

use crate::domain::account::CrmAccount;
use crate::domain::action::Purpose;
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::{AppInbox, InboxAuthor, InboxPost};
use crate::domain::ids::ChannelId;
use crate::domain::operator::OperatorName;
use crate::domain::push::{OutgoingMessage, PushId, PushJob, PushOutcome, Recipient, Refused, Sender, SettlementNote};
use crate::ports::{Clock, PortError, Queue};
use crate::store::{Channels, LinkReader};

/// Takes what is written in the inbox.
pub struct FromInbox {
    /// Which Official Account is which there.
    pub channels: Channels,
    /// Who is who.
    pub links: LinkReader,
    /// Where it waits.
    pub push: Arc<dyn Queue<PushJob>>,
    /// When it came.
    pub clock: Arc<dyn Clock>,
}

impl FromInbox {
    /// One durable call, once it is read who the person is. Twice is sent once: the CRM's own name of the message names it for ever.
    /// What cannot be sent is queued, too: whoever wrote it is to be told. `message`: the words as LINE takes them; `None`: it does not.
    ///
    /// # Errors
    /// As the queue's and the stores': the CRM must tell again.
    pub async fn take(
        &self,
        account: &CrmAccount,
        inbox: &AppInbox,
        post: InboxPost,
        message: Option<OutgoingMessage>,
    ) -> Result<(), PortError> {
        if post.message.channel != inbox.channel {
            tracing::warn!(crm.account = %account.key, inbox.channel = %post.message.channel, "inbox.of_another_channel");
            return Ok(());
        }
        let channel = self.official_account(account, &post).await?;
        let to = self.recipient(account, channel.as_ref(), &post).await?;
        let refused = why_not(channel.is_some(), &post, message.is_some());
        let now_ms = self.clock.now_ms();
        // What the person says after it was written is not answered by it.
        let accepted_at_ms = post.at_ms.unwrap_or(now_ms).min(now_ms);
        self.push
            .send(&PushJob {
                id: PushId::of_inbox(&account.key, &post.message),
                sender: Sender::Operator { name: called(&post.by) },
                account: account.key.clone(),
                callback: None,
                waits: false,
                contact: None,
                channel: channel.map_or_else(|| ChannelId::new("-"), |channel| channel.id),
                to,
                messages: message.filter(|_| refused.is_none()).into_iter().collect(),
                purpose: Purpose::Service,
                tag: None,
                accepted_at_ms,
                send_by_ms: account.send_by_ms(accepted_at_ms),
                not_after_ms: None,
                expires_at_ms: accepted_at_ms,
                refused,
                tries: 0,
                inbox: Some(post.message),
            })
            .await
    }

    /// The one of the account's that stands there under this name.
    async fn official_account(&self, account: &CrmAccount, post: &InboxPost) -> Result<Option<Channel>, PortError> {
        for id in &account.channels {
            let channel = self.channels.find(id).await?.filter(|channel| channel.account == account.key);
            let is_it = |channel: &Channel| {
                let inbox = channel.crm_inbox.as_ref();
                inbox.is_some_and(|inbox| inbox.account == post.account && inbox.channel == post.message.channel)
            };
            if let Some(channel) = channel.filter(is_it) {
                return Ok(Some(channel));
            }
        }
        Ok(None)
    }

    /// Whom the inbox names, if they are linked to a contact of the account's.
    async fn recipient(
        &self,
        account: &CrmAccount,
        channel: Option<&Channel>,
        post: &InboxPost,
    ) -> Result<Recipient, PortError> {
        let (Some(channel), Some(user)) = (channel, &post.to) else { return Ok(Recipient::Nobody) };
        let link = self.links.of_user(&channel.id, user).await?.map(|link| link.value);
        let link = link.filter(|link| link.account == account.key);
        Ok(link.map_or(Recipient::Nobody, |link| Recipient::Linked { user: link.user, since_ms: link.linked_at_ms }))
    }
}

fn called(by: &InboxAuthor) -> OperatorName {
    let name = match by {
        InboxAuthor::Person(name) => name.as_deref().and_then(OperatorName::parse),
        InboxAuthor::Other => None,
    };
    name.unwrap_or_else(|| OperatorName::parse("HubSpot").expect("it is a name"))
}

/// Why it is not sent, as far as that shows at once: all of it goes, or nothing.
fn why_not(is_connected: bool, post: &InboxPost, is_message: bool) -> Option<Refused> {
    let note = match post {
        _ if !is_connected => SettlementNote::UnknownChannel,
        InboxPost { by: InboxAuthor::Other, .. } => SettlementNote::NotByPerson,
        InboxPost { has_files: true, .. } => SettlementNote::Attached,
        _ if !is_message => SettlementNote::BadLength,
        _ => return None,
    };
    Some(Refused { outcome: PushOutcome::Failed, note })
}
