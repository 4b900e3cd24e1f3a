//! Walks through what is due, and serves what each step finds.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use super::files::FileQueue;
use super::round::Round;
use super::turns::turns;
use super::watch::WatchTasks;
use super::{Dispatch, DispatchReport, GIVE_UP_AFTER_MS, effects};
use crate::domain::job::WakeUp;
use crate::domain::outbox::{OutboxRow, Priority};
use crate::ports::{Crm, PortError};
use crate::store::journal::{Due, Unread, Walk};

/// How many rows a step looks at, about.
const STEP: usize = 4_000;
/// A row that stays due after so many tries of one call has a reason to: the next call takes it up.
const TRIES: u8 = 2;
/// So many failures of the stores end a call: they are down, and nobody's row is to blame.
const MAX_FAILURES: usize = 2;
/// So many rows, found by one look, are no crowd.
const LITTLE: usize = 20;
/// How far apart the clocks of two environments may be.
const SKEW_MS: i64 = 250;
/// While files are saved, what is new is looked for so often, in milliseconds.
const FILE_REST_MS: u64 = 1_000;
/// And so many such rests are as long as a call without files.
const RESTS_A_CALL: u64 = 10;
/// So many rows that cannot be read are kept in mind.
const MAX_UNREAD: usize = 100;

/// What a call has tried, and what came of it.
#[derive(Default)]
struct Tried {
    rows: HashMap<(String, i64), u8>,
    failures: Vec<PortError>,
    report: DispatchReport,
}

impl Tried {
    fn may(&self, row: &OutboxRow) -> bool {
        self.rows.get(&(row.effect.name(), row.due_at_ms)).is_none_or(|tries| *tries < TRIES)
    }

    fn count(&mut self, rows: &[OutboxRow]) {
        for row in rows {
            *self.rows.entry((row.effect.name(), row.due_at_ms)).or_default() += 1;
        }
        self.report.rows += rows.len();
    }
}

/// Serves one account's outbox.
pub(super) struct Walker<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) ports: &'a Dispatch,
    /// What takes long is served beside the rest.
    pub(super) files: FileQueue,
    /// Open tasks, which are looked at before a walk.
    pub(super) tasks: WatchTasks<'a>,
}

