//! The transactional outbox: what changes is committed together with what must therefore be done, or says itself what that is until it
//! is done; and the dispatcher is told.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::try_join_all;

use super::retry::retry_on_conflict;
use crate::domain::account::CrmAccountKey;
use crate::domain::job::WakeUp;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::table::{Commit, Write};
use crate::ports::{Clock, PortError, Queue};
use crate::store::Journal;
use crate::store::journal::write;

/// Where state and effects are committed.
#[derive(Clone)]
pub struct Outbox {
    /// Both.
    pub journal: Journal,
    /// Tells the dispatcher.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl Outbox {
    /// The same, and the dispatcher is not told: for whoever records many people and [tells](Self::wake) it once, at the end. Where
    /// that is lost, the schedule finds what is due within a minute.
    #[must_use]
    pub(super) fn quiet(self) -> Self {
        Self { wake_ups: Arc::new(Quiet), ..self }
    }

    /// Commits what changes and its effects in one transaction, and tells the dispatcher if there are any. `Conflict`: somebody
    /// changed one of the rows first, and nothing is written: to be decided anew ([`retry`](Self::retry)).
    ///
    /// # Errors
    /// As the journal's; a lost answer may hide that it is written, and that is found by whoever tries again.
    pub(super) async fn commit(
        &self,
        account: &CrmAccountKey,
        mut state: Vec<Write>,
        effects: &[OutboxRow],
    ) -> Result<Commit, PortError> {
        state.extend(effects.iter().map(write::enqueue));
        let commit = self.journal.commit(state).await?;
        if commit == Commit::Done && !effects.is_empty() {
            self.wake(account).await;
        }
        Ok(commit)
    }

    /// The same at half the price for each effect that goes in behind, by a write of its own, for whoever is called again until they
    /// come to an end: `is_behind` picks those that what is committed here tells of by itself. Whoever is called again and finds it
    /// committed [enqueues them again](Self::enqueue_again), since this may have stopped in between.
    ///
    /// # Errors
    /// As [`commit`](Self::commit); what is committed is committed.
    pub(super) async fn commit_first(
        &self,
        account: &CrmAccountKey,
        mut state: Vec<Write>,
        effects: &[OutboxRow],
        is_behind: fn(&Effect) -> bool,
    ) -> Result<Commit, PortError> {
        let (behind, with): (Vec<_>, Vec<_>) = effects.iter().partition(|row| is_behind(&row.effect));
        state.extend(with.into_iter().map(write::enqueue));
        if self.journal.commit(state).await? == Commit::Conflict {
            return Ok(Commit::Conflict);
        }
        // The first of them last: where it is there, all are.
        for row in behind.into_iter().rev() {
            let _ = self.journal.commit(vec![write::enqueue(row)]).await?;
        }
        if !effects.is_empty() {
            self.wake(account).await;
        }
        Ok(Commit::Done)
    }

    /// What a state says is queued is in the outbox, and the dispatcher is told. A row that is there already stays, or lies there
    /// twice: the one that is served second finds nothing to do.
    ///
    /// # Errors
    /// As the journal's.
    pub(super) async fn enqueue_again(&self, account: &CrmAccountKey, rows: &[OutboxRow]) -> Result<(), PortError> {
        try_join_all(rows.iter().map(|row| self.journal.commit(vec![write::enqueue(row)]))).await?;
        self.wake(account).await;
        Ok(())
    }

    /// Tells the dispatcher; a lost wake-up costs a minute, since the schedule finds what is due.
    pub(super) async fn wake(&self, account: &CrmAccountKey) {
        if let Err(error) = self.wake_ups.send(&WakeUp::of(account)).await {
            tracing::warn!(crm.account = %account, %error, "wake_up.lost");
        }
    }

    /// Decides anew, from what is read anew, until no conflict comes in between (`None`): see [`retry_on_conflict`].
    ///
    /// # Errors
    /// The attempt's; one that is worth another try where others wrote the same rows each time.
    pub(super) async fn retry<T, F>(
        &self,
        what: &'static str,
        attempt: impl Fn() -> F + Send + Sync,
    ) -> Result<T, PortError>
    where
        F: Future<Output = Result<Option<T>, PortError>> + Send,
    {
        retry_on_conflict(&*self.clock, what, attempt).await
    }
}

/// Tells nobody.
pub(super) struct Quiet;

#[async_trait]
impl Queue<WakeUp> for Quiet {
    async fn send(&self, _: &WakeUp) -> Result<(), PortError> {
        Ok(())
    }

    async fn send_later(&self, _: &WakeUp, _: u32) -> Result<(), PortError> {
        Ok(())
    }

    async fn dead_letter(&self, _: &WakeUp, _: &str) -> Result<(), PortError> {
        Ok(())
    }
}
