//! What somebody says of who a person on LINE is, acted on: the link is switched by one conditional write.
//!
//! Before it, it is enqueued that the fields of the contact that loses the person are emptied, and they are emptied: the CRM's property is
//! unique; and the same is claimed on the account's other Official Accounts that know the person by this LINE user ID. After it, nothing is left but what every change of a person enqueues. So a stop anywhere leaves the old link or the
//! new one, and the claim, which is still there, brings the rest.

use super::SyncContact;
use super::person::Person;
use crate::domain::claim::{Claim, ClaimedBy, EmailAddress, Target};
use crate::domain::ids::ContactId;
use crate::domain::link::ContactLink;
use crate::domain::login::ByEmail;
use crate::domain::properties as property;
use crate::ports::PortError;
use crate::ports::crm::{ContactRecord, CrmFailure};
use crate::ports::table::{Commit, Versioned};
use crate::store::journal::{AskedBecause, write};

/// A record that says any of this is a customer's, and not one that was made for a person on LINE alone: merging cannot be
/// undone.
pub(super) const OF_A_CUSTOMER: [&str; 5] =
    [property::EMAIL, property::FIRST_NAME, property::LAST_NAME, property::PHONE, property::COMPANY];

/// What a claim came to.
enum Applied {
    /// The person goes on: linked, or as before.
    GoOn,
    /// The row waits, or is done.
    Stop,
}

/// Whether an e-mail address is enough to say who the person is.
enum MayBe {
    /// It is.
    Is,
    /// Somebody who weighs more has said otherwise.
    Not,
    /// Somebody else is that contact.
    Taken,
}