impl Walker<'_> {
    /// Everything that is due, until nothing is or the time is up; and the last look is made when the slot of time is over in
    /// which this call began.
    ///
    /// Wake-ups of one slot are one: one that was sent while we were already looking may have been dropped, because ours had
    /// its slot. What it was sent for was recorded before, by the sender's clock within a slot that is no later than the one
    /// in which we began. So a look after the end of that slot finds it. (Clocks may differ by [`SKEW_MS`]; what is missed
    /// beyond that waits for the schedule.)
    ///
    /// One failure of a store ends a batch, not the call: what comes behind may be another store's, or another row's.
    pub(super) async fn everything_due(self) -> Result<DispatchReport, PortError> {
        let mut tried = Tried::default();
        let slot_over_ms = WakeUp::end_of_slot_ms(self.round.now_ms()) + SKEW_MS;
        let looks_again = slot_over_ms < self.round.until_ms;
        if looks_again && self.round.now_ms() < slot_over_ms {
            self.look_until_little(&mut tried).await?;
            self.round.clock.sleep_ms(u64::try_from(slot_over_ms - self.round.now_ms()).unwrap_or(0)).await;
        }
        self.look_until_nothing(&mut tried).await?;
        // Nobody else works for the account until we end: whatever comes meanwhile is ours.
        for rests in 1_u64.. {
            if !self.files.is_busy() || self.round.is_late() {
                break;
            }
            self.round.clock.sleep_ms(FILE_REST_MS).await;
            if rests.is_multiple_of(RESTS_A_CALL) {
                // What stayed due for a reason is looked at as often as if a call had ended.
                tried.rows.clear();
            }
            self.look_until_nothing(&mut tried).await?;
        }
        // Behind the last file: what waited for it.
        if self.files.had_any() {
            self.look_until_nothing(&mut tried).await?;
        }
        match tried.failures.pop() {
            Some(failure) => Err(failure),
            None => Ok(tried.report),
        }
    }

    /// Until a look has found nothing to do.
    async fn look_until_nothing(&self, tried: &mut Tried) -> Result<(), PortError> {
        while !self.round.is_late() && self.walk(tried).await? {}
        Ok(())
    }

    /// Until one has found so little, and so little has come of it, that the rest can wait for a moment: an account in which one person
    /// writes now and then is not asked once more for nothing.
    async fn look_until_little(&self, tried: &mut Tried) -> Result<(), PortError> {
        loop {
            let before = tried.report.rows;
            let worked = !self.round.is_late() && self.walk(tried).await?;
            let follows = self.round.enqueued.swap(false, Ordering::Relaxed);
            if !worked || !(follows || tried.report.rows - before > LITTLE) {
                return Ok(());
            }
        }
    }

    /// Walks once through everything that is due. `false`: there was nothing to do.
    async fn walk(&self, tried: &mut Tried) -> Result<bool, PortError> {
        if let Err(error) = self.tasks.look().await {
            crate::telemetry::log_chain("tasks.not_looked_at", &error);
        }
        let mut walk = Walk::through(&self.round.account.key, self.round.now_ms());
        let (mut unread, mut worked) = (Vec::new(), false);
        while !walk.is_over() && !self.round.is_late() {
            let due = self.round.journal.next_due(&mut walk, STEP).await?;
            self.note_age(&due, tried);
            unread.extend(due.unread.into_iter().take(MAX_UNREAD - unread.len()));
            let rows = due.rows.into_iter().filter(|row| tried.may(row)).collect();
            worked |= self.serve(rows, tried).await?;
        }
        self.see_to(&unread).await;
        Ok(worked)
    }

    /// That nobody can be told of rows that cannot be read must not hold up the others.
    async fn see_to(&self, unread: &[Unread]) {
        if let Err(error) = self.round.see_to_unread(unread).await {
            crate::telemetry::log_chain("unreadable.not_told", &error);
        }
    }

    fn note_age(&self, due: &Due, tried: &mut Tried) {
        let since = due.rows.iter().map(|row| row.since_ms).chain(due.unread.iter().map(|row| row.since_ms));
        if let Some(oldest) = since.min() {
            tried.report.oldest_ms = tried.report.oldest_ms.max(self.round.now_ms() - oldest);
        }
    }

    async fn serve(&self, rows: Vec<OutboxRow>, tried: &mut Tried) -> Result<bool, PortError> {
        let now_ms = self.round.now_ms();
        let (old, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| now_ms - row.since_ms > GIVE_UP_AFTER_MS);
        let mut worked = !old.is_empty();
        for row in old {
            if self.round.is_late() {
                return Ok(worked);
            }
            tried.count(std::slice::from_ref(&row));
            self.let_old_go(row).await;
        }
        let (files, rows): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.effect.priority() == Priority::SaveFile);
        files.into_iter().for_each(|row| self.files.put(row));
        for (kind, rows) in turns(rows) {
            if self.round.is_late() {
                break;
            }
            worked = true;
            tried.count(&rows);
            if let Err(failure) = self.each_or_all(kind, rows).await {
                crate::telemetry::log_chain("effect.failed", &failure);
                if tried.failures.len() + 1 >= MAX_FAILURES {
                    return Err(failure);
                }
                tried.failures.push(failure);
            }
        }
        Ok(worked)
    }

    /// One that cannot even be given up must not hold up the others.
    async fn let_old_go(&self, row: OutboxRow) {
        let given_up = match self.round.give_up(row.clone()).await {
            Err(error) if !error.is_transient() => self.round.begin_anew(&row, &error).await,
            end => end,
        };
        if let Err(error) = given_up {
            crate::telemetry::log_chain("effect.not_given_up", &error);
        }
    }

    /// Serves rows together. Where one of them cannot be served at all, it is searched for by halves and set back, and the
    /// others are served.
    async fn each_or_all(&self, kind: Priority, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut parts = vec![rows];
        while let Some(rows) = parts.pop() {
            if self.round.is_late() {
                return Ok(());
            }
            match effects::handle(kind, rows.clone(), self.round, self.crm, self.ports).await {
                Ok(()) => {}
                Err(failure) if failure.is_transient() => return Err(failure),
                Err(failure) if rows.len() == 1 => self.round.set_back(&rows[0], &failure).await?,
                // What was done before the failure is not begun again.
                Err(_) => {
                    let mut rows = self.round.journal.still_in_outbox(rows).await?;
                    let second = rows.split_off(rows.len() / 2);
                    parts.extend([second, rows].into_iter().filter(|part| !part.is_empty()));
                }
            }
        }
        Ok(())
    }
}
