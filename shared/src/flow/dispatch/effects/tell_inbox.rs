//! Whoever wrote a message in the CRM's inbox sees there how it ended.

use crate::domain::language::Language;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushOutcome, PushState};
use crate::domain::words::crm_inbox::not_sent;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::crm::{CrmFailure, InboxOutcome};
use crate::ports::{Crm, PortError};

/// Tells the inbox.
pub(super) struct TellInbox<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl TellInbox<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            if self.round.is_late() {
                break;
            }
            let Effect::TellInbox { push } = &row.effect else { continue };
            let push = self.round.journal.push(*push).await?;
            let Some(outcome) = push.and_then(|push| outcome(&push.value, self.round.account.language)) else {
                self.round.done(&row).await?;
                continue;
            };
            let verdict = match self.crm.tell_inbox(&outcome).await {
                // Somebody deleted the message: nobody looks at it any more.
                Ok(()) | Err(CrmFailure::Gone) => {
                    self.round.done(&row).await?;
                    Verdict::Leave
                }
                Err(failure) => Verdict::Failed(failure),
            };
            self.round.conclude(&row, verdict).await?;
        }
        Ok(())
    }
}

/// `None`: it has not ended, or was not written in an inbox.
fn outcome(push: &Push, language: Language) -> Option<InboxOutcome> {
    let (outcome, note) = match &push.state {
        PushState::Settled(settlement) => (settlement.outcome, settlement.note),
        PushState::Parked(_) => (PushOutcome::Unknown, None),
        PushState::Sending(_) => return None,
    };
    let not_sent = (outcome != PushOutcome::Accepted).then(|| not_sent(outcome, note, language));
    Some(InboxOutcome { message: push.inbox.clone()?, not_sent })
}
