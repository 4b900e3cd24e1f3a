//! The one dispatcher: what is in the outbox to a CRM account is done.
//!
//! It walks through everything that is due, step by step, and serves each step in turns: see `turns`. Walks follow until one
//! finds nothing to do or the time is up. Whatever it does can stop anywhere: the next walk finds the row still in the outbox and the
//! state telling what may have been tried.

mod answers;
mod claims;
mod clear_contact_fields;
mod clear_erased_person;
mod complete_workflow;
mod conflicts;
mod expire_parked_push;
mod fewer;
mod fields;
mod give_up;
mod gone;
mod less;
mod noted;
mod poll_task;
mod presets;
mod reconcile_contact;
mod redact_message;
mod redrive;
mod seal;
mod sync_contact;
mod tasks;
mod turns;
mod unreadable;
mod walk;
mod write_entry;
mod write_last_outcome;
mod write_not_sent_note;

use std::sync::Arc;

use tracing::{info, warn};

use super::erase::Erase;
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::job::WakeUp;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::timeline::Style;
use crate::ports::crm::CrmFailure;
use crate::ports::journal::write;
use crate::ports::table::{Commit, Versioned, Write};
use crate::ports::{Channels, Clock, Crm, Crms, Journal, Links, Messenger, PortError, Queue};

/// Work that waits for longer is given up, in words, before the words it refers to expire.
const GIVE_UP_AFTER_MS: i64 = 29 * 86_400_000;
/// What the CRM refuses for good is dead-lettered after this many tries.
const REFUSED_TRIES: u32 = 3;
/// An unknown outcome is looked into after this long, where the CRM takes no key of ours.
const UNKNOWN_REST_MS: i64 = 5 * 60_000;

/// A call of LINE's may take so long, beyond the ten seconds that are kept in reserve.
const LINE_NEEDS_MS: i64 = 10_000;

/// Does what is in the outbox.
pub struct Dispatch {
    /// Accounts and Official Accounts.
    pub channels: Channels,
    /// Who is who.
    pub links: Links,
    /// The outbox.
    pub journal: Journal,
    /// The CRM.
    pub crms: Arc<dyn Crms>,
    /// For names and pictures.
    pub messenger: Arc<dyn Messenger>,
    /// Where work that was given up is dead-lettered.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

/// What a call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DispatchReport {
    /// Rows that were due.
    pub rows: usize,
    /// The age of the oldest row that was due, in milliseconds.
    pub oldest_ms: i64,
}

/// One account's dispatch under way.
struct Dispatcher<'a> {
    up: &'a Dispatch,
    account: CrmAccount,
    crm: Arc<dyn Crm>,
    until_ms: i64,
}

/// What is to be done with a row after a try.
enum Verdict {
    /// Done, or somebody changed what it is about: the row, if it is still there, is looked at again.
    Leave,
    /// Again after this long, in milliseconds.
    After(i64),
    /// The CRM did not do it.
    Failed(CrmFailure),
}

impl Dispatch {
    /// Does what is due for an account until `until_ms`. Twice, even at once, does once what the CRM
    /// tells apart by key, and never loses a row.
    ///
    /// # Errors
    /// As the ports'; what was not done stays in the outbox.
    pub async fn dispatch(&self, key: &CrmAccountKey, until_ms: i64) -> Result<DispatchReport, PortError> {
        let Some(account) = self.channels.account(key).await? else {
            warn!(crm.account = %key, "account.unknown");
            return Ok(DispatchReport::default());
        };
        let Some(crm) = self.crms.connect(&account.value, until_ms).await? else {
            warn!(crm.account = %key, "account.disconnected");
            return Ok(DispatchReport::default());
        };
        let dispatcher = Dispatcher { up: self, account: account.value, crm, until_ms };
        let report = dispatcher.everything_due().await?;
        info!(crm.account = %key, rows = report.rows, oldest_ms = report.oldest_ms, "account.dispatched");
        Ok(report)
    }

    /// Erases people with the dispatcher's own ports.
    pub fn erase(&self) -> Erase {
        Erase {
            journal: self.journal.clone(),
            links: self.links.clone(),
            wake_ups: Arc::clone(&self.wake_ups),
            clock: Arc::clone(&self.clock),
        }
    }
}

impl Dispatcher<'_> {
    fn now_ms(&self) -> i64 {
        self.up.clock.now_ms()
    }

    /// Whether a call of LINE's still fits in: it has its own patience, which is longer than the time that is kept in reserve.
    fn has_time_for_line(&self) -> bool {
        self.now_ms().saturating_add(LINE_NEEDS_MS) <= self.until_ms
    }

    /// The time is up: what was begun is written down, and nothing more is begun.
    fn is_late(&self) -> bool {
        self.now_ms() >= self.until_ms
    }

    fn journal(&self) -> &Journal {
        &self.up.journal
    }

    async fn state(&self, key: &ConversationKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.journal().conversation(key).await
    }

    /// The row is done; nothing else changes.
    async fn done(&self, row: &OutboxRow) -> Result<(), PortError> {
        let _ = self.journal().commit(vec![write::done(row)]).await?;
        Ok(())
    }

    /// The row is tried again later. Entries remember when they are due, so that a new link can hurry them. Where our own time
    /// is up, nobody refused anything: the row stays due.
    async fn postpone(&self, row: &OutboxRow, wait_ms: i64) -> Result<(), PortError> {
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
        let _ = self.journal().commit(writes).await?;
        Ok(())
    }

    async fn conclude(&self, row: &OutboxRow, verdict: Verdict) -> Result<(), PortError> {
        match verdict {
            Verdict::Leave => Ok(()),
            Verdict::After(wait_ms) => self.postpone(row, wait_ms).await,
            Verdict::Failed(failure) => self.failed(row, &failure).await,
        }
    }

    /// The CRM did not do it. What passes is tried again. What it refuses for good is dead-lettered, in words, after a few tries,
    /// so that a slip of the CRM's costs nothing; words are never given up here, see [`entries`].
    async fn failed(&self, row: &OutboxRow, failure: &CrmFailure) -> Result<(), PortError> {
        let has_words = matches!(row.effect, Effect::WriteEntry { .. });
        if matches!(failure, CrmFailure::Refused { .. }) && row.tries >= REFUSED_TRIES && !has_words {
            return self.refused(row, &failure.why()).await;
        }
        let wait_ms = self.wait_after(row, failure);
        self.postpone(&OutboxRow { why: Some(failure.why()), ..row.clone() }, wait_ms).await
    }

    /// Commits writes that end with a conversation's new state. `false`: somebody changed it first.
    async fn commit_state(
        &self,
        state: &mut Versioned<Conversation>,
        mut writes: Vec<Write>,
    ) -> Result<bool, PortError> {
        writes.push(write::conversation(&state.value, state.version));
        if self.journal().commit(writes).await? == Commit::Conflict {
            return Ok(false);
        }
        state.version += 1;
        Ok(true)
    }

    /// How long to wait after a failure, logged once where somebody must act.
    fn wait_after(&self, row: &OutboxRow, failure: &CrmFailure) -> i64 {
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

    fn style(&self, channel_name: &str, person_name: Option<&str>) -> Style {
        Style {
            language: self.account.language,
            time_zone: crate::domain::timeline::time_zone(&self.account.time_zone),
            channel_name: channel_name.to_owned(),
            person_name: person_name.map(str::to_owned),
        }
    }
}
