//! A CRM: contacts with a unique LINE property, notes and tasks with or without unique keys,
//! workflows that wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use musubi::domain::account::CrmAccount;
use musubi::domain::claim::EmailAddress;
use musubi::domain::ids::{CallbackId, ContactId, CrmUserId, FileId, LineUserId, NoteId, TaskId};
use musubi::domain::limits::Limits;
use musubi::domain::properties::LINE_USER_ID;
use musubi::domain::timeline::NoteFormat;
use musubi::ports::crm::*;
use musubi::ports::{Clock, CrmFiles, Crms, PortError};

use super::clock::ModelClock;
use super::files::ModelFile;
use super::inbox::{self, ModelInbox};
pub use super::records::{ModelNote, ModelTask};
use super::search::{is_taken, searched};
use crate::faults::{Fate, Faults};

/// Somebody of the team.
pub const COLLEAGUE: &str = "7";
/// How records name them as their owner.
pub const COLLEAGUE_AS_OWNER: &str = "70";

/// The longest note and the longest value, as they are written, in UTF-16 code units.
const LONGEST: usize = 65_536;

#[derive(Default)]
pub struct State {
    takes_no_changes: (i64, i64),
    /// It takes notes in plain text, in place of HTML.
    pub takes_plain_text: bool,
    pub contacts: BTreeMap<ContactId, BTreeMap<String, String>>,
    /// Since when a contact has its LINE user ID, where it was written by a call or said so.
    pub named_at_ms: BTreeMap<ContactId, i64>,
    /// Which contact became which by a merge.
    pub merged: BTreeMap<ContactId, ContactId>,
    pub notes: Vec<ModelNote>,
    /// By ID. Two may lie at one path: nothing forbids it.
    pub files: BTreeMap<FileId, ModelFile>,
    /// A note with a file that is not there is refused.
    pub checks_files: bool,
    pub tasks: Vec<ModelTask>,
    /// Workflows that wait, as far as the CRM knows.
    pub waiting: BTreeSet<CallbackId>,
    pub completed: BTreeMap<CallbackId, Vec<BTreeMap<String, String>>>,
    /// Its own inbox.
    pub inbox: ModelInbox,
    /// What holds any of these is refused for good.
    pub refused_words: BTreeSet<String>,
    /// What holds any of these is refused until the CRM relents.
    pub refused_for_now: BTreeSet<String>,
    /// What holds any of these is refused until somebody sets the account up.
    pub not_ready_for: BTreeSet<String>,
    /// Calls of these names fail so, each item of them.
    pub fails: BTreeMap<&'static str, CrmFailure>,
    next_id: u64,
}

impl State {
    /// Looks at a text as it is written.
    pub(super) fn admit(&self, text: &str) -> Each<()> {
        let refuse = |code: &str| Err(CrmFailure::Refused { code: code.to_owned() });
        if text.encode_utf16().count() > LONGEST {
            return refuse("TOO_LONG");
        }
        if self.not_ready_for.iter().any(|word| text.contains(word)) {
            return Err(CrmFailure::NotReady { code: "MISSING".to_owned() });
        }
        match self.refused_words.iter().chain(&self.refused_for_now).any(|word| text.contains(word)) {
            true => refuse("CONTENT"),
            false => Ok(()),
        }
    }

    fn admit_all(&self, properties: &Properties) -> Each<()> {
        properties.0.values().try_for_each(|value| self.admit(value))
    }
}

#[derive(Clone)]
pub struct ModelCrm {
    faults: Faults,
    clock: ModelClock,
    unique_keys: bool,
    pub state: Arc<Mutex<State>>,
}

impl ModelCrm {
    pub fn new(faults: Faults, unique_keys: bool, clock: ModelClock) -> Self {
        Self { faults, clock, unique_keys, state: Arc::default() }
    }

