//! One handler a kind of effect: each does its rows together, and leaves every row done, postponed or due.

mod by_provider;
mod clear_contact_fields;
mod clear_erased_person;
mod complete_workflow;
mod expire_parked_push;
mod forget_contact;
mod reconcile_contact;
mod redact_message;
mod retry_task;
mod show_file;
mod sync_contact;
mod tell_inbox;
mod write_entry;
mod write_last_outcome;
mod write_not_sent_note;
mod write_to_inbox;

use self::by_provider::ByProvider;
use self::complete_workflow::CompleteWorkflow;
use self::expire_parked_push::ExpireParkedPush;
use self::forget_contact::ForgetContact;
use self::redact_message::RedactMessage;
use self::retry_task::RetryTask;
use self::show_file::ShowFile;
use self::tell_inbox::TellInbox;
use self::write_last_outcome::WriteLastOutcome;
use self::write_not_sent_note::WriteNotSentNote;
use super::Dispatch;
use super::round::Round;
use crate::domain::outbox::{OutboxRow, Priority};
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
        Priority::TellOutcome => tell_outcome(rows, round, crm).await,
        Priority::TellInbox => TellInbox { round, crm }.handle(rows).await,
        Priority::ForgetContact => ForgetContact { round, crm, erase: ports.erase() }.handle(rows).await,
        Priority::WriteLastOutcome => WriteLastOutcome { round, crm }.handle(rows).await,
        Priority::RetryTask => RetryTask { round }.handle(rows).await,
        Priority::WriteNotSentNote => WriteNotSentNote { round, crm, channels }.handle(rows).await,
        Priority::RedactMessage => RedactMessage { round, crm }.handle(rows).await,
        Priority::ShowFile => ShowFile { round, crm }.handle(rows).await,
        // Served beside these, one by one: see `files`; and in lists of their own: see `flow::release` and `watch`.
        Priority::SaveFile | Priority::ReleasePush | Priority::WatchTask => Ok(()),
        Priority::ExpireParkedPush => ExpireParkedPush { round, settle: ports.settle() }.handle(rows).await,
        Priority::SyncContact
        | Priority::ClearContactFields
        | Priority::ClearErasedPerson
        | Priority::ReconcileContact
        | Priority::WriteToInbox
        | Priority::WriteEntry => ByProvider { round, crm, ports }.handle(kind, rows).await,
    }
}

/// By both handlers, as if each piece of work lay in the outbox alone: the workflow first, which waits.
async fn tell_outcome(rows: Vec<OutboxRow>, round: &Round<'_>, crm: &dyn Crm) -> Result<(), PortError> {
    let rows = round.take_apart(rows);
    let of = |part: usize| rows.iter().map(|row| row.parts[part].clone()).collect();
    let told = CompleteWorkflow { round, crm }.handle(of(0)).await;
    let written = if round.is_late() { Ok(()) } else { WriteLastOutcome { round, crm }.handle(of(1)).await };
    round.end_parts(&rows, [told, written]).await
}
