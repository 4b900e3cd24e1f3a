//! One account's round: the account, the time that is left, and what may become of a row.
//!
//! A row is done, tried again later, or dead-lettered for good (see `give_up`). Whoever changes a conversation with it commits
//! both at once.

use std::sync::atomic::{AtomicBool, Ordering};

use tracing::warn;

use super::REFUSED_TRIES;
use super::parts::Parts;
use crate::domain::account::CrmAccount;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::job::WakeUp;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::timeline::{self, NoteFormat, Style};
use crate::ports::crm::CrmFailure;
use crate::ports::table::{Commit, RowKey, Versioned, Write};
use crate::ports::{Clock, PortError, Queue};
use crate::store::Journal;
use crate::store::journal::write;

/// A call of LINE's may take so long, beyond the ten seconds that are kept in reserve.
const LINE_NEEDS_MS: i64 = 10_000;

/// One account's dispatch under way.
pub(super) struct Round<'a> {
    pub(super) account: CrmAccount,
    pub(super) journal: &'a Journal,
    pub(super) clock: &'a dyn Clock,
    pub(super) wake_ups: &'a dyn Queue<WakeUp>,
    pub(super) until_ms: i64,
    /// Something was enqueued that is due by now.
    pub(super) enqueued: AtomicBool,
    /// Pieces of work that have no rows of their own.
    pub(super) parts: Parts,
}

/// What is to be done with a row after a try.
pub(super) enum Verdict {
    /// Done, or somebody changed what it is about: the row, if it is still there, is looked at again.
    Leave,
    /// Again after this long, in milliseconds.
    After(i64),
    /// The CRM did not do it.
    Failed(CrmFailure),
}

