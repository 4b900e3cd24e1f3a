//! The toy as we call it: everything in memory. It merges into a new record and takes notes in plain text, as no other does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::FutureExt;
use local::contract::crm::{CrmWorld, crm_contract, every_drift_is_seen};
use musubi::domain::claim::EmailAddress;
use musubi::domain::ids::{CallbackId, ContactId, CrmUserId, LineUserId, NoteId, TaskId};
use musubi::domain::limits::Limits;
use musubi::domain::properties::{EMAIL, LINE_UNANSWERED, LINE_USER_ID};
use musubi::domain::provider::ProviderNumber;
use musubi::domain::timeline::NoteFormat;
use musubi::ports::Crm;
use musubi::ports::crm::*;

/// It takes far less than HubSpot.
const LIMITS: Limits = Limits { note_units: 2_000, field_units: 255, inbox_units: 255 };

/// Somebody of the team.
const COLLEAGUE: &str = "7";
const COLLEAGUE_AS_OWNER: &str = "70";

/// What we call a field, and what it calls it.
const NAMES: [(&str, &str); 2] = [(EMAIL, "Mailbox"), (LINE_USER_ID, "Line__c")];

fn theirs(ours: &str) -> &str {
    NAMES.iter().find(|(name, _)| *name == ours).map_or(ours, |(_, theirs)| theirs)
}

/// A person as it keeps them, in our names.
fn in_our_names(person: &BTreeMap<String, String>) -> Properties {
    let ours = |theirs: &String| {
        NAMES.iter().find(|(_, name)| name == theirs).map_or(theirs.clone(), |(ours, _)| (*ours).to_owned())
    };
    Properties(person.iter().map(|(name, value)| (ours(name), value.clone())).collect())
}

fn in_its_names(properties: &Properties) -> BTreeMap<String, String> {
    properties.0.iter().map(|(name, value)| (theirs(name).to_owned(), value.clone())).collect()
}

#[derive(Default)]
struct State {
    people: BTreeMap<ContactId, BTreeMap<String, String>>,
    became: BTreeMap<ContactId, ContactId>,
    notes: BTreeMap<NoteId, NoteWrite>,
    tasks: BTreeMap<TaskId, (TaskWrite, bool)>,
    waiting: BTreeSet<CallbackId>,
    last: u32,
}

impl State {
    fn fresh(&mut self, what: &str) -> String {
        self.last += 1;
        format!("{what}-{}", self.last)
    }

    fn current(&self, id: &ContactId) -> Each<ContactId> {
        let mut id = id;
        while let Some(next) = self.became.get(id) {
            id = next;
        }
        if self.people.contains_key(id) { Ok(id.clone()) } else { Err(CrmFailure::Gone) }
    }

    fn who(&self, name: &str, value: &str) -> Option<ContactId> {
        self.people
            .iter()
            .find(|(_, person)| person.get(theirs(name)).is_some_and(|it| it == value))
            .map(|(id, _)| id.clone())
    }

    fn write(&mut self, id: &ContactId, properties: &Properties) -> Each<ContactId> {
        let id = self.current(id)?;
        let is_anothers = |field: &str| {
            let who = properties.get(field).and_then(|user| self.who(field, user));
            who.is_some_and(|other| other != id)
        };
        if ProviderNumber::ALL.iter().any(|provider| is_anothers(provider.user_id_field())) {
            return Err(CrmFailure::Taken);
        }
        if properties.0.values().any(|value| value.encode_utf16().count() > LIMITS.field_units) {
            return Err(CrmFailure::Refused { code: "TOO_LONG".to_owned() });
        }
        self.people.entry(id.clone()).or_default().extend(in_its_names(properties));
        Ok(id)
    }
}

#[derive(Clone, Default)]
pub struct ToyCrm(Arc<Mutex<State>>);

impl ToyCrm {
    fn each<I, T>(&self, items: &[I], mut effect: impl FnMut(&mut State, &I) -> Each<T>) -> Vec<Each<T>> {
        let mut state = self.0.lock().unwrap();
        items.iter().map(|item| effect(&mut state, item)).collect()
    }
}

