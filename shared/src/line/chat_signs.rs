//! That somebody has read a message: LINE shows it on the person's phone.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::messaging::LineMessenger;
use crate::domain::ids::ChannelId;
use crate::domain::read_token::SealedReadToken;
use crate::ports::{ChatSigns, PortError};

/// An operator's page waits for it.
const TIMEOUT: Duration = Duration::from_secs(2);

impl LineMessenger {
    async fn sign(
        &self,
        channel: &ChannelId,
        what: &'static str,
        path: &[&str],
        body: &Value,
    ) -> Result<(), PortError> {
        let call = self.api.call(channel, what, &[], |http, base| http.post(base.at(path)).json(body));
        match tokio::time::timeout(TIMEOUT, call).await {
            Ok(answer) => answer.map(|_| ()),
            Err(_) => Err(PortError::Transient { what, source: None }),
        }
    }
}

#[async_trait]
impl ChatSigns for LineMessenger {
    async fn mark_as_read(&self, channel: &ChannelId, token: &SealedReadToken) -> Result<(), PortError> {
        const WHAT: &str = "LINE's read mark";
        let token = self.unseal_read(channel, token).await?;
        let token = token.ok_or_else(|| PortError::permanent(WHAT, "no secret that is stored opens the token"))?;
        let body = json!({"markAsReadToken": token.expose()});
        self.sign(channel, WHAT, &["v2", "bot", "chat", "markAsRead"], &body).await
    }
}
