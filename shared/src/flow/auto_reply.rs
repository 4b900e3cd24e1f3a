//! A message is answered by itself: by keyword, or because nobody is there. By reply token alone: free of charge, at most once, never
//! by a push beside it, and to nobody but one person (the rules of [`reply`](super::reply)), unless the Official Account answers groups,
//! too: a group is one asker then, and nothing of it stands on a timeline.
//!
//! It answers nobody in the sense of the CRM: what the person said still waits for somebody. The token is used up by it, so whoever
//! answers by hand afterwards pushes.
//!
//! Out of hours, a person is told at most once in a while. That is claimed before it is said, for one event, since two messages may
//! be handled at the same time. What LINE certainly did not take is claimed no more. After a crash in between, a copy of that event
//! finds the claim to be its own, and whatever else they write is not answered for a while: once too few, never once too many.

use super::reply::{Reply, ReplyContext};
use crate::domain::activity::Content;
use crate::domain::auto_reply::AwayAnswer;
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::inbound::InboundWhat;
use crate::domain::push::OutgoingMessage;
use crate::domain::timeline::time_zone;
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::journal::write;

/// Answers by itself.
pub struct AutoReply {
    /// Sends the answer, free of charge.
    pub reply: Reply,
}

impl AutoReply {
    /// Answers a message, where the channel does. Returns what the timeline shall say of it. A second call shows nothing more.
    ///
    /// # Errors
    /// As the tables'; nothing was sent then.
    pub async fn wrote(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        if let Some(answer) = by_keyword(channel, asked) {
            return match self.may_answer(channel, asked).await? {
                true => Ok(of_a_person(asked, self.reply.reply(channel, asked, answer).await)),
                false => Ok(Vec::new()),
            };
        }
        if channel.settings.auto_replies.out_of_hours.is_empty() {
            return Ok(Vec::new());
        }
        let account = self.reply.accounts.find(&channel.account).await?;
        let time_zone = time_zone(account.as_ref().map_or("", |account| &account.value.time_zone));
        match channel.settings.auto_replies.while_closed(asked.said_at_ms(), &time_zone) {
            Some(answer) if self.may_answer(channel, asked).await? => {
                Ok(of_a_person(asked, self.once(channel, asked, answer).await?))
            }
            _ => Ok(Vec::new()),
        }
    }

    async fn may_answer(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<bool, PortError> {
        match channel.settings.auto_replies.in_groups {
            true => self.reply.may_answer_anybody(channel, asked).await,
            false => self.reply.may_answer(channel, asked).await,
        }
    }

    /// Once in a while to each person.
    async fn once(
        &self,
        channel: &Channel,
        asked: &ReplyContext<'_>,
        answer: &[OutgoingMessage],
    ) -> Result<Vec<Content>, PortError> {
        let key = ConversationKey { channel: channel.id.clone(), source: asked.event.source.clone() };
        let pause_ms = channel.settings.auto_replies.out_of_hours_pause_ms;
        let now_ms = self.reply.clock.now_ms();
        let known = self.reply.journal.away_answer(&key).await?;
        if known.as_ref().is_some_and(|known| !known.value.leaves_room_for(&asked.event.id, now_ms, pause_ms)) {
            return Ok(Vec::new());
        }
        let claim = AwayAnswer { event: asked.event.id.clone(), at_ms: now_ms };
        let version = known.as_ref().map_or(0, |known| known.version);
        let claiming = write::away_answer(&key, &claim, version, now_ms);
        if self.reply.journal.commit(vec![claiming]).await? == Commit::Conflict {
            // Another message of theirs is being answered, or a copy of this one.
            return Ok(Vec::new());
        }
        let said = self.reply.reply(channel, asked, answer).await;
        // Where a copy of the event was here before, a refusal may mean that its answer was shown.
        let is_first = known.is_none_or(|known| known.value.event != asked.event.id);
        if said.is_empty() && is_first {
            let unclaim = write::no_away_answer(&key, version + 1);
            // A copy that has claimed it meanwhile keeps it.
            let _ = self.reply.journal.commit(vec![unclaim]).await?;
        }
        Ok(said)
    }
}

/// What a group is answered is on nobody's timeline.
fn of_a_person(asked: &ReplyContext<'_>, said: Vec<Content>) -> Vec<Content> {
    if asked.user().is_some() { said } else { Vec::new() }
}

fn by_keyword<'a>(channel: &'a Channel, asked: &ReplyContext<'_>) -> Option<&'a [OutgoingMessage]> {
    match &asked.event.what {
        InboundWhat::Said { content: Content::Text { text }, .. } => channel.settings.auto_replies.to_words(text),
        _ => None,
    }
}
