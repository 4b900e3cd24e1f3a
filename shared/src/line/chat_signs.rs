//! That somebody has read a message, or is writing one: LINE shows it on the person's phone.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::messaging::LineMessenger;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::read_token::SealedReadToken;
use crate::ports::{ChatSigns, PortError};

/// An operator's page waits for it.
const TIMEOUT: Duration = Duration::from_secs(2);

/// So long the animation shows, in seconds: 5 to 60 in steps of 5 (LINE Messaging API reference, "Display a loading animation", 2026-08).
const WRITING_S: u32 = 20;

impl LineMessenger {
    async fn sign(
        &self,
        channel: &ChannelId,
        what: &'static str,
        path: &[&str],
        body: &Value,
    ) -> Result<(), PortError> {
        let call = self.api.call(channel, what, &[202], |http, base| http.post(base.at(path)).json(body));
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

    async fn show_writing(&self, channel: &ChannelId, user: &LineUserId) -> Result<(), PortError> {
        let body = json!({"chatId": user.expose(), "loadingSeconds": WRITING_S});
        self.sign(channel, "LINE's loading animation", &["v2", "bot", "chat", "loading", "start"], &body).await
    }
}
