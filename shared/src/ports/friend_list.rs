//! The friends of an Official Account, as LINE lists them.

use async_trait::async_trait;

use super::error::PortError;
use crate::domain::ids::{ChannelId, LineUserId};

/// At most so many friends a page.
pub const PAGE_FRIENDS: u16 = 1_000;

/// What LINE says when it is asked for friends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Friends {
    /// Some of them.
    Page {
        /// Who. An ID that is none is left out.
        users: Vec<LineUserId>,
        /// The name of the next page. `None`: this was the last.
        next: Option<String>,
    },
    /// This account is neither verified nor premium.
    NotAllowed,
    /// The page's name is not known, or not any more.
    NoSuchPage,
}

/// LINE's list of friends.
#[async_trait]
pub trait FriendList: Send + Sync {
    /// The page of this name, or the first one: at most `limit` of them, between one and [`PAGE_FRIENDS`]. A page may be short
    /// though others follow. A read: twice gives the same, but for those who came and went.
    ///
    /// # Errors
    /// Permanent where LINE refuses the channel's secrets; transient where it does not answer.
    async fn friends(&self, channel: &ChannelId, page: Option<&str>, limit: u16) -> Result<Friends, PortError>;
}