#[async_trait]
impl Crm for ToyCrm {
    fn limits(&self) -> Limits {
        LIMITS
    }

    fn note_format(&self) -> NoteFormat {
        NoteFormat::PlainText
    }

    async fn upsert_people(&self, people: &[PersonWrite]) -> Vec<Each<ContactId>> {
        self.each(people, |state, person| {
            let id = state.who(person.id_field, person.user.expose());
            let id = id.unwrap_or_else(|| ContactId::new(state.fresh("person")));
            state.people.entry(id.clone()).or_default();
            let mut properties = person.properties.clone();
            properties.set(person.id_field, person.user.expose());
            state.write(&id, &properties)
        })
    }

    async fn find_by_email(&self, addresses: &[EmailAddress], _: &[&str]) -> Vec<Each<Option<ContactRecord>>> {
        self.each(addresses, |state, address| {
            let found = state.who(EMAIL, address.expose());
            Ok(found.map(|contact| {
                let properties = in_our_names(&state.people[&contact]);
                ContactRecord { contact, owner: None, properties }
            }))
        })
    }

    async fn find_person(&self, id_field: &'static str, user: &LineUserId) -> Each<Option<Named>> {
        let found = self.0.lock().unwrap().who(id_field, user.expose());
        Ok(found.map(|contact| Named { contact, since_ms: None }))
    }

    async fn search_people(&self, query: &PeopleQuery, _: &[&str]) -> Each<PeopleFound> {
        let state = self.0.lock().unwrap();
        let is_hit = |person: &BTreeMap<String, String>| {
            let has = |provider: &ProviderNumber| {
                let field = |name| theirs(provider.field(name).expect("a provider's field"));
                let waits = || person.get(field(LINE_UNANSWERED)).is_some_and(|it| it == "true");
                person.contains_key(field(LINE_USER_ID)) && (!query.waiting || waits())
            };
            let says = |words: &String| person.values().any(|value| value.contains(words.as_str()));
            query.providers.iter().any(has) && query.words.as_ref().is_none_or(says)
        };
        let hits: Vec<_> = state.people.iter().filter(|(_, person)| is_hit(person)).collect();
        let from = query.after.as_ref().map_or(0, |after| after.parse::<usize>().expect("as it was given"));
        let people = hits.iter().skip(from).take(PEOPLE_PAGE).map(|(id, person)| ContactRecord {
            contact: (*id).clone(),
            owner: None,
            properties: in_our_names(person),
        });
        let next = (from + PEOPLE_PAGE < hits.len()).then(|| (from + PEOPLE_PAGE).to_string());
        Ok(PeopleFound { people: people.collect(), next })
    }

    async fn name_of_user(&self, user: &CrmUserId) -> Each<Option<String>> {
        Ok((user.expose() == COLLEAGUE).then(|| "佐藤 美咲".to_owned()))
    }

    async fn name_of_owner(&self, owner: &str) -> Each<Option<String>> {
        Ok((owner == COLLEAGUE_AS_OWNER).then(|| "佐藤 美咲".to_owned()))
    }

    async fn merge_contacts(&self, from: &ContactId, into: &ContactId) -> Each<ContactId> {
        let mut state = self.0.lock().unwrap();
        let (from, into) = (state.current(from)?, state.current(into)?);
        let kept = ContactId::new(state.fresh("person"));
        let mut both = state.people.remove(&from).unwrap_or_default();
        both.extend(state.people.remove(&into).unwrap_or_default());
        state.people.insert(kept.clone(), both);
        state.became.insert(from, kept.clone());
        state.became.insert(into, kept.clone());
        Ok(kept)
    }

    async fn read_contacts(&self, contacts: &[ContactId], _: &[&str]) -> Vec<Each<ContactRecord>> {
        self.each(contacts, |state, id| {
            let contact = state.current(id)?;
            let properties = in_our_names(&state.people[&contact]);
            Ok(ContactRecord { contact, owner: None, properties })
        })
    }

    async fn update_contacts(&self, writes: &[ContactWrite]) -> Vec<Each<ContactId>> {
        self.each(writes, |state, write| state.write(&write.contact, &write.properties))
    }

