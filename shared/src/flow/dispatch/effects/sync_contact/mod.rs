//! The contact follows the conversation: made or found, its properties, its owner's task.

mod claims;
mod conflicts;
mod fewer;
mod fields;
mod make;
mod person;
mod tasks;

use std::collections::HashSet;

use self::fewer::is_refused;
use self::person::Person;
use crate::domain::activity::Activity;
use crate::domain::claim::Target;
use crate::domain::conversation::Conversation;
use crate::domain::ids::ContactId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties as property;
use crate::flow::dispatch::contacts::Contacts;
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::flow::side_by_side::side_by_side;
use crate::ports::crm::{ContactRecord, ContactWrite, CrmFailure, Properties};
use crate::ports::messenger::LineProfile;
use crate::ports::table::{Commit, Write};
use crate::ports::{Crm, Messenger, PortError};
use crate::store::Channels;
use crate::store::journal::write;

/// Of which LINE provider an Official Account is stands in two rows: where they differ, one is about to be written.
const PROVIDER_REST_MS: i64 = 10_000;
/// How many waiting activities the properties look at.
const LOOK_BACK: usize = 200;

/// Makes contacts follow their conversations.
pub(super) struct SyncContact<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) contacts: Contacts<'a>,
    pub(super) links: AccountLinks<'a>,
    pub(super) channels: &'a Channels,
    pub(super) messenger: &'a dyn Messenger,
}

