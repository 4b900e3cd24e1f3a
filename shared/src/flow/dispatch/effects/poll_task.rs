//! An open task is looked at now and then: once it is done, the person's message is answered.

use crate::domain::conversation::{Conversation, poll_rest_ms};
use crate::domain::ids::TaskId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::round::Round;
use crate::flow::side_by_side::side_by_side;
use crate::ports::crm::{CrmFailure, Each, TaskStanding};
use crate::ports::table::Versioned;
use crate::ports::{Crm, PortError};
use crate::store::journal::write;

/// A task that was open when it was last seen.
struct Open {
    row: OutboxRow,
    id: TaskId,
    state: Versioned<Conversation>,
}

/// Looks whether tasks are done.
pub(super) struct PollTask<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl PollTask<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let open = side_by_side(rows.into_iter().map(|row| self.open(row))).await?;
        let open: Vec<Open> = open.into_iter().flatten().collect();
        let ids: Vec<TaskId> = open.iter().map(|open| open.id.clone()).collect();
        let standings = self.crm.read_tasks(&ids).await;
        side_by_side(open.into_iter().zip(standings).map(|(open, standing)| self.seen(open, standing))).await?;
        Ok(())
    }

    /// The row, and the task that it is about. `None`: there is none to look at.
    async fn open(&self, row: OutboxRow) -> Result<Option<Open>, PortError> {
        let Effect::PollTask { conversation } = &row.effect else { return Ok(None) };
        let state = self.round.state(conversation).await?;
        if let Some(state) = state.as_ref().filter(|state| state.value.misses_its_task()) {
            self.follow(&row, state.clone()).await?;
            return Ok(None);
        }
        let state = state.filter(|state| !state.value.names_another_look(row.due_at_ms, self.round.now_ms()));
        let Some((id, state)) = state.and_then(|state| Some((state.value.task.clone()?.id?, state))) else {
            self.round.done(&row).await?;
            return Ok(None);
        };
        Ok(Some(Open { row, id, state }))
    }

    async fn seen(&self, Open { row, state, .. }: Open, standing: Each<TaskStanding>) -> Result<(), PortError> {
        match standing {
            Ok(TaskStanding::Open) => self.look_again(&row, state, true).await,
            Ok(TaskStanding::Done | TaskStanding::Gone) | Err(CrmFailure::Gone) => self.is_done(&row, state).await,
            Err(_) => self.look_again(&row, state, false).await,
        }
    }

    /// A look is not a failure: the next one waits from now on, and is never given up while the task is open.
    async fn look_again(
        &self,
        row: &OutboxRow,
        mut state: Versioned<Conversation>,
        is_open: bool,
    ) -> Result<(), PortError> {
        let now_ms = self.round.now_ms();
        let again = OutboxRow { since_ms: now_ms, ..row.again(now_ms + poll_rest_ms(row.tries + 1)) };
        if let Some(task) = &mut state.value.task {
            task.look_at_ms = Some(again.due_at_ms);
            task.seen_open_at_ms = if is_open { now_ms } else { task.seen_open_at_ms };
        }
        self.round.commit_state_and_look(&mut state, &again, vec![write::done(row)]).await?;
        Ok(())
    }

    /// What the person said before is answered, and the contact follows.
    async fn is_done(&self, row: &OutboxRow, mut state: Versioned<Conversation>) -> Result<(), PortError> {
        let seen_open_at_ms = state.value.task.take().map_or(0, |task| task.seen_open_at_ms);
        if !state.value.is_new_since(seen_open_at_ms) {
            state.value.waits_no_more();
        }
        self.follow(row, state).await
    }

    /// The contact follows, and with it a task that the CRM did not take when the message came.
    async fn follow(&self, row: &OutboxRow, mut state: Versioned<Conversation>) -> Result<(), PortError> {
        let mut writes = vec![write::done(row)];
        writes.extend(state.value.enqueue_sync(self.round.now_ms()).iter().map(write::enqueue));
        self.round.commit_state(&mut state, writes).await?;
        Ok(())
    }
}
