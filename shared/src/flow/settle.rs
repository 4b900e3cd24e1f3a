//! A send ends: its outcome, its effects and what the timeline shows, in one transaction; or, of what LINE has taken, what the timeline shows, and
//! then the rest.

mod ending;
mod timeline;

use futures::future::OptionFuture;
use tracing::info;

pub use self::ending::Ending;
use self::ending::Step;
use self::timeline::OnTimeline;
use super::outbox::Outbox;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushId, PushOutcome, PushState, SettlementNote};
use crate::ports::PortError;
use crate::ports::table::{Commit, Write};
use crate::store::Channels;
use crate::store::journal::write;

/// A parked send's words are kept this long, so that somebody can decide.
const DECIDE_WITHIN_MS: i64 = 28 * 86_400_000;

/// Ends sends.
#[derive(Clone)]
pub struct Settle {
    /// For the channel's settings.
    pub channels: Channels,
    /// The state that it changes, and the outbox for what follows.
    pub outbox: Outbox,
}

impl Settle {
    /// Ends the send, if it may end so; `false`: it may not, as it stands. A second call finds it
    /// ended and changes nothing.
    ///
    /// # Errors
    /// As the journal's; nothing has ended then.
    pub async fn settle(&self, id: PushId, ending: &Ending) -> Result<bool, PortError> {
        self.outbox.retry("settle", || self.try_settle(id, ending)).await
    }

    async fn try_settle(&self, id: PushId, ending: &Ending) -> Result<Option<bool>, PortError> {
        let (journal, now_ms) = (&self.outbox.journal, self.outbox.clock.now_ms());
        let (current, version) = journal.push(id).await?.map_or((None, 0), |found| (Some(found.value), found.version));
        let was_parked = matches!(current, Some(Push { state: PushState::Parked(_), .. }));
        let talk = current.as_ref().and_then(Push::talk);
        let mut is_reply = false;
        let left_behind = match &current {
            Some(push) => self.left_behind(push, ending, now_ms).await?,
            None => Vec::new(),
        };
        match ending.step(current) {
            Step::Stays => Ok(Some(false)),
            Step::GoesOn(push) => {
                let counted = journal.commit(vec![write::push(&push, version, now_ms)]).await?;
                Ok((counted == Commit::Done).then_some(false))
            }
            Step::Ends(mut push, shown) => {
                let to = shown.as_ref().and_then(|shown| shown.to.as_ref());
                let key = to.map(|to| ConversationKey::person(&push.channel, to));
                let held = OptionFuture::from(key.as_ref().map(|key| journal.lock_conversation(key))).await;
                let (mut state, mut effects) = outcome(&mut push, was_parked, now_ms);
                state.extend(left_behind);
                if let (Some(talk), PushState::Settled(settlement)) = (talk, &push.state) {
                    state.push(write::said(&talk, push.id));
                    is_reply = settlement.note == Some(SettlementNote::Replied);
                }
                let mut timeline = match shown {
                    Some(shown) => self.show_on_timeline(&push, shown, now_ms).await?,
                    None => OnTimeline::default(),
                };
                effects.append(&mut timeline.effects);
                if self.shows_first(ending, &timeline, &state) && !self.show(&mut timeline).await? {
                    return Ok(None);
                }
                state.append(&mut timeline.words);
                state.append(&mut timeline.state);
                state.push(write::push(&push, version, now_ms));
                let commit = match ending {
                    // Its job comes again until this has ended: see `follow`.
                    Ending::Accepted(..) => self.outbox.commit_first(&push.account, state, &effects, is_behind).await?,
                    _ => self.outbox.commit(&push.account, state, &effects).await?,
                };
                if commit == Commit::Conflict {
                    return Ok(None);
                }
                drop(held);
                log(&push);
                if is_reply {
                    self.count_reply(&push.channel, now_ms).await;
                }
                Ok(Some(true))
            }
        }
    }
}

impl Settle {
    /// What was said stands in its conversation before the send's row says that it has ended, each by a write of its own, at half a
    /// transaction's price: where its job comes again until that is said, and nothing else changes with it.
    fn shows_first(&self, ending: &Ending, timeline: &OnTimeline, others: &[Write]) -> bool {
        matches!(ending, Ending::Accepted(..)) && others.is_empty() && timeline.state.len() == 1
    }

