//! Somebody has seen what a person wrote: the person's phone shows it as read.
//!
//! The token stays with the conversation until LINE has taken it, or never will: so nothing is marked twice, what LINE could not be told
//! now is told when the talk is opened the next time, and where nothing is new LINE is asked for nothing.

use std::sync::Arc;

use tracing::info;

use super::retry::retry_on_conflict;
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::LineUserId;
use crate::domain::read_token::SealedReadToken;
use crate::ports::table::Commit;
use crate::ports::{ChatSigns, Clock, PortError};
use crate::store::Journal;
use crate::store::journal::write;

/// Marks what people wrote as read.
#[derive(Clone)]
pub struct MarkRead {
    /// What is unread.
    pub journal: Journal,
    /// LINE.
    pub signs: Arc<dyn ChatSigns>,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl MarkRead {
    /// What the person wrote to the Official Account so far shows as read, if it is new and the account is to show it. Whoever opened
    /// the talk is told nothing of it, whatever becomes of it. Twice is the same as once.
    pub async fn mark(&self, channel: &Channel, user: &LineUserId) {
        if !channel.settings.mark_as_read {
            return;
        }
        if let Err(error) = self.try_to_mark(channel, &ConversationKey::person(&channel.id, user)).await {
            crate::telemetry::log_chain("read_mark.failed", &error);
        }
    }

    async fn try_to_mark(&self, channel: &Channel, key: &ConversationKey) -> Result<(), PortError> {
        let found = self.journal.conversation(key).await?.map(|found| found.value);
        let Some(token) = found.filter(|it| it.account == channel.account).and_then(|it| it.read_token) else {
            return Ok(());
        };
        let marked = self.signs.mark_as_read(&channel.id, &token).await;
        match &marked {
            Err(error) if error.is_transient() => {}
            _ => self.take_out(key, &token).await?,
        }
        info!(channel.id = %channel.id, conversation = key.hash(), marked = marked.is_ok(), "talk.read");
        marked
    }

    /// That token is used. One that came meanwhile stays.
    async fn take_out(&self, key: &ConversationKey, token: &SealedReadToken) -> Result<(), PortError> {
        let attempt = || async move {
            let found = self.journal.conversation(key).await?;
            let Some(mut found) = found.filter(|found| found.value.read_token.as_ref() == Some(token)) else {
                return Ok::<_, PortError>(Some(()));
            };
            found.value.read_token = None;
            let written = self.journal.commit(vec![write::conversation(&found.value, found.version)]).await?;
            Ok((written == Commit::Done).then_some(()))
        };
        retry_on_conflict(&*self.clock, "mark as read", attempt).await
    }
}
