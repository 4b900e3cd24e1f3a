//! A new secret takes the place of the one before, which stays good until it is said to be forgotten: nothing that was signed
//! with it on the way is refused.

use std::convert::Infallible;
use std::sync::Arc;

use super::change_error::ChangeError;
use crate::domain::channel::Channel;
use crate::domain::ids::{ChannelId, LoginChannelId};
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::{PortError, Secrets};

/// Stores new secrets.
#[derive(Clone)]
pub struct RotateSecret {
    /// Where.
    pub secrets: Arc<dyn Secrets>,
}

/// A secret as it was entered and tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredSecret {
    /// The secret.
    pub secret: Secret,
    /// The one before it is good no more.
    pub forget_old: bool,
}

impl EnteredSecret {
    /// The new one first, then at most one of those before.
    pub(super) fn before(&self, old: &[Secret]) -> Vec<Secret> {
        let kept = old.iter().filter(|old| **old != self.secret && !self.forget_old).take(1);
        [&self.secret].into_iter().chain(kept).cloned().collect()
    }
}

impl RotateSecret {
    /// Stores an Official Account's channel secret, and this long-lived token or none. LINE Login's secrets and the customer's
    /// keys stay. Twice is the same as once.
    ///
    /// # Errors
    /// As the port's; a lost answer may hide that it is stored.
    pub async fn channel(
        &self,
        channel: &ChannelId,
        entered: &EnteredSecret,
        access_token: Option<Secret>,
    ) -> Result<(), PortError> {
        let stored = self.secrets.line_anew(channel).await?.secrets;
        let nothing = || LineSecrets { channel_secrets: Vec::new(), ..LineSecrets::of(Secret::new(""), None) };
        let old = stored.unwrap_or_else(nothing);
        let new = LineSecrets { channel_secrets: entered.before(&old.channel_secrets), access_token, ..old };
        self.secrets.store_line(channel, &new).await
    }

    /// Stores the secret of the LINE Login channel `login` of an Official Account, beside what else is stored for it. The one
    /// before is another channel's, and goes, where `channel` had another LINE Login channel until now. Twice is the same as
    /// once.
    ///
    /// # Errors
    /// The channel secret is not stored (`Absent`); or the port's, and a lost answer may hide that it is stored.
    pub async fn login(
        &self,
        channel: &Channel,
        login: &LoginChannelId,
        entered: &EnteredSecret,
    ) -> Result<(), ChangeError<Infallible>> {
        let stored = self.secrets.line_anew(&channel.id).await?.secrets.ok_or(ChangeError::Absent)?;
        let is_same = channel.login.as_ref().is_some_and(|known| known.channel == *login);
        let old = if is_same { &stored.login_secrets[..] } else { &[] };
        let login_secrets = entered.before(old);
        Ok(self.secrets.store_line(&channel.id, &LineSecrets { login_secrets, ..stored }).await?)
    }
}
