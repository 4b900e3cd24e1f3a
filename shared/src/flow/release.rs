//! Held sends whose time has come are queued again. `push-delivery` alone decides what becomes of them.

use std::sync::Arc;

use tracing::warn;

use super::side_by_side::side_by_side;
use crate::domain::account::CrmAccountKey;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{PushJob, PushState};
use crate::ports::{Clock, PortError, Queue};
use crate::store::Journal;
use crate::store::journal::{Walk, write};

/// How many are queued together, about.
const STEP: usize = 400;
/// How many of one account a call queues, about: it is called each minute, and the other accounts wait for it.
const MOST: usize = 4_000;

/// Queues them.
pub struct Release {
    /// Where they lie.
    pub journal: Journal,
    /// Whence they are sent.
    pub push: Arc<dyn Queue<PushJob>>,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl Release {
    /// Queues those of an account whose time has come, until `until_ms` at the latest and about 4,000 at most; how many. One that cannot be read or queued stays
    /// where it is and stops no other. Twice queues one twice, which shows it once.
    ///
    /// # Errors
    /// The lists cannot be read; what was queued is queued.
    pub async fn release(&self, account: &CrmAccountKey, until_ms: i64) -> Result<usize, PortError> {
        let mut walk = Walk::through_held(account, self.clock.now_ms());
        let mut released = 0;
        while !walk.is_over() && released < MOST && self.clock.now_ms() < until_ms {
            let due = self.journal.next_due(&mut walk, STEP).await?;
            for unread in &due.unread {
                warn!(crm.account = %account, name = unread.name(), "release.unreadable");
            }
            let each = due.rows.into_iter().map(|row| async move { Ok(self.release_or_leave(row).await) });
            released += side_by_side(each).await?.into_iter().filter(|is_released| *is_released).count();
        }
        Ok(released)
    }

    async fn release_or_leave(&self, row: OutboxRow) -> bool {
        match self.release_one(&row).await {
            Ok(is_released) => is_released,
            Err(error) => {
                crate::telemetry::log_chain("release.failed", &error);
                false
            }
        }
    }

    /// Queued first: a stop in between queues it once more.
    async fn release_one(&self, row: &OutboxRow) -> Result<bool, PortError> {
        let Effect::ReleasePush { push, .. } = &row.effect else { return Ok(false) };
        let held = self.journal.push(*push).await?.map(|push| push.value);
        let held = held.filter(|push| matches!(&push.state, PushState::Sending(sending) if sending.is_held()));
        if let Some(push) = &held {
            self.push.send(&PushJob::of_row(push)).await?;
        }
        let _ = self.journal.commit(vec![write::done(row)]).await?;
        Ok(held.is_some())
    }
}
