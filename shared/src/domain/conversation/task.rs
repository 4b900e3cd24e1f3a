//! The owner's task, and when Musubi looks whether it is done.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::ids::TaskId;
use crate::domain::outbox::OutboxRow;

/// So long after the newest message a task is looked at, in minutes, while it is young; then every hour. Whoever answers does it most
/// often at once. A new message makes the task young again. HubSpot's webhooks do not tell of tasks (`crm/hubspot/webhook.rs` says why).
const YOUNG_MINUTES: [i64; 6] = [1, 2, 5, 10, 20, 40];
/// From one look to the next later on, in minutes.
const OLD_MINUTES: i64 = 60;

/// The owner's task. One is open per person and channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnersTask {
    /// Counts the person's tasks; part of its key in the CRM.
    pub number: u32,
    /// Its record, once known.
    pub id: Option<TaskId>,
    /// When writing it was last tried; set before the try, in milliseconds.
    pub tried_at_ms: i64,
    /// When it was last seen open behind something that came, in milliseconds.
    #[serde(default)]
    pub seen_open_at_ms: i64,
}

/// Whether a task that is watched since then is to be looked at, behind the one moment and until the other, all in milliseconds.
pub fn is_looked_at(since_ms: i64, behind_ms: i64, until_ms: i64) -> bool {
    next_look_ms(since_ms, behind_ms) <= until_ms
}

/// When a task that is watched since then is looked at next, behind this moment, both in milliseconds.
pub fn next_look_ms(since_ms: i64, behind_ms: i64) -> i64 {
    let minutes = behind_ms.saturating_sub(since_ms).div_euclid(60_000);
    let young = YOUNG_MINUTES.into_iter().find(|minute| *minute > minutes);
    since_ms + 60_000 * young.unwrap_or((minutes / OLD_MINUTES + 1) * OLD_MINUTES)
}

impl Conversation {
    /// Its task is looked at now and then, as one that is young.
    pub fn watch_task(&self, now_ms: i64) -> OutboxRow {
        OutboxRow::watch(&self.account, &self.key, now_ms)
    }

    /// Whether the CRM has taken a task that may be open.
    pub fn has_a_task(&self) -> bool {
        self.task.as_ref().is_some_and(|task| task.id.is_some())
    }

    /// Whether a message waits whose task was tried and is not there.
    pub fn misses_its_task(&self) -> bool {
        self.unanswered_since_ms.is_some() && self.task.is_some() && !self.has_a_task()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE_MS: i64 = 60_000;

    #[test]
    fn a_task_is_looked_at_often_while_it_is_young_and_then_every_hour() {
        let since_ms = 1_234_567;
        let looks = (1..=240).filter(|minute| {
            let at_ms = since_ms + minute * MINUTE_MS;
            is_looked_at(since_ms, at_ms - MINUTE_MS, at_ms)
        });
        assert_eq!(looks.collect::<Vec<_>>(), [1, 2, 5, 10, 20, 40, 60, 120, 180, 240]);
        assert!(!is_looked_at(since_ms, 0, since_ms + MINUTE_MS - 1), "it was opened just now");
    }

    proptest! {
        #[test]
        fn no_moment_to_look_is_missed_and_none_comes_twice_however_the_time_is_cut(
            cuts in proptest::collection::vec(1_i64..40 * MINUTE_MS, 1..60),
        ) {
            let ends = cuts.iter().scan(0, |at_ms, cut| {
                *at_ms += cut;
                Some(*at_ms)
            });
            let ends: Vec<i64> = ends.collect();
            let begins = std::iter::once(0).chain(ends.iter().copied());
            for (behind_ms, until_ms) in begins.zip(ends.iter().copied()) {
                let any = [1, 2, 5, 10, 20, 40].into_iter().chain((1..).map(|hour| hour * 60));
                let any = any.take_while(|minute| *minute * MINUTE_MS <= until_ms).any(|minute| minute * MINUTE_MS > behind_ms);
                prop_assert_eq!(is_looked_at(0, behind_ms, until_ms), any, "{} {}", behind_ms, until_ms);
                prop_assert_eq!(next_look_ms(0, behind_ms) <= until_ms, any, "{} {}", behind_ms, until_ms);
            }
        }
    }
}
