//! An Official Account is disconnected.

use std::convert::Infallible;
use std::sync::Arc;

use super::{ChangeAccount, ChangeError};
use crate::domain::channel::Channel;
use crate::ports::Secrets;
use crate::store::Channels;

/// Disconnects Official Accounts.
#[derive(Clone)]
pub struct DisconnectChannel {
    /// Where they are.
    pub channels: Channels,
    /// Whose workflows can choose them.
    pub accounts: ChangeAccount,
    /// What their requests are signed with.
    pub secrets: Arc<dyn Secrets>,
}

impl DisconnectChannel {
    /// First no workflow can choose it, then no webhook is taken, then nothing can be signed. Twice is the same as once; after a
    /// failure in between, a second call goes on.
    ///
    /// # Errors
    /// Others keep changing its CRM account; or the ports'.
    pub async fn disconnect(&self, channel: &Channel) -> Result<(), ChangeError<Infallible>> {
        self.accounts.detach(&channel.account, &channel.id).await?;
        self.channels.remove(&channel.id).await?;
        Ok(self.secrets.forget_line(&channel.id).await?)
    }
}
