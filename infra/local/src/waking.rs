//! What the schedule does on AWS each minute, done here as soon as it makes a difference: an account is woken when something of
//! its outbox falls due, or an open task is to be looked at. A pause of two seconds that somebody asked for is then two seconds, not up to a minute more.

use std::sync::Arc;
use std::time::Duration;

use musubi::domain::account::CrmAccountKey;
use musubi::domain::conversation::is_looked_at;
use musubi::domain::job::WakeUp;
use musubi::ports::{Clock, Queue};
use musubi::store::Journal;
use musubi::store::journal::Walk;

/// So often the outbox is looked at, in milliseconds of real time.
const LOOK_EVERY_MS: u64 = 400;
/// What is due still, after it was woken for, is woken for again after so long, in milliseconds: it may not be ours to finish now.
const AGAIN_AFTER_MS: i64 = 3_000;
/// Rows that are looked at.
const ROWS: usize = 64;

/// Wakes the account whenever something falls due, for ever; not while `is_woken` says that a wake-up is on its way already.
/// Faults are left to the schedule, which comes too.
pub async fn wake_when_due(
    journal: Journal,
    wake_ups: Arc<dyn Queue<WakeUp>>,
    is_woken: impl Fn() -> bool + Send,
    account: CrmAccountKey,
    clock: Arc<dyn Clock>,
) {
    let (mut woken_for_ms, mut woken_at_ms) = (i64::MIN, i64::MIN);
    let mut looked_ms = clock.now_ms();
    loop {
        tokio::time::sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        if is_woken() {
            continue;
        }
        let now_ms = clock.now_ms();
        let Ok(watched) = journal.next_due(&mut Walk::through_watched(&account), ROWS).await else { continue };
        let is_looked_at = watched.rows.iter().any(|row| is_looked_at(row.since_ms, looked_ms, now_ms));
        if !is_looked_at || wake_ups.send(&WakeUp::of(&account)).await.is_ok() {
            looked_ms = now_ms;
        }
        let Ok(due) = journal.due(&account, now_ms, ROWS).await else { continue };
        let Some(newest_ms) = due.iter().map(|row| row.due_at_ms).max() else { continue };
        let is_new = newest_ms > woken_for_ms;
        if (is_new || now_ms.saturating_sub(woken_at_ms) >= AGAIN_AFTER_MS)
            && wake_ups.send(&WakeUp::of(&account)).await.is_ok()
        {
            (woken_for_ms, woken_at_ms) = (newest_ms, now_ms);
        }
    }
}
