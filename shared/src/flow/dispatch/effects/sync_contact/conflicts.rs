//! Two people and one contact: an operator is asked, and until they have answered nothing changes.

use super::SyncContact;
use super::person::Person;
use crate::domain::ids::ContactId;
use crate::flow::ask::ask;
use crate::flow::dispatch::round::Verdict;
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::journal::{AskedBecause, Question, write};

/// A contact that was given up is looked for again after this long.
const GIVEN_UP_MS: i64 = 60_000;
/// A conflict is looked at again after this long.
const UNANSWERED_MS: i64 = 900_000;

impl SyncContact<'_> {
    /// An operator is asked whether the person is this contact, unless they are already. `false`: somebody changed the
    /// conversation first, or erased it.
    pub(super) async fn ask(&self, person: &Person, contact: &ContactId, why: AskedBecause) -> Result<bool, PortError> {
        let key = &person.state.value.key;
        let question = Question::new(key, contact, why, self.round.now_ms());
        let unchanged = write::unchanged_since(key, person.state.version);
        Ok(ask(self.round.journal, &self.round.account.key, &question, unchanged).await? == Commit::Done)
    }

    /// The contact names the person, and is linked to somebody else on this Official Account. Where an operator has said that they
    /// are two, it names its own person again, and the other one gets a contact of their own.
    pub(super) async fn contest(&self, person: &Person, contact: &ContactId) -> Result<(), PortError> {
        let (account, key) = (&self.round.account.key, &person.state.value.key);
        let links = self.links.of_contact(contact).await?;
        let Some(holder) = links.into_iter().find(|link| link.value.channel == person.channel.id) else {
            // They were unlinked, or erased, meanwhile.
            return self.round.conclude(&person.row, Verdict::After(0)).await;
        };
        if self.round.journal.is_denied(account, key, contact).await? {
            // On a conflict this one comes again, and so does that.
            let _ = self.links.enqueue_sync(&holder.value).await?;
            return self.round.conclude(&person.row, Verdict::After(GIVEN_UP_MS)).await;
        }
        if !self.ask(person, contact, AskedBecause::NameTaken).await? {
            return Ok(());
        }
        self.round.conclude(&person.row, Verdict::After(UNANSWERED_MS)).await
    }
}