    /// `false`: somebody changed the conversation first.
    async fn show(&self, timeline: &mut OnTimeline) -> Result<bool, PortError> {
        for write in timeline.words.drain(..).chain(timeline.state.drain(..)) {
            if self.outbox.journal.commit(vec![write]).await? == Commit::Conflict {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// LINE has it, and its job has come again, or the CRM has asked again: whoever settled it may have stopped before all of what
    /// follows was in the outbox, the entry of whom the job names included. A second call does again what can be done twice.
    ///
    /// # Errors
    /// As the journal's.
    pub(super) async fn follow(&self, push: &Push, to: Option<&LineUserId>) -> Result<(), PortError> {
        let PushState::Settled(settlement) = &push.state else { return Ok(()) };
        // What waits for an outcome is enqueued behind the rest: where it has heard, all of it was there.
        if settlement.outcome != PushOutcome::Accepted || push.completed {
            return Ok(());
        }
        // However often it comes again, they are the same rows.
        let at_ms = settlement.at_ms;
        let completion = push.completion_queued.then(|| completion(push, at_ms, at_ms));
        // Looked at again, and not counted again.
        let rows: Vec<_> = effects_of(push, completion, at_ms).map(|row| OutboxRow { tries: 1, ..row }).collect();
        // The completion behind it: once that is heard, nobody comes here any more.
        if let Some(to) = to {
            let state = self.outbox.journal.conversation(&ConversationKey::person(&push.channel, to)).await?;
            let state = state.map(|state| state.value).filter(|state| state.account == push.account);
            let queued = state.map(|state| state.queued(at_ms)).unwrap_or_default();
            self.outbox.enqueue_again(&push.account, &queued).await?;
        }
        self.outbox.enqueue_again(&push.account, &rows).await
    }

    /// Apart from the rest: many operators' replies meet at this row, and none of them may fail for a number. So one that is stopped
    /// right there is not counted.
    async fn count_reply(&self, channel: &ChannelId, now_ms: i64) {
        let journal = &self.outbox.journal;
        let count = || async move {
            let mut replied = journal.replied(channel).await?;
            replied.value.add(now_ms);
            let write = write::replied(channel, &replied.value, replied.version, now_ms);
            Ok((journal.commit(vec![write]).await? == Commit::Done).then_some(()))
        };
        if let Err(error) = self.outbox.retry("count reply", count).await {
            crate::telemetry::log_chain("reply.not_counted", &error);
        }
    }
}

/// What follows of an ended send, other than its own row and what a timeline shows. A parked send was told as unknown when it
/// was parked: where it ends so, nothing more follows.
fn outcome(ended: &mut Push, was_parked: bool, now_ms: i64) -> (Vec<Write>, Vec<OutboxRow>) {
    let (mut state, mut effects) = (Vec::new(), Vec::new());
    if was_parked {
        state.push(write::decided(ended));
        if matches!(&ended.state, PushState::Settled(settlement) if settlement.outcome == PushOutcome::Unknown) {
            return (state, effects);
        }
    }
    if matches!(ended.state, PushState::Parked(_)) {
        let expiry = Effect::ExpireParkedPush { push: ended.id };
        state.push(write::parked(ended));
        effects.push(OutboxRow::new(&ended.account, expiry, now_ms, now_ms + DECIDE_WITHIN_MS));
    }
    let completion = enqueue_completion(ended, now_ms, now_ms);
    effects.extend(effects_of(ended, completion, now_ms));
    (state, effects)
}

/// What follows of every end, first what tells a workflow that waits for it.
fn effects_of(ended: &Push, completion: Option<OutboxRow>, now_ms: i64) -> impl Iterator<Item = OutboxRow> {
    let inbox = ended.inbox.is_some().then_some(Effect::TellInbox { push: ended.id });
    let inbox = inbox.map(|effect| OutboxRow::new(&ended.account, effect, now_ms, now_ms));
    enqueue_outcome(ended, completion, now_ms).into_iter().chain(inbox)
}

/// How it stands is told at once to a workflow that waits and to the contact: by one row where both are there.
pub(super) fn enqueue_outcome(push: &Push, completion: Option<OutboxRow>, now_ms: i64) -> Option<OutboxRow> {
    match (push.contact.is_some(), completion) {
        (true, Some(row)) => Some(OutboxRow { effect: Effect::TellOutcome { push: push.id }, ..row }),
        (true, None) => {
            let outcome = Effect::WriteLastOutcome { push: push.id };
            Some(OutboxRow::new(&push.account, outcome, now_ms, now_ms))
        }
        (false, completion) => completion,
    }
}

/// What the send's row, or its conversation's state, tells of by itself.
fn is_behind(effect: &Effect) -> bool {
    effect.is_told_by_push() || effect.is_told_by_conversation()
}

/// The waiting workflow's answer; none where nobody waits, or one is in the outbox already.
pub(super) fn enqueue_completion(push: &mut Push, now_ms: i64, due_at_ms: i64) -> Option<OutboxRow> {
    if !push.waits || now_ms >= push.expires_at_ms || push.completion_queued {
        return None;
    }
    push.completion_queued = true;
    Some(completion(push, now_ms, due_at_ms))
}

fn completion(push: &Push, now_ms: i64, due_at_ms: i64) -> OutboxRow {
    OutboxRow::new(&push.account, Effect::CompleteWorkflow { push: push.id }, now_ms, due_at_ms)
}

fn log(push: &Push) {
    match &push.state {
        PushState::Settled(settlement) => info!(
            push.id = %push.id,
            channel.id = %push.channel,
            outcome = settlement.outcome.as_str(),
            line.request_id = settlement.line_request_id.as_deref(),
            "push.settled"
        ),
        _ => info!(push.id = %push.id, channel.id = %push.channel, "push.parked"),
    }
}
