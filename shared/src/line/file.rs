//! The files of messages, fetched from LINE.
//!
//! Source: LINE Messaging API reference, "Get content" and "Domain name" (2026-08): 200 with the bytes, 202 while a film or sound is being
//! prepared, 404 or 410 where it is no more; from `api-data.line.me`.

use std::time::Duration;

use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt};

use super::messaging::LineMessenger;
use super::token::TokenFailure;
use crate::domain::ids::{ChannelId, MessageId};
use crate::ports::files::{ContentAnswer, FileBytes};
use crate::ports::secrets::Secret;
use crate::ports::{LineContent, PortError};

const WHAT: &str = "a message's file";

#[async_trait]
impl LineContent for LineMessenger {
    async fn content(
        &self,
        channel: &ChannelId,
        message: &MessageId,
        until_ms: i64,
    ) -> Result<ContentAnswer, PortError> {
        let failed = |failure| match failure {
            TokenFailure::NotNow(source) => source,
            TokenFailure::Refused(why) => PortError::permanent(WHAT, why),
        };
        let since_ms = self.api.clock.now_ms();
        let token = self.api.token(channel, since_ms).await.map_err(failed)?;
        let answer = self.ask(&token, message, until_ms).await?;
        if answer.status() != 401 {
            return self.read(channel, answer);
        }
        let another = self.api.another_token(channel, &token, since_ms).await.map_err(failed)?;
        let answer = self.ask(&another, message, until_ms).await?;
        self.read(channel, answer)
    }
}

impl LineMessenger {
    async fn ask(&self, token: &Secret, message: &MessageId, until_ms: i64) -> Result<reqwest::Response, PortError> {
        let left_ms = until_ms.saturating_sub(self.api.clock.now_ms());
        let address = self.api.base.of_data().at(&["v2", "bot", "message", message.as_str(), "content"]);
        let request = self.api.http.get(address).bearer_auth(token.expose());
        let request = request.timeout(Duration::from_millis(u64::try_from(left_ms).unwrap_or(0)));
        request.send().await.map_err(|error| PortError::transient(WHAT, error.without_url()))
    }

    fn read(&self, channel: &ChannelId, answer: reqwest::Response) -> Result<ContentAnswer, PortError> {
        let (status, size_bytes) = (answer.status().as_u16(), answer.content_length());
        tracing::info!(channel.id = %channel, what = "content", status, size_bytes, "line.called");
        match status {
            200 => {
                let chunks = answer.bytes_stream().map_err(|error| PortError::transient(WHAT, error.without_url()));
                Ok(ContentAnswer::Here(FileBytes { size_bytes, chunks: chunks.boxed() }))
            }
            202 => Ok(ContentAnswer::Preparing),
            404 | 410 => Ok(ContentAnswer::Gone),
            408 | 429 | 500.. => Err(PortError::Transient { what: WHAT, source: None }),
            status => Err(PortError::permanent(WHAT, format!("status {status}"))),
        }
    }
}
