//! What a workflow sends while no messages of the month are left is held until the next, where its Official Account is set so; and what it
//! sends outside of the sending hours is held until they begin ([`hours`](super::hours)).
//!
//! 1. Only what was never tried is held: LINE has not seen its key, which lives 24 hours from its first attempt, whenever that is.
//! 2. One transaction writes the row, with the exact bytes, and the outbox row that brings it back when its time has come. Whoever comes
//!    too early, such as a repeat of the job, puts that row there once more; whoever comes in time releases it, by a write that only one
//!    of them can do.
//! 3. When its time has come, all is looked at again: the person, the Official Account, its settings, the month's messages. What finds none
//!    ends: nothing waits for a month that was held before. Outside of the sending hours, as they are then, it waits for the next, for as
//!    long as its action lets it. What could not be released within a day is not sent any more.
//! 4. A workflow that waits is told how it ends, where it waits long enough; else it is told at once that it is queued.

use tracing::info;

use super::Deliver;
use crate::domain::action::Purpose;
use crate::domain::channel::{Channel, WithoutQuota};
use crate::domain::conversation::ConversationKey;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{HeldFor, Push, PushId, PushJob, PushOutcome, PushState, Sender, Sending, SettlementNote};
use crate::domain::quota::held_until_ms;
use crate::flow::settle::{Ending, enqueue_completion, enqueue_outcome};
use crate::ports::PortError;
use crate::ports::table::{Commit, Versioned};
use crate::store::journal::write;

/// What is not released by then is not sent any more, in milliseconds after its time.
const RELEASE_WITHIN_MS: i64 = 86_400_000;
/// Nothing is held longer after it was asked for, in milliseconds: the longest month and the morning after it, or four weeks of hours too
/// short for all that waits for them.
const HELD_FOR_MS: i64 = 33 * 86_400_000;

impl Deliver {
    /// No messages are left for what was never tried: it ends so, or is held.
    pub(super) async fn without_quota(
        &self,
        job: &PushJob,
        channel: &Channel,
        sending: Sending,
    ) -> Result<(), PortError> {
        let now_ms = self.outbox.clock.now_ms();
        let can_wait = |until_ms: i64| {
            job.sender == Sender::Workflow && now_ms < until_ms && goes_late_enough(job.not_after_ms, until_ms)
        };
        match held_until_ms(job.accepted_at_ms).filter(|until_ms| is_held_for_month(channel) && can_wait(*until_ms)) {
            Some(until_ms) => self.hold(job, sending.held(now_ms, held_for(job)), until_ms).await,
            None => self.end_untried(job, PushOutcome::NoQuota, None).await,
        }
    }

    pub(super) async fn hold(&self, job: &PushJob, sending: Sending, until_ms: i64) -> Result<(), PortError> {
        let now_ms = sending.first_attempt_at_ms;
        let key = ConversationKey::person(&job.channel, &sending.to);
        let erasure = self.outbox.journal.erasure(&key).await?;
        if erasure.covers(job.to.since_ms(job.accepted_at_ms)) {
            return self.end_untried(job, PushOutcome::NotLinked, None).await;
        }
        let mut push = Push::of(job, PushState::Sending(sending));
        let mut effects = vec![release(&push, key.clone(), now_ms, until_ms)];
        let is_told = !is_told_at_the_end(&push, until_ms);
        let completion = if is_told { enqueue_completion(&mut push, now_ms, now_ms) } else { None };
        effects.extend(enqueue_outcome(&push, completion, now_ms));
        // Whoever erases the person meanwhile would not find it.
        let writes = vec![write::push(&push, 0, now_ms), write::not_erased_since(&key, &erasure)];
        if self.outbox.commit(&push.account, writes, &effects).await? == Commit::Conflict {
            return self.come_back_whole(job).await;
        }
        info!(push.id = %push.id, channel.id = %push.channel, until_ms, "push.held");
        Ok(())
    }

