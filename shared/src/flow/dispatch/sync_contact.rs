//! The contact follows the conversation: made or found, its properties, its owner's task.

use futures::future::join_all;

use super::super::unlink::unlink;
use super::fewer::is_refused;
use super::fields::set_profile;
use super::{Dispatcher, Verdict};
use crate::domain::activity::Activity;
use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, EmailAddress, Target};
use crate::domain::conversation::Conversation;
use crate::domain::ids::{ContactId, LineUserId};
use crate::domain::link::ContactLink;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties as property;
use crate::ports::PortError;
use crate::ports::crm::{ContactRecord, ContactWrite, CrmFailure, Each, PersonWrite, Properties};
use crate::ports::journal::write;
use crate::ports::messenger::LineProfile;
use crate::ports::table::{Commit, Versioned, Write};

/// How many waiting activities the properties look at.
const LOOK_BACK: usize = 200;

/// A person whose contact is to follow.
pub(super) struct Person {
    pub(super) row: OutboxRow,
    /// The moment before anything of this was read, in milliseconds: whoever was erased after it was erased under our hands.
    pub(super) loaded_at_ms: i64,
    pub(super) state: Versioned<Conversation>,
    pub(super) channel: Channel,
    pub(super) user: LineUserId,
    pub(super) link: Option<Versioned<ContactLink>>,
    pub(super) profile: Option<LineProfile>,
    /// What somebody says of who this is, until it is acted on.
    pub(super) claim: Option<Versioned<Claim>>,
    /// An address that the contact gets, if it has none.
    pub(super) email: Option<EmailAddress>,
    /// Linked in this call: what waited for it is due.
    pub(super) linked_now: bool,
    /// Written with the state in which the person is left.
    pub(super) also: Vec<Write>,
}

impl Person {
    /// Whether a contact may be made now, if there is none: by the channel's setting, or since the person asked for it.
    fn may_get_a_contact(&self) -> bool {
        match &self.claim {
            Some(claim) if claim.value.allows_creation() => true,
            _ => self.channel.settings.create_contacts && self.state.value.may_create_contact(),
        }
    }
}

