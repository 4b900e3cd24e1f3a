//! Something changed at a contact in the CRM: the contact is read, and our link follows what stands there now.
//!
//! Nothing of the event is believed. A contact that reads as before is left alone, so repeated, late and disordered events,
//! and those of our own writes, end here.

use std::collections::BTreeMap;

use super::super::load::load_or_new;
use super::super::unlink::unlink;
use super::Dispatcher;
use crate::domain::ids::ContactId;
use crate::domain::link::ContactLink;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties::{LINE_ANSWERED_AT, LINE_USER_ID};
use crate::ports::PortError;
use crate::ports::crm::{ContactRecord, CrmFailure, Each};
use crate::ports::journal::{AskedBecause, Question, write};
use crate::ports::table::{Commit, Versioned};

/// A merge announces a deletion, too, and perhaps before the merged record can be found: one that is gone is looked at again
/// after this long.
const MERGE_REST_MS: i64 = 60_000;
/// A contact that is to be forgotten and is still there is looked at so often; after that it is no deletion.
const FORGET_TRIES: u32 = 8;

/// What a look came to.
pub(super) enum Seen {
    /// Link and contact agree, or will.
    Agreed,
    /// To be looked at again after this long, in milliseconds.
    Later(i64),
}

/// One contact, and every row that asks for a look at it.
struct Look {
    contact: ContactId,
    rows: Vec<OutboxRow>,
    forget: bool,
}

impl Look {
    fn tries(&self) -> u32 {
        self.rows.iter().map(|row| row.tries).max().unwrap_or_default()
    }
}

impl Dispatcher<'_> {
    pub(super) async fn reconcile_contacts(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut looks: BTreeMap<ContactId, Look> = BTreeMap::new();
        for row in rows {
            let (contact, forget) = match row.effect.clone() {
                Effect::ReconcileContact { contact } => (contact, false),
                Effect::ForgetContact { contact } => (contact, true),
                _ => continue,
            };
            let look =
                looks.entry(contact.clone()).or_insert_with(|| Look { contact, rows: Vec::new(), forget: false });
            look.forget |= forget;
            look.rows.push(row);
        }
        let contacts: Vec<ContactId> = looks.keys().cloned().collect();
        let records = self.crm.read_contacts(&contacts, &[LINE_USER_ID, LINE_ANSWERED_AT]).await;
        let mut ranked = Vec::new();
        for (look, record) in looks.into_values().zip(records) {
            ranked.push((self.rank(&look, &record).await?, look, record));
        }
        ranked.sort_by_key(|(rank, ..)| *rank);
        for (_, look, record) in ranked {
            // LINE may be asked, one contact after the other: what is left stays due.
            if !self.has_time_for_line() {
                break;
            }
            let seen = self.reconcile(&look, record).await?;
            for row in &look.rows {
                match seen {
                    Seen::Agreed => self.done(row).await?,
                    Seen::Later(wait_ms) => self.postpone(row, wait_ms).await?,
                }
            }
        }
        Ok(())
    }

    /// What comes first where several change at once: of two that were merged, the one whose person the merged record names;
    /// then who has come to a contact, so that nobody is unlinked in between who has only moved.
    async fn rank(&self, look: &Look, record: &Each<ContactRecord>) -> Result<u8, PortError> {
        let Ok(record) = record else { return Ok(4) };
        let named = record.properties.get(LINE_USER_ID);
        if record.contact == look.contact {
            return Ok(if named.is_some() { 2 } else { 3 });
        }
        let links = self.links_of(&look.contact).await?;
        Ok(u8::from(!links.iter().any(|link| Some(link.value.user.expose()) == named)))
    }

    async fn reconcile(&self, look: &Look, record: Each<ContactRecord>) -> Result<Seen, PortError> {
        match record {
            Ok(record) if record.contact != look.contact => {
                if self.links_of(&look.contact).await?.is_empty() {
                    return self.compare(&record).await;
                }
                self.follow(&look.contact, &record.contact).await
            }
            Ok(_) if look.forget && look.tries() < FORGET_TRIES => Ok(Seen::Later(MERGE_REST_MS)),
            Ok(record) => {
                // First: whoever is linked by what it compares was not answered by what stands there from before.
                if !self.hear_of_answer(&record).await? {
                    return Ok(Seen::Later(0));
                }
                self.compare(&record).await
            }
            Err(CrmFailure::Gone) if look.forget => self.forget_contact(&look.contact).await,
            Err(CrmFailure::Gone) => {
                let links = self.links_of(&look.contact).await?;
                if !links.is_empty() && look.tries() == 0 {
                    return Ok(Seen::Later(MERGE_REST_MS));
                }
                self.detach_all_deleted(&links).await
            }
            Err(failure) => Ok(Seen::Later(look.rows.first().map_or(0, |row| self.wait_after(row, &failure)))),
        }
    }

    /// Who is linked to a contact, on each of the account's channels. A link whose person was erased goes with them.
    pub(super) async fn links_of(&self, contact: &ContactId) -> Result<Vec<Versioned<ContactLink>>, PortError> {
        let mut links = Vec::new();
        for channel in &self.account.channels {
            let Some(link) = self.up.links.of_contact(&self.account.key, contact, channel).await? else { continue };
            let erasure = self.journal().erasure(&super::gone::conversation_of(&link.value)).await?;
            if !erasure.covers(link.value.linked_at_ms) {
                links.push(link);
                continue;
            }
            // On a conflict somebody has linked them anew: whoever looks next sees who.
            let _ = unlink(self.journal(), &self.up.links, &link, self.now_ms()).await?;
        }
        Ok(links)
    }

    /// A merge: our links follow, and it is enqueued that the merged record says what it should of the person. Where it is linked to somebody
    /// else already it keeps that person; the other one is unlinked, and operators are asked.
    async fn follow(&self, from: &ContactId, to: &ContactId) -> Result<Seen, PortError> {
        for link in self.links_of(from).await? {
            let linked = self.up.links.of_contact(&self.account.key, to, &link.value.channel).await?;
            if linked.is_some_and(|linked| linked.value.user != link.value.user) {
                if !self.lose(&link, to).await? {
                    return Ok(Seen::Later(0));
                }
                continue;
            }
            // First: were it enqueued after the link has moved, a stop in between would leave an empty field that looks cleared.
            if !self.enqueue_anew(&link.value).await? {
                return Ok(Seen::Later(0));
            }
            if self.up.links.follow_merge(&link, to).await? == Commit::Conflict {
                return Ok(Seen::Later(0));
            }
            tracing::info!(crm.account = %self.account.key, contact = %to, "merge.followed");
        }
        Ok(Seen::Agreed)
    }

    /// `false`: somebody changed the conversation first, or erased it.
    async fn lose(&self, link: &Versioned<ContactLink>, to: &ContactId) -> Result<bool, PortError> {
        let key = super::gone::conversation_of(&link.value);
        let loaded = load_or_new(self.journal(), &key, &self.account.key).await?;
        if !loaded.erasure.covers(link.value.linked_at_ms) {
            let question = Question::new(&key, to, AskedBecause::Merged, self.now_ms());
            let asked = vec![write::question(&self.account.key, &question), loaded.unchanged()];
            if self.journal().commit(asked).await? == Commit::Conflict {
                return Ok(false);
            }
        }
        tracing::warn!(crm.account = %self.account.key, conversation = key.hash(), contact = %to, "merge.conflict");
        crate::telemetry::count("LinkConflict", 1);
        let _ = self.up.links.unlink(link).await?;
        Ok(true)
    }
}
