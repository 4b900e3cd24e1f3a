//! The contact's property says how the newest send ended.

use std::collections::BTreeMap;

use super::Payer;
use crate::domain::ids::ContactId;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::properties::LINE_LAST_OUTCOME;
use crate::domain::push::{PushOutcome, PushState};
use crate::ports::PortError;
use crate::ports::crm::{ContactWrite, CrmFailure, Properties};

/// A property that the CRM keeps refusing is not worth more tries than this.
const MAX_TRIES: u32 = 10;

impl Payer<'_> {
    pub(super) async fn outcomes(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        let mut newest: BTreeMap<ContactId, (i64, PushOutcome)> = BTreeMap::new();
        let mut of: Vec<(OwedRow, ContactId)> = Vec::new();
        for row in rows {
            let Owed::Outcome { push } = &row.owed else { continue };
            let push = self.journal().push(*push).await?;
            let Some((contact, push)) = push.and_then(|push| Some((push.value.contact.clone()?, push.value))) else {
                self.paid(&row).await?;
                continue;
            };
            let (at_ms, outcome) = match &push.state {
                PushState::Settled(settlement) => (settlement.at_ms, settlement.outcome),
                PushState::Parked(sending) => (sending.first_attempt_at_ms, PushOutcome::Unknown),
                PushState::Sending(sending) => (sending.first_attempt_at_ms, PushOutcome::Queued),
            };
            let entry = newest.entry(contact.clone()).or_insert((at_ms, outcome));
            if entry.0 <= at_ms {
                *entry = (at_ms, outcome);
            }
            of.push((row, contact));
        }
        let writes: Vec<ContactWrite> = newest
            .iter()
            .map(|(contact, (_, outcome))| {
                let mut properties = Properties::default();
                properties.set(LINE_LAST_OUTCOME, outcome.as_str());
                ContactWrite { contact: contact.clone(), properties }
            })
            .collect();
        let answers = self.crm.update_contacts(&writes).await;
        let answers: BTreeMap<&ContactId, _> = writes.iter().map(|write| &write.contact).zip(answers).collect();
        for (row, contact) in of {
            match answers.get(&contact) {
                Some(Ok(_) | Err(CrmFailure::Gone)) | None => self.paid(&row).await?,
                Some(Err(CrmFailure::Refused { .. })) if row.tries >= MAX_TRIES => self.paid(&row).await?,
                Some(Err(failure)) => self.failed(&row, failure).await?,
            }
        }
        Ok(())
    }
}
