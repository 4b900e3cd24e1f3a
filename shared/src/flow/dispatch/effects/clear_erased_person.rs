//! Once a person is erased, no contact goes on naming them by what was written before.

use crate::domain::conversation::ConversationKey;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::UNKNOWN_REST_MS;
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::PortError;

/// Empties contacts that still name somebody who was erased.
pub(super) struct ClearErasedPerson<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) links: AccountLinks<'a>,
}

impl ClearErasedPerson<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let Effect::ClearErasedPerson { conversation } = &row.effect else { continue };
            let verdict = self.clear_erased(&row, conversation).await?;
            self.round.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// A dispatcher that was at it when the person was erased may have stopped with a contact made and no link, or with a link and
    /// nothing else. A request of its that nobody waits for any more may still be on its way: so there is a second look.
    async fn clear_erased(&self, row: &OutboxRow, key: &ConversationKey) -> Result<Verdict, PortError> {
        let Some(user) = key.source.user() else { return Ok(Verdict::Leave) };
        self.links.remove_if_erased(&key.channel, user).await?;
        if let Err(failure) = self.links.empty_if(user, |_| true).await? {
            return Ok(Verdict::Failed(failure));
        }
        if self.round.now_ms() < row.since_ms + UNKNOWN_REST_MS {
            return Ok(Verdict::After(row.since_ms + UNKNOWN_REST_MS - self.round.now_ms()));
        }
        self.round.done(row).await?;
        Ok(Verdict::Leave)
    }
}
