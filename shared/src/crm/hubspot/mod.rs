//! HubSpot as seen from us.
//!
//! What it sends: `signature` (is it really HubSpot?) and `action` (what a workflow asks). What we ask of it: `HubSpot`
//! answers the port [`Crm`]; `HubSpotSetUp` (over `setup` and `oauth`) is for the operator who connects an account.
//!
//! What no source of HubSpot's states is written at the place that depends on it.

mod api;
mod app_events;
mod batch;
mod bucket;
mod caller;
mod checkup;
mod completions;
mod connect;
mod contacts;
mod escapes;
mod failure;
mod files;
mod inbox;
mod inbox_call;
mod inbox_set_up;
mod kind;
mod notes;
mod owners;
mod property;
mod search;
mod tasks;
#[cfg(test)]
mod testing;
mod timeline;
mod token;

pub mod action;
pub mod oauth;
pub mod setup;
pub mod signature;
mod visitor;
pub mod webhook;

use std::sync::Arc;

use async_trait::async_trait;

pub use api::Api;
pub use caller::HubSpotCaller;
pub use connect::{HubSpotSetUp, HubSpotUrls};
pub use failure::PROPERTY_DOESNT_EXIST;
pub use timeline::KEY_PROPERTY;

use crate::domain::account::{Capabilities, TimelineSurface};
use crate::domain::claim::EmailAddress;
use crate::domain::ids::{ContactId, CrmUserId, LineUserId, NoteId, TaskId};
use crate::domain::limits::Limits;
use crate::domain::timeline::NoteFormat;
use crate::ports::crm::{
    CompletionWrite, ContactRecord, ContactWrite, Each, InboxOutcome, InboxWrite, Named, NoteWrite, PeopleFound,
    PeopleQuery, PersonWrite, TaskStanding, TaskWrite,
};
use crate::ports::{Crm, CrmFiles};

/// The version of HubSpot's API. Supported until about September 2027; 2026-09 would refuse contacts that lack what an
/// account's own validation rules require.
pub const VERSION: &str = "2026-03";

/// A HubSpot account, as the dispatcher needs it.
pub struct HubSpot {
    api: Arc<Api>,
    capabilities: Capabilities,
    surface: TimelineSurface,
}

impl HubSpot {
    /// Over the account's one [`Api`].
    pub fn new(api: Arc<Api>, capabilities: Capabilities, surface: TimelineSurface) -> Self {
        Self { api, capabilities, surface }
    }
}

/// HubSpot takes 65,536 "characters" in a note (its guide on notes) and in a property, and does not say which; where it counts
/// bytes, it refuses, and what is refused is cut.
const LIMITS: Limits = Limits { note_units: 60_000, field_units: 65_000, inbox_units: inbox::LONGEST_UNITS };

#[async_trait]
impl Crm for HubSpot {
    fn limits(&self) -> Limits {
        LIMITS
    }

    /// Its rich text is HTML, in which a line break is a tag (HubSpot's community); that a note's body is, too, no guide says, and it is
    /// unverified. An app event is made of the same HTML.
    fn note_format(&self) -> NoteFormat {
        NoteFormat::Html
    }

    async fn upsert_people(&self, people: &[PersonWrite]) -> Vec<Each<ContactId>> {
        contacts::upsert(&self.api, people).await
    }

    async fn find_by_email(&self, addresses: &[EmailAddress], names: &[&str]) -> Vec<Each<Option<ContactRecord>>> {
        contacts::find_by_email(&self.api, addresses, names).await
    }

    async fn find_person(&self, id_field: &'static str, user: &LineUserId) -> Each<Option<Named>> {
        contacts::find_person(&self.api, id_field, user).await
    }

    async fn search_people(&self, query: &PeopleQuery, names: &[&str]) -> Each<PeopleFound> {
        search::people(&self.api, query, names).await
    }

    async fn name_of_user(&self, user: &CrmUserId) -> Each<Option<String>> {
        owners::name_of_user(&self.api, user).await
    }

    async fn name_of_owner(&self, owner: &str) -> Each<Option<String>> {
        owners::name_of_owner(&self.api, owner).await
    }

    async fn merge_contacts(&self, from: &ContactId, into: &ContactId) -> Each<ContactId> {
        contacts::merge(&self.api, from, into).await
    }

    async fn read_contacts(&self, contacts: &[ContactId], names: &[&str]) -> Vec<Each<ContactRecord>> {
        contacts::read(&self.api, contacts, names).await
    }

    async fn update_contacts(&self, writes: &[ContactWrite]) -> Vec<Each<ContactId>> {
        contacts::update(&self.api, writes).await
    }

    async fn write_notes(&self, notes: &[NoteWrite]) -> Vec<Each<NoteId>> {
        match &self.surface {
            TimelineSurface::Notes => notes::write(&self.api, self.capabilities.unique_keys, notes).await,
            TimelineSurface::AppEvents { event_type } => app_events::write(&self.api, event_type, notes).await,
        }
    }

    async fn find_note(&self, note: &NoteWrite) -> Each<Option<NoteId>> {
        match &self.surface {
            TimelineSurface::Notes => notes::find(&self.api, self.capabilities.unique_keys, note).await,
            // Nothing can be looked for: writing it again under its ID tells, and makes no second one.
            TimelineSurface::AppEvents { .. } => Ok(None),
        }
    }

    async fn read_note(&self, note: &NoteId) -> Each<String> {
        app_events::refuse(note)?;
        notes::read(&self.api, note).await
    }

    async fn edit_note(&self, note: &NoteId, body: &str) -> Each<()> {
        app_events::refuse(note)?;
        notes::edit(&self.api, note, body).await
    }

    async fn write_tasks(&self, tasks: &[TaskWrite]) -> Vec<Each<TaskId>> {
        tasks::write(&self.api, self.capabilities.unique_keys, tasks).await
    }

    async fn find_task(&self, task: &TaskWrite) -> Each<Option<TaskId>> {
        tasks::find(&self.api, self.capabilities.unique_keys, task).await
    }

    async fn read_tasks(&self, tasks: &[TaskId]) -> Vec<Each<TaskStanding>> {
        tasks::read(&self.api, tasks).await
    }

    fn files(&self) -> Option<&dyn CrmFiles> {
        Some(self)
    }

    async fn write_to_inbox(&self, message: &InboxWrite) -> Each<()> {
        inbox::write(&self.api, message).await
    }

    async fn tell_inbox(&self, outcome: &InboxOutcome) -> Each<()> {
        inbox::tell(&self.api, outcome).await
    }

    async fn complete(&self, completions: &[CompletionWrite]) -> Vec<Each<()>> {
        completions::complete(&self.api, completions).await
    }
}