    /// Between these times changes of contacts are put off; everything else goes on.
    pub fn take_no_changes(&self, from_ms: i64, until_ms: i64) {
        self.state.lock().unwrap().takes_no_changes = (from_ms, until_ms);
    }

    /// From now on only what is refused for good is refused.
    pub fn relent(&self) {
        self.state.lock().unwrap().refused_for_now.clear();
    }

    pub(super) async fn each<I, T>(
        &self,
        what: &str,
        items: &[I],
        mut effect: impl FnMut(&mut State, &I) -> Each<T> + Send,
    ) -> Vec<Each<T>>
    where
        I: Sync,
        T: Send,
    {
        if items.is_empty() {
            return Vec::new();
        }
        let fate = self.faults.before(what).await;
        if fate == Fate::FailsBefore {
            return items.iter().map(|_| Err(CrmFailure::Later { wait_ms: 1000 })).collect();
        }
        let answers: Vec<Each<T>> = {
            let mut state = self.state.lock().unwrap();
            let failure = state.fails.get(what).cloned();
            items.iter().map(|item| failure.clone().map_or_else(|| effect(&mut state, item), Err)).collect()
        };
        self.faults.after(what).await;
        if fate == Fate::AnswerLost { answers.into_iter().map(|_| Err(CrmFailure::Unknown)).collect() } else { answers }
    }
}

pub(super) fn new_id(state: &mut State) -> u64 {
    state.next_id += 1;
    state.next_id
}

impl State {
    /// A record by the ID that it had before a merge, too.
    fn current(&self, id: &ContactId) -> Option<ContactId> {
        let id = self.merged.get(id).unwrap_or(id);
        self.contacts.contains_key(id).then(|| id.clone())
    }

    /// Writes to a contact, made if there is none.
    fn write(&mut self, id: &ContactId, properties: &BTreeMap<String, String>, now_ms: i64) {
        let contact = self.contacts.entry(id.clone()).or_default();
        if properties.get(LINE_USER_ID).is_some_and(|user| contact.get(LINE_USER_ID) != Some(user)) {
            self.named_at_ms.insert(id.clone(), now_ms);
        }
        contact.extend(properties.clone());
    }
}

#[async_trait]
impl Crms for ModelCrm {
    async fn connect(&self, _account: &CrmAccount, _until_ms: i64) -> Result<Option<Arc<dyn Crm>>, PortError> {
        Ok(Some(Arc::new(self.clone())))
    }
}

#[async_trait]
impl Crm for ModelCrm {
    fn limits(&self) -> Limits {
        Limits { note_units: 60_000, field_units: 65_000, inbox_units: 10_000 }
    }

    /// As HubSpot, unless the state says otherwise.
    fn note_format(&self) -> NoteFormat {
        if self.state.lock().unwrap().takes_plain_text { NoteFormat::PlainText } else { NoteFormat::Html }
    }

    async fn upsert_people(&self, people: &[PersonWrite]) -> Vec<Each<ContactId>> {
        let now_ms = self.clock.now_ms();
        self.each("crm upsert", people, |state, person| {
            state.admit_all(&person.properties)?;
            let user = person.user.expose().to_owned();
            let found =
                state.contacts.iter().find(|(_, p)| p.get(person.id_field) == Some(&user)).map(|(id, _)| id.clone());
            let id = found.unwrap_or_else(|| ContactId::new(new_id(state).to_string()));
            let mut properties = person.properties.0.clone();
            properties.insert(person.id_field.to_owned(), user);
            state.write(&id, &properties, now_ms);
            Ok(id)
        })
        .await
    }

    async fn find_by_email(&self, addresses: &[EmailAddress], _names: &[&str]) -> Vec<Each<Option<ContactRecord>>> {
        self.each("crm find by email", addresses, |state, address| {
            let mut contacts = state.contacts.iter();
            let found = contacts.find(|(_, p)| p.get("email").is_some_and(|email| email == address.expose()));
            Ok(found.map(|(id, properties)| ContactRecord {
                contact: id.clone(),
                owner: None,
                properties: Properties(properties.clone()),
            }))
        })
        .await
    }

