//! A contact was deleted for ever under privacy law: its people are erased here, too.

use std::collections::BTreeSet;

use crate::domain::ids::{ChannelId, ContactId};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::flow::dispatch::round::{Round, Verdict};
use crate::flow::erase::{Erase, Who};
use crate::ports::crm::CrmFailure;
use crate::ports::{Crm, PortError};

/// A contact that is still there is looked at again after this long, in milliseconds.
const STILL_THERE_MS: i64 = 60_000;
/// A contact that is still there is looked at so often; after that it is no deletion, and looked at as any that has changed.
const TRIES: u32 = 8;
/// So many people are erased for one contact and Official Account at a time: more than were ever linked to one.
const MAX_LINKED: usize = 20;
/// A row that another version wrote is looked at again after this long: perhaps that version is back.
const UNREADABLE_REST_MS: i64 = 900_000;

/// Erases whoever was a contact that is to be forgotten.
pub(super) struct ForgetContact<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) erase: Erase,
}

impl ForgetContact<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let contact = |row: &OutboxRow| match &row.effect {
            Effect::ForgetContact { contact } => Some(contact.clone()),
            _ => None,
        };
        let rows: Vec<(ContactId, OutboxRow)> =
            rows.into_iter().filter_map(|row| Some((contact(&row)?, row))).collect();
        let contacts: Vec<ContactId> = rows.iter().map(|(contact, _)| contact.clone()).collect();
        let records = self.crm.read_contacts(&contacts, &[]).await;
        for ((contact, row), record) in rows.into_iter().zip(records) {
            let verdict = match record {
                Ok(record) if record.contact == contact && row.tries < TRIES => Verdict::After(STILL_THERE_MS),
                // Merged, or no deletion: whatever it is, it is looked at.
                Ok(_) => {
                    self.round.enqueue_now(Effect::ReconcileContact { contact }).await?;
                    self.round.done(&row).await?;
                    Verdict::Leave
                }
                Err(CrmFailure::Gone) => self.forget(&row, &contact).await?,
                Err(failure) => Verdict::After(self.round.wait_after(&row, &failure)),
            };
            self.round.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// Whoever is linked to it on any Official Account, or was when it went, is erased. As of now: what they said since the
    /// deletion goes, too, until the CRM has told us of it.
    async fn forget(&self, row: &OutboxRow, contact: &ContactId) -> Result<Verdict, PortError> {
        let account = &self.round.account;
        let mut channels: BTreeSet<ChannelId> =
            account.channels.iter().chain(&account.former_channels).cloned().collect();
        let gone = self.round.journal.former_links(&account.key, contact).await?;
        let unreadable = gone.unreadable;
        channels.extend(gone.into_iter().map(|key| key.channel));
        let who = Who::Contact(contact.clone());
        for channel in channels {
            for _ in 0..MAX_LINKED {
                if self.erase.erase(&account.key, &channel, &who).await?.erased_at_ms.is_none() {
                    break;
                }
            }
        }
        if unreadable > 0 {
            // Who that is, another version knows: it forgets them.
            return Ok(Verdict::After(UNREADABLE_REST_MS));
        }
        self.round.done(row).await?;
        Ok(Verdict::Leave)
    }
}
