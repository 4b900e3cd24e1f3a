//! An Official Account that was tried at LINE is set up: its secrets, its row, and where LINE sends its webhooks.

use std::sync::Arc;

use super::{ChangeError, ConnectChannel, ConnectedElsewhere, EnteredSecret, OfficialAccount, RotateSecret};
use crate::domain::account::CrmAccountKey;
use crate::domain::channel::Channel;
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

impl SetUpChannel {
    /// First its secrets are stored, then webhooks are taken and workflows can choose it, and only then LINE sends webhooks to
    /// `webhook_url`; `None`: LINE goes on sending them where it does. Twice is the same as once; after a failure in between, a
    /// second call goes on.
    ///
    /// # Errors
    /// It is connected elsewhere; others keep changing the same; or the ports'.
    pub async fn set_up(
        &self,
        proven: &ProvenChannel,
        account: &CrmAccountKey,
        webhook_url: Option<&str>,
    ) -> Result<Channel, ChangeError<ConnectedElsewhere>> {
        let ProvenChannel { seen, secret, access_token } = proven;
        let rotate = RotateSecret { secrets: Arc::clone(&self.secrets) };
        rotate.channel(&seen.id, secret, access_token.clone()).await?;
        let channel = self.connect.connect(seen, account).await?;
        if let Some(url) = webhook_url {
            self.console.set_webhook(&seen.id, url).await?;
        }
        Ok(channel)
    }
}
