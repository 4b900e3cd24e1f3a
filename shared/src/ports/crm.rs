//! A CRM, as the dispatcher needs it. Every call takes many and answers for each, in order.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use thiserror::Error;

use super::error::PortError;
use super::files::CrmFiles;
use crate::domain::account::CrmAccount;
use crate::domain::activity::Media;
use crate::domain::claim::EmailAddress;
use crate::domain::crm_inbox::{CrmInbox, InboxMessage};
use crate::domain::dead_letter::FailureReason;
use crate::domain::erasure::Erasure;
use crate::domain::ids::{CallbackId, ChannelId, ContactId, CrmUserId, FileId, LineUserId, NoteId, TaskId};
use crate::domain::limits::Limits;
use crate::domain::provider::ProviderNumber;
use crate::domain::timeline::NoteFormat;

/// Field names and values. The names are ours (`domain/properties.rs`), also of what every CRM has: a CRM's folder knows what
/// it calls them. Values are people's words: `Debug` shows the names alone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Properties(pub BTreeMap<String, String>);

impl Properties {
    /// Sets one.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Reads one; an empty value reads as none.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A person to be made, or found, by LINE user ID.
#[derive(Debug, Clone)]
pub struct PersonWrite {
    /// The unique property: [`ProviderNumber::user_id_field`](crate::domain::provider::ProviderNumber::user_id_field).
    pub id_field: &'static str,
    /// Its value.
    pub user: LineUserId,
    /// The rest.
    pub properties: Properties,
}

/// A change to a contact that exists. Never creates one.
#[derive(Debug, Clone)]
pub struct ContactWrite {
    /// The record ID of the contact.
    pub contact: ContactId,
    /// The properties that change; an empty value empties.
    pub properties: Properties,
}

/// A contact as read.
#[derive(Debug, Clone)]
pub struct ContactRecord {
    /// The ID to use from now on: a merge may have given it a new one.
    pub contact: ContactId,
    /// Its owner.
    pub owner: Option<String>,
    /// The properties asked for.
    pub properties: Properties,
}

/// The contact that names a person by LINE user ID.
#[derive(Debug, Clone)]
pub struct Named {
    /// The record ID of the contact.
    pub contact: ContactId,
    /// Since when the ID stands there, in milliseconds. `None`: the CRM does not tell.
    pub since_ms: Option<i64>,
}

impl Named {
    /// Whether the ID stands there from before the person was erased, as far as can be known: what cannot be known brings
    /// nobody back.
    pub fn is_from_before(&self, erasure: &Erasure) -> bool {
        self.since_ms.is_none_or(|since_ms| erasure.covers(since_ms))
    }
}

/// An entry, as it goes onto the timeline.
#[derive(Clone)]
pub struct NoteWrite {
    /// Our own key; no other record of the account has it.
    pub key: String,
    /// On whose timeline.
    pub contact: ContactId,
    /// The time it stands at, in milliseconds.
    pub at_ms: i64,
    /// In the CRM's [`note_format`](Crm::note_format).
    pub body: String,
    /// Files that hang on it.
    pub files: Vec<FileId>,
    /// Whom the CRM names as its author, by the CRM's ID of owners. One that it refuses refuses the entry.
    pub owner: Option<String>,
}

impl fmt::Debug for NoteWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NoteWrite").field("key", &self.key).finish_non_exhaustive()
    }
}

/// Something that was said, as it goes into the CRM's own inbox.
#[derive(Clone)]
pub struct InboxWrite {
    /// Our own key, for ever.
    pub key: String,
    /// Where.
    pub inbox: CrmInbox,
    /// Of which Official Account.
    pub channel: ChannelId,
    /// The person.
    pub user: LineUserId,
    /// As the CRM has it.
    pub person_name: Option<String>,
    /// Who they are in the CRM.
    pub contact: ContactId,
    /// When, in milliseconds.
    pub at_ms: i64,
    /// Plain text, never empty.
    pub text: String,
    /// A file of the CRM's own that hangs on it.
    pub file: Option<InboxFile>,
}

/// A file that hangs on a message in the CRM's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxFile {
    /// Which.
    pub file: FileId,
    /// As what it was sent.
    pub media: Media,
}

impl fmt::Debug for InboxWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxWrite").field("key", &self.key).finish_non_exhaustive()
    }
}

/// How a message ended that somebody wrote in the CRM's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxOutcome {
    /// Which message.
    pub message: InboxMessage,
    /// Why the person has not seen it, in words. `None`: LINE has it.
    pub not_sent: Option<String>,
}

