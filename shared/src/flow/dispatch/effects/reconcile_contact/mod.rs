//! Something changed at a contact in the CRM: the contact is read, and our link follows what stands there now.
//!
//! Nothing of the event is believed. A contact that reads as before is left alone, so repeated, late and disordered events,
//! and those of our own writes, end here.

mod answered;
mod preset;

use std::collections::BTreeMap;

use crate::domain::ids::ContactId;
use crate::domain::link::ContactLink;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties::{LINE_ANSWERED_AT, LINE_USER_ID};
use crate::flow::dispatch::contacts::Contacts;
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::Round;
use crate::ports::crm::{ContactRecord, CrmFailure, Each};
use crate::ports::table::{Commit, Versioned};
use crate::ports::{Messenger, PortError};

/// A merge announces a deletion, too, and perhaps before the merged record can be found: one that is gone is looked at again
/// after this long.
const MERGE_REST_MS: i64 = 60_000;

/// What a look came to.
enum Seen {
    /// Link and contact agree, or will.
    Agreed,
    /// To be looked at again after this long, in milliseconds.
    Later(i64),
}

/// One contact, and every row that asks for a look at it.
struct Look {
    contact: ContactId,
    rows: Vec<OutboxRow>,
}

impl Look {
    fn tries(&self) -> u32 {
        self.rows.iter().map(|row| row.tries).max().unwrap_or_default()
    }
}

/// Makes our links follow what stands on contacts.
pub(super) struct ReconcileContact<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) contacts: Contacts<'a>,
    pub(super) links: AccountLinks<'a>,
    pub(super) messenger: &'a dyn Messenger,
}

impl ReconcileContact<'_> {
    /// Returns the rows of those that agree.
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<Vec<OutboxRow>, PortError> {
        let mut looks: BTreeMap<ContactId, Look> = BTreeMap::new();
        for row in rows {
            let Effect::ReconcileContact { contact } = row.effect.clone() else { continue };
            looks.entry(contact.clone()).or_insert_with(|| Look { contact, rows: Vec::new() }).rows.push(row);
        }
        let contacts: Vec<ContactId> = looks.keys().cloned().collect();
        let records = self.contacts.read(&contacts, &[LINE_USER_ID, LINE_ANSWERED_AT]).await;
        let (mut ranked, mut agreed) = (Vec::new(), Vec::new());
        for (look, record) in looks.into_values().zip(records) {
            ranked.push((self.rank(&look, &record).await?, look, record));
        }
        ranked.sort_by_key(|(rank, ..)| *rank);
        for (_, look, record) in ranked {
            // LINE may be asked, one contact after the other: what is left stays due.
            if !self.round.has_time_for_line() {
                break;
            }
            match self.reconcile(&look, record).await? {
                Seen::Agreed => agreed.extend(look.rows),
                Seen::Later(wait_ms) => {
                    for row in &look.rows {
                        self.round.postpone(row, wait_ms).await?;
                    }
                }
            }
        }
        Ok(agreed)
    }

    /// What comes first where several change at once: of two that were merged, the one whose person the merged record names;
    /// then who has come to a contact, so that nobody is unlinked in between who has only moved.
    async fn rank(&self, look: &Look, record: &Each<ContactRecord>) -> Result<u8, PortError> {
        let Ok(record) = record else { return Ok(4) };
        let named = record.properties.get(LINE_USER_ID);
        if record.contact == look.contact {
            return Ok(if named.is_some() { 2 } else { 3 });
        }
        let links = self.links.of_contact(&look.contact).await?;
        Ok(u8::from(!links.iter().any(|link| Some(link.value.user.expose()) == named)))
    }

    async fn reconcile(&self, look: &Look, record: Each<ContactRecord>) -> Result<Seen, PortError> {
        match record {
            Ok(record) if record.contact != look.contact => {
                if self.links.of_contact(&look.contact).await?.is_empty() {
                    return self.compare(&record).await;
                }
                self.follow(&look.contact, &record.contact).await
            }
            Ok(record) => {
                // First: whoever is linked by what it compares was not answered by what stands there from before.
                if !self.hear_of_answer(&record).await? {
                    return Ok(Seen::Later(0));
                }
                self.compare(&record).await
            }
            Err(CrmFailure::Gone) => {
                let links = self.links.of_contact(&look.contact).await?;
                if !links.is_empty() && look.tries() == 0 {
                    return Ok(Seen::Later(MERGE_REST_MS));
                }
                self.detach(&links).await
            }
            Err(failure) => Ok(Seen::Later(look.rows.first().map_or(0, |row| self.round.wait_after(row, &failure)))),
        }
    }

    /// The contact of these links was deleted: each is unlinked.
    async fn detach(&self, links: &[Versioned<ContactLink>]) -> Result<Seen, PortError> {
        for link in links {
            if !self.links.detach_deleted(link).await? {
                return Ok(Seen::Later(0));
            }
        }
        Ok(Seen::Agreed)
    }

    /// A merge: our links follow, and it is enqueued that the merged record says what it should of the person. Where it is linked to somebody
    /// else already it keeps that person; the other one is unlinked, and operators are asked.
    async fn follow(&self, from: &ContactId, to: &ContactId) -> Result<Seen, PortError> {
        for link in self.links.of_contact(from).await? {
            let linked = self.links.holder(to, &link.value.channel).await?;
            if linked.is_some_and(|linked| linked.value.user != link.value.user) {
                if !self.links.lose_to_merge(&link, to).await? {
                    return Ok(Seen::Later(0));
                }
                continue;
            }
            // First: were it enqueued after the link has moved, a stop in between would leave an empty field that looks cleared.
            if !self.links.enqueue_sync(&link.value).await? {
                return Ok(Seen::Later(0));
            }
            if self.links.follow_merge(&link, to).await? == Commit::Conflict {
                return Ok(Seen::Later(0));
            }
            tracing::info!(crm.account = %self.round.account.key, contact = %to, "merge.followed");
        }
        Ok(Seen::Agreed)
    }
}
