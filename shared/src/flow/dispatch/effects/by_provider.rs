//! What is about LINE's fields on contacts is done for each LINE provider by itself, since each has fields of its own (see
//! [`ProviderNumber`]): the handlers know one provider's contacts and links, and no other's.

use std::collections::BTreeMap;

use super::clear_contact_fields::ClearContactFields;
use super::clear_erased_person::{self, ClearErasedPerson};
use super::reconcile_contact::ReconcileContact;
use super::sync_contact::SyncContact;
use super::write_entry::WriteEntry;
use super::write_to_inbox::WriteToInbox;
use crate::domain::outbox::{Effect, OutboxRow, Priority};
use crate::domain::provider::ProviderNumber;
use crate::flow::dispatch::Dispatch;
use crate::flow::dispatch::contacts::Contacts;
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::Round;
use crate::ports::{Crm, PortError};

/// Does rows for one LINE provider after the other.
pub(super) struct ByProvider<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) ports: &'a Dispatch,
}

impl<'a> ByProvider<'a> {
    pub(super) async fn handle(&self, kind: Priority, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        match kind {
            Priority::ReconcileContact => self.reconcile(rows).await,
            Priority::ClearErasedPerson => self.clear_erased(rows).await,
            _ => {
                for (provider, rows) in self.parted(rows) {
                    self.of_one(provider, kind, rows).await?;
                }
                Ok(())
            }
        }
    }

    async fn of_one(&self, provider: ProviderNumber, kind: Priority, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let (round, crm, contacts, links) = (self.round, self.crm, self.contacts(provider), self.links(provider));
        let (channels, messenger) = (&self.ports.channels, &*self.ports.messenger);
        match kind {
            Priority::ClearContactFields => ClearContactFields { round, links }.handle(rows).await,
            Priority::WriteEntry => WriteEntry { round, crm, contacts, links, channels }.handle(rows).await,
            Priority::WriteToInbox => WriteToInbox { round, crm, contacts, links, channels }.handle(rows).await,
            _ => SyncContact { round, crm, contacts, links, channels, messenger }.handle(rows).await,
        }
    }

    /// A contact may be linked to a person of each provider: a look is over once each has had it.
    async fn reconcile(&self, mut rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let account = &self.round.account;
        let has_channels = |number: &ProviderNumber| account.channels_of(*number).next().is_some();
        for provider in account.providers().into_iter().filter(has_channels) {
            let (contacts, links) = (self.contacts(provider), self.links(provider));
            let messenger = &*self.ports.messenger;
            rows = ReconcileContact { round: self.round, contacts, links, messenger }.handle(rows).await?;
        }
        for row in &rows {
            self.round.done(row).await?;
        }
        Ok(())
    }

    /// Of which provider the Official Account was when the person was known, nobody knows any more: no provider's fields may go on
    /// naming them. The ID is one provider's, so no other person is named by it.
    async fn clear_erased(&self, mut rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let connected = self.round.account.providers();
        for provider in self.round.account.providers_ever() {
            let (round, links) = (self.round, self.links(provider));
            // Fields of one that nobody is of any more may be gone: then they name nobody.
            rows = ClearErasedPerson { round, links, may_be_gone: !connected.contains(&provider) }.handle(rows).await?;
        }
        for row in rows {
            clear_erased_person::look_again_or_end(self.round, &row).await?;
        }
        Ok(())
    }

    /// By the provider of whose Official Account a row tells.
    fn parted(&self, rows: Vec<OutboxRow>) -> BTreeMap<ProviderNumber, Vec<OutboxRow>> {
        let account = &self.round.account;
        let mut parted: BTreeMap<ProviderNumber, Vec<OutboxRow>> = BTreeMap::new();
        for row in rows {
            let provider = match &row.effect {
                // It stands where it was written, whatever the Official Account's provider is said to be since.
                Effect::ClearContactFields { provider, .. } => *provider,
                effect => effect.channel().map(|channel| account.provider_of(channel)).unwrap_or_default(),
            };
            parted.entry(provider).or_default().push(row);
        }
        parted
    }

    fn contacts(&self, provider: ProviderNumber) -> Contacts<'a> {
        Contacts::new(self.crm, provider)
    }

    fn links(&self, provider: ProviderNumber) -> AccountLinks<'a> {
        AccountLinks::new(self.round, self.contacts(provider), &self.ports.links)
    }
}
