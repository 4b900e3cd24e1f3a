//! What an event is answered with at once, before it is recorded.

use super::account_link::AccountLink;
use super::auto_reply::AutoReply;
use super::greet::Greet;
use super::reply::{Reply, ReplyContext};
use super::trial::FollowTrial;
use crate::domain::account_link::{LINK_DATA, UNLINK_DATA};
use crate::domain::activity::Content;
use crate::domain::channel::Channel;
use crate::domain::inbound::InboundWhat;
use crate::domain::reply_chance::AnsweredAtOnce;
use crate::ports::PortError;
use crate::telemetry::log_chain;

/// Answers.
pub struct Answer {
    /// Follows.
    pub greet: Greet,
    /// Account links.
    pub account_link: AccountLink,
    /// Test registrations.
    pub trial: FollowTrial,
    /// Messages that are answered by themselves.
    pub auto: AutoReply,
    /// What is left of reply tokens.
    pub reply: Reply,
}

impl Answer {
    /// Does what the event asks for at once, and returns what the timeline shall say of our answer, or what is left of the reply
    /// token where there was none. A second call does nothing that the first did.
    ///
    /// # Errors
    /// A link or an unlinking could not be recorded: the event must not be recorded either. An answer that fails is no error.
    pub async fn answer(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<AnsweredAtOnce, PortError> {
        let said = self.say(channel, asked).await?;
        let chance = if said.is_empty() { self.reply.chance(channel, asked).await } else { None };
        let read = self.reply.read_token(channel, asked).await;
        Ok(AnsweredAtOnce { said, chance, read })
    }

    async fn say(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        if let Some(nonce) = asked.linked {
            return self.account_link.linked(channel, asked, nonce).await;
        }
        let InboundWhat::Said { content, .. } = &asked.event.what else { return Ok(Vec::new()) };
        match content {
            Content::Follow { .. } => {
                if let Err(error) = self.trial.added(channel, asked).await {
                    log_chain("trial.not_noted", &error);
                }
                Ok(or_nothing(self.greet.greet(channel, asked).await))
            }
            Content::Postback { data, .. } if data == LINK_DATA => {
                Ok(or_nothing(self.account_link.invite(channel, asked).await))
            }
            Content::Postback { data, .. } if data == UNLINK_DATA => self.account_link.unlink(channel, asked).await,
            _ if asked.event.message().is_some() => {
                let tested = or_nothing(self.trial.wrote(channel, asked).await);
                if tested.is_empty() { Ok(or_nothing(self.auto.wrote(channel, asked).await)) } else { Ok(tested) }
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// An answer that failed is not worth the event.
pub(super) fn or_nothing(answered: Result<Vec<Content>, PortError>) -> Vec<Content> {
    answered.unwrap_or_else(|error| {
        log_chain("reply.failed", &error);
        crate::telemetry::count("RepliesFailed", 1);
        Vec::new()
    })
}
