//! LINE's console, as far as an API sets what stands in it. For operators.

use async_trait::async_trait;

use super::error::PortError;
use crate::domain::ids::{ChannelId, LiffId};
use crate::domain::login::FriendPrompt;

/// What our LIFF app is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiffApp {
    /// The endpoint URL.
    pub url: String,
    /// Ask for the e-mail address.
    pub email: bool,
    /// Ask for friendship.
    pub friend_prompt: FriendPrompt,
}

/// A Messaging API channel.
#[async_trait]
pub trait ChannelConsole: Send + Sync {
    /// Sends the channel's webhooks to another address, from a minute later on at the latest. There is one address a channel:
    /// what was there before hears no more. Twice is the same as once.
    ///
    /// # Errors
    /// Permanent where LINE refuses; transient where it does not answer.
    async fn set_webhook(&self, channel: &ChannelId, url: &str) -> Result<(), PortError>;
}

/// A LINE Login channel.
#[async_trait]
pub trait LoginConsole: Send + Sync {
    /// The LIFF app with this app's URL becomes this app; where there is none, it is made. Twice is the same as once.
    ///
    /// # Errors
    /// Permanent where LINE refuses; transient where it does not answer.
    async fn make_liff(&self, app: &LiffApp) -> Result<LiffId, PortError>;
}
