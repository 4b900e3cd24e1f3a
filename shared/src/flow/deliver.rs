//! A message reaches the person, once.
//!
//! The row is written, with the exact bytes, before the first request leaves; every try counts
//! itself in before and out after. While any try's end is unknown, only LINE's yes settles it.
//!
//! What a workflow sends does not begin where the month's messages are known to be used up. What was tried once is never stopped by
//! that: the try may have arrived. What operators say is refused by LINE alone: they wait for it, and a reply costs nothing. By setting
//! it is held instead (`held`), and so is what comes outside of the sending hours (`hours`).
//!
//! What an operator says goes out as a reply, free of charge, where the person's newest event still lets it (`by_reply`).

mod by_reply;
mod held;
mod hours;

use std::sync::Arc;

use tracing::warn;

use super::ask::ask;
use super::link::Link;
use super::load::load_or_new;
use super::outbox::Outbox;
use super::retry::Contended;
use super::settle::{Ending, Settle, enqueue_completion};
use crate::domain::account::CrmAccountKey;
use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId};
use crate::domain::push::{
    Naming, Push, PushId, PushJob, PushOutcome, PushState, Refused, Sending, Settlement, SettlementNote,
};
use crate::ports::messenger::{PushAnswer, PushRefusal};
use crate::ports::table::{Commit, Versioned};
use crate::ports::{Messenger, PortError, Queue};
use crate::store::journal::{AskedBecause, Question, write};
use crate::store::{Accounts, Channels};

/// A job that lay longer is not run: nobody expects the message any more.
const MAX_AGE_MS: i64 = 30 * 86_400_000;
/// A repeated request is answered first; then the workflow is told how it ended.
const TELL_AGAIN_MS: i64 = 20_000;
/// A block that is older is confirmed with LINE, at most this often.
const CONFIRM_BLOCK_MS: i64 = 86_400_000;

/// Delivers pushes.
pub struct Deliver {
    /// Whose clocks sending hours go by.
    pub accounts: Accounts,
    /// Official Accounts.
    pub channels: Channels,
    /// What was tried, how it ended, and what must therefore be done.
    pub outbox: Outbox,
    /// LINE.
    pub messenger: Arc<dyn Messenger>,
    /// For another try later.
    pub push: Arc<dyn Queue<PushJob>>,
}

impl Deliver {
    /// Brings a job as far as it gets now. `Ok` means: the journal or the queue has what is left
    /// to do. Twice, or at once in two places, shows one message: every request carries the same
    /// bytes under the same key.
    ///
    /// # Errors
    /// As the ports'; the job must be delivered again.
    pub async fn deliver(&self, job: &PushJob) -> Result<(), PortError> {
        if let Some(refused) = job.refused.filter(|_| !job.waits) {
            return self.say_refused(job, refused).await;
        }
        match self.outbox.journal.push(job.id).await? {
            None => self.begin(job).await,
            Some(push) => match &push.value.state {
                PushState::Sending(_) => self.go_on(job, push).await,
                PushState::Settled(_) | PushState::Parked(_) => {
                    self.settler().follow(&push.value, job.to.user()).await?;
                    self.complete_again(push).await
                }
            },
        }
    }

    /// It was refused before it was queued, and the workflow knows: the record says so, too. Nothing is said of an execution
    /// that was taken up at another time, when nothing stood in its way: how that ends is what counts.
    async fn say_refused(&self, job: &PushJob, refused: Refused) -> Result<(), PortError> {
        if self.outbox.journal.push(job.id).await?.is_some() {
            return Ok(());
        }
        let job = PushJob { id: job.id.of_its_refusal(), waits: false, ..job.clone() };
        let settlement = self.settlement(refused.outcome, Some(refused.note), None);
        let ending = Ending::NeverTried { job: Box::new(job.clone()), settlement };
        self.settler().settle(job.id, &ending).await.map(|_| ())
    }

