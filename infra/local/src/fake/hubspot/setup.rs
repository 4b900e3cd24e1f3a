//! Setting the CRM up and looking at it from Rust; what people do in the CRM itself.

use std::collections::VecDeque;

use super::definitions::{default_groups, defaults};
use super::object_type::ObjectType;
use super::platform::FakeHubSpot;
use super::state::{
    AppSpec, Completion, Grant, OwnerSpec, Portal, PortalSpec, Properties, Record, State, StoredFile, TimelineEvent,
    User,
};
use super::store::{self, Write};
use super::values;

/// A record as it is now.
#[derive(Clone)]
pub struct RecordView {
    /// Record ID.
    pub id: u64,
    /// Its values.
    pub properties: Properties,
    /// The contacts it is associated to (notes and tasks).
    pub contact_ids: Vec<u64>,
    /// When it was made, in milliseconds since 1970.
    pub created_at_ms: i64,
    /// When it was last written, in milliseconds since 1970.
    pub updated_at_ms: i64,
}

/// Why HubSpot's form did not take what somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypingRefused {
    /// Another contact has this value, and values of this property are unique.
    #[error("another contact has this value")]
    Taken,
    /// There is no such property, or it takes no such value.
    #[error("the value does not fit the property")]
    Unfit,
}

impl Portal {
    pub(super) fn archive_property(&mut self, kind: ObjectType, name: &str) {
        if let Some(definition) = self.definitions.entry(kind).or_default().get_mut(name) {
            definition.archived = true;
        }
    }

    fn view(&self, kind: ObjectType, record: &Record) -> RecordView {
        let contacts = self.contacts_of.get(&(kind, record.id));
        RecordView {
            id: record.id,
            properties: record.properties.clone(),
            contact_ids: contacts.into_iter().flatten().copied().collect(),
            created_at_ms: record.created_at_ms,
            updated_at_ms: record.updated_at_ms,
        }
    }
}

impl FakeHubSpot {
    /// Adds a portal, or replaces one with the same ID. The app is not installed in it yet.
    pub fn add_portal(&self, spec: PortalSpec) {
        let kinds = [ObjectType::Contact, ObjectType::Note, ObjectType::Task];
        let portal = Portal {
            files: Default::default(),
            records: Default::default(),
            merged: Default::default(),
            definitions: kinds.map(|kind| (kind, defaults(kind))).into(),
            groups: kinds.map(|kind| (kind, default_groups(kind))).into(),
            unique: Default::default(),
            contacts_of: Default::default(),
            activities_of: Default::default(),
            owners: Vec::new(),
            inactive_owners: Default::default(),
            timeline: Vec::new(),
            timeline_ids: Default::default(),
            recent_calls: VecDeque::new(),
            search_bucket: None,
            spec,
        };
        self.lock().portals.insert(portal.spec.portal_id, portal);
    }

    /// Changes a portal. One that is not there is left alone.
    pub fn edit_portal(&self, portal_id: u64, edit: impl FnOnce(&mut PortalSpec)) {
        if let Some(portal) = self.lock().portals.get_mut(&portal_id) {
            edit(&mut portal.spec);
        }
    }

    /// Changes the app: its URLs, its secret.
    pub fn edit_app(&self, edit: impl FnOnce(&mut AppSpec)) {
        edit(&mut self.lock().app);
    }

    /// The app as it is now.
    pub fn app(&self) -> AppSpec {
        self.lock().app.clone()
    }

    /// All portals, by ID.
    pub fn portals(&self) -> Vec<PortalSpec> {
        self.lock().portals.values().map(|portal| portal.spec.clone()).collect()
    }

    /// Installs the app with all scopes the portal can grant; returns the refresh token.
    pub fn install(&self, portal_id: u64) -> String {
        let mut state = self.lock();
        let scopes = state.portal(portal_id).spec.scopes.clone();
        state.new_refresh_token(portal_id, scopes)
    }

    /// Makes a private token (it never expires) with all scopes the portal can grant.
    pub fn private_token(&self, portal_id: u64) -> String {
        let mut state = self.lock();
        let token = format!("pat-na1-{}", state.ids.uuid());
        let scopes = state.portal(portal_id).spec.scopes.clone();
        let grant = Grant { portal_id, scopes, expires_at_ms: i64::MAX, refresh_token: None, user: state.user.clone() };
        state.access_tokens.insert(token.clone(), grant);
        token
    }

    /// Whoever lets the app into an account is asked for consent from now on, by pages with buttons. Before, whoever comes agrees.
    pub fn ask_for_consent(&self) {
        self.lock().asks_for_consent = true;
    }

