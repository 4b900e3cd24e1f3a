//! An open task is looked at now and then: once it is done, the person's message is answered.
//!
//! A task that may be open has one row, in a list of its own, from before it is written until it was seen to be done; however often it is
//! looked at, nothing is written as long as nothing has come. Whose moment has come is told by since when a task is watched, and by when this environment looked last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::warn;

use super::round::Round;
use crate::domain::account::CrmAccountKey;
use crate::domain::conversation::{Conversation, is_looked_at};
use crate::domain::ids::TaskId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::side_by_side::side_by_side;
use crate::ports::crm::{CrmFailure, Each, TaskStanding};
use crate::ports::table::Versioned;
use crate::ports::{Crm, PortError};
use crate::store::journal::{Walk, write};

/// The list is read no more often than this.
const READ_EVERY_MS: i64 = 15_000;
/// An environment that is new looks this far back, in milliseconds: the schedule comes each minute, and what it misses for longer is looked
/// at within the hour.
const LOOKS_BACK_MS: i64 = 5 * 60_000;
/// How many rows a step reads, about.
const STEP: usize = 400;
/// How many tasks the CRM is asked about together.
const TOGETHER: usize = 100;

/// When this environment last looked at the open tasks of each account, in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct LastLooks(Arc<Mutex<BTreeMap<CrmAccountKey, i64>>>);

impl LastLooks {
    /// Behind which moment tasks are to be looked at now. `None`: they were looked at just now.
    fn behind(&self, account: &CrmAccountKey, now_ms: i64) -> Option<i64> {
        let last_ms = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(account).copied();
        let last_ms = last_ms.filter(|last_ms| *last_ms <= now_ms);
        match last_ms {
            Some(last_ms) if now_ms - last_ms < READ_EVERY_MS => None,
            last_ms => Some(last_ms.unwrap_or(now_ms - LOOKS_BACK_MS)),
        }
    }

    fn looked(&self, account: &CrmAccountKey, now_ms: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account.clone(), now_ms);
    }
}

/// A task that was open when it was last seen.
struct Open {
    row: OutboxRow,
    id: TaskId,
    state: Versioned<Conversation>,
}

/// Looks whether tasks are done.
pub(super) struct WatchTasks<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) last: &'a LastLooks,
}

impl WatchTasks<'_> {
    /// Looks at those whose moment has come since the last time. Where the time is up, the next call looks at them again; where the CRM
    /// does not answer, when their next moment comes.
    pub(super) async fn look(&self) -> Result<(), PortError> {
        let (account, now_ms) = (&self.round.account.key, self.round.now_ms());
        let Some(behind_ms) = self.last.behind(account, now_ms) else { return Ok(()) };
        let mut walk = Walk::through_watched(account);
        while !walk.is_over() {
            if self.round.is_late() {
                return Ok(());
            }
            let some = self.round.journal.next_due(&mut walk, STEP).await?;
            for unread in &some.unread {
                warn!(crm.account = %account, name = unread.name(), "watch.unreadable");
            }
            let due: Vec<_> =
                some.rows.into_iter().filter(|row| is_looked_at(row.since_ms, behind_ms, now_ms)).collect();
            for together in due.chunks(TOGETHER) {
                self.look_at(together.to_vec()).await?;
            }
        }
        self.last.looked(account, now_ms);
        Ok(())
    }

    async fn look_at(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let open = side_by_side(rows.into_iter().map(|row| self.open(row))).await?;
        let open: Vec<Open> = open.into_iter().flatten().collect();
        let ids: Vec<TaskId> = open.iter().map(|open| open.id.clone()).collect();
        let standings = self.crm.read_tasks(&ids).await;
        side_by_side(open.into_iter().zip(standings).map(|(open, standing)| self.seen(open, standing))).await?;
        Ok(())
    }

    /// The row, and the task that it is about. `None`: there is none to look at, now or any more.
    async fn open(&self, row: OutboxRow) -> Result<Option<Open>, PortError> {
        let Effect::WatchTask { conversation } = &row.effect else { return Ok(None) };
        let state = match self.round.state(conversation).await {
            // Another version wrote the conversation: its task is left to that one, and stops nobody else's.
            Err(error) if !error.is_transient() => {
                crate::telemetry::log_chain("watch.not_looked_at", &error);
                return Ok(None);
            }
            state => state?,
        };
        let state = state.filter(|state| state.value.unanswered_since_ms.is_some() || state.value.has_a_task());
        let Some((task, state)) = state.and_then(|state| Some((state.value.task.clone()?, state))) else {
            // If nobody has enqueued it anew since it was read: whoever does has named the task before.
            self.round.done(&row).await?;
            return Ok(None);
        };
        // One without its record is just being written, or the CRM does not take it.
        Ok(task.id.map(|id| Open { row, id, state }))
    }

    async fn seen(&self, Open { row, state, .. }: Open, standing: Each<TaskStanding>) -> Result<(), PortError> {
        match standing {
            Ok(TaskStanding::Done | TaskStanding::Gone) | Err(CrmFailure::Gone) => self.is_done(&row, state).await,
            Ok(TaskStanding::Open) => self.is_open(state).await,
            Err(_) => Ok(()),
        }
    }

    /// Something has come since it was last seen open, and whoever followed that could not see it: who completes it from now on has seen
    /// what came. Else nothing is written.
    async fn is_open(&self, mut state: Versioned<Conversation>) -> Result<(), PortError> {
        let Some(task) = &state.value.task else { return Ok(()) };
        // Whoever follows what came looks at it by themselves.
        if state.value.sync_queued || !state.value.is_new_since(task.seen_open_at_ms) {
            return Ok(());
        }
        if let Some(task) = &mut state.value.task {
            task.seen_open_at_ms = self.round.now_ms();
        }
        // On a conflict the next look sees it.
        self.round.commit_state(&mut state, vec![]).await?;
        Ok(())
    }

    /// What the person said before is answered, and the contact follows.
    async fn is_done(&self, row: &OutboxRow, mut state: Versioned<Conversation>) -> Result<(), PortError> {
        let seen_open_at_ms = state.value.task.take().map_or(0, |task| task.seen_open_at_ms);
        if !state.value.is_new_since(seen_open_at_ms) {
            state.value.waits_no_more();
        }
        let sync = state.value.enqueue_sync(self.round.now_ms());
        let writes = [write::done(row)].into_iter().chain(sync.iter().map(write::enqueue)).collect();
        // On a conflict somebody else has seen to the task, or it is looked at again.
        self.round.commit_state(&mut state, writes).await?;
        Ok(())
    }
}