impl Dispatcher<'_> {
    pub(super) async fn sync_contacts(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut people = Vec::new();
        for loaded in join_all(rows.into_iter().map(|row| self.load(row))).await {
            people.extend(loaded?);
        }
        self.note_events(&people).await;
        let people = self.apply_claims(people).await?;
        let people = self.make_contacts(people).await?;
        let contacts: Vec<ContactId> =
            people.iter().filter_map(|person| person.link.as_ref().map(|link| link.value.contact.clone())).collect();
        let names = [
            property::LINE_USER_ID,
            property::LINE_RECENT_MESSAGES,
            property::LINE_LINKED_AT,
            property::LINE_ROUTE,
            property::EMAIL,
        ];
        let records = self.crm.read_contacts(&contacts, &names).await;
        let mut known = Vec::new();
        for (mut person, record) in people.into_iter().zip(records) {
            match record {
                Ok(record) => {
                    if self.follow_merge(&mut person, &record.contact).await? {
                        known.push((person, record));
                    }
                }
                Err(CrmFailure::Gone) => self.contact_gone(&person.row, &person.state.value.key).await?,
                Err(failure) => {
                    self.failed(&person.row, &failure).await?;
                }
            }
        }
        let known = self.write_properties(known).await?;
        let known = self.tasks(known).await?;
        for person in known {
            self.up_to_date(person).await?;
        }
        Ok(())
    }

    async fn load(&self, row: OutboxRow) -> Result<Option<Person>, PortError> {
        let Effect::SyncContact { conversation: key } = &row.effect else { return Ok(None) };
        let loaded_at_ms = self.now_ms();
        let channel = self.up.channels.find(&key.channel).await?;
        // A channel that belongs to another account by now is none of this one's: nothing of it goes to who had it before.
        let channel = channel.filter(|channel| channel.account == self.account.key);
        let (Some(state), Some(user), Some(channel)) = (self.state(key).await?, key.source.user().cloned(), channel)
        else {
            self.done(&row).await?;
            return Ok(None);
        };
        let link = self.up.links.of_user(&key.channel, &user).await?;
        let mut link = link.filter(|link| link.value.account == self.account.key);
        if let Some(left) = link.take_if(|link| state.value.contact_gone_at_ms >= Some(link.value.linked_at_ms)) {
            // Whoever erased the person, or let go of the contact, has not come to the link yet.
            let _ = unlink(self.journal(), &self.up.links, &left, loaded_at_ms).await?;
        }
        let claim = self.journal().claim(key).await?;
        let profile_from_login =
            claim.as_ref().and_then(|claim| claim.value.name.clone().map(|name| (name, claim.value.picture.clone())));
        // Whoever is to be linked is shown by name there, even where an earlier contact had it.
        let to_be_linked = claim.as_ref().is_some_and(|claim| claim.value.target != Target::Unlinked);
        let profile = match (profile_from_login, state.value.profile_wanted || to_be_linked) {
            (Some((display_name, picture_url)), _) => Some(LineProfile { display_name, picture_url }),
            // Who it is, the next call asks: the row stays due.
            (None, true) if !self.has_time_for_line() => return Ok(None),
            // Without LINE's answer the contact goes without a name until the next time.
            (None, true) => self.up.messenger.profile(&key.channel, &user).await.unwrap_or_default(),
            (None, false) => None,
        };
        Ok(Some(Person {
            row,
            loaded_at_ms,
            state: state,
            channel,
            user,
            link,
            profile,
            claim,
            email: None,
            linked_now: false,
            also: Vec::new(),
        }))
    }

    /// People without a link get a contact, where that is allowed, and a link. Returns those who have one.
    async fn make_contacts(&self, people: Vec<Person>) -> Result<Vec<Person>, PortError> {
        let (mut linked, unlinked): (Vec<_>, Vec<_>) = people.into_iter().partition(|person| person.link.is_some());
        let (new, left): (Vec<_>, Vec<_>) = unlinked.into_iter().partition(Person::may_get_a_contact);
        for person in left {
            self.leave_unlinked(person, Vec::new()).await?;
        }
        let new = self.cleared_before(new).await?;
        let writes: Vec<PersonWrite> = new.iter().map(|person| self.person_write(person)).collect();
        let answers = self.make_or_find(writes).await;
        for (mut person, answer) in new.into_iter().zip(answers) {
            match answer {
                Ok(contact) => {
                    if self.link(&mut person, contact).await? {
                        linked.push(person);
                    }
                }
                Err(failure) => {
                    self.failed(&person.row, &failure).await?;
                }
            }
        }
        Ok(linked)
    }

    /// Makes or finds people; whoever is refused for their name or picture goes without.
    async fn make_or_find(&self, mut writes: Vec<PersonWrite>) -> Vec<Each<ContactId>> {
        let mut answers = self.crm.upsert_people(&writes).await;
        let refused: Vec<usize> = (0..answers.len()).filter(|at| is_refused(&answers[*at])).collect();
        for at in &refused {
            writes[*at].properties = Properties::default();
        }
        let bare: Vec<PersonWrite> = refused.iter().map(|at| writes[*at].clone()).collect();
        for (at, again) in refused.into_iter().zip(self.crm.upsert_people(&bare).await) {
            answers[at] = again;
        }
        answers
    }

    fn person_write(&self, person: &Person) -> PersonWrite {
        let mut properties = Properties::default();
        set_profile(&mut properties, person.profile.as_ref());
        PersonWrite { user: person.user.clone(), properties }
    }

    /// The person has no contact and gets none now: the outbox is empty until something happens again.
    pub(super) async fn leave_unlinked(&self, mut person: Person, mut writes: Vec<Write>) -> Result<(), PortError> {
        let state = &mut person.state.value;
        state.sync_queued = false;
        writes.extend(person.claim.as_ref().map(|claim| write::claim_applied(&state.key, claim.version)));
        writes.push(write::done(&person.row));
        // On a conflict the row stays due.
        self.commit_state(&mut person.state, writes).await?;
        Ok(())
    }

    /// The link of a person who is to be linked now.
    pub(super) fn link_to(&self, person: &Person, contact: ContactId, by: Option<ClaimedBy>) -> ContactLink {
        ContactLink {
            channel: person.channel.id.clone(),
            user: person.user.clone(),
            account: self.account.key.clone(),
            contact,
            linked_at_ms: person.loaded_at_ms,
            by,
        }
    }

    /// Our row is the truth: it is written before anything else goes to the contact.
    async fn link(&self, person: &mut Person, contact: ContactId) -> Result<bool, PortError> {
        let link = self.link_to(person, contact, None);
        let linked = match self.up.links.of_user(&link.channel, &link.user).await? {
            // Of the account that the channel belonged to before.
            Some(old) if old.value.account != link.account => self.up.links.relink(&link, Some(&old), None).await?,
            _ => self.up.links.link(&link).await?,
        };
        let now = self.up.links.of_user(&link.channel, &link.user).await?;
        person.link = now.filter(|now| now.value.account == link.account);
        person.linked_now = linked == Commit::Done;
        if person.link.is_none() {
            self.contest(person, &link.contact).await?;
        }
        if person.linked_now && self.unlink_if_erased_meanwhile(person).await? {
            return Ok(false);
        }
        let domain = person.channel.settings.dummy_email_domain.as_ref();
        if person.linked_now && person.email.is_none() {
            person.email = domain.and_then(|domain| EmailAddress::parse(&format!("{}@{domain}", link.user.expose())));
        }
        Ok(person.link.is_some())
    }

    /// A separate write: an address that somebody else has must not stop the contact. One that the contact has stays.
    async fn write_email(&self, person: &Person, record: &ContactRecord) {
        let Some(email) = person.email.as_ref().filter(|_| record.properties.get(property::EMAIL).is_none()) else {
            return;
        };
        let mut properties = Properties::default();
        properties.set(property::EMAIL, email.expose());
        let writes = [ContactWrite { contact: record.contact.clone(), properties }];
        if let Some(Err(failure)) = self.crm.update_contacts(&writes).await.pop() {
            tracing::warn!(crm.account = %self.account.key, contact = %record.contact, %failure, "email.refused");
            crate::telemetry::count("EmailRefused", 1);
        }
    }

    /// A merge gave the contact a new ID: the link follows. `false`: the new one is linked to another person; nothing of this
    /// one is written there, and a look at the old one decides who stays.
    async fn follow_merge(&self, person: &mut Person, contact: &ContactId) -> Result<bool, PortError> {
        let Some(link) = person.link.as_mut().filter(|link| link.value.contact != *contact) else { return Ok(true) };
        if self.up.links.follow_merge(link, contact).await? == Commit::Done {
            link.value.contact = contact.clone();
            return Ok(true);
        }
        self.enqueue_now(Effect::ReconcileContact { contact: link.value.contact.clone() }).await?;
        self.conclude(&person.row, Verdict::After(60_000)).await?;
        Ok(false)
    }

    async fn write_properties(
        &self,
        known: Vec<(Person, ContactRecord)>,
    ) -> Result<Vec<(Person, ContactRecord)>, PortError> {
        let mut writes = Vec::new();
        for (person, record) in &known {
            let pending = self.pending_with_newest(&person.state.value).await?;
            writes.push(ContactWrite {
                contact: record.contact.clone(),
                properties: self.properties(person, record, &pending),
            });
        }
        let mut answers = self.crm.update_contacts(&writes).await;
        for (answer, write) in answers.iter_mut().zip(&writes).filter(|(answer, _)| is_refused(answer)) {
            *answer = self.write_fewer(write).await;
        }
        let mut written = Vec::new();
        for ((mut person, record), answer) in known.into_iter().zip(answers) {
            match answer {
                Ok(contact) => {
                    if self.follow_merge(&mut person, &contact).await? {
                        self.write_email(&person, &record).await;
                        written.push((person, record));
                    }
                }
                Err(CrmFailure::Gone) => self.contact_gone(&person.row, &person.state.value.key).await?,
                Err(failure) => {
                    self.failed(&person.row, &failure).await?;
                }
            }
        }
        Ok(written)
    }

    /// The first activities that wait, and the newest message, however many lie between.
    async fn pending_with_newest(&self, state: &Conversation) -> Result<Vec<Activity>, PortError> {
        let mut pending = self.journal().all_pending(&state.key, LOOK_BACK).await?;
        if let Some(last) = state.last_inbound.as_ref().filter(|_| pending.len() == LOOK_BACK)
            && pending.iter().all(|activity| activity.mark != last.mark)
        {
            pending.extend(self.journal().pending(&state.key, &last.mark).await?.map(|found| found.value));
        }
        Ok(pending)
    }

    /// The contact follows: the outbox is empty, unless something happened meanwhile.
    async fn up_to_date(&self, mut person: Person) -> Result<(), PortError> {
        let now_ms = self.now_ms();
        let mut writes = std::mem::take(&mut person.also);
        let state = &mut person.state.value;
        state.sync_queued = false;
        if person.linked_now {
            let (removed, rows) = state.linked(now_ms);
            // `linked` enqueues the person anew; that is what has just been done.
            writes.extend(removed.iter().map(write::done));
            writes.extend(
                rows.iter().filter(|row| !matches!(row.effect, Effect::SyncContact { .. })).map(write::enqueue),
            );
            state.sync_queued = false;
        }
        state.profile_wanted &= person.profile.is_none() && state.friendship.blocked != Some(true);
        state.retracted.clear();
        writes.extend(person.claim.as_ref().map(|claim| write::claim_applied(&state.key, claim.version)));
        writes.push(write::done(&person.row));
        self.commit_state(&mut person.state, writes).await?;
        Ok(())
    }

    /// The contact was deleted in the CRM: the link goes with it. The row stays due; what follows depends on the person.
    pub(super) async fn contact_gone(
        &self,
        row: &OutboxRow,
        key: &crate::domain::conversation::ConversationKey,
    ) -> Result<(), PortError> {
        let Some(user) = key.source.user() else { return self.done(row).await };
        if let Some(link) = self.up.links.of_user(&key.channel, user).await? {
            // On a conflict it is found gone again.
            self.detach_deleted(&link).await?;
        }
        Ok(())
    }
}
