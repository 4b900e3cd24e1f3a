//! The owner's task, and when Musubi looks whether it is done.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::ids::TaskId;
use crate::domain::outbox::{Effect, OutboxRow};

/// From one look to the next, in minutes, while the task is young: looks after 1, 2, 5, 10, 20, 40 and 60 minutes, then every
/// hour. Whoever answers does it most often at once; and a task of weeks costs little. A new message makes the task young
/// again. HubSpot's webhooks do not tell of tasks (`crm/hubspot/webhook.rs` says why).
const YOUNG_MINUTES: [i64; 7] = [1, 1, 3, 5, 10, 20, 20];
/// From one look to the next, in minutes, later.
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
    /// When it was last seen open, in milliseconds.
    #[serde(default)]
    pub seen_open_at_ms: i64,
    /// When it is looked at next, in milliseconds. `None` in rows of before.
    #[serde(default)]
    pub look_at_ms: Option<i64>,
}

/// How long until the next look at an open task, after so many, in milliseconds.
pub fn poll_rest_ms(polls: u32) -> i64 {
    let young = usize::try_from(polls).ok().and_then(|polls| YOUNG_MINUTES.get(polls));
    young.unwrap_or(&OLD_MINUTES) * 60_000
}

impl Conversation {
    /// The first look at the task, to be enqueued before this state, which names it.
    pub fn poll_task(&mut self, now_ms: i64) -> OutboxRow {
        let poll = Effect::PollTask { conversation: self.key.clone() };
        let row = OutboxRow::new(&self.account, poll, now_ms, now_ms + poll_rest_ms(0));
        if let Some(task) = &mut self.task {
            task.look_at_ms = Some(row.due_at_ms);
        }
        row
    }

    /// The task is open, and the person has written since it was last seen so: looks begin anew. Returns the row that goes and
    /// the one that comes in its place, to be enqueued before this state; none where the next look is near.
    pub fn poll_task_anew(&mut self, now_ms: i64) -> Option<(OutboxRow, OutboxRow)> {
        let look_at_ms = self.task.as_ref().and_then(|task| task.look_at_ms);
        let look_at_ms = look_at_ms.filter(|look_at_ms| *look_at_ms > now_ms + poll_rest_ms(0))?;
        let poll = self.poll_task(now_ms);
        Some((OutboxRow { due_at_ms: look_at_ms, ..poll.clone() }, poll))
    }

    /// Whether the next look at the task is the one that is due at `due_at_ms`.
    pub fn names_look(&self, due_at_ms: i64) -> bool {
        self.task.as_ref().and_then(|task| task.look_at_ms) == Some(due_at_ms)
    }

    /// Whether the next look at the task is another one, and still to come: one whose state was not written, since somebody else's was,
    /// would go on for ever beside the one that is named.
    pub fn names_another_look(&self, due_at_ms: i64, now_ms: i64) -> bool {
        let named_ms = self.task.as_ref().and_then(|task| task.look_at_ms);
        named_ms.is_some_and(|named_ms| named_ms != due_at_ms && named_ms > now_ms)
    }

    /// Whether a message waits whose task was tried and is not there.
    pub fn misses_its_task(&self) -> bool {
        self.unanswered_since_ms.is_some() && self.task.as_ref().is_some_and(|task| task.id.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_looked_at_often_while_it_is_young_and_then_every_hour() {
        let mut minutes = 0;
        let looks = (0..10).map(|looks| {
            minutes += poll_rest_ms(looks) / 60_000;
            minutes
        });
        assert_eq!(looks.collect::<Vec<_>>(), [1, 2, 5, 10, 20, 40, 60, 120, 180, 240]);
        assert_eq!(poll_rest_ms(u32::MAX), 3_600_000);
    }
}
