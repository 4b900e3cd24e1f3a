//! A parked send that nobody decides about ends as unknown: its words go, the memory of it stays.

use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::round::Round;
use crate::flow::settle::{Ending, Settle};
use crate::ports::PortError;

/// Ends parked sends that nobody decided about.
pub(super) struct ExpireParkedPush<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) settle: Settle,
}

impl ExpireParkedPush<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let Effect::ExpireParkedPush { push } = &row.effect else { continue };
            if self.settle.settle(*push, &Ending::Undecided { at_ms: self.round.now_ms() }).await? {
                tracing::warn!(push.id = %push, "push.undecided");
            }
            self.round.done(&row).await?;
        }
        Ok(())
    }
}
