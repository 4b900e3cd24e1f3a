//! What a person sees of operators beside messages: that somebody has read theirs, and that somebody is writing.
//!
//! It costs nothing and says nothing, and nobody who can show it can push or reply by it.

use async_trait::async_trait;

use super::error::PortError;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::read_token::SealedReadToken;

/// LINE's signs in a chat with one person.
#[async_trait]
pub trait ChatSigns: Send + Sync {
    /// The message whose token this is, and all before it, show as read on the person's phone. Twice is the same as once. Somebody
    /// waits: LINE gets little time.
    ///
    /// # Errors
    /// Transient: another try may be taken. Permanent: the token will never be; LINE's chat may be off, where LINE marks by itself.
    async fn mark_as_read(&self, channel: &ChannelId, token: &SealedReadToken) -> Result<(), PortError>;

    /// The person, if they look at the chat, sees for 20 seconds or until the next message that somebody is writing. Twice begins the
    /// time anew.
    ///
    /// # Errors
    /// It was not shown.
    async fn show_writing(&self, channel: &ChannelId, user: &LineUserId) -> Result<(), PortError>;
}
