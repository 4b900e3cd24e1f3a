//! An operator decides about a send that cannot be known.

use super::settle::{Ending, Settle};
use crate::domain::push::{PushId, PushOutcome, PushState, Settlement, SettlementNote};
use crate::ports::PortError;

/// What the operator found out, by looking at the talk in LINE Official Account Manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The person has it.
    Shown,
    /// The person does not have it; it is not sent again by itself.
    NotShown,
}

/// Records decisions.
pub struct Decide {
    /// Ends the send.
    pub settle: Settle,
}

impl Decide {
    /// Settles a parked send. `false`: it is not parked (any more); nothing changes.
    ///
    /// # Errors
    /// As the journal's.
    pub async fn decide(&self, id: PushId, verdict: Verdict) -> Result<bool, PortError> {
        let Some(push) = self.settle.outbox.journal.push(id).await? else { return Ok(false) };
        if !matches!(push.value.state, PushState::Parked(_)) {
            return Ok(false);
        }
        let outcome = match verdict {
            Verdict::Shown => PushOutcome::Accepted,
            Verdict::NotShown => PushOutcome::Failed,
        };
        let at_ms = self.settle.outbox.clock.now_ms();
        let settlement = Settlement { outcome, note: Some(SettlementNote::Decided), line_request_id: None, at_ms };
        self.settle.settle(id, &Ending::Decided(settlement)).await
    }
}