    /// Whatever is asked for, this alone is granted from now on; `None`: what is asked for again. HubSpot documents that an install
    /// grants what it asks for, and that later changes of the app's scopes leave installs as they are.
    pub fn grant_only(&self, scopes: Option<&[&str]>) {
        self.lock().grants_only = scopes.map(|scopes| scopes.iter().map(|&scope| scope.to_owned()).collect());
    }

    /// Somebody else sits at HubSpot from now on.
    pub fn sign_in_as(&self, user_id: u64, email: &str) {
        self.lock().user = User { id: user_id, email: email.to_owned() };
    }

    /// The app has leave in this account.
    pub fn is_installed(&self, portal_id: u64) -> bool {
        self.lock().refresh_tokens.values().any(|grant| grant.portal_id == portal_id)
    }

    /// An administrator uninstalls the app: all its tokens end, and HubSpot tells nobody.
    pub fn uninstall(&self, portal_id: u64) {
        self.lock().forget_tokens(portal_id);
    }

    /// Ends all access tokens of a portal before their time; refresh tokens live on.
    pub fn expire_access_tokens(&self, portal_id: u64) {
        self.lock().access_tokens.retain(|_, grant| grant.portal_id != portal_id || grant.expires_at_ms == i64::MAX);
    }

    /// Adds a user who can own records.
    pub fn add_owner(&self, portal_id: u64, owner: OwnerSpec) {
        self.lock().portal(portal_id).owners.push(owner);
    }

    /// Deactivates a user who owns records: the records still name them.
    pub fn deactivate_owner(&self, portal_id: u64, owner_id: u64) {
        self.lock().portal(portal_id).inactive_owners.insert(owner_id);
    }

    /// Changes every user who can own records.
    pub fn edit_owners(&self, portal_id: u64, edit: impl FnMut(&mut OwnerSpec)) {
        self.lock().portal(portal_id).owners.iter_mut().for_each(edit);
    }

    /// The portal's owners.
    pub fn owners(&self, portal_id: u64) -> Vec<OwnerSpec> {
        self.lock().portals.get(&portal_id).map(|portal| portal.owners.clone()).unwrap_or_default()
    }

    /// Somebody makes a contact in the CRM. Values are taken as they are, for set-up.
    pub fn create_contact(&self, portal_id: u64, properties: &[(&str, &str)]) -> u64 {
        store::create(&mut self.lock(), portal_id, ObjectType::Contact, &writes(properties), "CRM_UI")
    }

    /// A contact that has been there for long: what webhooks tell of it was delivered then.
    pub fn create_old_contact(&self, portal_id: u64, properties: &[(&str, &str)]) -> u64 {
        let mut state = self.lock();
        let waiting = state.webhooks.len();
        let id = store::create(&mut state, portal_id, ObjectType::Contact, &writes(properties), "CRM_UI");
        state.webhooks.truncate(waiting);
        id
    }

    /// Makes a contact under a record ID of your choice, for worlds that are set up again over kept data.
    pub fn create_contact_as(&self, portal_id: u64, id: u64, properties: &[(&str, &str)]) {
        let mut state = self.lock();
        store::create_as(&mut state, portal_id, (ObjectType::Contact, id), &writes(properties), "CRM_UI");
    }

    /// Somebody changes a record in the CRM; an empty value clears.
    pub fn change(&self, portal_id: u64, kind: ObjectType, id: u64, properties: &[(&str, &str)]) {
        store::update(&mut self.lock(), portal_id, kind, id, &writes(properties), "CRM_UI");
    }

    /// Somebody fills in HubSpot's form of a contact (`None`: of a new one), by HubSpot's own rules; an empty value clears. Returns
    /// the record's ID.
    ///
    /// # Errors
    /// A unique value that another contact has, a property that is not there, a value that does not fit.
    pub fn type_contact(
        &self,
        portal_id: u64,
        id: Option<u64>,
        properties: &[(&str, &str)],
    ) -> Result<u64, TypingRefused> {
        let (mut state, writes) = (self.lock(), writes(properties));
        let contact = ObjectType::Contact;
        let conflict_is_409 = true;
        values::check(state.portal(portal_id), contact, id, &writes, conflict_is_409)
            .map_err(|problem| if problem.status == 409 { TypingRefused::Taken } else { TypingRefused::Unfit })?;
        Ok(match id {
            None => store::create(&mut state, portal_id, contact, &writes, "CRM_UI"),
            Some(id) => {
                store::update(&mut state, portal_id, contact, id, &writes, "CRM_UI");
                id
            }
        })
    }

