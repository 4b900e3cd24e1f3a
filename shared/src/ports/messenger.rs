//! LINE, as the flows need it.

use std::fmt;

use async_trait::async_trait;

use super::error::PortError;
use super::secrets::Secret;
use crate::domain::button::Button;
use crate::domain::ids::{ChannelId, LineUserId, MessageId};
use crate::domain::push::{OutgoingMessage, PushId};
use crate::domain::read_token::SealedReadToken;
use crate::domain::reply_chance::SealedReplyToken;

/// What LINE says of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushAnswer {
    /// Taken, now or under the same key before (LINE's 409). Blocked people look the same.
    Accepted {
        /// LINE's request ID.
        request_id: Option<String>,
        /// LINE's IDs of the messages, in order, as far as it says them.
        messages: Vec<MessageId>,
    },
    /// Not taken, and this attempt never will be.
    Refused {
        /// LINE's reason, as far as a flow needs to tell them apart.
        why: PushRefusal,
        /// LINE's request ID.
        request_id: Option<String>,
    },
    /// Not taken; another try may be.
    NotNow,
    /// It may or may not have been taken.
    Unknown,
}

/// Why LINE refuses a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushRefusal {
    /// 400: LINE cannot show it.
    InvalidMessage,
    /// 400: no such person for this provider.
    WrongProvider,
    /// 401: the token, after a fresh one was tried, and with secrets as they are stored now. What our
    /// memory of older secrets causes is [`PushAnswer::NotNow`].
    Token,
    /// 403: the plan or account does not allow it.
    NotAllowed,
    /// 404 or another 4xx.
    Other,
    /// 429: the month's messages are used up.
    Quota,
}

/// What LINE says of a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyAnswer {
    /// Taken.
    Accepted {
        /// LINE's IDs of the messages, in order, as far as it says them.
        messages: Vec<MessageId>,
    },
    /// Not taken, and never will be: the reply token is used or too old, or LINE cannot show it.
    Refused,
    /// Not taken; another try may be, while the token lives.
    NotNow,
    /// It may or may not have been taken. Another try is safe: the token works once.
    Unknown,
}

impl ReplyAnswer {
    /// For logs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Refused => "refused",
            Self::NotNow => "not_now",
            Self::Unknown => "unknown",
        }
    }
}

/// A person's public face on LINE. It passes through to the CRM and is kept nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct LineProfile {
    /// The name.
    pub display_name: String,
    /// The picture's address.
    pub picture_url: Option<String>,
}

impl fmt::Debug for LineProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineProfile(..)")
    }
}

/// LINE's Messaging API.
#[async_trait]
pub trait Messenger: Send + Sync {
    /// The exact bytes of a push request. The same input gives the same bytes.
    fn compose_push(&self, to: &LineUserId, messages: &[OutgoingMessage], tag: Option<&str>) -> String;

    /// Whether a push that was never tried may begin, as far as this month's messages are known here; if so, it is counted, and a second
    /// call counts a second one. Whoever knows nothing of them says yes, which is what this does by itself: LINE refuses what is too much.
    async fn may_begin(&self, _channel: &ChannelId) -> bool {
        true
    }

    /// Sends these bytes under this key. Twice shows once, for 24 hours from the first try.
    async fn push(&self, channel: &ChannelId, body: &str, key: PushId) -> PushAnswer;

    /// A person's profile. `None`: LINE does not tell (blocked, never a friend, unknown).
    async fn profile(&self, channel: &ChannelId, user: &LineUserId) -> Result<Option<LineProfile>, PortError>;

    /// A text as a message.
    fn compose_text(&self, text: &str) -> OutgoingMessage;

    /// A short text, at most 160 characters, above one to four buttons.
    fn compose_buttons(&self, text: &str, buttons: &[Button]) -> OutgoingMessage;

    /// Answers an event by its reply token: one to five messages, free of charge. Twice shows once: the token is used up.
    async fn reply(&self, channel: &ChannelId, token: &Secret, messages: &[OutgoingMessage]) -> ReplyAnswer;

    /// Hides a reply token, so that it can be kept: [`reply_instead`](Self::reply_instead) alone can read it. Asks LINE for nothing.
    async fn seal_reply_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReplyToken, PortError>;

    /// Hides a read token, so that it can be kept: [`ChatSigns`](super::ChatSigns) alone can read it. Asks LINE for nothing.
    async fn seal_read_token(&self, channel: &ChannelId, token: &Secret) -> Result<SealedReadToken, PortError>;

    /// Sends the messages of a push's body, byte for byte, as a reply instead: free of charge. Twice shows once: the token is used
    /// up. A token that can be read no more is [`ReplyAnswer::Refused`].
    async fn reply_instead(&self, channel: &ChannelId, token: &SealedReplyToken, push_body: &str) -> ReplyAnswer;

    /// The customer's login page with a new link token of this person in its query. The token lives ten minutes: ask when the
    /// person is about to go there. Twice gives two, each of which works once.
    async fn account_link_url(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        login_url: &str,
    ) -> Result<String, PortError>;
}