    async fn find_person(&self, id_field: &'static str, user: &LineUserId) -> Each<Option<Named>> {
        self.each("crm find person", std::slice::from_ref(user), |state, user| {
            let mut contacts = state.contacts.iter();
            let found = contacts.find(|(_, p)| p.get(id_field).is_some_and(|it| it == user.expose()));
            Ok(found.map(|(id, _)| Named { contact: id.clone(), since_ms: state.named_at_ms.get(id).copied() }))
        })
        .await
        .remove(0)
    }

    async fn search_people(&self, query: &PeopleQuery, _names: &[&str]) -> Each<PeopleFound> {
        let found =
            self.each("crm search", std::slice::from_ref(query), |state, query| Ok(searched(&state.contacts, query)));
        found.await.remove(0)
    }

    async fn name_of_user(&self, user: &CrmUserId) -> Each<Option<String>> {
        Ok((user.expose() == COLLEAGUE).then(|| "佐藤 美咲".to_owned()))
    }

    async fn name_of_owner(&self, owner: &str) -> Each<Option<String>> {
        Ok((owner == COLLEAGUE_AS_OWNER).then(|| "佐藤 美咲".to_owned()))
    }

    async fn merge_contacts(&self, from: &ContactId, into: &ContactId) -> Each<ContactId> {
        let pair = [(from.clone(), into.clone())];
        let mut answers = self
            .each("crm merge", &pair, |state, (from, into)| {
                let merged = state.contacts.remove(from).ok_or(CrmFailure::Gone)?;
                state.merged.insert(from.clone(), into.clone());
                let contact = state.contacts.get_mut(into).ok_or(CrmFailure::Gone)?;
                for (name, value) in merged {
                    contact.entry(name).or_insert(value);
                }
                Ok(into.clone())
            })
            .await;
        answers.remove(0)
    }

    async fn read_contacts(&self, contacts: &[ContactId], _names: &[&str]) -> Vec<Each<ContactRecord>> {
        self.each("crm read", contacts, |state, id| {
            let id = state.current(id).ok_or(CrmFailure::Gone)?;
            let properties = Properties(state.contacts[&id].clone());
            Ok(ContactRecord { contact: id, owner: None, properties })
        })
        .await
    }

    async fn update_contacts(&self, writes: &[ContactWrite]) -> Vec<Each<ContactId>> {
        let now_ms = self.clock.now_ms();
        self.each("crm update", writes, |state, write| {
            let (from_ms, until_ms) = state.takes_no_changes;
            if (from_ms..until_ms).contains(&now_ms) {
                return Err(CrmFailure::Later { wait_ms: 1000 });
            }
            let id = state.current(&write.contact).ok_or(CrmFailure::Gone)?;
            if is_taken(state, &id, &write.properties) {
                return Err(CrmFailure::Taken);
            }
            state.admit_all(&write.properties)?;
            state.write(&id, &write.properties.0, now_ms);
            Ok(id)
        })
        .await
    }

    async fn write_notes(&self, notes: &[NoteWrite]) -> Vec<Each<NoteId>> {
        let unique = self.unique_keys;
        self.each("crm notes", notes, |state, note| {
            state.admit(&note.body)?;
            let new = ModelNote {
                key: note.key.clone(),
                contact: note.contact.clone(),
                at_ms: note.at_ms,
                body: note.body.clone(),
                files: note.files.clone(),
            };
            if state.checks_files && note.files.iter().any(|file| !state.files.contains_key(file)) {
                return Err(CrmFailure::Refused { code: "NO_SUCH_FILE".to_owned() });
            }
            match state.notes.iter().position(|known| unique && known.key == note.key) {
                Some(at) => {
                    state.notes[at] = new;
                    Ok(NoteId::new(at.to_string()))
                }
                None => {
                    state.notes.push(new);
                    Ok(NoteId::new((state.notes.len() - 1).to_string()))
                }
            }
        })
        .await
    }

