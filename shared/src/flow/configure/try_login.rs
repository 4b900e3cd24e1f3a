//! A LINE Login channel as it was entered is tried at LINE before anything of it is stored.

use std::sync::Arc;

use thiserror::Error;

use crate::domain::channel::Channel;
use crate::domain::channel_values::LoginRefusal;
use crate::domain::ids::{ChannelId, LoginChannelId};
use crate::ports::checkup::SeenLogin;
use crate::ports::secrets::Secret;
use crate::ports::{LineConsoles, PortError, Secrets};
use crate::store::Channels;

/// Tries LINE Login channels.
#[derive(Clone)]
pub struct TryLogin {
    /// LINE.
    pub line: Arc<dyn LineConsoles>,
    /// What is stored.
    pub secrets: Arc<dyn Secrets>,
    /// What is connected.
    pub channels: Channels,
}

/// Why it was not tried, or not with success. Nothing was stored.
#[derive(Debug, Error)]
pub enum TryLoginError {
    /// It cannot be used.
    #[error(transparent)]
    Refused(#[from] LoginRefusal),
    /// LINE or a table does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl TryLogin {
    /// Whether LINE Login can be set up with these for this Official Account. Neither may be its Messaging API channel's, or another
    /// one's. That both channels are of one provider, LINE tells nobody. Twice is the same as once.
    ///
    /// # Errors
    /// See [`TryLoginError`].
    pub async fn try_at_line(
        &self,
        channel: &Channel,
        id: &LoginChannelId,
        secret: &Secret,
    ) -> Result<(), TryLoginError> {
        let as_messaging = ChannelId::new(id.as_str());
        if as_messaging == channel.id {
            return Err(LoginRefusal::SameId.into());
        }
        if self.channels.find(&as_messaging).await?.is_some() {
            return Err(LoginRefusal::IsMessagingApi.into());
        }
        let stored = self.secrets.line_anew(&channel.id).await?.secrets.ok_or(LoginRefusal::NoSecrets)?;
        if stored.channel_secrets.contains(secret) {
            return Err(LoginRefusal::SameSecret.into());
        }
        match self.line.checkup(Arc::clone(&self.secrets)).login(id, secret).await? {
            SeenLogin::Good(_) => Ok(()),
            SeenLogin::MessagingApi => Err(LoginRefusal::IsMessagingApi.into()),
            SeenLogin::Refused => Err(LoginRefusal::Refused.into()),
        }
    }
}
