//! A contact that is linked to nobody any more loses what LINE told about the person.

use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::links::{AccountLinks, conversation_of};
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::PortError;

/// Empties contacts that nobody is linked to.
pub(super) struct ClearContactFields<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) links: AccountLinks<'a>,
}

impl ClearContactFields<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let verdict = self.clear(&row).await?;
            self.round.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// By our links as they are now: a contact that is linked (again) is written anew by whom it is linked to. Where that is somebody
    /// who was erased meanwhile, what stands there from before goes first.
    async fn clear(&self, row: &OutboxRow) -> Result<Verdict, PortError> {
        let Effect::ClearContactFields { contact, .. } = &row.effect else { return Ok(Verdict::Leave) };
        let linked = self.links.of_contact(contact).await?;
        let mut empties = linked.is_empty();
        for link in &linked {
            empties |= self.round.journal.erasure(&conversation_of(&link.value)).await?.is_marked();
        }
        if empties && let Err(failure) = self.links.empty(contact).await? {
            return Ok(Verdict::Failed(failure));
        }
        for link in linked {
            if !self.links.enqueue_sync(&link.value).await? {
                return Ok(Verdict::Leave);
            }
        }
        self.round.done(row).await?;
        Ok(Verdict::Leave)
    }
}
