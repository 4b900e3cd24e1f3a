//! A task that the CRM did not take is tried once more while the message waits for it. A look at an open task, of before they were watched,
//! becomes one that is watched.

use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::round::Round;
use crate::flow::side_by_side::side_by_side;
use crate::ports::PortError;
use crate::store::journal::write;

/// Looks whether a message still waits for its task.
pub(super) struct RetryTask<'a> {
    pub(super) round: &'a Round<'a>,
}

impl RetryTask<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        side_by_side(rows.into_iter().map(|row| self.look(row))).await?;
        Ok(())
    }

    async fn look(&self, row: OutboxRow) -> Result<(), PortError> {
        let Effect::RetryTask { conversation } = &row.effect else { return Ok(()) };
        let Some(mut state) = self.round.state(conversation).await? else { return self.round.done(&row).await };
        let (value, now_ms) = (&mut state.value, self.round.now_ms());
        if value.misses_its_task() {
            let sync = value.enqueue_sync(now_ms);
            let writes = [write::done(&row)].into_iter().chain(sync.iter().map(write::enqueue)).collect();
            self.round.commit_state(&mut state, writes).await?;
            return Ok(());
        }
        if value.has_a_task() {
            let _ = self.round.journal.commit(vec![write::enqueue(&value.watch_task(row.since_ms))]).await?;
        }
        self.round.done(&row).await
    }
}
