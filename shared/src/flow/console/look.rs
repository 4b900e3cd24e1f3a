//! How an Official Account that is being connected stands at LINE.

use std::sync::Arc;

use super::connect::ConnectChannels;
use crate::domain::channel::{Channel, WebhookBefore};
use crate::ports::checkup::{SeenAccount, SeenQuota, WebhookTry};

/// What LINE said. `None`: it did not say.
#[derive(Debug, Clone, Default)]
pub struct ChannelLook {
    /// Who it is, and whether people can be answered by hand.
    pub account: Option<SeenAccount>,
    /// Where its webhooks go, and whether they arrive.
    pub webhook: Option<WebhookLook>,
    /// This month's messages.
    pub quota: Option<SeenQuota>,
    /// Verified or premium.
    pub is_verified: Option<bool>,
}

/// Where webhooks go, and whether they arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookLook {
    /// Nowhere.
    NotSet,
    /// To another tool, by its host.
    Elsewhere(String),
    /// Here, and "Use webhook" is off.
    Off,
    /// Here, and LINE's test ended so. `None`: it could not be made now.
    On(Option<WebhookTry>),
}

impl ConnectChannels {
    /// Asks LINE, and has it try our address if webhooks come here: 60 times an hour at most. What LINE does not say is left out.
    pub async fn look(&self, channel: &Channel) -> ChannelLook {
        let line = self.try_channel.line.checkup(Arc::clone(&self.try_channel.secrets));
        let webhook = async {
            let ours = self.try_channel.webhook_url(&channel.id);
            Some(match line.webhook(&channel.id).await.ok()? {
                None => WebhookLook::NotSet,
                Some(seen) if seen.url != ours => {
                    WebhookLook::Elsewhere(WebhookBefore::new(seen.url, seen.is_used).host())
                }
                Some(seen) if !seen.is_used => WebhookLook::Off,
                Some(_) => WebhookLook::On(line.try_webhook(&channel.id).await.ok()),
            })
        };
        let (account, webhook, quota, is_verified) = futures::join!(
            line.official_account(&channel.id),
            webhook,
            line.quota(&channel.id),
            line.is_verified(&channel.id)
        );
        ChannelLook { account: account.ok(), webhook, quota: quota.ok(), is_verified: is_verified.ok() }
    }
}
