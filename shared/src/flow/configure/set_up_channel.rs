//! An Official Account that was tried at LINE is set up: its secrets, its row, and where LINE sends its webhooks.

use std::sync::Arc;

use super::change_error::ChangeError;
use super::choose_provider::ChosenProvider;
use super::connect_channel::{ConnectChannel, ConnectedElsewhere, OfficialAccount};
use super::rotate_secret::{EnteredSecret, RotateSecret};
use crate::domain::account::CrmAccountKey;
use crate::domain::channel::{Channel, WebhookBefore};
use crate::ports::secrets::Secret;
use crate::ports::{ChannelConsole, Secrets};

/// Sets up Official Accounts.
#[derive(Clone)]
pub struct SetUpChannel {
    /// What their requests are signed with.
    pub secrets: Arc<dyn Secrets>,
    /// Where they are.
    pub connect: ConnectChannel,
    /// LINE's console.
    pub console: Arc<dyn ChannelConsole>,
}

/// An Official Account as it was entered, and as LINE took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenChannel {
    /// Who LINE says it is.
    pub seen: OfficialAccount,
    /// Its channel secret.
    pub secret: EnteredSecret,
    /// Its long-lived token, where it has one.
    pub access_token: Option<Secret>,
}

/// Where LINE sends webhooks from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// There.
    pub url: String,
    /// Where it sent them until now, if that was another's address: it is kept for the way back.
    pub before: Option<WebhookBefore>,
}

impl SetUpChannel {
    /// First its secrets are stored, then webhooks are taken and workflows can choose it, and only then LINE sends webhooks to
    /// the new address; `None`: LINE goes on sending them where it does. Twice is the same as once; after a failure in between, a
    /// second call goes on.
    ///
    /// # Errors
    /// It is connected elsewhere; others keep changing the same; or the ports'.
    pub async fn set_up(
        &self,
        proven: &ProvenChannel,
        account: &CrmAccountKey,
        provider: ChosenProvider,
        webhook: Option<&NewWebhook>,
    ) -> Result<Channel, ChangeError<ConnectedElsewhere>> {
        let ProvenChannel { seen, secret, access_token } = proven;
        let rotate = RotateSecret { secrets: Arc::clone(&self.secrets) };
        rotate.channel(&seen.id, secret, access_token.clone()).await?;
        let channel =
            self.connect.connect(seen, account, provider, webhook.and_then(|webhook| webhook.before.as_ref())).await?;
        if let Some(webhook) = webhook {
            self.console.set_webhook(&seen.id, &webhook.url).await?;
        }
        Ok(channel)
    }
}
