//! Once a person is erased, no contact goes on naming them by what was written before.

use crate::domain::conversation::ConversationKey;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::UNKNOWN_REST_MS;
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::PortError;
use crate::ports::crm::CrmFailure;

/// Empties contacts that still name somebody who was erased.
pub(super) struct ClearErasedPerson<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) links: AccountLinks<'a>,
    /// The CRM may not have the fields any more.
    pub(super) may_be_gone: bool,
}

impl ClearErasedPerson<'_> {
    /// Returns the rows whose person no contact names in this provider's fields.
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<Vec<OutboxRow>, PortError> {
        let mut cleared = Vec::new();
        for row in rows {
            let Effect::ClearErasedPerson { conversation } = &row.effect else { continue };
            match self.clear_erased(conversation).await? {
                Ok(()) => cleared.push(row),
                Err(CrmFailure::NotReady { .. } | CrmFailure::Refused { .. }) if self.may_be_gone => cleared.push(row),
                Err(failure) => self.round.conclude(&row, Verdict::Failed(failure)).await?,
            }
        }
        Ok(cleared)
    }

    /// A dispatcher that was at it when the person was erased may have stopped with a contact made and no link, or with a link and
    /// nothing else. A request of its that nobody waits for any more may still be on its way: so there is a second look.
    async fn clear_erased(&self, key: &ConversationKey) -> Result<Result<(), CrmFailure>, PortError> {
        let Some(user) = key.source.user() else { return Ok(Ok(())) };
        self.links.remove_if_erased(&key.channel, user).await?;
        self.links.empty_if(user, |_| true).await
    }
}

/// After the second look, it is done.
pub(super) async fn look_again_or_end(round: &Round<'_>, row: &OutboxRow) -> Result<(), PortError> {
    let wait_ms = row.since_ms + UNKNOWN_REST_MS - round.now_ms();
    if wait_ms > 0 { round.conclude(row, Verdict::After(wait_ms)).await } else { round.done(row).await }
}
