//! A send ends: its outcome, what it makes us owe and what the timeline shows, in one transaction.

mod ending;
mod telling;

use std::sync::Arc;

use tracing::info;

pub use self::ending::Ending;
use self::ending::Step;
use super::{MAX_CONFLICTS, contended, step_back};
use crate::domain::account::CrmAccountKey;
use crate::domain::job::WakeUp;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::push::{Push, PushId, PushState};
use crate::ports::journal::write;
use crate::ports::rows::{Commit, Write};
use crate::ports::{Channels, Clock, Journal, Links, PortError, Queue};

/// A parked send's words are kept this long, so that somebody can decide.
const DECIDE_WITHIN_MS: i64 = 28 * 86_400_000;

/// Ends sends.
pub struct Settle {
    /// For the channel's settings.
    pub channels: Channels,
    /// Whose conversation a contact's is.
    pub links: Links,
    /// Where.
    pub journal: Journal,
    /// Tells the payer.
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
            let (current, rev) = self.journal.push(id).await?.map_or((None, 0), |found| (Some(found.value), found.rev));
            let was_parked = matches!(current, Some(Push { state: PushState::Parked(_), .. }));
            let (push, writes) = match ending.step(current) {
                Step::Stays => return Ok(false),
                Step::GoesOn(push) => {
                    let writes = vec![write::push(&push, rev, now_ms)];
                    (None, writes)
                }
                Step::Ends(mut push, shown) => {
                    let mut writes = self.writes(&mut push, was_parked, now_ms);
                    if let Some(shown) = shown {
                        writes.extend(self.tell(&push, shown, now_ms).await?);
                    }
                    writes.push(write::push(&push, rev, now_ms));
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

    /// What an ended send makes us owe.
    fn writes(&self, ended: &mut Push, was_parked: bool, now_ms: i64) -> Vec<Write> {
        let mut writes = Vec::new();
        if was_parked {
            writes.push(write::decided(ended));
        }
        if matches!(ended.state, PushState::Parked(_)) {
            let oblivion = Owed::Oblivion { push: ended.id };
            let row = OwedRow::new(&ended.account, oblivion, now_ms, now_ms + DECIDE_WITHIN_MS);
            writes.extend([write::parked(ended), write::owe(&row)]);
        }
        writes.extend(owe_completion(ended, now_ms, now_ms).iter().map(write::owe));
        if ended.contact.is_some() {
            let outcome = Owed::Outcome { push: ended.id };
            writes.push(write::owe(&OwedRow::new(&ended.account, outcome, now_ms, now_ms)));
        }
        writes
    }
}

/// The waiting workflow's answer; none where nobody waits, or one is owed already.
pub(super) fn owe_completion(push: &mut Push, now_ms: i64, due_at_ms: i64) -> Option<OwedRow> {
    if !push.waits || now_ms >= push.expires_at_ms || push.completion_owed {
        return None;
    }
    push.completion_owed = true;
    Some(OwedRow::new(&push.account, Owed::Completion { push: push.id }, now_ms, due_at_ms))
}

/// Tells the payer; a lost wake-up costs a minute.
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