impl SyncContact<'_> {
    /// Acts on the claims of those who have one. Returns the people whose contact is to follow now.
    pub(super) async fn apply_claims(&self, people: Vec<Person>) -> Result<Vec<Person>, PortError> {
        let mut left = Vec::new();
        for mut person in people {
            let Some(claim) = person.claim.as_ref().map(|claim| claim.value.clone()) else {
                left.push(person);
                continue;
            };
            match &claim.target {
                Target::Unlinked => self.unlink(person).await?,
                Target::ByLineUserId => left.push(person),
                Target::Contact(contact) => {
                    if let Applied::GoOn = self.apply_contact(&mut person, &claim, contact).await? {
                        left.push(person);
                    }
                }
                Target::Email(email) => {
                    if let Applied::GoOn = self.apply_email(&mut person, &claim, email).await? {
                        left.push(person);
                    }
                }
            }
        }
        Ok(left)
    }

    /// The person and the contact part.
    async fn unlink(&self, mut person: Person) -> Result<(), PortError> {
        if let Some(link) = person.link.take() {
            match self.links.unlink(&link).await? {
                Ok(Commit::Done) => {}
                Ok(Commit::Conflict) => return Ok(()),
                Err(failure) => return self.round.failed(&person.row, &failure).await,
            }
            tracing::info!(crm.account = %self.round.account.key, conversation = person.state.value.key.hash(), "link.removed");
        }
        person.state.value.unlinked = true;
        let answered = write::question_closed(&self.round.account.key, &person.state.value.key);
        self.leave_unlinked(person, vec![answered]).await
    }

    async fn apply_contact(
        &self,
        person: &mut Person,
        claim: &Claim,
        contact: &ContactId,
    ) -> Result<Applied, PortError> {
        match self.contacts.read(std::slice::from_ref(contact), &[]).await.pop() {
            // A workflow's request named both, and LINE took the message: that moves nobody's link.
            Some(Ok(record)) if claim.by == ClaimedBy::Action => self.link_free(person, claim.by, record.contact).await,
            Some(Ok(record)) => self.relink(person, claim, &record.contact).await,
            Some(Err(CrmFailure::Gone)) | None => {
                self.log_conflict(person, "claim.contact_gone");
                Ok(Applied::GoOn)
            }
            Some(Err(failure)) => self.wait(person, &failure).await,
        }
    }

    async fn apply_email(
        &self,
        person: &mut Person,
        claim: &Claim,
        email: &EmailAddress,
    ) -> Result<Applied, PortError> {
        // The setting is about addresses that a login shows. Whoever else names one, knows whom they mean.
        let by_email = match claim.by {
            ClaimedBy::Login => person.channel.login.as_ref().map_or(ByEmail::AlwaysNew, |login| login.by_email),
            _ => ByEmail::Match,
        };
        if by_email == ByEmail::AlwaysNew {
            person.email = Some(email.clone());
            return Ok(Applied::GoOn);
        }
        let record = match self.contacts.find_by_email(email, &[property::LINE_USER_ID]).await {
            Ok(Some(record)) => record,
            Ok(None) => {
                person.email = Some(email.clone());
                return Ok(Applied::GoOn);
            }
            // What the CRM takes for no address is nobody's there.
            Err(CrmFailure::Refused { .. }) => {
                self.log_conflict(person, "claim.address_refused");
                return Ok(Applied::GoOn);
            }
            Err(failure) => return self.wait(person, &failure).await,
        };
        let why = match self.may_be(person, claim.by, &record).await? {
            MayBe::Not => return Ok(Applied::GoOn),
            MayBe::Taken => AskedBecause::EmailTaken,
            MayBe::Is if by_email == ByEmail::Ask => AskedBecause::Email,
            MayBe::Is => return self.relink(person, claim, &record.contact).await,
        };
        let is_new = person.link.as_ref().is_none_or(|link| link.value.contact != record.contact);
        let stands = !is_new || self.ask(person, &record.contact, why).await?;
        Ok(if stands { Applied::GoOn } else { Applied::Stop })
    }

    /// Whether an e-mail address is enough to say that the person is this contact: not where somebody else is linked to it, and
    /// not where somebody who weighs more has said who the person is, here or on another Official Account.
    async fn may_be(&self, person: &Person, by: ClaimedBy, record: &ContactRecord) -> Result<MayBe, PortError> {
        let elsewhere = self.links.elsewhere(&person.channel.id, &person.user, &record.contact).await?;
        let here = person.link.as_ref().filter(|link| link.value.contact != record.contact);
        if here.into_iter().chain(&elsewhere).any(|link| link.value.by > Some(by)) {
            return Ok(MayBe::Not);
        }
        let linked = self.links.holder(&record.contact, &person.channel.id).await?;
        let other = linked.is_some_and(|link| link.value.user != person.user);
        let preset = record.properties.get(property::LINE_USER_ID).is_some_and(|user| user != person.user.expose());
        Ok(if other || preset { MayBe::Taken } else { MayBe::Is })
    }

    /// Links the person to the contact if both are free; an operator is asked where one of them is not.
    async fn link_free(&self, person: &mut Person, by: ClaimedBy, contact: ContactId) -> Result<Applied, PortError> {
        let holder = self.links.holder(&contact, &person.channel.id).await?;
        match (&person.link, holder) {
            (Some(link), _) if link.value.contact == contact => return Ok(Applied::GoOn),
            (None, None) if self.links.elsewhere(&person.channel.id, &person.user, &contact).await?.is_empty() => {}
            _ => {
                let asked = self.ask(person, &contact, AskedBecause::Sent).await?;
                return Ok(if asked { Applied::GoOn } else { Applied::Stop });
            }
        }
        let link = person.link_to(contact, Some(by));
        if !self.links.link(&link).await? {
            // Somebody changed it meanwhile: the row stays due, and is looked at again.
            return Ok(Applied::Stop);
        }
        person.link = self.links.of_user(&link.channel, &link.user).await?;
        Ok(if self.is_erased_since(person).await? { Applied::Stop } else { Applied::GoOn })
    }

    /// Links the person to the contact, whatever either was linked to.
    async fn relink(&self, person: &mut Person, claim: &Claim, contact: &ContactId) -> Result<Applied, PortError> {
        if person.link.as_ref().is_some_and(|link| link.value.contact == *contact) {
            return Ok(Applied::GoOn);
        }
        let mut contact = contact.clone();
        if let Some(old) = person.link.clone() {
            match self.empty(person, claim, &old, &contact).await? {
                Ok(kept) => contact = kept,
                Err(failure) => return self.wait(person, &failure).await,
            }
        }
        let link = person.link_to(contact, Some(claim.by));
        match self.links.carry(&link, claim).await? {
            Ok(Commit::Done) => {}
            Ok(Commit::Conflict) => return Ok(Applied::Stop),
            Err(failure) => return self.wait(person, &failure).await,
        }
        if self.links.relink(&link, person.link.as_ref()).await? == Commit::Conflict {
            // Somebody changed it meanwhile: the row stays due, and is looked at again.
            return Ok(Applied::Stop);
        }
        tracing::info!(
            crm.account = %self.round.account.key,
            conversation = person.state.value.key.hash(),
            by = ?claim.by,
            moved = person.link.is_some(),
            "link.switched"
        );
        person.link = self.links.of_user(&link.channel, &link.user).await?;
        Ok(if self.is_erased_since(person).await? { Applied::Stop } else { Applied::GoOn })
    }

    /// The contact that the person leaves gives up the unique property: merged into the new one where that is allowed and it
    /// was made for this person alone, else emptied. Answers with the new contact's ID.
    async fn empty(
        &self,
        person: &Person,
        claim: &Claim,
        old: &Versioned<ContactLink>,
        new: &ContactId,
    ) -> Result<Result<ContactId, CrmFailure>, PortError> {
        let before = std::slice::from_ref(&old.value.contact);
        let known = match self.contacts.read(before, &OF_A_CUSTOMER).await.pop() {
            // Merged already, perhaps by a try of ours whose answer was lost: there is nothing left to be emptied.
            Some(Ok(record)) if record.contact == *new => return Ok(Ok(new.clone())),
            Some(Ok(record)) => is_a_customers(&record),
            None | Some(Err(CrmFailure::Gone)) => return Ok(Ok(new.clone())),
            Some(Err(failure)) => return Ok(Err(failure)),
        };
        let merges = person.channel.login.as_ref().is_some_and(|login| login.merge_duplicates);
        let made_for_them = claim.by == ClaimedBy::Login && old.value.by.is_none() && !known;
        if merges && made_for_them && !self.links.has_of_other_providers(&old.value.contact).await? {
            match self.crm.merge_contacts(&old.value.contact, new).await {
                Ok(kept) => return Ok(Ok(kept)),
                Err(
                    CrmFailure::Refused { .. } | CrmFailure::NotReady { .. } | CrmFailure::Taken | CrmFailure::Gone,
                ) => {
                    self.log_conflict(person, "merge.refused");
                }
                Err(failure) => return Ok(Err(failure)),
            }
        }
        Ok(self.links.give_up_contact(&old.value).await?.map(|()| new.clone()))
    }

    async fn wait(&self, person: &Person, failure: &CrmFailure) -> Result<Applied, PortError> {
        self.round.failed(&person.row, failure).await?;
        Ok(Applied::Stop)
    }

    fn log_conflict(&self, person: &Person, what: &'static str) {
        tracing::warn!(crm.account = %self.round.account.key, conversation = person.state.value.key.hash(), what, "link.conflict");
    }
}

/// Whether a contact, read with [`OF_A_CUSTOMER`], is somebody's whom the account knew without LINE.
pub(super) fn is_a_customers(record: &ContactRecord) -> bool {
    OF_A_CUSTOMER.iter().any(|name| record.properties.get(name).is_some())
}