impl Round<'_> {
    pub(super) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Whether a call of LINE's still fits in: it has its own patience, which is longer than the time that is kept in reserve.
    pub(super) fn has_time_for_line(&self) -> bool {
        self.now_ms().saturating_add(LINE_NEEDS_MS) <= self.until_ms
    }

    /// The time is up: what was begun is written down, and nothing more is begun.
    pub(super) fn is_late(&self) -> bool {
        self.now_ms() >= self.until_ms
    }

    pub(super) async fn state(&self, key: &ConversationKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.journal.conversation(key).await
    }

    /// Commits writes that end with a conversation's new state. `false`: somebody changed it first.
    pub(super) async fn commit_state(
        &self,
        state: &mut Versioned<Conversation>,
        mut writes: Vec<Write>,
    ) -> Result<bool, PortError> {
        writes.push(write::conversation(&state.value, state.version));
        if self.commit(writes).await? == Commit::Conflict {
            return Ok(false);
        }
        state.version += 1;
        Ok(true)
    }

    /// The same in one transaction, what leaves the outbox included: for rows that are due in days. One that was left would lie there until then,
    /// and name somebody who may have been erased.
    pub(super) async fn commit_all_at_once(
        &self,
        state: &Versioned<Conversation>,
        mut writes: Vec<Write>,
    ) -> Result<(), PortError> {
        writes.push(write::conversation(&state.value, state.version));
        let _ = self.journal.commit(writes).await?;
        Ok(())
    }

    /// All or none of what changes, with what is enqueued; then the rows that are done leave the outbox, each by a write of its own: in
    /// the transaction they would cost twice. One that is left finds nothing to do, or does again what can be done twice.
    pub(super) async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        let enqueued: Vec<RowKey> =
            writes.iter().filter(|write| is_put(write)).map(|write| write.key().clone()).collect();
        let now_ms = self.now_ms();
        let follows = writes.iter().any(|write| is_put(write) && write::is_due(write, now_ms));
        self.enqueued.fetch_or(follows, Ordering::Relaxed);
        let is_done = |write: &Write| write::is_of_outbox(write) && !is_put(write);
        let (done, changes): (Vec<_>, Vec<_>) = writes.into_iter().partition(is_done);
        if !changes.is_empty() && self.journal.commit(changes).await? == Commit::Conflict {
            return Ok(Commit::Conflict);
        }
        // Of one name and due time there is one row: it stays.
        for row in done.into_iter().filter(|row| !enqueued.contains(row.key())) {
            if self.parts.end(row.key()) {
                continue;
            }
            // Enqueued anew since it was read: that one stays, too.
            let _ = self.journal.commit(vec![row]).await?;
        }
        Ok(Commit::Done)
    }

    /// Something more is to be done, from now on.
    pub(super) async fn enqueue_now(&self, effect: Effect) -> Result<(), PortError> {
        let now_ms = self.now_ms();
        let row = OutboxRow::new(&self.account.key, effect, now_ms, now_ms);
        let _ = self.commit(vec![write::enqueue(&row)]).await?;
        Ok(())
    }

    /// The row is done; nothing else changes.
    pub(super) async fn done(&self, row: &OutboxRow) -> Result<(), PortError> {
        let _ = self.commit(vec![write::done(row)]).await?;
        Ok(())
    }

    /// The row is tried again later. Entries remember when they are due, so that a new link can hurry them. Where our own time
    /// is up, nobody refused anything: the row stays due.
    pub(super) async fn postpone(&self, row: &OutboxRow, wait_ms: i64) -> Result<(), PortError> {
        if self.is_late() {
            return Ok(());
        }
        let again = row.again(self.now_ms() + wait_ms.max(row.backoff_ms()));
        let mut writes = vec![write::done(row), write::enqueue(&again)];
        if let Effect::WriteEntry { conversation } = &row.effect
            && let Some(mut state) = self.state(conversation).await?
            && let Some(open) = &mut state.value.open
        {
            open.due_at_ms = again.due_at_ms;
            writes.push(write::conversation(&state.value, state.version));
        }
        // On a conflict the row stays due: nothing is lost.
        let _ = self.commit(writes).await?;
        Ok(())
    }

    pub(super) async fn conclude(&self, row: &OutboxRow, verdict: Verdict) -> Result<(), PortError> {
        match verdict {
            Verdict::Leave => Ok(()),
            Verdict::After(wait_ms) => self.postpone(row, wait_ms).await,
            Verdict::Failed(failure) => self.failed(row, &failure).await,
        }
    }

    /// The CRM did not do it. What passes is tried again. What it refuses for good is dead-lettered, in words, after a few
    /// tries, so that a slip of the CRM's costs nothing; words are never given up here, see `effects::write_entry`.
    pub(super) async fn failed(&self, row: &OutboxRow, failure: &CrmFailure) -> Result<(), PortError> {
        let has_words = matches!(row.effect, Effect::WriteEntry { .. });
        if matches!(failure, CrmFailure::Refused { .. }) && row.tries >= REFUSED_TRIES && !has_words {
            return self.refused(row, &failure.why()).await;
        }
        let wait_ms = self.wait_after(row, failure);
        self.postpone(&OutboxRow { why: Some(failure.why()), ..row.clone() }, wait_ms).await
    }

    /// How long to wait after a failure, logged once where somebody must act.
    pub(super) fn wait_after(&self, row: &OutboxRow, failure: &CrmFailure) -> i64 {
        match failure {
            CrmFailure::Later { wait_ms } => i64::try_from(*wait_ms).unwrap_or(900_000).min(900_000),
            CrmFailure::Unknown => 0,
            CrmFailure::Gone
            | CrmFailure::Refused { .. }
            | CrmFailure::NotReady { .. }
            | CrmFailure::Taken
            | CrmFailure::Disconnected => {
                warn!(crm.account = %self.account.key, effect = row.effect.name(), %failure, "effect.refused");
                900_000
            }
        }
    }

    pub(super) fn style(&self, format: NoteFormat, channel_name: &str, person_name: Option<&str>) -> Style {
        Style {
            format,
            language: self.account.language,
            time_zone: timeline::time_zone(&self.account.time_zone),
            channel_name: channel_name.to_owned(),
            person_name: person_name.map(str::to_owned),
        }
    }
}

fn is_put(write: &Write) -> bool {
    matches!(write, Write::Put { .. })
}
