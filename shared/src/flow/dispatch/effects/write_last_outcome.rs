//! The contact's property says how the newest send ended.
//!
//! The newest is the one that was asked for last, whenever it ended: a send that was tried for hours, or that somebody decided
//! days later, does not stand over one that came after it. Which one that is, is remembered before the CRM is told, so that an
//! older one that comes along in another batch or another call finds it.

use std::collections::BTreeMap;

use crate::domain::ids::ContactId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties::LINE_LAST_OUTCOME;
use crate::domain::push::{Push, PushOutcome, PushState};
use crate::flow::dispatch::noted::Refusals;
use crate::flow::dispatch::round::Round;
use crate::flow::side_by_side::side_by_side;
use crate::ports::crm::{ContactWrite, CrmFailure, Each, Properties};
use crate::ports::table::Commit;
use crate::ports::{Crm, PortError};
use crate::store::journal::{NewestSend, write};

/// How one send ended, and the row that asks for it.
struct Ended {
    row: OutboxRow,
    contact: ContactId,
    send: NewestSend,
    outcome: PushOutcome,
}

/// Writes how the newest send ended.
pub(super) struct WriteLastOutcome<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl WriteLastOutcome<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut newest: BTreeMap<ContactId, Ended> = BTreeMap::new();
        let mut refusals = Refusals::default();
        let mut over = Vec::new();
        for (row, push) in side_by_side(rows.into_iter().map(|row| self.load(row))).await? {
            push.iter().for_each(|push| refusals.observe(push));
            push.iter().filter(|_| row.tries == 0).for_each(|push| refusals.count(push));
            let Some(ended) = push.and_then(|push| ended(row.clone(), &push)) else {
                over.push(row);
                continue;
            };
            let other = newest.remove(&ended.contact);
            let (newer, older) = match other {
                Some(other) if other.send > ended.send => (other, Some(ended)),
                other => (ended, other),
            };
            newest.insert(newer.contact.clone(), newer);
            over.extend(older.map(|older| older.row));
        }
        side_by_side(over.iter().map(|row| self.round.done(row))).await?;
        self.round.note_refusals(refusals).await;
        let newest = side_by_side(newest.into_values().map(|ended| self.if_newest(ended))).await?;
        let told: Vec<Ended> = newest.into_iter().flatten().collect();
        let writes: Vec<ContactWrite> = told.iter().map(write_of).collect();
        let answers = self.crm.update_contacts(&writes).await;
        side_by_side(told.iter().zip(answers).map(|(ended, answer)| self.heard(&ended.row, answer))).await?;
        Ok(())
    }

    async fn load(&self, row: OutboxRow) -> Result<(OutboxRow, Option<Push>), PortError> {
        let Effect::WriteLastOutcome { push } = &row.effect else { return Ok((row, None)) };
        let push = self.round.journal.push(*push).await?;
        Ok((row, push.map(|push| push.value)))
    }

    async fn heard(&self, row: &OutboxRow, answer: Each<ContactId>) -> Result<(), PortError> {
        match answer {
            Ok(_) | Err(CrmFailure::Gone) => self.round.done(row).await,
            Err(failure) => self.round.failed(row, &failure).await,
        }
    }

    /// The send, if no newer one of the contact's is known; this one is, from now on.
    async fn if_newest(&self, ended: Ended) -> Result<Option<Ended>, PortError> {
        let account = &self.round.account.key;
        let known = self.round.journal.newest_send(account, &ended.contact).await?;
        let version = known.as_ref().map_or(0, |known| known.version);
        match known.map(|known| known.value) {
            Some(known) if known == ended.send => return Ok(Some(ended)),
            // The same send again: it was parked, and somebody has decided.
            Some(known) if known.push != ended.send.push && known > ended.send => {
                self.round.done(&ended.row).await?;
                return Ok(None);
            }
            _ => {}
        }
        let write = write::newest_send(account, &ended.contact, &ended.send, version, self.round.now_ms());
        // On a conflict the row stays due.
        Ok((self.round.journal.commit(vec![write]).await? == Commit::Done).then_some(ended))
    }
}

fn ended(row: OutboxRow, push: &Push) -> Option<Ended> {
    let (at_ms, outcome) = match &push.state {
        PushState::Settled(settlement) => (settlement.at_ms, settlement.outcome),
        PushState::Parked(sending) => (sending.first_attempt_at_ms, PushOutcome::Unknown),
        PushState::Sending(sending) => (sending.first_attempt_at_ms, PushOutcome::Queued),
    };
    let asked_at_ms = if push.accepted_at_ms == 0 { at_ms } else { push.accepted_at_ms };
    let send = NewestSend { asked_at_ms, at_ms, push: push.id };
    Some(Ended { row, contact: push.contact.clone()?, send, outcome })
}

fn write_of(ended: &Ended) -> ContactWrite {
    let mut properties = Properties::default();
    properties.set(LINE_LAST_OUTCOME, ended.outcome.as_str());
    ContactWrite { contact: ended.contact.clone(), properties }
}
