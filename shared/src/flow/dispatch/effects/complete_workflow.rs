//! Waiting workflows learn how their sends ended.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushOutcome, PushState, Settlement, SettlementNote};
use crate::domain::words;
use crate::flow::dispatch::noted::Refusals;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::flow::side_by_side::side_by_side;
use crate::ports::crm::{CompletionWrite, CrmFailure, Each};
use crate::ports::table::Versioned;
use crate::ports::{Crm, PortError};

/// A workflow that has heard is told again this often when the CRM repeats its request.
const REPEATS: u32 = 2;
/// A workflow that the CRM does not know for so many tries, which is some three hours, does not wait. Should it wait after
/// all, the CRM repeats its request, and the outcome is enqueued anew.
const TELLS: u32 = 20;
/// Of one turn so many are told alone.
const ALONE: usize = 20;

/// Tells waiting workflows.
pub(super) struct CompleteWorkflow<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl CompleteWorkflow<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut first = Vec::new();
        let mut again = Vec::new();
        let mut refusals = Refusals::default();
        let mut over = Vec::new();
        for (row, push) in side_by_side(rows.into_iter().map(|row| self.load(row))).await?.into_iter().flatten() {
            refusals.observe(&push.value);
            match self.completion(&push.value) {
                Some(completion) if self.round.now_ms() < push.value.expires_at_ms => {
                    let is_alone = row.is_suspect() || push.value.completed;
                    let turn = if is_alone { &mut again } else { &mut first };
                    turn.push((row, push, completion));
                }
                _ => over.push((row, push)),
            }
        }
        let end = async |(row, push)| self.round.completion_ends(&row, push).await;
        side_by_side(over.into_iter().map(end)).await?;
        self.round.note_refusals(refusals).await;
        self.complete(first).await?;
        // One the CRM does not know makes it refuse all that travel with it: these go one by one. The others stay due.
        for one in again.into_iter().take(ALONE) {
            if self.round.is_late() {
                break;
            }
            self.complete(vec![one]).await?;
        }
        Ok(())
    }

    /// The row, and the send that it is about; a row that is about none is done.
    async fn load(&self, row: OutboxRow) -> Result<Option<(OutboxRow, Versioned<Push>)>, PortError> {
        let Effect::CompleteWorkflow { push } = &row.effect else { return Ok(None) };
        let Some(push) = self.round.journal.push(*push).await? else {
            self.round.done(&row).await?;
            return Ok(None);
        };
        // It ended before, and whoever ended it stopped before the row of both left.
        if self.round.parts.has(&row) && !push.value.completion_queued {
            self.round.done(&row).await?;
            return Ok(None);
        }
        Ok(Some((row, push)))
    }

    async fn complete(&self, told: Vec<(OutboxRow, Versioned<Push>, CompletionWrite)>) -> Result<(), PortError> {
        let writes: Vec<CompletionWrite> = told.iter().map(|(_, _, completion)| completion.clone()).collect();
        let answers = self.crm.complete(&writes).await;
        let heard = told.into_iter().zip(answers).map(|((row, push, _), answer)| self.heard(row, push, answer));
        side_by_side(heard).await?;
        Ok(())
    }

    async fn heard(&self, row: OutboxRow, mut push: Versioned<Push>, answer: Each<()>) -> Result<(), PortError> {
        match answer {
            Ok(()) => {
                push.value.completed = true;
                self.round.completion_ends(&row, push).await
            }
            Err(CrmFailure::Gone) if push.value.completed && row.tries + 1 >= REPEATS => {
                self.round.completion_ends(&row, push).await
            }
            Err(CrmFailure::Gone) if row.tries + 1 >= TELLS => {
                tracing::warn!(push.id = %push.value.id, tries = row.tries, "completion.unknown");
                crate::telemetry::count("CompletionUnknown", 1);
                self.round.completion_ends(&row, push).await
            }
            // The CRM may not know yet that it waits: our answer to it is still under way, or lost. From now on it is told alone.
            Err(CrmFailure::Gone) => self.round.conclude(&OutboxRow { why: None, ..row }, Verdict::After(0)).await,
            Err(failure) => self.round.failed(&row, &failure).await,
        }
    }

    fn completion(&self, push: &Push) -> Option<CompletionWrite> {
        let settlement = match &push.state {
            PushState::Settled(settlement) => settlement.clone(),
            PushState::Parked(_) => Settlement {
                outcome: PushOutcome::Unknown,
                note: None,
                line_request_id: None,
                at_ms: self.round.now_ms(),
            },
            PushState::Sending(sending) if sending.is_held() => Settlement {
                outcome: PushOutcome::Queued,
                note: Some(if sending.hours_at_ms().is_some() {
                    SettlementNote::HeldForHours
                } else {
                    SettlementNote::Held
                }),
                line_request_id: None,
                at_ms: sending.first_attempt_at_ms,
            },
            PushState::Sending(_) => return None,
        };
        let is_held = matches!(settlement.note, Some(SettlementNote::Held | SettlementNote::HeldForHours));
        let accepted = settlement.outcome == PushOutcome::Accepted;
        let sent_at = Timestamp::from_millisecond(settlement.at_ms).ok().filter(|_| accepted);
        let mut outputs = BTreeMap::from([
            ("outcome".to_owned(), settlement.outcome.as_str().to_owned()),
            ("reason".to_owned(), words::reason(&settlement, self.round.account.language)),
            ("line_request_id".to_owned(), settlement.line_request_id.unwrap_or_default()),
        ]);
        outputs.extend(sent_at.map(|at| ("sent_at".to_owned(), at.to_string())));
        Some(CompletionWrite { callback: push.callback.clone()?, success: accepted || is_held, outputs })
    }
}