/// A task for an owner.
#[derive(Clone)]
pub struct TaskWrite {
    /// Our own key; no other record of the account has it.
    pub key: String,
    /// About whom.
    pub contact: ContactId,
    /// For whom.
    pub owner: Option<String>,
    /// When it is due, in milliseconds.
    pub due_at_ms: i64,
    /// Its title.
    pub subject: String,
    /// What to do.
    pub body: String,
}

impl fmt::Debug for TaskWrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskWrite").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A task as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskStanding {
    /// Still to do.
    Open,
    /// Done.
    Done,
    /// Deleted.
    Gone,
}

/// An outcome for a waiting workflow.
#[derive(Debug, Clone)]
pub struct CompletionWrite {
    /// Which execution.
    pub callback: CallbackId,
    /// The workflow's step succeeded.
    pub success: bool,
    /// The output fields.
    pub outputs: BTreeMap<String, String>,
}

/// Why one item of a call did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CrmFailure {
    /// Not written, and the same would be refused again: it is what this item says. Another item may be taken.
    #[error("the CRM refused it: {code}")]
    Refused {
        /// The CRM's category or error code; nothing a person wrote.
        code: String,
    },
    /// Not written, whatever the item says, until somebody mends the account: a property that does not exist, a setting.
    #[error("the CRM account is not ready for it: {code}")]
    NotReady {
        /// The CRM's category or error code; nothing a person wrote.
        code: String,
    },
    /// Not written: another record has the value that must be unique. It passes once that record gives it up.
    #[error("another record of the CRM has the value")]
    Taken,
    /// The record does not exist (any more).
    #[error("the CRM does not know the record")]
    Gone,
    /// It may or may not have been written.
    #[error("the CRM did not answer")]
    Unknown,
    /// Not written; worth another try after this long.
    #[error("the CRM asks to wait")]
    Later {
        /// How long, in milliseconds.
        wait_ms: u64,
    },
    /// The account has revoked us, or lacks a permission.
    #[error("the CRM account is not connected")]
    Disconnected,
}

impl CrmFailure {
    /// Whether the same may go well another time, without anybody mending anything.
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Unknown | Self::Later { .. })
    }

    /// The same, as it is stored with the work.
    pub fn why(&self) -> FailureReason {
        match self {
            Self::Refused { code } => FailureReason::Refused { code: code.clone() },
            Self::NotReady { code } => FailureReason::NotReady { code: code.clone() },
            Self::Taken => FailureReason::Taken,
            Self::Disconnected => FailureReason::Disconnected,
            Self::Gone => FailureReason::NotReady { code: "GONE".to_owned() },
            Self::Unknown | Self::Later { .. } => FailureReason::Unreachable,
        }
    }
}

/// The code of a refusal because the entry stands on the timeline as an event, which can neither be read nor changed.
pub const EVENT_IMMUTABLE: &str = "EVENT_IMMUTABLE";

/// Of a CRM that has no inbox of its own.
fn no_inbox() -> CrmFailure {
    CrmFailure::NotReady { code: "NO_INBOX".to_owned() }
}

/// So many people are on a page at most.
pub const PEOPLE_PAGE: usize = 25;

/// The answer for one item.
pub type Each<T> = Result<T, CrmFailure>;

/// Which people on LINE are looked for in a CRM. `Debug` does not show whom.
#[derive(Clone)]
pub struct PeopleQuery {
    /// People of these LINE providers.
    pub providers: Vec<ProviderNumber>,
    /// Only who waits for an answer.
    pub waiting: bool,
    /// Only whom the CRM finds by these words: a name, an e-mail address, a telephone number.
    pub words: Option<String>,
    /// Where the page before ended.
    pub after: Option<String>,
}

impl fmt::Debug for PeopleQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeopleQuery").field("waiting", &self.waiting).finish_non_exhaustive()
    }
}

/// A page of contacts who are people on LINE.
#[derive(Debug, Clone)]
pub struct PeopleFound {
    /// Who.
    pub people: Vec<ContactRecord>,
    /// Where to go on. `None`: that was all, or as far as the CRM pages.
    pub next: Option<String>,
}

/// One connected CRM account. Calls wait for the account's rate limit by themselves, and split
/// themselves into the vendor's batches.
#[async_trait]
pub trait Crm: Send + Sync {
    /// How much it takes in one place: what is written through this port keeps to it.
    fn limits(&self) -> Limits;

    /// What it takes a note's body for. An account's never changes: the notes that stand are read in it, too.
    fn note_format(&self) -> NoteFormat;

