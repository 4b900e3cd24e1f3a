//! Waiting workflows learn how their sends ended.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Payer, Verdict};
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::push::{Push, PushOutcome, PushState, Settlement};
use crate::domain::words;
use crate::ports::PortError;
use crate::ports::crm::{CompletionWrite, CrmFailure};
use crate::ports::journal::write;
use crate::ports::rows::Versioned;

/// A workflow that was told before is told again this often, in case it did not hear.
const REPEATS: u32 = 10;

impl Payer<'_> {
    pub(super) async fn completions(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        let mut told = Vec::new();
        let mut writes = Vec::new();
        for row in rows {
            let Owed::Completion { push } = &row.owed else { continue };
            match self.journal().push(*push).await? {
                Some(push) if self.now_ms() < push.value.expires_at_ms => match self.completion(&push.value) {
                    Some(completion) => {
                        writes.push(completion);
                        told.push((row, push));
                    }
                    None => self.paid(&row).await?,
                },
                _ => self.paid(&row).await?,
            }
        }
        let answers = self.crm.complete(&writes).await;
        for ((row, push), answer) in told.into_iter().zip(answers) {
            match answer {
                Ok(()) => self.told(&row, push).await?,
                Err(CrmFailure::Gone) if push.value.completed && row.tries >= REPEATS => self.paid(&row).await?,
                // The CRM may not know yet that it waits: our answer to it is still under way, or lost.
                Err(CrmFailure::Gone) => self.conclude(&row, Verdict::After(0)).await?,
                Err(failure) => self.conclude(&row, Verdict::After(self.wait_after(&row, &failure))).await?,
            }
        }
        Ok(())
    }

    async fn told(&self, row: &OwedRow, mut push: Versioned<Push>) -> Result<(), PortError> {
        let first = !push.value.completed;
        push.value.completed = true;
        let mut writes = vec![write::paid(row)];
        if first {
            writes.push(write::push(&push.value, push.rev, self.now_ms()));
        }
        // On a conflict the row stays: the workflow is told once more.
        let _ = self.journal().commit(writes).await?;
        Ok(())
    }

    fn completion(&self, push: &Push) -> Option<CompletionWrite> {
        let settlement = match &push.state {
            PushState::Settled(settlement) => settlement.clone(),
            PushState::Parked(_) => {
                Settlement { outcome: PushOutcome::Unknown, note: None, line_request_id: None, at_ms: self.now_ms() }
            }
            PushState::Sending(_) => return None,
        };
        let accepted = settlement.outcome == PushOutcome::Accepted;
        let sent_at = Timestamp::from_millisecond(settlement.at_ms).ok().filter(|_| accepted);
        let outputs = BTreeMap::from([
            ("outcome".to_owned(), settlement.outcome.as_str().to_owned()),
            ("reason".to_owned(), words::reason(&settlement, self.account.language)),
            ("line_request_id".to_owned(), settlement.line_request_id.unwrap_or_default()),
            ("sent_at".to_owned(), sent_at.map(|at| at.to_string()).unwrap_or_default()),
        ]);
        Some(CompletionWrite { callback: push.callback.clone()?, success: accepted, outputs })
    }
}
