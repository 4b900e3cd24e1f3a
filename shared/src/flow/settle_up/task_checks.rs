//! An open task is looked at now and then: once it is done, the person's message is answered.

use super::Payer;
use crate::domain::owed::{Owed, OwedRow};
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, TaskStanding};
use crate::ports::journal::write;

/// The longest time between two looks.
const LONGEST_MS: i64 = 60 * 60_000;
/// The time after the first look.
const FIRST_MS: i64 = 5 * 60_000;

impl Payer<'_> {
    pub(super) async fn task_checks(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        let mut open = Vec::new();
        let mut ids = Vec::new();
        for row in rows {
            let Owed::TaskCheck { conversation } = &row.owed else { continue };
            let head = self.head(conversation).await?;
            match head.and_then(|head| Some((head.value.task.clone()?.id?, head))) {
                Some((id, head)) => {
                    ids.push(id);
                    open.push((row, head));
                }
                None => self.paid(&row).await?,
            }
        }
        let standings = self.crm.read_tasks(&ids).await;
        for ((row, mut head), standing) in open.into_iter().zip(standings) {
            let now_ms = self.now_ms();
            let again = row.again(now_ms + (FIRST_MS << row.tries.min(4)).min(LONGEST_MS));
            // A look is not a failure: it is owed from now on, and never given up while the task is open.
            let again = OwedRow { since_ms: now_ms, ..again };
            let mut writes = vec![write::paid(&row)];
            match standing {
                Ok(TaskStanding::Open) => {
                    if let Some(task) = &mut head.value.task {
                        task.seen_open_at_ms = now_ms;
                    }
                    writes.push(write::owe(&again));
                }
                Ok(TaskStanding::Done | TaskStanding::Gone) | Err(CrmFailure::Gone) => {
                    let seen_open_at_ms = head.value.task.take().map_or(0, |task| task.seen_open_at_ms);
                    let newer =
                        head.value.last_inbound.as_ref().is_some_and(|last| last.arrived_at_ms > seen_open_at_ms);
                    if !newer {
                        head.value.unanswered_since_ms = None;
                    }
                    writes.extend(head.value.owe_person(now_ms).iter().map(write::owe));
                }
                Err(_) => writes.push(write::owe(&again)),
            }
            self.commit_head(&mut head, writes).await?;
        }
        Ok(())
    }
}