    /// The CRM asks again for what has ended: it may not have heard that it should wait, or how it
    /// ended. It is told in a while, when it has our answer to this repeat.
    async fn complete_again(&self, mut push: Versioned<Push>) -> Result<(), PortError> {
        let now_ms = self.outbox.clock.now_ms();
        let Some(row) = enqueue_completion(&mut push.value, now_ms, now_ms + TELL_AGAIN_MS) else { return Ok(()) };
        let state = vec![write::push(&push.value, push.version, now_ms)];
        match self.outbox.commit(&push.value.account, state, &[row]).await? {
            Commit::Done => Ok(()),
            Commit::Conflict => Err(Contended::new("complete_again").into()),
        }
    }

    async fn begin(&self, job: &PushJob) -> Result<(), PortError> {
        let now_ms = self.outbox.clock.now_ms();
        if now_ms > job.accepted_at_ms + MAX_AGE_MS {
            return self.end_untried(job, PushOutcome::Expired, Some(SettlementNote::TooOld)).await;
        }
        if now_ms > job.send_by_ms {
            return self.end_untried(job, PushOutcome::Expired, None).await;
        }
        if let Some(refused) = job.refused {
            return self.end_untried(job, refused.outcome, Some(refused.note)).await;
        }
        let Some(channel) = self.channel(&job.channel, &job.account).await? else {
            return self.end_untried(job, PushOutcome::Failed, Some(SettlementNote::UnknownChannel)).await;
        };
        let Some(to) = self.recipient(job).await? else {
            return self.end_untried(job, PushOutcome::NotLinked, None).await;
        };
        if self.is_blocked(&channel, &to).await? {
            return self.end_untried(job, PushOutcome::Blocked, None).await;
        }
        let body = self.messenger.compose_push(&to, &job.messages, job.tag.as_deref());
        let sending = Sending::first(to, job.to.naming(), body, &job.messages, now_ms);
        if !sending.fits_a_row() {
            return self.end_untried(job, PushOutcome::InvalidMessage, Some(SettlementNote::TooLarge)).await;
        }
        if job.sender.operator().is_some() {
            return self.begin_talk(job, sending).await;
        }
        if let Some(opens_at_ms) = self.waits_for_hours(job, &channel).await? {
            return self.outside_hours(job, sending, opens_at_ms).await;
        }
        if !self.messenger.may_begin(&job.channel).await {
            return self.without_quota(job, &channel, sending).await;
        }
        let push = Push::of(job, PushState::Sending(sending.clone()));
        match self.outbox.journal.commit(vec![write::push(&push, 0, now_ms)]).await? {
            Commit::Done => self.attempt(job, push, &sending).await,
            Commit::Conflict => self.come_back(job, 1).await,
        }
    }

    async fn go_on(&self, job: &PushJob, mut push: Versioned<Push>) -> Result<(), PortError> {
        let PushState::Sending(sending) = &mut push.value.state else { return Ok(()) };
        let now_ms = self.outbox.clock.now_ms();
        if self.is_erased(&push.value.channel, &sending.to, sending.first_attempt_at_ms).await? {
            let erased = Ending::Erased { at_ms: now_ms };
            return self.settler().settle(push.value.id, &erased).await.map(|_| ());
        }
        let Some(channel) = self.channel(&push.value.channel, &push.value.account).await? else {
            let gone = Ending::ChannelGone { at_ms: now_ms };
            return self.settler().settle(push.value.id, &gone).await.map(|_| ());
        };
        if sending.is_held() {
            return self.go_on_held(job, &channel, push).await;
        }
        if !sending.may_retry(now_ms) {
            return self.time_up(push.value.id, false).await;
        }
        sending.begun += 1;
        let sending = sending.clone();
        match self.outbox.journal.commit(vec![write::push(&push.value, push.version, now_ms)]).await? {
            Commit::Done => self.attempt(job, push.value, &sending).await,
            Commit::Conflict => self.come_back(job, 1).await,
        }
    }

