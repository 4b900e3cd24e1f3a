//! What webhooks to another system are signed with: made here, shown once, and two at a time while the other system changes over.

use std::convert::Infallible;
use std::sync::Arc;

use super::ChangeError;
use crate::domain::ids::ChannelId;
use crate::ports::Secrets;
use crate::ports::secrets::Secret;

/// The new one and the one before.
const AT_ONCE: usize = 2;

/// Makes and forgets them.
#[derive(Clone)]
pub struct WebhookSecrets {
    /// Where.
    pub secrets: Arc<dyn Secrets>,
}

impl WebhookSecrets {
    /// Signs with this one from now on, beside the one before. `secret` is `whsec_` and random bytes in base64. Twice is the same as
    /// once.
    ///
    /// # Errors
    /// Nothing is stored for the Official Account (`Absent`); or the port's.
    pub async fn make(&self, channel: &ChannelId, secret: Secret) -> Result<(), ChangeError<Infallible>> {
        let mut stored = self.secrets.line_anew(channel).await?.secrets.ok_or(ChangeError::Absent)?;
        stored.webhook_secrets.retain(|known| *known != secret);
        stored.webhook_secrets.insert(0, secret);
        stored.webhook_secrets.truncate(AT_ONCE);
        Ok(self.secrets.store_line(channel, &stored).await?)
    }

    /// Signs no more with the one before the newest. Answers with how many were forgotten. Twice is the same as once.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub async fn forget_old(&self, channel: &ChannelId) -> Result<usize, ChangeError<Infallible>> {
        let mut stored = self.secrets.line_anew(channel).await?.secrets.ok_or(ChangeError::Absent)?;
        let old = stored.webhook_secrets.len().saturating_sub(1);
        if old > 0 {
            stored.webhook_secrets.truncate(1);
            self.secrets.store_line(channel, &stored).await?;
        }
        Ok(old)
    }
}
