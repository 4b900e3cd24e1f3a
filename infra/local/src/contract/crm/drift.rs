//! The contract bites: answers that have drifted from it, one way each.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use musubi::domain::claim::EmailAddress;
use musubi::domain::ids::{CallbackId, ContactId, CrmUserId, LineUserId, NoteId, TaskId};
use musubi::domain::limits::Limits;
use musubi::domain::properties::LINE_USER_ID;
use musubi::domain::timeline::NoteFormat;
use musubi::ports::Crm;
use musubi::ports::crm::*;

use super::{CrmWorld, crm_contract};

/// Of an answer that has drifted in any of these ways the contract says so.
pub async fn every_drift_is_seen<W: CrmWorld + 'static>(world: impl Fn() -> futures::future::BoxFuture<'static, W>) {
    for drift in [
        Drift::Order,
        Drift::Twice,
        Drift::Finds,
        Drift::Completes,
        Drift::Unique,
        Drift::Limits,
        Drift::Format,
        Drift::OneProvider,
        Drift::Searches,
    ] {
        let drifted = Drifted { world: world().await, drift };
        let seen = std::panic::AssertUnwindSafe(crm_contract(&drifted)).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}

/// How an answer may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    /// Answers come in another order.
    Order,
    /// A person who is there is made once more.
    Twice,
    /// Nobody is found.
    Finds,
    /// Whoever waits for nothing is told as well.
    Completes,
    /// What another one has is taken away without a word.
    Unique,
    /// It takes less than it says.
    Limits,
    /// It says that it takes notes in another format.
    Format,
    /// It knows the first LINE provider's people alone.
    OneProvider,
    /// A search has one page.
    Searches,
}

struct Drifted<W> {
    world: W,
    drift: Drift,
}

#[async_trait]
impl<W: CrmWorld> CrmWorld for Drifted<W> {
    async fn crm(&self) -> Arc<dyn Crm> {
        Arc::new(DriftedCrm { crm: self.world.crm().await, drift: self.drift })
    }

    fn unique_keys(&self) -> bool {
        self.world.unique_keys()
    }

    fn shown(&self, body: &str) -> String {
        self.world.shown(body)
    }

    async fn contact(&self, properties: &[(&str, &str)]) -> ContactId {
        self.world.contact(properties).await
    }

    async fn delete_contact(&self, contact: &ContactId) {
        self.world.delete_contact(contact).await;
    }

    async fn finish_task(&self, task: &TaskId) {
        self.world.finish_task(task).await;
    }

    async fn waits(&self) -> CallbackId {
        self.world.waits().await
    }

    async fn colleague(&self) -> CrmUserId {
        self.world.colleague().await
    }

    async fn colleague_as_owner(&self) -> String {
        self.world.colleague_as_owner().await
    }

    async fn search_catches_up(&self) {
        self.world.search_catches_up().await;
    }
}

struct DriftedCrm {
    crm: Arc<dyn Crm>,
    drift: Drift,
}

#[async_trait]
impl Crm for DriftedCrm {
    fn limits(&self) -> Limits {
        let limits = self.crm.limits();
        if self.drift == Drift::Limits { Limits { note_units: limits.note_units + 10_000, ..limits } } else { limits }
    }

    fn note_format(&self) -> NoteFormat {
        match (self.crm.note_format(), self.drift) {
            (NoteFormat::Html, Drift::Format) => NoteFormat::PlainText,
            (NoteFormat::PlainText, Drift::Format) => NoteFormat::Html,
            (format, _) => format,
        }
    }

    async fn upsert_people(&self, people: &[PersonWrite]) -> Vec<Each<ContactId>> {
        let answers = match self.drift {
            Drift::OneProvider => {
                let first = |person: &PersonWrite| PersonWrite { id_field: LINE_USER_ID, ..person.clone() };
                self.crm.upsert_people(&people.iter().map(first).collect::<Vec<_>>()).await
            }
            _ => self.crm.upsert_people(people).await,
        };
        match self.drift {
            Drift::Twice => answers.into_iter().map(|_| Ok(ContactId::new(uuid::Uuid::new_v4().to_string()))).collect(),
            _ => answers,
        }
    }

    async fn find_by_email(&self, addresses: &[EmailAddress], names: &[&str]) -> Vec<Each<Option<ContactRecord>>> {
        self.crm.find_by_email(addresses, names).await
    }

    async fn find_person(&self, id_field: &'static str, user: &LineUserId) -> Each<Option<Named>> {
        if self.drift == Drift::Finds { Ok(None) } else { self.crm.find_person(id_field, user).await }
    }

    async fn search_people(&self, query: &PeopleQuery, names: &[&str]) -> Each<PeopleFound> {
        let found = self.crm.search_people(query, names).await;
        if self.drift == Drift::Searches { found.map(|found| PeopleFound { next: None, ..found }) } else { found }
    }

    async fn name_of_user(&self, user: &CrmUserId) -> Each<Option<String>> {
        self.crm.name_of_user(user).await
    }

    async fn name_of_owner(&self, owner: &str) -> Each<Option<String>> {
        self.crm.name_of_owner(owner).await
    }

    async fn merge_contacts(&self, from: &ContactId, into: &ContactId) -> Each<ContactId> {
        self.crm.merge_contacts(from, into).await
    }

    async fn read_contacts(&self, contacts: &[ContactId], names: &[&str]) -> Vec<Each<ContactRecord>> {
        let mut answers = self.crm.read_contacts(contacts, names).await;
        if self.drift == Drift::Order {
            answers.reverse();
        }
        answers
    }

    async fn update_contacts(&self, writes: &[ContactWrite]) -> Vec<Each<ContactId>> {
        let answers = self.crm.update_contacts(writes).await;
        let drifted = |(answer, write): (Each<ContactId>, &ContactWrite)| match answer {
            Err(CrmFailure::Taken) if self.drift == Drift::Unique => Ok(write.contact.clone()),
            answer => answer,
        };
        answers.into_iter().zip(writes).map(drifted).collect()
    }

    async fn write_notes(&self, notes: &[NoteWrite]) -> Vec<Each<NoteId>> {
        self.crm.write_notes(notes).await
    }

    async fn find_note(&self, note: &NoteWrite) -> Each<Option<NoteId>> {
        self.crm.find_note(note).await
    }

    async fn read_note(&self, note: &NoteId) -> Each<String> {
        self.crm.read_note(note).await
    }

    async fn edit_note(&self, note: &NoteId, body: &str) -> Each<()> {
        self.crm.edit_note(note, body).await
    }

    async fn write_tasks(&self, tasks: &[TaskWrite]) -> Vec<Each<TaskId>> {
        self.crm.write_tasks(tasks).await
    }

    async fn find_task(&self, task: &TaskWrite) -> Each<Option<TaskId>> {
        self.crm.find_task(task).await
    }

    async fn read_tasks(&self, tasks: &[TaskId]) -> Vec<Each<TaskStanding>> {
        self.crm.read_tasks(tasks).await
    }

    async fn complete(&self, completions: &[CompletionWrite]) -> Vec<Each<()>> {
        let answers = self.crm.complete(completions).await;
        if self.drift == Drift::Completes { answers.into_iter().map(|_| Ok(())).collect() } else { answers }
    }
}
