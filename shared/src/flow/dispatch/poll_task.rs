//! An open task is looked at now and then: once it is done, the person's message is answered.

use super::Dispatcher;
use crate::domain::conversation::Conversation;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, TaskStanding};
use crate::ports::journal::write;
use crate::ports::table::{Versioned, Write};

/// From one look to the next, in minutes, while the task is young: looks after 1, 2, 5, 10, 20, 40 and 60 minutes, then every
/// hour. Whoever answers does it most often at once; and a task of weeks costs little. A new message makes the task young
/// again. HubSpot's webhooks do not tell of tasks (`crm/hubspot/webhook.rs` says why).
const YOUNG_MINUTES: [i64; 7] = [1, 1, 3, 5, 10, 20, 20];
/// From one look to the next, in minutes, later.
const OLD_MINUTES: i64 = 60;

/// How long until the next look, after so many.
fn rest_ms(looks: u32) -> i64 {
    let young = usize::try_from(looks).ok().and_then(|looks| YOUNG_MINUTES.get(looks));
    young.unwrap_or(&OLD_MINUTES) * 60_000
}

/// The first look at a task, of a conversation that will be written with it.
pub(super) fn first_look(state: &mut Conversation, now_ms: i64) -> OutboxRow {
    let look = Effect::PollTask { conversation: state.key.clone() };
    let row = OutboxRow::new(&state.account, look, now_ms, now_ms + rest_ms(0));
    if let Some(task) = &mut state.task {
        task.look_at_ms = Some(row.due_at_ms);
    }
    row
}

/// The task is open, and the person has written since it was last seen so: looks begin anew.
pub(super) fn young_again(state: &mut Conversation, now_ms: i64) -> Vec<Write> {
    let look_at_ms = state.task.as_ref().and_then(|task| task.look_at_ms);
    let Some(look_at_ms) = look_at_ms.filter(|look_at_ms| *look_at_ms > now_ms + rest_ms(0)) else { return Vec::new() };
    let look = first_look(state, now_ms);
    vec![write::done(&OutboxRow { due_at_ms: look_at_ms, ..look.clone() }), write::enqueue(&look)]
}

impl Dispatcher<'_> {
    pub(super) async fn poll_tasks(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut open = Vec::new();
        let mut ids = Vec::new();
        for row in rows {
            let Effect::PollTask { conversation } = &row.effect else { continue };
            let state = self.state(conversation).await?;
            if let Some(state) = state.as_ref().filter(|state| is_missing(&state.value)) {
                self.poll_again(&row, state.clone()).await?;
                continue;
            }
            match state.and_then(|state| Some((state.value.task.clone()?.id?, state))) {
                Some((id, state)) => {
                    ids.push(id);
                    open.push((row, state));
                }
                None => self.done(&row).await?,
            }
        }
        let positions = self.crm.read_tasks(&ids).await;
        for ((row, mut state), position) in open.into_iter().zip(positions) {
            let now_ms = self.now_ms();
            let again = row.again(now_ms + rest_ms(row.tries + 1));
            // A look is not a failure: it waits from now on, and never given up while the task is open.
            let again = OutboxRow { since_ms: now_ms, ..again };
            let mut writes = vec![write::done(&row)];
            if let Some(task) = &mut state.value.task {
                task.look_at_ms = Some(again.due_at_ms);
            }
            match position {
                Ok(TaskStanding::Open) => {
                    if let Some(task) = &mut state.value.task {
                        task.seen_open_at_ms = now_ms;
                    }
                    writes.push(write::enqueue(&again));
                }
                Ok(TaskStanding::Done | TaskStanding::Gone) | Err(CrmFailure::Gone) => {
                    let seen_open_at_ms = state.value.task.take().map_or(0, |task| task.seen_open_at_ms);
                    let newer =
                        state.value.last_inbound.as_ref().is_some_and(|last| last.arrived_at_ms > seen_open_at_ms);
                    if !newer {
                        state.value.unanswered_since_ms = None;
                    }
                    writes.extend(state.value.enqueue_sync(now_ms).iter().map(write::enqueue));
                }
                Err(_) => writes.push(write::enqueue(&again)),
            }
            self.commit_state(&mut state, writes).await?;
        }
        Ok(())
    }

    /// The CRM did not take the task when the message came: the contact follows once more, and the task with it.
    async fn poll_again(&self, row: &OutboxRow, mut state: Versioned<Conversation>) -> Result<(), PortError> {
        let mut writes = vec![write::done(row)];
        writes.extend(state.value.enqueue_sync(self.now_ms()).iter().map(write::enqueue));
        self.commit_state(&mut state, writes).await?;
        Ok(())
    }
}

/// Whether a message waits whose task was tried and is not there.
fn is_missing(state: &Conversation) -> bool {
    state.unanswered_since_ms.is_some() && state.task.as_ref().is_some_and(|task| task.id.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_looked_at_often_while_it_is_young_and_then_every_hour() {
        let mut minutes = 0;
        let looks = (0..10).map(|looks| {
            minutes += rest_ms(looks) / 60_000;
            minutes
        });
        assert_eq!(looks.collect::<Vec<_>>(), [1, 2, 5, 10, 20, 40, 60, 120, 180, 240]);
        assert_eq!(rest_ms(u32::MAX), 3_600_000);
    }
}