    /// A held send whose job comes by: it is released, if its time has come. Whether its person was erased or its Official Account
    /// disconnected has been looked at.
    pub(super) async fn go_on_held(
        &self,
        job: &PushJob,
        channel: &Channel,
        mut push: Versioned<Push>,
    ) -> Result<(), PortError> {
        let PushState::Sending(sending) = &push.value.state else { return Ok(()) };
        let now_ms = self.outbox.clock.now_ms();
        let held_for = sending.held_for.unwrap_or_default();
        let until_ms = held_for.hours_at_ms.or_else(|| held_until_ms(push.value.accepted_at_ms)).unwrap_or(now_ms);
        if now_ms < until_ms {
            return self.still_held(job, push, until_ms).await;
        }
        let is_old = now_ms > push.value.accepted_at_ms + HELD_FOR_MS;
        if is_old || now_ms > until_ms + RELEASE_WITHIN_MS {
            return self.end_held(push.value.id, PushOutcome::Expired, Some(SettlementNote::TooOld)).await;
        }
        if held_for.not_after_ms.is_some_and(|not_after_ms| now_ms > not_after_ms) {
            return self.end_held(push.value.id, PushOutcome::Expired, None).await;
        }
        if held_for.hours_at_ms.is_none() && !is_held_for_month(channel) {
            return self.end_held(push.value.id, PushOutcome::NoQuota, None).await;
        }
        if held_for.purpose == Purpose::Marketing
            && let Some(opens_at_ms) = self.opens_later(&push.value.account, channel).await?
        {
            if held_for.not_after_ms.is_some_and(|not_after_ms| not_after_ms < opens_at_ms) {
                let note = SettlementNote::NotWithinHours;
                return self.end_held(push.value.id, PushOutcome::Expired, Some(note)).await;
            }
            let held_for = HeldFor { hours_at_ms: Some(opens_at_ms), ..held_for };
            return self.hold_on(job, push, held_for, opens_at_ms).await;
        }
        if self.is_blocked(channel, &sending.to).await? {
            return self.end_held(push.value.id, PushOutcome::Blocked, None).await;
        }
        if !self.messenger.may_begin(&channel.id).await {
            let until_ms = held_for.hours_at_ms.and(held_until_ms(push.value.accepted_at_ms)).filter(|until_ms| {
                is_held_for_month(channel) && now_ms < *until_ms && goes_late_enough(held_for.not_after_ms, *until_ms)
            });
            return match until_ms {
                Some(until_ms) => self.hold_on(job, push, HeldFor { hours_at_ms: None, ..held_for }, until_ms).await,
                None => self.end_held(push.value.id, PushOutcome::NoQuota, None).await,
            };
        }
        let sending = sending.clone().released(now_ms);
        push.value.state = PushState::Sending(sending.clone());
        match self.outbox.journal.commit(vec![write::push(&push.value, push.version, now_ms)]).await? {
            Commit::Done => self.attempt(job, push.value, &sending).await,
            Commit::Conflict => self.come_back(job, 1).await,
        }
    }

    /// Its time has come, and there is something else to wait for: the sending hours, as they are set now, or messages of the month.
    async fn hold_on(
        &self,
        job: &PushJob,
        mut push: Versioned<Push>,
        held_for: HeldFor,
        until_ms: i64,
    ) -> Result<(), PortError> {
        let PushState::Sending(sending) = &mut push.value.state else { return Ok(()) };
        sending.held_for = Some(held_for);
        let (since_ms, key) = (sending.first_attempt_at_ms, ConversationKey::person(&push.value.channel, &sending.to));
        let (now_ms, erasure) = (self.outbox.clock.now_ms(), self.outbox.journal.erasure(&key).await?);
        if erasure.covers(since_ms) {
            return self.settler().settle(push.value.id, &Ending::Erased { at_ms: now_ms }).await.map(|_| ());
        }
        // What brought it here is in no list any more: whoever erases the person meanwhile would not find it.
        let not_erased = write::not_erased_since(&key, &erasure);
        let row = release(&push.value, key, since_ms, until_ms);
        let writes = vec![write::push(&push.value, push.version, now_ms), write::enqueue(&row), not_erased];
        if self.outbox.journal.commit(writes).await? == Commit::Conflict {
            return self.come_back(job, 1).await;
        }
        push.version += 1;
        let hears_later = is_told_at_the_end(&push.value, until_ms) || push.value.completed;
        if hears_later { Ok(()) } else { self.complete_again(push).await }
    }

    /// Its time has not come: what brings it back is there, and a workflow that asks again is told again.
    async fn still_held(&self, job: &PushJob, push: Versioned<Push>, until_ms: i64) -> Result<(), PortError> {
        let PushState::Sending(sending) = &push.value.state else { return Ok(()) };
        let key = ConversationKey::person(&push.value.channel, &sending.to);
        let row = release(&push.value, key, sending.first_attempt_at_ms, until_ms);
        // Of somebody who is erased meanwhile, no row that names them comes back.
        let writes = vec![write::push_unchanged(&push), write::enqueue(&row)];
        if self.outbox.journal.commit(writes).await? == Commit::Conflict {
            return self.come_back(job, 1).await;
        }
        if is_told_at_the_end(&push.value, until_ms) { Ok(()) } else { self.complete_again(push).await }
    }

    async fn end_held(&self, id: PushId, outcome: PushOutcome, note: Option<SettlementNote>) -> Result<(), PortError> {
        let settlement = self.settlement(outcome, note, None);
        self.settler().settle(id, &Ending::NotBegun(settlement)).await.map(|_| ())
    }
}

/// What a held send's row keeps of its job.
pub(super) fn held_for(job: &PushJob) -> HeldFor {
    HeldFor { hours_at_ms: None, not_after_ms: job.not_after_ms, purpose: job.purpose }
}

fn is_held_for_month(channel: &Channel) -> bool {
    channel.settings.without_quota == WithoutQuota::Hold
}

/// Its action names no time by which it must go that may come before it goes.
fn goes_late_enough(not_after_ms: Option<i64>, until_ms: i64) -> bool {
    not_after_ms.is_none_or(|not_after_ms| not_after_ms >= until_ms + RELEASE_WITHIN_MS)
}

/// What brings it back.
fn release(push: &Push, conversation: ConversationKey, now_ms: i64, until_ms: i64) -> OutboxRow {
    OutboxRow::new(&push.account, Effect::ReleasePush { push: push.id, conversation }, now_ms, until_ms)
}

/// Its workflow waits longer than it is held and may then be tried.
fn is_told_at_the_end(push: &Push, until_ms: i64) -> bool {
    until_ms + Sending::RETRY_FOR_MS < push.expires_at_ms
}
