//! An event is answered by its reply token: at once, free of charge, and at most once.
//!
//! LINE takes no retry key here, but a reply token works once. That gives the order of things:
//!
//! 1. The answer goes out *before* the event is recorded. After a crash in between, the redelivered event finds no record and
//!    is answered again, with the same token: LINE refuses it if the first answer got through. The other way round a crash
//!    would leave the person without an answer for ever.
//! 2. An event that is recorded is not answered: it was answered, or its time was over.
//! 3. A try whose end is unknown is repeated once, for the same reason. If nobody can say how it ended, the timeline says that.
//! 4. LINE promises nothing for tokens older than a minute since it posted the event (20 minutes since the event itself, when
//!    redelivered). We stop ten seconds earlier ([`use_by_ms`]): a refused answer costs only time, but time is what the batch has
//!    little of.
//! 5. Whatever becomes of the answer, the event is recorded. An answer is worth less than the event.
//! 6. In standby another module holds the chat: nothing is ever answered.
//! 7. A token that answered nothing here is kept, sealed, for whoever answers by hand while it lives ([`ReplyChance`]).

use std::sync::Arc;

use tracing::info;

use super::record::is_recorded;
use crate::domain::activity::Content;
use crate::domain::channel::{Channel, REPLY_MESSAGES};
use crate::domain::conversation::{ConversationKey, Source};
use crate::domain::ids::LineUserId;
use crate::domain::inbound::InboundEvent;
use crate::domain::language::Language;
use crate::domain::occurrence::Occurrence;
use crate::domain::push::OutgoingMessage;
use crate::domain::read_token::SealedReadToken;
use crate::domain::reply_chance::{ReplyChance, use_by_ms};
use crate::ports::messenger::ReplyAnswer;
use crate::ports::secrets::Secret;
use crate::ports::{Clock, Messenger, PortError};
use crate::store::{Accounts, Journal};

/// Tries of one answer.
const TRIES: u32 = 2;

/// Answers events.
#[derive(Clone)]
pub struct Reply {
    /// For the language.
    pub accounts: Accounts,
    /// What is recorded is not answered.
    pub journal: Journal,
    /// LINE.
    pub messenger: Arc<dyn Messenger>,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
    /// Where this Musubi is, for links.
    pub public_url: String,
}

/// An event that somebody may expect an answer to.
#[derive(Clone, Copy)]
pub struct ReplyContext<'a> {
    /// What happened.
    pub event: &'a InboundEvent,
    /// When we received it, in milliseconds.
    pub accepted_at_ms: i64,
    /// Answers once.
    pub token: Option<&'a Secret>,
    /// Marks the message as read.
    pub read_token: Option<&'a Secret>,
    /// Another module holds the chat.
    pub standby: bool,
    /// LINE confirms an account link: its nonce.
    pub linked: Option<&'a Secret>,
}

impl ReplyContext<'_> {
    /// The person, in a chat with one person.
    pub(super) fn user(&self) -> Option<&LineUserId> {
        match &self.event.source {
            Source::User(user) => Some(user),
            _ => None,
        }
    }

    /// When it happened: see [`InboundEvent::said_at_ms`].
    pub(super) fn said_at_ms(&self) -> i64 {
        self.event.said_at_ms(self.accepted_at_ms)
    }
}

impl Reply {
    /// Whether the event can still be answered: see the rules above.
    ///
    /// # Errors
    /// As the journal's.
    pub async fn may_answer(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<bool, PortError> {
        if asked.user().is_none() {
            return Ok(false);
        }
        self.may_answer_anybody(channel, asked).await
    }

    /// The same, also in a group or a room.
    ///
    /// # Errors
    /// As the journal's.
    pub async fn may_answer_anybody(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<bool, PortError> {
        if asked.standby || asked.token.is_none() || !self.is_fresh(asked) {
            return Ok(false);
        }
        let key = ConversationKey { channel: channel.id.clone(), source: asked.event.source.clone() };
        // Nor is what an erased person did before they were.
        let erased = self.journal.erasure(&key).await?.covers(asked.said_at_ms());
        Ok(!erased && !is_recorded(&self.journal, &key, asked.event).await?)
    }

    /// Answers an event that [may be answered](Self::may_answer), and returns what the timeline shall say of it. Twice shows once.
    pub async fn reply(
        &self,
        channel: &Channel,
        asked: &ReplyContext<'_>,
        messages: &[OutgoingMessage],
    ) -> Vec<Content> {
        let messages = &messages[..messages.len().min(REPLY_MESSAGES)];
        let Some(token) = asked.token.filter(|_| !messages.is_empty()) else { return Vec::new() };
        let mut unknown = false;
        for _ in 0..TRIES {
            if !self.is_fresh(asked) {
                break;
            }
            let answer = self.messenger.reply(&channel.id, token, messages).await;
            info!(channel.id = %channel.id, event.id = %asked.event.id, ?answer, "reply.attempted");
            match answer {
                ReplyAnswer::Accepted { .. } => return messages.iter().map(|message| message.said.clone()).collect(),
                ReplyAnswer::Refused => break,
                ReplyAnswer::NotNow => {}
                ReplyAnswer::Unknown => unknown = true,
            }
        }
        crate::telemetry::count("RepliesFailed", 1);
        if unknown { vec![Content::Other { what: Occurrence::ReplyUnknown }] } else { Vec::new() }
    }

    /// What is left for whoever answers by hand, where the event's reply token was used for nothing here. A token that cannot be
    /// kept costs a push, and no more.
    pub async fn chance(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Option<ReplyChance> {
        let may_keep = !asked.standby && asked.user().is_some() && self.is_fresh(asked);
        let token = asked.token.filter(|_| may_keep)?;
        match self.messenger.seal_reply_token(&channel.id, token).await {
            Ok(token) => Some(ReplyChance { token, use_by_ms: use_by_ms(asked.accepted_at_ms, asked.event.at_ms) }),
            Err(error) => {
                crate::telemetry::log_chain("reply_token.not_kept", &error);
                None
            }
        }
    }

    /// The event's read token, for whoever opens the talk, where the Official Account is to show that somebody did. One that cannot be
    /// kept costs a sign on a phone, and no more.
    pub async fn read_token(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Option<SealedReadToken> {
        let may_keep = channel.settings.mark_as_read && !asked.standby && asked.user().is_some();
        let token = asked.read_token.filter(|_| may_keep)?;
        match self.messenger.seal_read_token(&channel.id, token).await {
            Ok(token) => Some(token),
            Err(error) => {
                crate::telemetry::log_chain("read_token.not_kept", &error);
                None
            }
        }
    }

    /// The language of what we say in this channel.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn language(&self, channel: &Channel) -> Result<Language, PortError> {
        let account = self.accounts.find(&channel.account).await?;
        Ok(account.map_or_else(Language::default, |account| account.value.language))
    }

    fn is_fresh(&self, asked: &ReplyContext<'_>) -> bool {
        self.clock.now_ms() <= use_by_ms(asked.accepted_at_ms, asked.event.at_ms)
    }
}
