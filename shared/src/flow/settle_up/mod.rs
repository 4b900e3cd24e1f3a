//! The one payer: what is owed to a CRM account is done.
//!
//! One pass takes what is due, kind by kind, in batches; passes follow until nothing is due or the
//! time is up. Whatever a pass does can stop anywhere: the next one finds the row still owed and
//! the state telling what may have been tried.

mod amendments;
mod claims;
mod clears;
mod completions;
mod entries;
mod fields;
mod give_up;
mod gone;
mod looks;
mod oblivion;
mod outcomes;
mod people;
mod presets;
mod redrive;
mod task_checks;
mod tasks;

use std::collections::HashSet;
use std::sync::Arc;

use tracing::{info, warn};

use super::erase::Erase;
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::job::WakeUp;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::timeline::Style;
use crate::ports::crm::CrmFailure;
use crate::ports::journal::write;
use crate::ports::rows::{Commit, Versioned, Write};
use crate::ports::{Channels, Clock, Crm, Crms, Journal, Links, Messenger, PortError, Queue};

/// How many rows a pass takes.
const PASS: usize = 400;
/// How many items go to the CRM together.
const BATCH: usize = 100;
/// Work owed for longer is given up, in words, before the words it refers to expire.
const GIVE_UP_AFTER_MS: i64 = 29 * 86_400_000;
/// What the CRM refuses for good is put aside after this many tries.
const REFUSED_TRIES: u32 = 3;
/// An unknown outcome is looked into after this long, where the CRM takes no key of ours.
const UNKNOWN_REST_MS: i64 = 5 * 60_000;

/// Pays what is owed.
pub struct SettleUp {
    /// Accounts and Official Accounts.
    pub channels: Channels,
    /// Who is who.
    pub links: Links,
    /// What is owed.
    pub journal: Journal,
    /// The CRM.
    pub crms: Arc<dyn Crms>,
    /// For names and pictures.
    pub messenger: Arc<dyn Messenger>,
    /// Where work that was given up is put aside.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

/// What a call did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paid {
    /// Rows that were due.
    pub rows: usize,
    /// The age of the oldest row that was due, in milliseconds.
    pub oldest_ms: i64,
}

/// One account's payment under way.
struct Payer<'a> {
    up: &'a SettleUp,
    account: CrmAccount,
    crm: Arc<dyn Crm>,
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

impl SettleUp {
    /// Pays what is due to an account until `until_ms`. Twice, even at once, pays once what the CRM
    /// tells apart by key, and never loses a row.
    ///
    /// # Errors
    /// As the ports'; what was not paid stays owed.
    pub async fn settle_up(&self, key: &CrmAccountKey, until_ms: i64) -> Result<Paid, PortError> {
        let mut paid = Paid::default();
        let Some(account) = self.channels.account(key).await? else {
            warn!(crm.account = %key, "account.unknown");
            return Ok(paid);
        };
        let Some(crm) = self.crms.connect(&account.value).await? else {
            warn!(crm.account = %key, "account.disconnected");
            return Ok(paid);
        };
        let payer = Payer { up: self, account: account.value, crm };
        let mut seen = HashSet::new();
        while self.clock.now_ms() < until_ms {
            let now_ms = self.clock.now_ms();
            let due = self.journal.due(key, now_ms, PASS).await?;
            for row in &due {
                paid.oldest_ms = paid.oldest_ms.max(now_ms - row.value.since_ms);
            }
            // A row that stays after two tries has a reason to: the next call takes it up.
            let due: Vec<_> =
                due.into_iter().map(|row| row.value).filter(|row| first_or_second(&mut seen, row)).collect();
            if due.is_empty() {
                break;
            }
            paid.rows += due.len();
            payer.pass(due, until_ms).await?;
        }
        info!(crm.account = %key, rows = paid.rows, oldest_ms = paid.oldest_ms, "account.settled_up");
        Ok(paid)
    }

    /// Erases people with the payer's own ports.
    pub fn erase(&self) -> Erase {
        Erase {
            journal: self.journal.clone(),
            links: self.links.clone(),
            wake_ups: Arc::clone(&self.wake_ups),
            clock: Arc::clone(&self.clock),
        }
    }
}

fn first_or_second(seen: &mut HashSet<(String, i64, u8)>, row: &OwedRow) -> bool {
    let name = row.owed.name();
    seen.insert((name.clone(), row.due_at_ms, 1)) || seen.insert((name, row.due_at_ms, 2))
}

/// Splits a pass by kind.
#[derive(Default)]
struct Pass {
    people: Vec<OwedRow>,
    entries: Vec<OwedRow>,
    amendments: Vec<OwedRow>,
    checks: Vec<OwedRow>,
    outcomes: Vec<OwedRow>,
    looks: Vec<OwedRow>,
    clears: Vec<OwedRow>,
    oblivions: Vec<OwedRow>,
    completions: Vec<OwedRow>,
}

