//! People without a contact get one: made or found, and linked.

use super::SyncContact;
use super::fewer::is_refused;
use super::fields::set_profile;
use super::person::Person;
use crate::domain::ids::{ContactId, LineUserId};
use crate::flow::side_by_side::side_by_side;
use crate::ports::PortError;
use crate::ports::crm::{Each, Properties};

impl SyncContact<'_> {
    /// People without a link get a contact, where that is allowed, and a link. Returns those who have one.
    pub(super) async fn make_contacts(&self, people: Vec<Person>) -> Result<Vec<Person>, PortError> {
        let (mut linked, unlinked): (Vec<_>, Vec<_>) = people.into_iter().partition(|person| person.link.is_some());
        let (new, left): (Vec<_>, Vec<_>) = unlinked.into_iter().partition(Person::may_get_a_contact);
        for person in left {
            self.leave_unlinked(person, Vec::new()).await?;
        }
        let new = self.cleared_before(new).await?;
        let writes: Vec<_> = new.iter().map(|person| self.person_write(person)).collect();
        let answers = self.make_or_find(writes).await;
        let made = new.into_iter().zip(answers).map(|(person, answer)| self.made(person, answer));
        linked.extend(side_by_side(made).await?.into_iter().flatten());
        Ok(linked)
    }

    /// What the CRM said of the person's contact. Returns the person where they are linked to it now.
    async fn made(&self, mut person: Person, answer: Each<ContactId>) -> Result<Option<Person>, PortError> {
        match answer {
            Ok(contact) => Ok(self.link(&mut person, contact).await?.then_some(person)),
            Err(failure) => self.round.failed(&person.row, &failure).await.map(|()| None),
        }
    }

    /// Makes or finds people; whoever is refused for their name or picture goes without.
    async fn make_or_find(&self, mut writes: Vec<(LineUserId, Properties)>) -> Vec<Each<ContactId>> {
        let mut answers = self.contacts.upsert(&writes).await;
        let refused: Vec<usize> = (0..answers.len()).filter(|at| is_refused(&answers[*at])).collect();
        for at in &refused {
            writes[*at].1 = Properties::default();
        }
        let bare: Vec<_> = refused.iter().map(|at| writes[*at].clone()).collect();
        for (at, again) in refused.into_iter().zip(self.contacts.upsert(&bare).await) {
            answers[at] = again;
        }
        answers
    }

    fn person_write(&self, person: &Person) -> (LineUserId, Properties) {
        let mut properties = Properties::default();
        set_profile(&mut properties, person.profile.as_ref(), self.crm.limits());
        (person.user.clone(), properties)
    }

    /// Of people who are to get a contact: those whom no contact names from before they were erased. Else they would be found
    /// by it, with everything that stands there, and not begin anew.
    async fn cleared_before(&self, people: Vec<Person>) -> Result<Vec<Person>, PortError> {
        let erasures = people.iter().map(|person| self.round.journal.erasure(&person.state.value.key));
        let erasures = side_by_side(erasures).await?;
        let mut ready = Vec::new();
        for (person, erasure) in people.into_iter().zip(erasures) {
            let emptied = match erasure.is_marked() {
                true => self.links.empty_if(&person.user, |named| named.is_from_before(&erasure)).await?,
                false => Ok(()),
            };
            match emptied {
                Ok(()) => ready.push(person),
                Err(failure) => self.round.failed(&person.row, &failure).await?,
            }
        }
        Ok(ready)
    }

    /// Somebody erased the person after they were loaded, while their link was made: it went again. `true`: so it was.
    pub(super) async fn is_erased_since(&self, person: &mut Person) -> Result<bool, PortError> {
        self.links.remove_if_erased_since(&person.state.value.key, person.loaded_at_ms, &mut person.link).await
    }

    /// Our row is the truth: it is written before anything else goes to the contact.
    async fn link(&self, person: &mut Person, contact: ContactId) -> Result<bool, PortError> {
        let link = person.link_to(contact, None);
        let linked = self.links.link(&link).await?;
        person.link = self.links.of_user(&link.channel, &link.user).await?;
        if person.link.is_none() {
            self.contest(person, &link.contact).await?;
        }
        if linked && self.is_erased_since(person).await? {
            return Ok(false);
        }
        Ok(person.link.is_some())
    }
}
