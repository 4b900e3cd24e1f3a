//! Each minute every account is woken, its held sends whose time has come are queued, and the oldest effect is looked for.
//!
//! One account's trouble touches no other's: each is woken and looked at by itself, and what was found is told in any case.

use futures::StreamExt;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::job::WakeUp;
use musubi::ports::{PortError, Queue};
use musubi::store::journal::Walk;

use crate::Ports;

/// How many accounts are woken, or looked at, at the same time.
const AT_ONCE: usize = 8;
/// How many rows are looked at together, about.
const STEP: usize = 4_000;
/// What waits longer than a failed try would waits by design (for a pause, for a link): it is not late.
const LONGEST_RETRY_MS: i64 = 900_000;

/// What a round of the schedule found.
#[derive(Debug, Default)]
pub struct Round {
    /// The age of the oldest effect of all accounts, in milliseconds; 0 where the outbox is empty. `None`: nobody knows, no
    /// account could be looked at.
    pub oldest_ms: Option<i64>,
    /// How many rows another version wrote: accounts, and work in the outbox that is due.
    pub unreadable: usize,
    /// What went wrong with accounts; all others were seen to.
    pub failures: Vec<PortError>,
}

impl Round {
    /// Tells the alarms what is known, whatever went wrong; then what went wrong.
    ///
    /// # Errors
    /// The first failure.
    pub fn tell(self) -> Result<(), PortError> {
        if let Some(oldest_ms) = self.oldest_ms {
            musubi::telemetry::seconds("OldestEffectSeconds", u64::try_from(oldest_ms / 1000).unwrap_or(0));
        }
        musubi::telemetry::count("UnreadableRows", self.unreadable as u64);
        for failure in &self.failures {
            musubi::telemetry::log_chain("schedule.failed", failure);
        }
        self.failures.into_iter().next().map_or(Ok(()), Err)
    }
}

/// Wakes every account, queues held sends, then looks for the oldest effect until `until_ms` at the latest. Twice wakes and queues twice,
/// which is harmless.
pub async fn round(ports: &Ports, until_ms: i64) -> Round {
    let mut round = Round::default();
    let accounts = match ports.dispatch.accounts.all().await {
        Ok(accounts) => accounts,
        Err(failure) => {
            round.failures.push(failure);
            return round;
        }
    };
    round.unreadable = accounts.unreadable;
    round.oldest_ms = accounts.is_empty().then_some(0);
    let keys: Vec<CrmAccountKey> = accounts.into_iter().map(|account| account.key).collect();
    let woken = futures::stream::iter(keys.clone())
        .map(|account| async move { ports.wake_ups.send(&WakeUp::of(&account)).await })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    round.failures.extend(woken.into_iter().filter_map(Result::err));
    let released = futures::stream::iter(keys.clone())
        .map(|account| async move { ports.release.release(&account, until_ms).await })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    round.failures.extend(released.into_iter().filter_map(Result::err));
    let looked_at = futures::stream::iter(keys)
        .map(|account| async move { look_at(ports, &account, until_ms).await })
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<_>>()
        .await;
    for one in looked_at {
        round.oldest_ms = round.oldest_ms.max(one.oldest_ms);
        round.unreadable += one.unreadable;
        round.failures.extend(one.failures);
    }
    round
}

/// Walks through everything in an account's outbox that is due, however much that is: the oldest may lie behind a flood.
/// Where a list cannot be read to its end, or the time is up before that, what was found until then counts, and that is a failure:
/// what is older may lie behind it.
async fn look_at(ports: &Ports, account: &CrmAccountKey, until_ms: i64) -> Round {
    let mut round = Round::default();
    let clock = &ports.dispatch.outbox.clock;
    let now_ms = clock.now_ms();
    let mut walk = Walk::through(account, now_ms + LONGEST_RETRY_MS);
    while !walk.is_over() {
        if clock.now_ms() >= until_ms {
            round
                .failures
                .push(PortError::transient("schedule", "the time was up before all that is due was looked at"));
            break;
        }
        let due = match ports.dispatch.outbox.journal.next_due(&mut walk, STEP).await {
            Ok(due) => due,
            Err(failure) => {
                round.failures.push(failure);
                break;
            }
        };
        round.unreadable += due.unread.len();
        let since = due.rows.iter().map(|row| row.since_ms).chain(due.unread.iter().map(|row| row.since_ms));
        round.oldest_ms = since.map(|since_ms| now_ms - since_ms).chain(round.oldest_ms.or(Some(0))).max();
    }
    round
}