    async fn attempt(&self, job: &PushJob, push: Push, sending: &Sending) -> Result<(), PortError> {
        if !sending.may_retry(self.outbox.clock.now_ms()) {
            // LINE may have forgotten the key while we waited: nothing leaves.
            return self.time_up(push.id, true).await;
        }
        if let Some(chance) = &sending.reply {
            return self.attempt_reply(job, &push, sending, chance).await;
        }
        let answer = self.messenger.push(&push.channel, &sending.body, push.id).await;
        match answer {
            PushAnswer::Accepted { request_id, messages } => {
                let note = self.claim(&push, sending).await?;
                let settlement = self.settlement(PushOutcome::Accepted, note, request_id);
                self.settler().settle(push.id, &Ending::Accepted(settlement, messages)).await?;
                Ok(())
            }
            PushAnswer::Refused { why, request_id } => {
                let (outcome, note) = outcome_of(why);
                let refused = Ending::Refused(self.settlement(outcome, note, request_id));
                if self.settler().settle(push.id, &refused).await? {
                    return Ok(());
                }
                self.come_back(job, sending.begun).await
            }
            PushAnswer::NotNow => {
                self.count_out(push.id).await?;
                self.come_back(job, sending.begun).await
            }
            PushAnswer::Unknown => self.come_back(job, sending.begun).await,
        }
    }

    /// Counts out a try that ended without saying anything.
    async fn count_out(&self, id: PushId) -> Result<(), PortError> {
        let attempt = || async move {
            let Some(mut current) = self.outbox.journal.push(id).await? else { return Ok(Some(())) };
            let PushState::Sending(sending) = &mut current.value.state else { return Ok(Some(())) };
            sending.count_out();
            let writes = vec![write::push(&current.value, current.version, self.outbox.clock.now_ms())];
            Ok((self.outbox.journal.commit(writes).await? == Commit::Done).then_some(()))
        };
        self.outbox.retry("count out", attempt).await
    }

    /// The queue brings the job back later. The journal has the bytes: the job travels without them.
    async fn come_back(&self, job: &PushJob, tries: u32) -> Result<(), PortError> {
        let delay_s = (1_u32 << tries.min(10)).min(900);
        self.push.send_later(&PushJob { messages: Vec::new(), tries: 0, ..job.clone() }, delay_s).await
    }

    /// The same, of a job whose bytes may not be in the journal yet.
    async fn come_back_whole(&self, job: &PushJob) -> Result<(), PortError> {
        self.push.send_later(&PushJob { tries: 0, ..job.clone() }, 1).await
    }

    /// The Official Account, as long as it is of the CRM account that asked: one that was connected to another meanwhile is not.
    async fn channel(&self, id: &ChannelId, account: &CrmAccountKey) -> Result<Option<Channel>, PortError> {
        Ok(self.channels.find(id).await?.filter(|channel| channel.account == *account))
    }

    /// To whom: nobody who was erased since the request came, or whose link is only left over from before that.
    async fn recipient(&self, job: &PushJob) -> Result<Option<LineUserId>, PortError> {
        let Some(to) = job.to.user() else { return Ok(None) };
        let since_ms = job.to.since_ms(job.accepted_at_ms);
        Ok(if self.is_erased(&job.channel, to, since_ms).await? { None } else { Some(to.clone()) })
    }

    /// Whether the person has blocked the account, as of the newest sign. LINE answers 200 for
    /// blocked people, so we must know by ourselves; an old block is confirmed with LINE.
    async fn is_blocked(&self, channel: &Channel, to: &LineUserId) -> Result<bool, PortError> {
        let key = ConversationKey::person(&channel.id, to);
        let Some(mut state) = self.outbox.journal.conversation(&key).await? else { return Ok(false) };
        if state.value.friendship.blocked != Some(true) {
            return Ok(false);
        }
        let now_ms = self.outbox.clock.now_ms();
        let friendship = &mut state.value.friendship;
        let since_ms =
            friendship.as_of.as_ref().map_or(0, |mark| mark.at_ms).max(friendship.confirmed_at_ms.unwrap_or(0));
        if now_ms < since_ms + CONFIRM_BLOCK_MS {
            return Ok(true);
        }
        let blocked = match self.messenger.profile(&channel.id, to).await {
            Ok(profile) => profile.is_none(),
            Err(error) => {
                warn!(channel.id = %channel.id, %error, "block.unconfirmed");
                return Ok(true);
            }
        };
        friendship.blocked = Some(blocked);
        friendship.confirmed_at_ms = Some(now_ms);
        let effects: Vec<_> = state.value.enqueue_sync(now_ms).into_iter().collect();
        let writes = vec![write::conversation(&state.value, state.version)];
        // Somebody else's write is as good: it is a newer sign, or the same confirmation.
        let _ = self.outbox.commit(&channel.account, writes, &effects).await?;
        Ok(blocked)
    }

