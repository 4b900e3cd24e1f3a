//! Two people and one contact: an operator is asked, and until they have answered nothing changes.

use super::SyncContact;
use super::claims::{OF_A_CUSTOMER, is_a_customers};
use super::person::Person;
use crate::domain::ids::ContactId;
use crate::flow::ask::ask;
use crate::flow::dispatch::round::Verdict;
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, Each};
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

    /// Another contact has the person's LINE user ID, which is unique. Where it is one that we made for them and never came to
    /// link, because we were stopped and somebody said meanwhile who they are, it gives the ID up. Any other one stays as it is,
    /// and the work waits for whoever wrote the ID there.
    pub(super) async fn free_the_id(&self, person: &Person) -> Result<(), PortError> {
        let failure = match self.abandoned(person).await {
            Ok(Some(abandoned)) if self.links.has_of_other_providers(&abandoned).await? => CrmFailure::Taken,
            Ok(Some(abandoned)) => match self.links.empty_if(&person.user, |named| named.contact == abandoned).await? {
                Ok(()) => return self.round.conclude(&person.row, Verdict::After(GIVEN_UP_MS)).await,
                Err(failure) => failure,
            },
            Ok(None) => CrmFailure::Taken,
            Err(failure) => failure,
        };
        self.round.failed(&person.row, &failure).await
    }

    /// The contact that has the person's LINE user ID, if nothing else says that it is a customer's.
    async fn abandoned(&self, person: &Person) -> Each<Option<ContactId>> {
        let Some(named) = self.contacts.find_person(&person.user).await? else { return Ok(None) };
        let record = self.contacts.read(std::slice::from_ref(&named.contact), &OF_A_CUSTOMER).await.pop();
        let record = record.transpose()?;
        Ok(record.filter(|record| !is_a_customers(record)).map(|record| record.contact))
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
