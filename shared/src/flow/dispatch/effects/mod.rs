//! One handler a kind of effect: each does its rows together, and leaves every row done, postponed or due.

mod clear_contact_fields;
mod clear_erased_person;
mod complete_workflow;
mod expire_parked_push;
mod forget_contact;
mod poll_task;
mod reconcile_contact;
mod redact_message;
mod sync_contact;
mod write_entry;
mod write_last_outcome;
mod write_not_sent_note;

use std::collections::BTreeMap;

use self::clear_contact_fields::ClearContactFields;
use self::clear_erased_person::ClearErasedPerson;
use self::complete_workflow::CompleteWorkflow;
use self::expire_parked_push::ExpireParkedPush;
use self::forget_contact::ForgetContact;
use self::poll_task::PollTask;
use self::reconcile_contact::ReconcileContact;
use self::redact_message::RedactMessage;
use self::sync_contact::SyncContact;
use self::write_entry::WriteEntry;
use self::write_last_outcome::WriteLastOutcome;
use self::write_not_sent_note::WriteNotSentNote;
use super::Dispatch;
use super::contacts::Contacts;
use super::links::AccountLinks;
use super::round::Round;
use crate::domain::outbox::{Effect, OutboxRow, Priority};
use crate::domain::provider::ProviderNumber;
use crate::ports::{Crm, PortError};

/// Does rows of one kind. What fails in a store fails them together; what was done before stays done.
pub(super) async fn handle(
    kind: Priority,
    rows: Vec<OutboxRow>,
    round: &Round<'_>,
    crm: &dyn Crm,
    ports: &Dispatch,
) -> Result<(), PortError> {
    let channels = &ports.channels;
    match kind {
        Priority::CompleteWorkflow => CompleteWorkflow { round, crm }.handle(rows).await,
        Priority::ForgetContact => ForgetContact { round, crm, erase: ports.erase() }.handle(rows).await,
        Priority::WriteLastOutcome => WriteLastOutcome { round, crm }.handle(rows).await,
        Priority::PollTask => PollTask { round, crm }.handle(rows).await,
        Priority::WriteNotSentNote => WriteNotSentNote { round, crm, channels }.handle(rows).await,
        Priority::RedactMessage => RedactMessage { round, crm }.handle(rows).await,
        Priority::ExpireParkedPush => ExpireParkedPush { round, settle: ports.settle() }.handle(rows).await,
        Priority::ReconcileContact => reconcile(rows, round, crm, ports).await,
        Priority::ClearErasedPerson => clear_erased(rows, round, crm, ports).await,
        Priority::SyncContact | Priority::ClearContactFields | Priority::WriteEntry => {
            for (provider, rows) in by_provider(rows, round) {
                of_provider(provider, kind, rows, round, crm, ports).await?;
            }
            Ok(())
        }
    }
}

/// Rows that are about LINE's fields on contacts: those of one LINE provider.
async fn of_provider(
    provider: ProviderNumber,
    kind: Priority,
    rows: Vec<OutboxRow>,
    round: &Round<'_>,
    crm: &dyn Crm,
    ports: &Dispatch,
) -> Result<(), PortError> {
    let (channels, messenger) = (&ports.channels, &*ports.messenger);
    let contacts = Contacts::new(crm, provider);
    let links = AccountLinks::new(round, contacts, &ports.links);
    match kind {
        Priority::ClearContactFields => ClearContactFields { round, links }.handle(rows).await,
        Priority::WriteEntry => WriteEntry { round, crm, contacts, links, channels }.handle(rows).await,
        _ => SyncContact { round, crm, contacts, links, channels, messenger }.handle(rows).await,
    }
}

/// A contact may be linked to a person of each LINE provider: a look is over once each has had it.
async fn reconcile(
    mut rows: Vec<OutboxRow>,
    round: &Round<'_>,
    crm: &dyn Crm,
    ports: &Dispatch,
) -> Result<(), PortError> {
    let account = &round.account;
    for provider in account.providers().into_iter().filter(|number| account.channels_of(*number).next().is_some()) {
        let contacts = Contacts::new(crm, provider);
        let links = AccountLinks::new(round, contacts, &ports.links);
        rows = ReconcileContact { round, contacts, links, messenger: &*ports.messenger }.handle(rows).await?;
    }
    for row in &rows {
        round.done(row).await?;
    }
    Ok(())
}

/// Of which LINE provider the Official Account was when the person was known, nobody knows any more: no provider's fields may go on
/// naming them. The ID is one provider's, so no other person is named by it.
async fn clear_erased(
    mut rows: Vec<OutboxRow>,
    round: &Round<'_>,
    crm: &dyn Crm,
    ports: &Dispatch,
) -> Result<(), PortError> {
    for provider in round.account.providers_ever() {
        let links = AccountLinks::new(round, Contacts::new(crm, provider), &ports.links);
        rows = ClearErasedPerson { round, links }.handle(rows).await?;
    }
    for row in rows {
        clear_erased_person::look_again_or_end(round, &row).await?;
    }
    Ok(())
}

/// By the LINE provider of whose Official Account a row tells.
fn by_provider(rows: Vec<OutboxRow>, round: &Round<'_>) -> BTreeMap<ProviderNumber, Vec<OutboxRow>> {
    let mut by_provider: BTreeMap<ProviderNumber, Vec<OutboxRow>> = BTreeMap::new();
    for row in rows {
        let provider = match &row.effect {
            Effect::ClearContactFields { provider, .. } => *provider,
            effect => effect.channel().map(|channel| round.account.provider_of(channel)).unwrap_or_default(),
        };
        by_provider.entry(provider).or_default().push(row);
    }
    by_provider
}