    /// Somebody finishes a task.
    pub fn complete_task(&self, portal_id: u64, task_id: u64) {
        self.change(portal_id, ObjectType::Task, task_id, &[("hs_task_status", "COMPLETED")]);
    }

    /// Somebody deletes a record (to the recycle bin).
    pub fn delete(&self, portal_id: u64, kind: ObjectType, id: u64) {
        self.lock().delete_record(portal_id, kind, id, "CRM_UI");
    }

    /// Somebody takes a deleted contact back out of the recycle bin; false if it is not there.
    pub fn restore(&self, portal_id: u64, contact_id: u64) -> bool {
        self.lock().restore_contact(portal_id, contact_id)
    }

    /// Somebody deletes a contact for ever under privacy law.
    pub fn gdpr_delete(&self, portal_id: u64, contact_id: u64) {
        self.lock().purge_contact(portal_id, contact_id);
    }

    /// Somebody merges two contacts; returns the surviving ID, or `None` if one is not there.
    pub fn merge(&self, portal_id: u64, primary: u64, other: u64) -> Option<u64> {
        self.lock().merge_records(portal_id, primary, other)
    }

    /// Somebody archives a property in the settings.
    pub fn archive_property(&self, portal_id: u64, kind: ObjectType, name: &str) {
        self.lock().portal(portal_id).archive_property(kind, name);
    }

    /// The JSON of a property's definition.
    pub fn property(&self, portal_id: u64, kind: ObjectType, name: &str) -> Option<serde_json::Value> {
        let state = self.lock();
        let definition = state.portals.get(&portal_id)?.definitions.get(&kind)?.get(name)?;
        (!definition.archived).then(|| definition.json.clone())
    }

    /// All live records of a type, by ID.
    pub fn records(&self, portal_id: u64, kind: ObjectType) -> Vec<RecordView> {
        let state = self.lock();
        let Some(portal) = state.portals.get(&portal_id) else {
            return Vec::new();
        };
        let live = portal.records.iter().filter(|((of, _), record)| *of == kind && !record.archived);
        live.map(|(_, record)| portal.view(kind, record)).collect()
    }

    /// One live record.
    pub fn record(&self, portal_id: u64, kind: ObjectType, id: u64) -> Option<RecordView> {
        let state = self.lock();
        let portal = state.portals.get(&portal_id)?;
        portal.live(kind, id).map(|record| portal.view(kind, record))
    }

    /// All live contacts.
    pub fn contacts(&self, portal_id: u64) -> Vec<RecordView> {
        self.records(portal_id, ObjectType::Contact)
    }

    /// The portal has never granted this, and its tokens do not have it.
    pub fn never_grants(&self, portal_id: u64, scope: &str) {
        let mut state = self.lock();
        let lacks = |scopes: &mut Vec<String>| scopes.retain(|granted| granted != scope);
        lacks(&mut state.portal(portal_id).spec.scopes);
        let State { access_tokens, refresh_tokens, .. } = &mut *state;
        let grants = access_tokens.values_mut().chain(refresh_tokens.values_mut());
        grants.filter(|grant| grant.portal_id == portal_id).for_each(|grant| lacks(&mut grant.scopes));
    }

    /// All files, in the order in which they were uploaded.
    pub fn files(&self, portal_id: u64) -> Vec<StoredFile> {
        self.lock().portal(portal_id).files.values().cloned().collect()
    }

    /// Somebody deletes a file in HubSpot's file manager.
    pub fn delete_file(&self, portal_id: u64, id: u64) {
        self.lock().portal(portal_id).files.remove(&id);
    }

    /// All live notes, with their contacts.
    pub fn notes(&self, portal_id: u64) -> Vec<RecordView> {
        self.records(portal_id, ObjectType::Note)
    }

    /// All live tasks, with their contacts.
    pub fn tasks(&self, portal_id: u64) -> Vec<RecordView> {
        self.records(portal_id, ObjectType::Task)
    }

    /// All app events, oldest first.
    pub fn timeline_events(&self, portal_id: u64) -> Vec<TimelineEvent> {
        self.lock().portals.get(&portal_id).map(|portal| portal.timeline.clone()).unwrap_or_default()
    }

    /// All completions that arrived, oldest first, whether or not they ended a block.
    pub fn completions(&self) -> Vec<Completion> {
        self.lock().completions.clone()
    }
}

fn writes(properties: &[(&str, &str)]) -> Vec<Write> {
    let set = |(name, value): &(&str, &str)| ((*name).to_owned(), (!value.is_empty()).then(|| (*value).to_owned()));
    properties.iter().map(set).collect()
}
