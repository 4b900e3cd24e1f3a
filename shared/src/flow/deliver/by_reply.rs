//! What an operator says, as a reply to what the person did last: free of charge, and never by a push beside it.
//!
//! LINE takes no retry key for a reply, but a reply token works once. That gives the rules:
//!
//! 1. The token is taken out of the conversation by the write that begins the send: no other message goes out by it.
//! 2. A try whose end is unknown is repeated by the same token, while it lives: taken now means that it was not taken before, and
//!    it is shown once. A refusal then says nothing, since the token may be used up by the try before.
//! 3. Only when the end of every try is known, and each was a refusal, does it go out as a push, under its retry key.
//! 4. Where the token is too old and a try's end is unknown, nothing is sent any more: an operator decides.

use tracing::info;

use super::Deliver;
use crate::domain::conversation::ConversationKey;
use crate::domain::push::{Push, PushId, PushJob, PushOutcome, PushState, Sending, SettlementNote};
use crate::domain::reply_chance::ReplyChance;
use crate::flow::load::load_or_new;
use crate::flow::settle::Ending;
use crate::ports::PortError;
use crate::ports::messenger::ReplyAnswer;
use crate::ports::table::Commit;
use crate::store::journal::write;

impl Deliver {
    /// Begins what an operator says: with the conversation's reply token, if it has one that is worth a try.
    pub(super) async fn begin_talk(&self, job: &PushJob, sending: Sending) -> Result<(), PortError> {
        let key = ConversationKey::person(&job.channel, &sending.to);
        let (key, sending) = (&key, &sending);
        let attempt = || async move {
            let now_ms = self.outbox.clock.now_ms();
            if self.outbox.journal.push(job.id).await?.is_some() {
                return Ok(Some(None));
            }
            let mut loaded = load_or_new(&self.outbox.journal, key, &job.account).await?;
            if loaded.erasure.covers(job.to.since_ms(job.accepted_at_ms)) {
                return Ok(Some(None));
            }
            // One that has grown too old goes, too.
            let has_token = loaded.state.value.reply_chance.is_some();
            let reply = loaded.state.value.take_reply(now_ms);
            let unchanged = if has_token { loaded.writes() } else { vec![loaded.unchanged()] };
            let sending = Sending { reply, ..sending.clone() };
            let push = Push::of(job, PushState::Sending(sending.clone()));
            let begun = [write::push(&push, 0, now_ms), write::saying(key, job.id, now_ms)];
            let writes = begun.into_iter().chain(unchanged).collect();
            Ok((self.outbox.journal.commit(writes).await? == Commit::Done).then_some(Some((push, sending))))
        };
        match self.outbox.retry("begin talk", attempt).await? {
            Some((push, sending)) => self.attempt(job, push, &sending).await,
            // Somebody else has begun it, or the person was erased meanwhile.
            None => self.come_back_whole(job).await,
        }
    }

    /// One try by the reply token.
    pub(super) async fn attempt_reply(
        &self,
        job: &PushJob,
        push: &Push,
        sending: &Sending,
        chance: &ReplyChance,
    ) -> Result<(), PortError> {
        if !chance.is_fresh(self.outbox.clock.now_ms()) {
            return self.not_by_reply(job, push.id, true).await;
        }
        let answer = self.messenger.reply_instead(&push.channel, &chance.token, &sending.body).await;
        info!(channel.id = %push.channel, push.id = %push.id, answer = answer.as_str(), "talk.replied");
        match answer {
            ReplyAnswer::Accepted { messages } => {
                let settlement = self.settlement(PushOutcome::Accepted, Some(SettlementNote::Replied), None);
                self.settler().settle(push.id, &Ending::Accepted(settlement, messages)).await.map(|_| ())
            }
            ReplyAnswer::Refused => self.not_by_reply(job, push.id, false).await,
            ReplyAnswer::NotNow => {
                self.count_out(push.id).await?;
                self.come_back(job, sending.begun).await
            }
            ReplyAnswer::Unknown => self.come_back(job, sending.begun).await,
        }
    }

    /// This try was certainly not shown. `is_over`: no other can be made by the token.
    async fn not_by_reply(&self, job: &PushJob, id: PushId, is_over: bool) -> Result<(), PortError> {
        let ending = Ending::NotByReply { is_over };
        if self.settler().settle(id, &ending).await? {
            return Ok(());
        }
        self.come_back(job, 1).await
    }
}