    async fn write_notes(&self, notes: &[NoteWrite]) -> Vec<Each<NoteId>> {
        self.each(notes, |state, note| {
            if note.body.encode_utf16().count() > LIMITS.note_units {
                return Err(CrmFailure::Refused { code: "TOO_LONG".to_owned() });
            }
            let id = NoteId::new(note.key.clone());
            state.notes.insert(id.clone(), note.clone());
            Ok(id)
        })
    }

    async fn find_note(&self, note: &NoteWrite) -> Each<Option<NoteId>> {
        let id = NoteId::new(note.key.clone());
        Ok(self.0.lock().unwrap().notes.contains_key(&id).then_some(id))
    }

    async fn read_note(&self, note: &NoteId) -> Each<String> {
        self.0.lock().unwrap().notes.get(note).map(|note| note.body.clone()).ok_or(CrmFailure::Gone)
    }

    async fn edit_note(&self, note: &NoteId, body: &str) -> Each<()> {
        let mut state = self.0.lock().unwrap();
        state.notes.get_mut(note).ok_or(CrmFailure::Gone)?.body = body.to_owned();
        Ok(())
    }

    async fn write_tasks(&self, tasks: &[TaskWrite]) -> Vec<Each<TaskId>> {
        self.each(tasks, |state, task| {
            let id = TaskId::new(task.key.clone());
            state.tasks.entry(id.clone()).or_insert_with(|| (task.clone(), false));
            Ok(id)
        })
    }

    async fn find_task(&self, task: &TaskWrite) -> Each<Option<TaskId>> {
        let id = TaskId::new(task.key.clone());
        Ok(self.0.lock().unwrap().tasks.contains_key(&id).then_some(id))
    }

    async fn read_tasks(&self, tasks: &[TaskId]) -> Vec<Each<TaskStanding>> {
        self.each(tasks, |state, id| {
            Ok(match state.tasks.get(id) {
                None => TaskStanding::Gone,
                Some((_, true)) => TaskStanding::Done,
                Some((_, false)) => TaskStanding::Open,
            })
        })
    }

    async fn complete(&self, completions: &[CompletionWrite]) -> Vec<Each<()>> {
        self.each(completions, |state, completion| {
            state.waiting.remove(&completion.callback).then_some(()).ok_or(CrmFailure::Gone)
        })
    }
}

#[async_trait]
impl CrmWorld for ToyCrm {
    async fn crm(&self) -> Arc<dyn Crm> {
        Arc::new(self.clone())
    }

    fn unique_keys(&self) -> bool {
        true
    }

    /// As it is.
    fn shown(&self, body: &str) -> String {
        body.to_owned()
    }

    async fn contact(&self, properties: &[(&str, &str)]) -> ContactId {
        let mut state = self.0.lock().unwrap();
        let id = ContactId::new(state.fresh("person"));
        let properties =
            properties.iter().map(|(name, value)| (theirs(name).to_owned(), (*value).to_owned())).collect();
        state.people.insert(id.clone(), properties);
        id
    }

    async fn delete_contact(&self, contact: &ContactId) {
        self.0.lock().unwrap().people.remove(contact);
    }

    async fn finish_task(&self, task: &TaskId) {
        self.0.lock().unwrap().tasks.get_mut(task).expect("a task").1 = true;
    }

    /// It searches what is there.
    async fn search_catches_up(&self) {}

    async fn colleague(&self) -> CrmUserId {
        CrmUserId::new(COLLEAGUE)
    }

    async fn colleague_as_owner(&self) -> String {
        COLLEAGUE_AS_OWNER.to_owned()
    }

    async fn waits(&self) -> CallbackId {
        let callback = CallbackId::new("step-that-waits");
        self.0.lock().unwrap().waiting.insert(callback.clone());
        callback
    }
}

#[tokio::test]
async fn a_third_crm_keeps_the_contract() {
    crm_contract(&ToyCrm::default()).await;
}

#[tokio::test]
async fn every_drift_of_a_third_crm_would_be_seen() {
    every_drift_is_seen(|| async { ToyCrm::default() }.boxed()).await;
}
