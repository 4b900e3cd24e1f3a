//! Reply tokens that are kept: sealed by the channel secret, so that a row alone answers nobody.

use super::messaging::LineMessenger;
use crate::domain::ids::ChannelId;
use crate::domain::reply_chance::SealedReplyToken;
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::sealed;

/// Names what is sealed.
const SEALED: &str = "reply token";

impl LineMessenger {
    /// Sealed by the newest channel secret.
    pub(super) async fn seal(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError> {
        let secrets = self.api.secrets.line(channel).await?;
        let newest = secrets.as_ref().and_then(|secrets| secrets.channel_secrets.first());
        let newest = newest.ok_or_else(|| PortError::permanent("secrets", "no channel secret is stored"))?;
        sealed::seal(newest, SEALED, token.expose()).map(SealedReplyToken::new)
    }

    /// `None`: no secret that is stored opens it. It lives for a minute: one that was sealed before a rotation is not worth more.
    pub(super) async fn unseal(&self, channel: &ChannelId, token: &SealedReplyToken) -> Option<Secret> {
        let secrets = self.api.secrets.line(channel).await.ok()??;
        secrets.channel_secrets.iter().find_map(|secret| sealed::unseal(secret, SEALED, token.expose()))
    }
}