    /// Makes or finds people by their unique LINE property, all by the same. Twice makes one.
    async fn upsert_people(&self, people: &[PersonWrite]) -> Vec<Each<ContactId>>;

    /// The contacts that have these e-mail addresses, as their first address. `None`: nobody has it.
    async fn find_by_email(&self, addresses: &[EmailAddress], names: &[&str]) -> Vec<Each<Option<ContactRecord>>>;

    /// The contact that has this LINE user ID in this unique property, as in [`PersonWrite`]. `None`: nobody has it.
    async fn find_person(&self, id_field: &'static str, user: &LineUserId) -> Each<Option<Named>>;

    /// A page of at most [`PEOPLE_PAGE`] contacts who are people on LINE, whose record changed last first. A search may lag behind
    /// the records by seconds: it is for people who look, and nothing is decided by it.
    async fn search_people(&self, query: &PeopleQuery, names: &[&str]) -> Each<PeopleFound>;

    /// What somebody of the team is called in the CRM. `None`: the CRM knows nobody of this ID, or no name of theirs.
    async fn name_of_user(&self, user: &CrmUserId) -> Each<Option<String>>;

    /// The same of whom a record names as its owner ([`ContactRecord::owner`]).
    async fn name_of_owner(&self, owner: &str) -> Each<Option<String>>;

    /// Merges `from` into `into`, for ever; answers with the ID to use from now on. Where `from` is gone already: `Gone`.
    async fn merge_contacts(&self, from: &ContactId, into: &ContactId) -> Each<ContactId>;

    /// Reads contacts, following merges. `Gone` where there is none.
    async fn read_contacts(&self, contacts: &[ContactId], names: &[&str]) -> Vec<Each<ContactRecord>>;

    /// Writes properties by record ID, following merges; answers with the ID to use from now on. Never creates.
    async fn update_contacts(&self, writes: &[ContactWrite]) -> Vec<Each<ContactId>>;

    /// Writes notes. Twice makes one where the account has unique keys; elsewhere an `Unknown` is
    /// resolved by [`find_note`](Self::find_note).
    async fn write_notes(&self, notes: &[NoteWrite]) -> Vec<Each<NoteId>>;

    /// Looks for a note whose writing ended in the unknown, on the contact's own timeline.
    async fn find_note(&self, note: &NoteWrite) -> Each<Option<NoteId>>;

    /// A note's body. Refused with [`EVENT_IMMUTABLE`] where the entry was written as an event.
    async fn read_note(&self, note: &NoteId) -> Each<String>;

    /// Replaces a note's body. Twice is the same as once. Refused as [`read_note`](Self::read_note) is.
    async fn edit_note(&self, note: &NoteId, body: &str) -> Each<()>;

    /// Writes tasks. Twice as with notes.
    async fn write_tasks(&self, tasks: &[TaskWrite]) -> Vec<Each<TaskId>>;

    /// Looks for a task whose writing ended in the unknown.
    async fn find_task(&self, task: &TaskWrite) -> Each<Option<TaskId>>;

    /// How tasks stand.
    async fn read_tasks(&self, tasks: &[TaskId]) -> Vec<Each<TaskStanding>>;

    /// Its file store. `None`: it keeps no files.
    fn files(&self) -> Option<&dyn CrmFiles> {
        None
    }

    /// Writes what a person said into the CRM's own inbox, into one thread a person. Twice under one key is once. Where the inbox or the
    /// Official Account's place in it is gone, `NotReady`; so it is in a CRM that has no inbox.
    async fn write_to_inbox(&self, _message: &InboxWrite) -> Each<()> {
        Err(no_inbox())
    }

    /// Says in the inbox how a message ended. Twice is the same as once. `Gone`: it knows no such message.
    async fn tell_inbox(&self, _outcome: &InboxOutcome) -> Each<()> {
        Err(no_inbox())
    }

    /// Tells waiting workflows. `Gone`: the CRM does not know (yet) that it waits.
    async fn complete(&self, completions: &[CompletionWrite]) -> Vec<Each<()>>;
}

/// Connects to CRM accounts.
#[async_trait]
pub trait Crms: Send + Sync {
    /// The account's client, for a caller whose time is up at `until_ms`: no call of it outlives that. What has not left by
    /// then answers `Later`, what is under way `Unknown`. `None`: no token is stored, it is not connected.
    async fn connect(&self, account: &CrmAccount, until_ms: i64) -> Result<Option<Arc<dyn Crm>>, PortError>;
}
