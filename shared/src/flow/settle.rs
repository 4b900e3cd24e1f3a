//! A send ends: its outcome, its effects and what the timeline shows, in one transaction.

mod ending;
mod timeline;

use std::sync::Arc;

use tracing::info;

pub use self::ending::Ending;
use self::ending::Step;
use super::{MAX_CONFLICTS, contended, step_back};
use crate::domain::account::CrmAccountKey;
use crate::domain::job::WakeUp;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushId, PushOutcome, PushState};
use crate::ports::journal::write;
use crate::ports::table::{Commit, Write};
use crate::ports::{Channels, Clock, Journal, LinkReader, PortError, Queue};

/// A parked send's words are kept this long, so that somebody can decide.
const DECIDE_WITHIN_MS: i64 = 28 * 86_400_000;

/// Ends sends.
pub struct Settle {
    /// For the channel's settings.
    pub channels: Channels,
    /// Whose conversation a contact's is.
    pub links: LinkReader,
    /// Where.
    pub journal: Journal,
    /// Tells the dispatcher.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

impl Settle {
    /// Ends the send, if it may end so; `false`: it may not, as it stands. A second call finds it
    /// ended and changes nothing.
    ///
    /// # Errors
    /// As the journal's; nothing has ended then.
    pub async fn settle(&self, id: PushId, ending: &Ending) -> Result<bool, PortError> {
        for conflicts in 0..MAX_CONFLICTS {
            let now_ms = self.clock.now_ms();
            let (current, version) =
                self.journal.push(id).await?.map_or((None, 0), |found| (Some(found.value), found.version));
            let was_parked = matches!(current, Some(Push { state: PushState::Parked(_), .. }));
            let (push, writes) = match ending.step(current) {
                Step::Stays => return Ok(false),
                Step::GoesOn(push) => {
                    let writes = vec![write::push(&push, version, now_ms)];
                    (None, writes)
                }
                Step::Ends(mut push, shown) => {
                    let mut writes = effects(&mut push, was_parked, now_ms);
                    if let Some(shown) = shown {
                        writes.extend(self.show_on_timeline(&push, shown, now_ms).await?);
                    }
                    writes.push(write::push(&push, version, now_ms));
                    (Some(push), writes)
                }
            };
            if self.journal.commit(writes).await? == Commit::Conflict {
                step_back(&*self.clock, conflicts).await;
                continue;
            }
            let Some(ended) = push else { return Ok(false) };
            log(&ended);
            wake(&*self.wake_ups, &ended.account).await;
            return Ok(true);
        }
        Err(contended("settle"))
    }
}

/// What follows of an ended send. A parked send was told as unknown when it was parked: where it ends so, nothing more follows.
fn effects(ended: &mut Push, was_parked: bool, now_ms: i64) -> Vec<Write> {
    let mut writes = Vec::new();
    if was_parked {
        writes.push(write::decided(ended));
        if matches!(&ended.state, PushState::Settled(settlement) if settlement.outcome == PushOutcome::Unknown) {
            return writes;
        }
    }
    if matches!(ended.state, PushState::Parked(_)) {
        let expiry = Effect::ExpireParkedPush { push: ended.id };
        let row = OutboxRow::new(&ended.account, expiry, now_ms, now_ms + DECIDE_WITHIN_MS);
        writes.extend([write::parked(ended), write::enqueue(&row)]);
    }
    writes.extend(enqueue_completion(ended, now_ms, now_ms).iter().map(write::enqueue));
    if ended.contact.is_some() {
        let outcome = Effect::WriteLastOutcome { push: ended.id };
        writes.push(write::enqueue(&OutboxRow::new(&ended.account, outcome, now_ms, now_ms)));
    }
    writes
}

/// The waiting workflow's answer; none where nobody waits, or one is in the outbox already.
pub(super) fn enqueue_completion(push: &mut Push, now_ms: i64, due_at_ms: i64) -> Option<OutboxRow> {
    if !push.waits || now_ms >= push.expires_at_ms || push.completion_queued {
        return None;
    }
    push.completion_queued = true;
    Some(OutboxRow::new(&push.account, Effect::CompleteWorkflow { push: push.id }, now_ms, due_at_ms))
}

/// Tells the dispatcher; a lost wake-up costs a minute.
pub(super) async fn wake(wake_ups: &dyn Queue<WakeUp>, account: &CrmAccountKey) {
    if let Err(error) = wake_ups.send(&WakeUp::of(account)).await {
        tracing::warn!(crm.account = %account, %error, "wake_up.lost");
    }
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
