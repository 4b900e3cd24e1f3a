//! The Messaging API, as the flows need it.

use std::sync::Arc;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use serde_json::value::RawValue;

use super::answer;
use super::api::{CallFailure, LineApi, LineApiUrl, NoReply, Reply, exchange};
use super::event::Fields;
use super::pace::Pace;
use super::quota::QuotaGuard;
use super::reply;
use super::token::TokenFailure;
use crate::domain::button::Button;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::push::{OutgoingMessage, PushId};
use crate::domain::read_token::SealedReadToken;
use crate::domain::reply_chance::SealedReplyToken;
use crate::http_client::HttpClient;
use crate::ports::messenger::{LineProfile, Messenger, PushAnswer, PushRefusal, ReplyAnswer};
use crate::ports::secrets::Secret;
use crate::ports::{Clock, PortError, Secrets};

/// LINE over HTTP. [`account`](super::account) has what only operators need.
pub struct LineMessenger {
    pub(super) api: LineApi,
    pace: Pace,
    quota: QuotaGuard,
}

impl LineMessenger {
    /// For all channels. `environments` is how many of us may push at the same time; the client
    /// must not follow redirects.
    pub fn new(
        http: HttpClient,
        base: LineApiUrl,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        environments: u32,
    ) -> Self {
        let pace = Pace::share_of(environments, Arc::clone(&clock));
        let quota = QuotaGuard::new(environments, Arc::clone(&clock));
        Self { api: LineApi::new(http, base, secrets, clock), pace, quota }
    }

    /// One request: its place in the pace, its end, its line in the log.
    async fn attempt(&self, channel: &ChannelId, token: Secret, body: String, key: PushId) -> Result<Reply, NoReply> {
        self.pace.wait(channel).await;
        let started_at_ms = self.api.clock.now_ms();
        let request = self.api.http.post(self.api.base.at(&["v2", "bot", "message", "push"]));
        let request = request
            .bearer_auth(token.expose())
            .header(CONTENT_TYPE, "application/json")
            .header("x-line-retry-key", key.to_string())
            .body(body);
        let end = exchange(request).await;
        let (status, request_id, accepted) = match &end {
            Ok(reply) => (reply.status, reply.request_id.as_deref(), reply.accepted_request_id.as_deref()),
            Err(_) => (0, None, None),
        };
        let error = match &end {
            Err(NoReply::NotSent(error) | NoReply::Lost(error)) => Some(error as &(dyn std::error::Error + 'static)),
            Ok(_) => None,
        };
        tracing::info!(
            channel.id = %channel,
            push.id = %key,
            status,
            line.request_id = request_id,
            line.accepted_request_id = accepted,
            duration_ms = self.api.clock.now_ms() - started_at_ms,
            error,
            "push.attempted"
        );
        end
    }
}

#[async_trait]
impl Messenger for LineMessenger {
    fn compose_push(&self, to: &LineUserId, messages: &[OutgoingMessage], tag: Option<&str>) -> String {
        super::message::compose_push(to, messages, tag)
    }

    async fn may_begin(&self, channel: &ChannelId) -> bool {
        self.quota.may_begin(channel, || LineMessenger::quota(self, channel)).await
    }

    async fn push(&self, channel: &ChannelId, body: &str, key: PushId) -> PushAnswer {
        let end = self.api.authorised(channel, |token| self.attempt(channel, token, body.to_owned(), key)).await;
        let answer = match end {
            Ok(reply) => answer::to_push(&Ok(reply)),
            Err(CallFailure::NoReply(none)) => answer::to_push(&Err(none)),
            Err(CallFailure::Token(TokenFailure::NotNow(_))) => PushAnswer::NotNow,
            Err(CallFailure::Token(TokenFailure::Refused(_))) => {
                PushAnswer::Refused { why: PushRefusal::Token, request_id: None }
            }
        };
        if matches!(answer, PushAnswer::Refused { why: PushRefusal::Quota, .. }) {
            self.quota.note_refusal(channel).await;
        }
        answer
    }

    async fn profile(&self, channel: &ChannelId, user: &LineUserId) -> Result<Option<LineProfile>, PortError> {
        const WHAT: &str = "LINE's profile";
        if !LineUserId::is_well_formed(user.expose()) {
            // LINE forbids asking for IDs that cannot be.
            return Ok(None);
        }
        let path = ["v2", "bot", "profile", user.expose()];
        let reply = self.api.call(channel, WHAT, &[404], |http, base| http.get(base.at(&path))).await?;
        if reply.status == 404 {
            return Ok(None);
        }
        let raw: Option<&RawValue> = serde_json::from_slice(&reply.body).ok();
        let profile = raw.and_then(Fields::read).ok_or(PortError::Transient { what: WHAT, source: None })?;
        Ok(Some(LineProfile {
            display_name: profile.text("displayName").unwrap_or_default(),
            picture_url: profile.text("pictureUrl").filter(|url| url.starts_with("https://")),
        }))
    }

    fn compose_text(&self, text: &str) -> OutgoingMessage {
        reply::text(text)
    }

    fn compose_buttons(&self, text: &str, buttons: &[Button]) -> OutgoingMessage {
        reply::buttons(text, buttons)
    }

    async fn reply(&self, channel: &ChannelId, token: &Secret, messages: &[OutgoingMessage]) -> ReplyAnswer {
        self.send_reply(channel, token, messages).await
    }

    async fn seal_reply_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError> {
        self.seal(channel, token).await
    }

    async fn seal_read_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReadToken, PortError> {
        self.seal_read(channel, token).await
    }

    async fn reply_instead(&self, channel: &ChannelId, token: &SealedReplyToken, push_body: &str) -> ReplyAnswer {
        self.send_reply_instead(channel, token, push_body).await
    }

    async fn account_link_url(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        login_url: &str,
    ) -> Result<String, PortError> {
        self.ask_account_link_url(channel, user, login_url).await
    }
}
