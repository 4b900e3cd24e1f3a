//! An operator is asked whether a person is a contact.

use tracing::info;

use crate::domain::account::CrmAccountKey;
use crate::ports::PortError;
use crate::ports::table::{Commit, Write};
use crate::store::Journal;
use crate::store::journal::{AskedBecause, Question};

/// Asks, unless it is asked already or has been answered; `unchanged` holds it to the conversation as it was read. `Conflict`:
/// somebody changed that first, or erased it, and nothing is asked.
pub(super) async fn ask(
    journal: &Journal,
    account: &CrmAccountKey,
    question: &Question,
    unchanged: Write,
) -> Result<Commit, PortError> {
    let Some(asked) = journal.to_ask(account, question).await? else { return Ok(Commit::Done) };
    let commit = journal.commit(vec![asked, unchanged]).await?;
    if commit == Commit::Done {
        let why = question.why;
        info!(crm.account = %account, conversation = question.conversation.hash(), ?why, "operator.asked");
        if why != AskedBecause::Email {
            crate::telemetry::count("LinkConflict", 1);
        }
    }
    Ok(commit)
}
