//! LINE, as a doctor asks it.
//!
//! Source: LINE Messaging API reference and line-openapi (2026-07): bot info, webhook endpoint and its test, quota, list of
//! followers (verified and premium accounts alone), LIFF server API. The reasons of a failed test: `COULD_NOT_CONNECT`,
//! `REQUEST_TIMEOUT`, `ERROR_STATUS_CODE`, `UNCLASSIFIED`. `markAsReadMode` says nothing that `chatMode` does not.

use std::sync::Arc;

use async_trait::async_trait;

use super::account::WebhookTest;
use super::api::LineApiUrl;
use super::liff::{LineLoginConsole, LoginChannelProof};
use super::messaging::LineMessenger;
use crate::domain::ids::{ChannelId, LoginChannelId};
use crate::domain::push::OutgoingMessage;
use crate::http_client::HttpClient;
use crate::ports::checkup::{
    LineCheckup, MessageFault, SeenAccount, SeenLiff, SeenLogin, SeenMessaging, SeenQuota, SeenWebhook, WebhookTry,
};
use crate::ports::friend_list::{FriendList, Friends};
use crate::ports::proposed::Proposed;
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::{Clock, PortError, Secrets};

/// Asks LINE.
pub struct LineDoctor {
    line: LineMessenger,
    http: HttpClient,
    base: LineApiUrl,
    clock: Arc<dyn Clock>,
}

impl LineDoctor {
    /// `secrets` is where those of Official Accounts are.
    pub fn new(http: HttpClient, base: LineApiUrl, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        let line = LineMessenger::new(http.clone(), base.clone(), secrets, Arc::clone(&clock), 1);
        Self { line, http, base, clock }
    }
}

#[async_trait]
impl LineCheckup for LineDoctor {
    async fn official_account(&self, channel: &ChannelId) -> Result<SeenAccount, PortError> {
        let (info, at_ms) = self.line.bot_info_and_time(channel).await?;
        let is_chat_on = match info.chat_mode.as_str() {
            "chat" => Some(true),
            "bot" => Some(false),
            _ => None,
        };
        Ok(SeenAccount {
            bot_user_id: info.bot_user_id,
            basic_id: info.basic_id,
            name: info.display_name,
            picture: info.picture_url,
            is_chat_on,
            at_ms,
        })
    }

    async fn messaging(&self, channel: &ChannelId) -> Result<SeenMessaging, PortError> {
        match self.official_account(channel).await {
            Ok(seen) => Ok(SeenMessaging::Good(seen)),
            // A token was issued, but the Messaging API does not take it.
            Err(PortError::Permanent { why, .. }) if why.starts_with("status") => Ok(SeenMessaging::NoMessagingApi),
            Err(PortError::Permanent { .. }) => Ok(SeenMessaging::Refused),
            Err(error) => Err(error),
        }
    }

    async fn webhook(&self, channel: &ChannelId) -> Result<Option<SeenWebhook>, PortError> {
        let endpoint = self.line.webhook_endpoint(channel).await?;
        Ok(endpoint.map(|seen| SeenWebhook { url: seen.endpoint, is_used: seen.active }))
    }

    async fn try_webhook(&self, channel: &ChannelId) -> Result<WebhookTry, PortError> {
        self.line.test_webhook(channel).await.map(|test| outcome(&test))
    }

    async fn quota(&self, channel: &ChannelId) -> Result<SeenQuota, PortError> {
        let quota = self.line.quota(channel).await?;
        Ok(SeenQuota { limit: quota.limit, used: quota.used })
    }

    async fn message_faults(
        &self,
        channel: &ChannelId,
        messages: &[OutgoingMessage],
    ) -> Result<Vec<MessageFault>, PortError> {
        self.line.message_faults(channel, messages).await
    }

    async fn is_verified(&self, channel: &ChannelId) -> Result<bool, PortError> {
        // Nothing else of LINE's says so. Who is on the page is not looked at.
        Ok(self.line.friends(channel, None, 1).await? != Friends::NotAllowed)
    }

    async fn login(&self, login: &LoginChannelId, secret: &Secret) -> Result<SeenLogin, PortError> {
        let secrets = Arc::new(Proposed::line(LineSecrets::of(secret.clone(), None)));
        let (http, base, clock) = (self.http.clone(), self.base.clone(), Arc::clone(&self.clock));
        let console = LineLoginConsole::new(http, base, login, secrets, clock);
        match console.prove().await {
            Ok(LoginChannelProof::MessagingApi) => return Ok(SeenLogin::MessagingApi),
            Ok(LoginChannelProof::Good) => {}
            Err(error) if error.is_transient() => return Err(error),
            Err(_) => return Ok(SeenLogin::Refused),
        }
        let apps = console.apps().await?.into_iter();
        Ok(SeenLogin::Good(apps.map(|(id, url, has_openid)| SeenLiff { id, url, has_openid }).collect()))
    }
}

fn outcome(test: &WebhookTest) -> WebhookTry {
    match (test.success, u16::try_from(test.status_code).unwrap_or(0), test.reason.as_str()) {
        (true, ..) => WebhookTry::Good,
        (false, 0, "REQUEST_TIMEOUT") => WebhookTry::TooLate,
        (false, 0, _) => WebhookTry::NoAnswer,
        (false, status, _) => WebhookTry::Status(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_line_says_of_its_test_is_told_apart() {
        let test = |success, status_code, reason: &str| WebhookTest {
            success,
            status_code,
            reason: reason.to_owned(),
            detail: String::new(),
        };
        for (said, expected) in [
            (test(true, 200, "OK"), WebhookTry::Good),
            (test(false, 401, "ERROR_STATUS_CODE"), WebhookTry::Status(401)),
            (test(false, 0, "REQUEST_TIMEOUT"), WebhookTry::TooLate),
            (test(false, 0, "COULD_NOT_CONNECT"), WebhookTry::NoAnswer),
            (test(false, -1, "UNCLASSIFIED"), WebhookTry::NoAnswer),
        ] {
            assert_eq!(outcome(&said), expected, "{said:?}");
        }
    }
}