impl SyncContact<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let (first, again) = once_each(rows);
        let loaded = side_by_side(first.into_iter().map(|row| self.load(row))).await?;
        let mut people: Vec<Person> = loaded.into_iter().flatten().collect();
        for person in &mut people {
            // They were there before the state was read: what is done for one is done for all.
            let theirs = again.iter().filter(|row| row.effect == person.row.effect);
            person.also.extend(theirs.map(write::done));
        }
        self.round.note_events(people.iter().map(|person| &person.state.value)).await;
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
        let records = self.contacts.read(&contacts, &names).await;
        let mut known = Vec::new();
        for (mut person, record) in people.into_iter().zip(records) {
            match record {
                Ok(record) => {
                    if self.follow_merge(&mut person, &record.contact).await? {
                        known.push((person, record));
                    }
                }
                Err(CrmFailure::Gone) => self.links.contact_gone(&person.row, &person.state.value.key).await?,
                Err(failure) => {
                    self.round.failed(&person.row, &failure).await?;
                }
            }
        }
        let known = self.write_properties(known).await?;
        let known = self.tasks(known).await?;
        side_by_side(known.into_iter().map(|person| self.up_to_date(person))).await?;
        Ok(())
    }

    async fn load(&self, row: OutboxRow) -> Result<Option<Person>, PortError> {
        let Effect::SyncContact { conversation: key } = &row.effect else { return Ok(None) };
        let loaded_at_ms = self.round.now_ms();
        let channel = self.channels.find(&key.channel).await?;
        // A channel that belongs to another account by now is none of this one's: nothing of it goes to who had it before.
        let channel = channel.filter(|channel| channel.account == self.round.account.key);
        let (Some(state), Some(user), Some(channel)) =
            (self.round.state(key).await?, key.source.user().cloned(), channel)
        else {
            self.round.done(&row).await?;
            return Ok(None);
        };
        if channel.provider != self.contacts.provider() {
            // It is being connected at this moment: the account's row is from before, and its people are another provider's.
            self.round.conclude(&row, Verdict::After(PROVIDER_REST_MS)).await?;
            return Ok(None);
        }
        let mut link = self.links.of_user(&key.channel, &user).await?;
        if let Some(left) = link.take_if(|link| state.value.contact_gone_at_ms >= Some(link.value.linked_at_ms)) {
            // Whoever erased the person, or let go of the contact, has not come to the link yet.
            let _ = self.links.remove(&left).await?;
        }
        let claim = self.round.journal.claim(key).await?;
        let profile_from_login =
            claim.as_ref().and_then(|claim| claim.value.name.clone().map(|name| (name, claim.value.picture.clone())));
        // Whoever is to be linked is shown by name there, even where an earlier contact had it.
        let to_be_linked = claim.as_ref().is_some_and(|claim| claim.value.target != Target::Unlinked);
        let profile = match (profile_from_login, state.value.profile_wanted || to_be_linked) {
            (Some((display_name, picture_url)), _) => Some(LineProfile { display_name, picture_url }),
            // Who it is, the next call asks: the row stays due.
            (None, true) if !self.round.has_time_for_line() => return Ok(None),
            // Without LINE's answer the contact goes without a name until the next time.
            (None, true) => self.messenger.profile(&key.channel, &user).await.unwrap_or_default(),
            (None, false) => None,
        };
        Ok(Some(Person {
            row,
            loaded_at_ms,
            state,
            channel,
            user,
            link,
            profile,
            claim,
            email: None,
            also: Vec::new(),
            watch: None,
        }))
    }

    /// The person has no contact and gets none now: the outbox is empty until something happens again.
    async fn leave_unlinked(&self, mut person: Person, mut writes: Vec<Write>) -> Result<(), PortError> {
        let state = &mut person.state.value;
        state.sync_queued = false;
        writes.extend(person.claim.as_ref().map(|claim| write::claim_applied(&state.key, claim.version)));
        writes.push(write::done(&person.row));
        // On a conflict the row stays due.
        self.round.commit_state(&mut person.state, writes).await?;
        Ok(())
    }

    /// A separate write: an address that somebody else has must not stop the contact. One that the contact has stays.
    async fn write_email(&self, person: &Person, record: &ContactRecord) {
        let Some(email) = person.email().filter(|_| record.properties.get(property::EMAIL).is_none()) else { return };
        let mut properties = Properties::default();
        properties.set(property::EMAIL, email.expose());
        let writes = [ContactWrite { contact: record.contact.clone(), properties }];
        if let Some(Err(failure)) = self.contacts.update(&writes).await.pop() {
            tracing::warn!(crm.account = %self.round.account.key, contact = %record.contact, %failure, "email.refused");
            crate::telemetry::count("EmailRefused", 1);
        }
    }

    /// A merge gave the contact a new ID: the link follows. `false`: the new one is linked to another person; nothing of this
    /// one is written there, and a look at the old one decides who stays.
    async fn follow_merge(&self, person: &mut Person, contact: &ContactId) -> Result<bool, PortError> {
        let Some(link) = person.link.as_mut().filter(|link| link.value.contact != *contact) else { return Ok(true) };
        if self.links.follow_merge(link, contact).await? == Commit::Done {
            link.value.contact = contact.clone();
            return Ok(true);
        }
        self.round.enqueue_now(Effect::ReconcileContact { contact: link.value.contact.clone() }).await?;
        self.round.conclude(&person.row, Verdict::After(60_000)).await?;
        Ok(false)
    }

    async fn write_properties(
        &self,
        known: Vec<(Person, ContactRecord)>,
    ) -> Result<Vec<(Person, ContactRecord)>, PortError> {
        let pending = known.iter().map(|(person, _)| self.pending_with_newest(&person.state.value));
        let pending = side_by_side(pending).await?;
        let write = |((person, record), pending): (&(Person, ContactRecord), Vec<Activity>)| ContactWrite {
            contact: record.contact.clone(),
            properties: self.properties(person, record, &pending),
        };
        let writes: Vec<ContactWrite> = known.iter().zip(pending).map(write).collect();
        let mut answers = self.contacts.update(&writes).await;
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
                Err(CrmFailure::Gone) => self.links.contact_gone(&person.row, &person.state.value.key).await?,
                Err(CrmFailure::Taken) => self.free_the_id(&person).await?,
                Err(failure) => {
                    self.round.failed(&person.row, &failure).await?;
                }
            }
        }
        Ok(written)
    }

    /// The first activities that wait, and the newest message, however many lie between.
    async fn pending_with_newest(&self, state: &Conversation) -> Result<Vec<Activity>, PortError> {
        let mut pending = self.round.journal.pending(state, LOOK_BACK).await?;
        if let Some(last) = state.last_inbound.as_ref().filter(|_| pending.len() == LOOK_BACK)
            && pending.iter().all(|activity| activity.mark != last.mark)
        {
            pending.extend(self.round.journal.words_at(state, &last.mark).await?.map(|words| words.said));
        }
        Ok(pending)
    }

    /// The contact follows: the outbox is empty, unless something happened meanwhile.
    async fn up_to_date(&self, mut person: Person) -> Result<(), PortError> {
        let now_ms = self.round.now_ms();
        let mut writes = std::mem::take(&mut person.also);
        let new_link = person.new_link().cloned();
        let is_taken_in = new_link.is_some();
        let state = &mut person.state.value;
        state.sync_queued = false;
        if let Some(link) = new_link {
            let (removed, rows) = state.take_in(&link, now_ms);
            // It enqueues the person anew; that is what has just been done.
            writes.extend(removed.iter().map(write::done));
            writes.extend(
                rows.iter().filter(|row| !matches!(row.effect, Effect::SyncContact { .. })).map(write::enqueue),
            );
            state.sync_queued = false;
        }
        state.profile_wanted &= person.profile.is_none() && state.friendship.blocked != Some(true);
        state.retracted.clear();
        state.contact_as_of_ms = Some(person.loaded_at_ms);
        writes.extend(person.claim.as_ref().map(|claim| write::claim_applied(&state.key, claim.version)));
        writes.push(write::done(&person.row));
        if is_taken_in {
            // What waited for the link may have waited for days to come.
            self.round.commit_all_at_once(&person.state, writes).await?;
        } else {
            self.round.commit_state(&mut person.state, writes).await?;
        }
        if let Some(watch) = person.watch {
            // Where this is lost, the task is looked at as one that is as old as it is.
            let _ = self.round.journal.commit(vec![write::enqueue(&watch)]).await?;
        }
        Ok(())
    }
}

/// Each person's first row, and the others: one person's may lie there several times.
fn once_each(rows: Vec<OutboxRow>) -> (Vec<OutboxRow>, Vec<OutboxRow>) {
    let mut seen = HashSet::new();
    rows.into_iter().partition(|row| seen.insert(row.effect.name()))
}
