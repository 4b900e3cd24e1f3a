//! A parked send that nobody decides about ends as unknown: its words go, the memory of it stays.

use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{PushOutcome, PushState, Settlement};
use crate::flow::dispatch::round::Round;
use crate::ports::PortError;
use crate::ports::journal::write;

/// Ends parked sends that nobody decided about.
pub(super) struct ExpireParkedPush<'a> {
    pub(super) round: &'a Round<'a>,
}

impl ExpireParkedPush<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let Effect::ExpireParkedPush { push } = &row.effect else { continue };
            let now_ms = self.round.now_ms();
            let mut writes = vec![write::done(&row)];
            if let Some(mut push) = self.round.journal.push(*push).await?
                && matches!(push.value.state, PushState::Parked(_))
            {
                let outcome = PushOutcome::Unknown;
                push.value.state =
                    PushState::Settled(Settlement { outcome, note: None, line_request_id: None, at_ms: now_ms });
                writes.extend([write::decided(&push.value), write::push(&push.value, push.version, now_ms)]);
                tracing::warn!(push.id = %push.value.id, "push.undecided");
            }
            // On a conflict somebody is deciding: the row stays due.
            let _ = self.round.journal.commit(writes).await?;
        }
        Ok(())
    }
}
