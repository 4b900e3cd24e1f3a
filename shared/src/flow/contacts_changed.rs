//! Something changed at contacts in the CRM: that they are to be looked at becomes durable.
//!
//! Elsewhere the one durable call of the edge is a message in a queue. Here it is a transaction of the journal: what is in the outbox
//! is a row per contact, so a repeated or late event adds nothing but one more look, and the dispatcher, which looks, goes by the
//! CRM's present state and never by what an event said of the past. A queue between would carry the same row one hop more.

use tracing::info;

use super::outbox::Outbox;
use super::retry::Contended;
use crate::domain::account::CrmAccountKey;
use crate::domain::changed::Changed;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::table::{Commit, MAX_WRITES};

/// Records that contacts are to be looked at.
pub struct ContactsChanged {
    /// The state that it changes, and the outbox for what follows.
    pub outbox: Outbox,
}

impl ContactsChanged {
    /// One durable call for up to 100 contacts of an account, further calls for more. Ok means: the CRM may forget. Twice
    /// means looked at twice, and the second look finds nothing to do.
    ///
    /// # Errors
    /// As the journal's: the CRM must tell again.
    pub async fn contacts_changed(&self, account: &CrmAccountKey, contacts: &[Changed]) -> Result<(), PortError> {
        let now_ms = self.outbox.clock.now_ms();
        for contacts in contacts.chunks(MAX_WRITES) {
            let effect = |changed: &Changed| match (changed.contact.clone(), changed.forget) {
                (contact, true) => Effect::ForgetContact { contact },
                (contact, false) => Effect::ReconcileContact { contact },
            };
            let effects: Vec<_> =
                contacts.iter().map(|changed| OutboxRow::new(account, effect(changed), now_ms, now_ms)).collect();
            if self.outbox.commit(account, Vec::new(), &effects).await? == Commit::Conflict {
                return Err(Contended::new("contacts changed").into());
            }
        }
        if !contacts.is_empty() {
            info!(crm.account = %account, contacts = contacts.len(), "contacts.changed");
        }
        Ok(())
    }
}
