//! A test registration is followed, and its person's first message answered: see [`domain::trial`](crate::domain::trial).
//!
//! It costs other events nothing: whether a test is open stands in the Official Account's own row. What cannot be noted is no
//! reason to hold up an event.

use super::reply::{Reply, ReplyContext};
use crate::domain::activity::Content;
use crate::domain::channel::Channel;
use crate::domain::conversation::{ConversationKey, Source};
use crate::domain::occurrence::Occurrence;
use crate::domain::trial::{Trial, open_since};
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::journal::write;
use crate::telemetry::log_chain;

/// Follows test registrations.
pub struct FollowTrial {
    /// Answers, free of charge.
    pub reply: Reply,
}

impl FollowTrial {
    /// Somebody has added the account: they are the test person, if a test is open and nobody is yet. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's.
    pub async fn added(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<(), PortError> {
        let now_ms = self.reply.clock.now_ms();
        let Some(began_at_ms) = open_since(channel, now_ms).filter(|began| asked.said_at_ms() >= *began) else {
            return Ok(());
        };
        let known = self.reply.journal.trial(&channel.id).await?;
        if known.as_ref().is_some_and(|known| known.value.began_at_ms >= began_at_ms) {
            return Ok(());
        }
        let trial = Trial::with(began_at_ms, &key(channel, &asked.event.source));
        let version = known.map_or(0, |known| known.version);
        // On a conflict somebody else was first.
        let _ = self.reply.journal.commit(vec![write::trial(&channel.id, &trial, version, now_ms)]).await?;
        Ok(())
    }

    /// The test person has written: they are answered, until LINE has taken an answer. Returns what the timeline shall say of it.
    ///
    /// # Errors
    /// As the tables'.
    pub async fn wrote(&self, channel: &Channel, asked: &ReplyContext<'_>) -> Result<Vec<Content>, PortError> {
        let now_ms = self.reply.clock.now_ms();
        let Some(began_at_ms) = open_since(channel, now_ms) else { return Ok(Vec::new()) };
        let key = key(channel, &asked.event.source);
        let known = self.reply.journal.trial(&channel.id).await?;
        let known = known.filter(|known| known.value.awaits(began_at_ms, &key, &asked.event.id));
        let Some(known) = known else { return Ok(Vec::new()) };
        if !self.reply.may_answer(channel, asked).await? {
            return Ok(Vec::new());
        }
        let claimed = Trial { answers: Some(asked.event.id.clone()), ..known.value };
        let claim = write::trial(&channel.id, &claimed, known.version, now_ms);
        if self.reply.journal.commit(vec![claim]).await? == Commit::Conflict {
            return Ok(Vec::new());
        }
        let text = self.reply.language(channel).await?.pick(
            "メッセージを受信しました。Musubiとの接続は正常です。",
            "Your message has arrived. The connection with Musubi works.",
        );
        let answered = self.reply.reply(channel, asked, &[self.reply.messenger.compose_text(text)]).await;
        let unknown = Content::Other { what: Occurrence::ReplyUnknown };
        let is_taken = !answered.is_empty() && !answered.contains(&unknown);
        if let Err(error) = self.note_answer(channel, &claimed, is_taken, now_ms).await {
            // The timeline tells of it all the same.
            log_chain("trial.not_noted", &error);
        }
        Ok(answered)
    }

    /// LINE has taken the answer; or it has not, or nobody knows, and what they write next is answered. If another test has begun
    /// meanwhile, nobody asks for it any more.
    async fn note_answer(
        &self,
        channel: &Channel,
        claimed: &Trial,
        is_taken: bool,
        now_ms: i64,
    ) -> Result<(), PortError> {
        let known = self.reply.journal.trial(&channel.id).await?.filter(|known| known.value == *claimed);
        if let Some(known) = known {
            let trial = match is_taken {
                true => Trial { answered_at_ms: Some(now_ms), ..known.value },
                false => Trial { answers: None, ..known.value },
            };
            let _ = self.reply.journal.commit(vec![write::trial(&channel.id, &trial, known.version, now_ms)]).await?;
        }
        Ok(())
    }
}

fn key(channel: &Channel, source: &Source) -> ConversationKey {
    ConversationKey { channel: channel.id.clone(), source: source.clone() }
}