impl Payer<'_> {
    async fn pass(&self, due: Vec<OwedRow>, until_ms: i64) -> Result<(), PortError> {
        let now_ms = self.now_ms();
        let mut pass = Pass::default();
        for row in due {
            if now_ms - row.since_ms > GIVE_UP_AFTER_MS {
                // One that cannot even be given up must not hold up the others.
                if let Err(error) = self.give_up(row).await {
                    crate::telemetry::log_chain("owed.not_given_up", &error);
                }
                continue;
            }
            match &row.owed {
                Owed::Person { .. } => pass.people.push(row),
                Owed::Entry { .. } => pass.entries.push(row),
                Owed::Amendment { .. } => pass.amendments.push(row),
                Owed::TaskCheck { .. } => pass.checks.push(row),
                Owed::Outcome { .. } => pass.outcomes.push(row),
                Owed::Look { .. } => pass.looks.push(row),
                Owed::Clear { .. } => pass.clears.push(row),
                Owed::Oblivion { .. } => pass.oblivions.push(row),
                Owed::Completion { .. } => pass.completions.push(row),
            }
        }
        // Whoever waits most comes first: a workflow, then the owner, then the timeline.
        self.in_batches(pass.completions, until_ms, Self::completions).await?;
        self.in_batches(pass.people, until_ms, Self::people).await?;
        self.in_batches(pass.clears, until_ms, Self::clears).await?;
        // After what we write ourselves: a contact that is to be filled or emptied is no news.
        self.in_batches(pass.looks, until_ms, Self::looks).await?;
        self.in_batches(pass.outcomes, until_ms, Self::outcomes).await?;
        self.in_batches(pass.checks, until_ms, Self::task_checks).await?;
        self.in_batches(pass.entries, until_ms, Self::entries).await?;
        self.in_batches(pass.amendments, until_ms, Self::amendments).await?;
        self.in_batches(pass.oblivions, until_ms, Self::oblivions).await
    }

    async fn in_batches<'s, F, R>(&'s self, rows: Vec<OwedRow>, until_ms: i64, pay: F) -> Result<(), PortError>
    where
        F: Fn(&'s Self, Vec<OwedRow>) -> R,
        R: Future<Output = Result<(), PortError>>,
    {
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() && self.now_ms() < until_ms {
            pay(self, rows.by_ref().take(BATCH).collect()).await?;
        }
        Ok(())
    }

    fn now_ms(&self) -> i64 {
        self.up.clock.now_ms()
    }

    fn journal(&self) -> &Journal {
        &self.up.journal
    }

    async fn head(&self, key: &ConversationKey) -> Result<Option<Versioned<Conversation>>, PortError> {
        self.journal().conversation(key).await
    }

    /// The row is done; nothing else changes.
    async fn paid(&self, row: &OwedRow) -> Result<(), PortError> {
        let _ = self.journal().commit(vec![write::paid(row)]).await?;
        Ok(())
    }

    /// The row is tried again later. Entries remember when they are due, so that a new link can hurry them.
    async fn postpone(&self, row: &OwedRow, wait_ms: i64) -> Result<(), PortError> {
        let again = row.again(self.now_ms() + wait_ms.max(row.backoff_ms()));
        let mut writes = vec![write::paid(row), write::owe(&again)];
        if let Owed::Entry { conversation } = &row.owed
            && let Some(mut head) = self.head(conversation).await?
            && let Some(open) = &mut head.value.open
        {
            open.due_at_ms = again.due_at_ms;
            writes.push(write::conversation(&head.value, head.rev));
        }
        // On a conflict the row stays due: nothing is lost.
        let _ = self.journal().commit(writes).await?;
        Ok(())
    }

    async fn conclude(&self, row: &OwedRow, verdict: Verdict) -> Result<(), PortError> {
        match verdict {
            Verdict::Leave => Ok(()),
            Verdict::After(wait_ms) => self.postpone(row, wait_ms).await,
            Verdict::Failed(failure) => self.failed(row, &failure).await,
        }
    }

    /// The CRM did not do it. What passes is tried again. What it refuses for good is put aside, in words, after a few tries,
    /// so that a slip of the CRM's costs nothing; words are never given up here, see [`entries`].
    async fn failed(&self, row: &OwedRow, failure: &CrmFailure) -> Result<(), PortError> {
        let has_words = matches!(row.owed, Owed::Entry { .. });
        if matches!(failure, CrmFailure::Refused { .. }) && row.tries >= REFUSED_TRIES && !has_words {
            return self.refused(row, &failure.why()).await;
        }
        let wait_ms = self.wait_after(row, failure);
        self.postpone(&OwedRow { why: Some(failure.why()), ..row.clone() }, wait_ms).await
    }

    /// Commits writes that end with a conversation's new state. `false`: somebody changed it first.
    async fn commit_head(&self, head: &mut Versioned<Conversation>, mut writes: Vec<Write>) -> Result<bool, PortError> {
        writes.push(write::conversation(&head.value, head.rev));
        if self.journal().commit(writes).await? == Commit::Conflict {
            return Ok(false);
        }
        head.rev += 1;
        Ok(true)
    }

    /// How long to wait after a failure, logged once where somebody must act.
    fn wait_after(&self, row: &OwedRow, failure: &CrmFailure) -> i64 {
        match failure {
            CrmFailure::Later { wait_ms } => i64::try_from(*wait_ms).unwrap_or(900_000).min(900_000),
            CrmFailure::Unknown => 0,
            CrmFailure::Gone
            | CrmFailure::Refused { .. }
            | CrmFailure::NotReady { .. }
            | CrmFailure::Taken
            | CrmFailure::Disconnected => {
                warn!(crm.account = %self.account.key, owed = row.owed.name(), %failure, "owed.refused");
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
