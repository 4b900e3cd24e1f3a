//! Once a person is erased, no contact goes on naming them by what was written before.

use futures::future::join_all;

use super::super::unlink::unlink_if_erased;
use super::sync_contact::Person;
use super::{Dispatcher, UNKNOWN_REST_MS, Verdict};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::LineUserId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, Named};

impl Dispatcher<'_> {
    pub(super) async fn clear_erased_people(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let Effect::ClearErasedPerson { conversation } = &row.effect else { continue };
            let verdict = self.clear_erased(&row, conversation).await?;
            self.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// A dispatcher that was at it when the person was erased may have stopped with a contact made and no link, or with a link and
    /// nothing else. A request of its that nobody waits for any more may still be on its way: so there is a second look.
    async fn clear_erased(&self, row: &OutboxRow, key: &ConversationKey) -> Result<Verdict, PortError> {
        let Some(user) = key.source.user() else { return Ok(Verdict::Leave) };
        unlink_if_erased(self.journal(), &self.up.links, (&key.channel, user), self.now_ms()).await?;
        if let Err(failure) = self.empty_if(user, |_| true).await? {
            return Ok(Verdict::Failed(failure));
        }
        if self.now_ms() < row.since_ms + UNKNOWN_REST_MS {
            return Ok(Verdict::After(row.since_ms + UNKNOWN_REST_MS - self.now_ms()));
        }
        self.done(row).await?;
        Ok(Verdict::Leave)
    }

    /// Of people who are to get a contact: those whom no contact names from before they were erased. Else they would be found
    /// by it, with everything that stands there, and not begin anew.
    pub(super) async fn cleared_before(&self, people: Vec<Person>) -> Result<Vec<Person>, PortError> {
        let erasures = join_all(people.iter().map(|person| self.journal().erasure(&person.state.value.key))).await;
        let mut ready = Vec::new();
        for (person, erasure) in people.into_iter().zip(erasures) {
            let erasure = erasure?;
            let emptied = match erasure.is_marked() {
                true => self.empty_if(&person.user, |named| named.is_from_before(&erasure)).await?,
                false => Ok(()),
            };
            match emptied {
                Ok(()) => ready.push(person),
                Err(failure) => self.failed(&person.row, &failure).await?,
            }
        }
        Ok(ready)
    }

    /// Empties the contact that names the person, if nobody is linked to it and it is to be emptied.
    async fn empty_if(
        &self,
        user: &LineUserId,
        is_to_be: impl Fn(&Named) -> bool,
    ) -> Result<Result<(), CrmFailure>, PortError> {
        match self.crm.find_person(user).await {
            Ok(Some(named)) if is_to_be(&named) && self.links_of(&named.contact).await?.is_empty() => {
                self.wipe(&named.contact).await
            }
            Ok(_) => Ok(Ok(())),
            Err(failure) => Ok(Err(failure)),
        }
    }
}