    /// Whether the person was erased at `since_ms` or after.
    async fn is_erased(&self, channel: &ChannelId, to: &LineUserId, since_ms: i64) -> Result<bool, PortError> {
        let key = ConversationKey::person(channel, to);
        Ok(self.outbox.journal.erasure(&key).await?.covers(since_ms))
    }

    /// The request named both a contact and a LINE user ID, and LINE took it: that the two are one person is claimed, if both
    /// were free; the dispatcher links them, if they still are. By the send's row, which says whom the message went to: the job
    /// at hand may be a repeat that names another.
    async fn claim(&self, push: &Push, sending: &Sending) -> Result<Option<SettlementNote>, PortError> {
        let Some(contact) = &push.contact else { return Ok(None) };
        let (to, since_ms) = (&sending.to, sending.first_attempt_at_ms);
        if self.is_erased(&push.channel, to, since_ms).await? {
            return Ok(None);
        }
        match sending.naming {
            Naming::Known => Ok(None),
            Naming::New => {
                let claim = Claim::new(ClaimedBy::Action, Target::Contact(contact.clone()), since_ms);
                let link = Link { outbox: self.outbox.clone() };
                link.claim_for(&push.account, &ConversationKey::person(&push.channel, to), &claim).await?;
                Ok(None)
            }
            Naming::Contested => {
                self.ask(push, to, contact, since_ms).await?;
                Ok(Some(SettlementNote::LinkConflict))
            }
        }
    }

    /// An operator is asked whether the two are one, unless they are already, or the person was erased.
    async fn ask(&self, push: &Push, to: &LineUserId, contact: &ContactId, since_ms: i64) -> Result<(), PortError> {
        let key = ConversationKey::person(&push.channel, to);
        let key = &key;
        let attempt = || async move {
            let loaded = load_or_new(&self.outbox.journal, key, &push.account).await?;
            if loaded.erasure.covers(since_ms) {
                return Ok(Some(()));
            }
            let question = Question::new(key, contact, AskedBecause::Sent, self.outbox.clock.now_ms());
            let asked = ask(&self.outbox.journal, &push.account, &question, loaded.unchanged()).await?;
            Ok((asked == Commit::Done).then_some(()))
        };
        self.outbox.retry("ask", attempt).await
    }

    /// Ends a job without a try. Where somebody else has begun one meanwhile, theirs counts.
    async fn end_untried(
        &self,
        job: &PushJob,
        outcome: PushOutcome,
        note: Option<SettlementNote>,
    ) -> Result<(), PortError> {
        let settlement = self.settlement(outcome, note, None);
        let ending = Ending::NeverTried { job: Box::new(job.clone()), settlement };
        if self.settler().settle(job.id, &ending).await? {
            return Ok(());
        }
        self.come_back(job, 1).await
    }

    async fn time_up(&self, id: PushId, unleft: bool) -> Result<(), PortError> {
        let ending = Ending::TimeUp { at_ms: self.outbox.clock.now_ms(), unleft };
        self.settler().settle(id, &ending).await.map(|_| ())
    }

    fn settlement(
        &self,
        outcome: PushOutcome,
        note: Option<SettlementNote>,
        line_request_id: Option<String>,
    ) -> Settlement {
        Settlement { outcome, note, line_request_id, at_ms: self.outbox.clock.now_ms() }
    }

    fn settler(&self) -> Settle {
        Settle { channels: self.channels.clone(), outbox: self.outbox.clone() }
    }
}

fn outcome_of(why: PushRefusal) -> (PushOutcome, Option<SettlementNote>) {
    match why {
        PushRefusal::InvalidMessage => (PushOutcome::InvalidMessage, None),
        PushRefusal::WrongProvider => (PushOutcome::WrongProvider, None),
        PushRefusal::Token => (PushOutcome::Failed, Some(SettlementNote::TokenRefused)),
        PushRefusal::NotAllowed => (PushOutcome::Failed, Some(SettlementNote::NotAllowed)),
        PushRefusal::Other => (PushOutcome::Failed, Some(SettlementNote::LineRefused)),
        PushRefusal::Quota => (PushOutcome::NoQuota, None),
    }
}