    async fn find_note(&self, note: &NoteWrite) -> Each<Option<NoteId>> {
        self.each("crm find note", std::slice::from_ref(note), |state, note| {
            let found = state.notes.iter().position(|known| known.contact == note.contact && known.at_ms == note.at_ms);
            Ok(found.map(|at| NoteId::new(at.to_string())))
        })
        .await
        .remove(0)
    }

    async fn read_note(&self, note: &NoteId) -> Each<String> {
        self.each("crm read note", std::slice::from_ref(note), |state, id| {
            let at: usize = id.as_str().parse().expect("a model's note");
            state.notes.get(at).map(|note| note.body.clone()).ok_or(CrmFailure::Gone)
        })
        .await
        .remove(0)
    }

    async fn edit_note(&self, note: &NoteId, body: &str) -> Each<()> {
        self.each("crm edit note", std::slice::from_ref(note), |state, id| {
            state.admit(body)?;
            let at: usize = id.as_str().parse().expect("a model's note");
            state.notes[at].body = body.to_owned();
            Ok(())
        })
        .await
        .remove(0)
    }

    async fn write_tasks(&self, tasks: &[TaskWrite]) -> Vec<Each<TaskId>> {
        let unique = self.unique_keys;
        self.each("crm tasks", tasks, |state, task| {
            state.admit(&task.subject)?;
            let found = state.tasks.iter().position(|known| unique && known.key == task.key);
            let at = found.unwrap_or_else(|| {
                state.tasks.push(ModelTask {
                    key: task.key.clone(),
                    contact: task.contact.clone(),
                    subject: task.subject.clone(),
                    due_at_ms: task.due_at_ms,
                    done: false,
                });
                state.tasks.len() - 1
            });
            Ok(TaskId::new(at.to_string()))
        })
        .await
    }

    async fn find_task(&self, task: &TaskWrite) -> Each<Option<TaskId>> {
        self.each("crm find task", std::slice::from_ref(task), |state, task| {
            let found = state.tasks.iter().position(|known| {
                known.contact == task.contact && known.due_at_ms == task.due_at_ms && known.subject == task.subject
            });
            Ok(found.map(|at| TaskId::new(at.to_string())))
        })
        .await
        .remove(0)
    }

    async fn read_tasks(&self, tasks: &[TaskId]) -> Vec<Each<TaskStanding>> {
        self.each("crm read tasks", tasks, |state, id| {
            let at: usize = id.as_str().parse().expect("a model's task");
            Ok(match state.tasks.get(at) {
                Some(task) if task.done => TaskStanding::Done,
                Some(_) => TaskStanding::Open,
                None => TaskStanding::Gone,
            })
        })
        .await
    }

    fn files(&self) -> Option<&dyn CrmFiles> {
        Some(self)
    }

    async fn write_to_inbox(&self, message: &InboxWrite) -> Each<()> {
        self.each("crm inbox", std::slice::from_ref(message), inbox::write).await.remove(0)
    }

    async fn tell_inbox(&self, outcome: &InboxOutcome) -> Each<()> {
        self.each("crm tell inbox", std::slice::from_ref(outcome), inbox::tell).await.remove(0)
    }

    async fn complete(&self, completions: &[CompletionWrite]) -> Vec<Each<()>> {
        self.each("crm complete", completions, |state, completion| {
            if !state.waiting.contains(&completion.callback) {
                return Err(CrmFailure::Gone);
            }
            completion.outputs.values().try_for_each(|value| state.admit(value))?;
            state.waiting.remove(&completion.callback);
            state.completed.entry(completion.callback.clone()).or_default().push(completion.outputs.clone());
            Ok(())
        })
        .await
    }
}
