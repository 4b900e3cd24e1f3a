//! Tokens that are kept: sealed by the channel secret, so that a row alone answers nobody, and marks nothing as read.

use super::messaging::LineMessenger;
use crate::domain::ids::ChannelId;
use crate::domain::read_token::SealedReadToken;
use crate::domain::reply_chance::SealedReplyToken;
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::sealed;

/// Names what is sealed.
const REPLY: &str = "reply token";
const READ: &str = "read token";

impl LineMessenger {
    /// Sealed by the newest channel secret.
    pub(super) async fn seal(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError> {
        self.seal_as(REPLY, channel, token).await.map(SealedReplyToken::new)
    }

    /// The same of a read token.
    pub(super) async fn seal_read(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReadToken, PortError> {
        self.seal_as(READ, channel, token).await.map(SealedReadToken::new)
    }

    async fn seal_as(&self, what: &str, channel: &ChannelId, token: &Secret) -> Result<String, PortError> {
        let secrets = self.api.secrets.line(channel).await?;
        let newest = secrets.as_ref().and_then(|secrets| secrets.channel_secrets.first());
        let newest = newest.ok_or_else(|| PortError::permanent("secrets", "no channel secret is stored"))?;
        sealed::seal(newest, what, token.expose())
    }

    /// `None`: no secret that is stored opens it. It lives for a minute: one that was sealed before a rotation is not worth more.
    pub(super) async fn unseal(&self, channel: &ChannelId, token: &SealedReplyToken) -> Option<Secret> {
        let secrets = self.api.secrets.line(channel).await.ok()??;
        secrets.channel_secrets.iter().find_map(|secret| sealed::unseal(secret, REPLY, token.expose()))
    }

    /// `Ok(None)`: no secret that is stored opens it. It never expires, and one from before two rotations is not worth more.
    pub(super) async fn unseal_read(
        &self,
        channel: &ChannelId,
        token: &SealedReadToken,
    ) -> Result<Option<Secret>, PortError> {
        let secrets = self.api.secrets.line(channel).await?.map(|secrets| secrets.channel_secrets).unwrap_or_default();
        Ok(secrets.iter().find_map(|secret| sealed::unseal(secret, READ, token.expose())))
    }
}
