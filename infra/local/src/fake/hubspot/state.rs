//! What the fake HubSpot keeps: portals, records, properties, tokens, executions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::fmt;

use bytes::Bytes;
use serde_json::Value;

use super::endpoint::Endpoint;
use super::execution::Execution;
use super::inbox_state::InboxState;
use super::object_type::ObjectType;
use super::switches::Switches;
use crate::fake::fault::FaultPlan;
use crate::fake::ids::IdMaker;
use crate::fake::{FakeClock, Ledger, TokenBucket};

/// The developer project's app.
#[derive(Clone)]
pub struct AppSpec {
    /// App ID.
    pub app_id: u64,
    /// OAuth client ID.
    pub client_id: String,
    /// OAuth client secret, which also signs HubSpot's calls.
    pub client_secret: String,
    /// The developer account's API key, which makes custom channels.
    pub developer_key: String,
    /// Registered redirect URLs. When empty, any address on loopback is taken.
    pub redirect_urls: Vec<String>,
    /// Where pages of the app may call: `permittedUrls.fetch`, each a beginning of addresses.
    pub permitted_urls: Vec<String>,
    /// Scopes that every install must ask for.
    pub required_scopes: Vec<String>,
    /// Where workflow actions are posted.
    pub action_url: Option<String>,
    /// Where webhook subscriptions are posted.
    pub webhook_url: Option<String>,
    /// The action's URL as HubSpot knows it and signs it, where it differs from the one posted to (a proxy in between).
    pub action_url_as_signed: Option<String>,
    /// The same for webhooks.
    pub webhook_url_as_signed: Option<String>,
    /// Subscriptions are of the newer `object.*` kind (with `objectTypeId`) instead of `contact.*`; `contact.privacyDeletion`
    /// has no newer kind.
    pub object_subscriptions: bool,
    /// Contact properties whose changes are subscribed to.
    pub subscribed_properties: Vec<String>,
    /// Contact properties that the action's definition asks for (`objectRequestOptions`); empty = `object.properties` is absent.
    pub action_properties: Vec<String>,
    /// The workflow action's definition ID.
    pub definition_id: u64,
}

impl AppSpec {
    /// An app with the scope `oauth` required, no URLs, subscribed to `hubspot_owner_id`.
    pub fn demo(app_id: u64, client_secret: &str) -> Self {
        Self {
            app_id,
            client_id: format!("client-{app_id}"),
            client_secret: client_secret.to_owned(),
            developer_key: format!("developer-key-{app_id}"),
            redirect_urls: Vec::new(),
            permitted_urls: Vec::new(),
            required_scopes: vec!["oauth".to_owned()],
            action_url: None,
            webhook_url: None,
            action_url_as_signed: None,
            webhook_url_as_signed: None,
            object_subscriptions: false,
            subscribed_properties: vec!["hubspot_owner_id".to_owned()],
            action_properties: Vec::new(),
            definition_id: 259_551_814,
        }
    }
}

impl fmt::Debug for AppSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppSpec").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// A customer's account.
#[derive(Clone, Debug)]
pub struct PortalSpec {
    /// Portal ID ("Hub ID").
    pub portal_id: u64,
    /// What its people call it.
    pub name: String,
    /// IANA time zone.
    pub time_zone: String,
    /// Host of the portal's pages.
    pub ui_domain: String,
    /// Language of labels, such as `ja`.
    pub language: String,
    /// Scopes that this portal's subscription can grant.
    pub scopes: Vec<String>,
    /// Notes and tasks take a property with unique values (unverified at HubSpot; probed by the app).
    pub accepts_unique_note_property: bool,
    /// A merge keeps the primary record's ID (the beta); by default a merged record gets a new one.
    pub keeps_primary_id_on_merge: bool,
    /// App events are approved for these event types.
    pub event_types: Vec<String>,
    /// Its inboxes, by ID and name.
    pub inboxes: Vec<(String, String)>,
    /// Calls per ten seconds of one app (OAuth apps: 110).
    pub calls_per_ten_seconds: u32,
    /// A value with any of these in it is refused for good. That HubSpot looks at what values say is documented for no property
    /// of ours; what it would answer is unverified.
    pub refused_words: Vec<String>,
    /// The longest value is counted in bytes of UTF-8 instead of UTF-16 code units. HubSpot says "characters".
    pub counts_bytes: bool,
    /// A note that names a file which is not there is refused. No document says what becomes of one.
    pub refuses_unknown_attachments: bool,
}

impl PortalSpec {
    /// A Japanese portal that grants everything, takes unique properties on notes, and knows no app events.
    pub fn demo(portal_id: u64) -> Self {
        let scopes = [
            "oauth",
            "crm.objects.contacts.read",
            "crm.objects.contacts.write",
            "crm.schemas.contacts.read",
            "crm.schemas.contacts.write",
            "crm.objects.owners.read",
            "files",
            "automation",
            "timeline",
            "conversations.read",
            "conversations.write",
            "conversations.custom_channels.read",
            "conversations.custom_channels.write",
        ];
        Self {
            portal_id,
            name: format!("Portal {portal_id}"),
            time_zone: "Asia/Tokyo".to_owned(),
            ui_domain: "app.hubspot.com".to_owned(),
            language: "ja".to_owned(),
            scopes: scopes.map(str::to_owned).to_vec(),
            accepts_unique_note_property: true,
            keeps_primary_id_on_merge: false,
            event_types: Vec::new(),
            inboxes: vec![("1".to_owned(), "受信トレイ".to_owned())],
            calls_per_ten_seconds: 110,
            refused_words: Vec::new(),
            counts_bytes: false,
            refuses_unknown_attachments: true,
        }
    }
}

/// Values of one record by property name.
pub type Properties = BTreeMap<String, String>;

#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) properties: Properties,
    pub(crate) created_at_ms: i64,
    pub(crate) updated_at_ms: i64,
    pub(crate) archived: bool,
    /// What each property was, oldest first: value, source and time.
    pub(crate) history: BTreeMap<String, Vec<(String, String, i64)>>,
    /// States as search sees them: each with the time from which the index may show it.
    pub(crate) versions: Vec<(i64, Properties)>,
}

#[derive(Clone)]
pub(crate) struct PropertyDefinition {
    pub(crate) name: String,
    pub(crate) unique: bool,
    pub(crate) archived: bool,
    pub(crate) json: Value,
}

/// A user who can own records.
#[derive(Clone)]
pub struct OwnerSpec {
    /// The owner ID, as `hubspot_owner_id` takes it.
    pub owner_id: u64,
    /// The user ID, another number.
    pub user_id: u64,
    /// E-mail address.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

/// A completion of a blocked action, as it arrived.
#[derive(Clone)]
pub struct Completion {
    /// The portal whose token it came with.
    pub portal_id: u64,
    /// Which execution.
    pub callback_id: String,
    /// `outputFields`, as sent.
    pub outputs: Value,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// It ended a block. False: the callback was unknown, not blocked yet, or over.
    pub applied: bool,
}

/// An app event on a contact's timeline.
#[derive(Clone)]
pub struct TimelineEvent {
    /// The caller's event ID.
    pub id: String,
    /// The contact, where it was named by record ID.
    pub contact_id: Option<u64>,
    /// The whole event, as sent.
    pub json: Value,
    /// When it arrived, in milliseconds since 1970.
    pub at_ms: i64,
}

/// A file in HubSpot's file store.
#[derive(Clone)]
pub struct StoredFile {
    /// Its ID.
    pub id: u64,
    /// The path of its folder.
    pub folder: String,
    /// Its name, with the extension.
    pub name: String,
    /// Who may see it: `PRIVATE`, or one of the public ones.
    pub access: String,
    /// As what it was uploaded.
    pub content_type: String,
    /// The file.
    pub bytes: Bytes,
    /// When it was uploaded, in milliseconds since 1970.
    pub at_ms: i64,
}

pub(crate) struct Portal {
    pub(crate) spec: PortalSpec,
    pub(crate) files: BTreeMap<u64, StoredFile>,
    pub(crate) records: BTreeMap<(ObjectType, u64), Record>,
    /// Old record ID to the record it was merged into.
    pub(crate) merged: HashMap<u64, u64>,
    pub(crate) definitions: BTreeMap<ObjectType, BTreeMap<String, PropertyDefinition>>,
    pub(crate) groups: BTreeMap<ObjectType, BTreeMap<String, Value>>,
    /// Value of a unique property to its record.
    pub(crate) unique: HashMap<(ObjectType, String, String), u64>,
    /// Note or task to its contacts.
    pub(crate) contacts_of: BTreeMap<(ObjectType, u64), BTreeSet<u64>>,
    /// Contact to its notes and tasks.
    pub(crate) activities_of: BTreeMap<u64, BTreeSet<(ObjectType, u64)>>,
    pub(crate) owners: Vec<OwnerSpec>,
    /// Owners whose user was deactivated: records keep them, and nothing new is given to them. That a write is refused was
    /// reported by developers; the code's name is unverified.
    pub(crate) inactive_owners: BTreeSet<u64>,
    pub(crate) timeline: Vec<TimelineEvent>,
    pub(crate) timeline_ids: HashSet<String>,
    pub(crate) recent_calls: VecDeque<i64>,
    pub(crate) search_bucket: Option<TokenBucket>,
}

/// Somebody who is signed in to HubSpot.
#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) email: String,
}

/// What somebody is asked to agree to.
#[derive(Clone)]
pub(crate) struct Consent {
    pub(crate) portal_id: u64,
    pub(crate) scopes: Vec<String>,
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
}

pub(crate) struct Grant {
    pub(crate) portal_id: u64,
    pub(crate) scopes: Vec<String>,
    /// `i64::MAX` for private tokens and refresh tokens.
    pub(crate) expires_at_ms: i64,
    pub(crate) refresh_token: Option<String>,
    /// Who agreed.
    pub(crate) user: User,
}

pub(crate) struct Code {
    pub(crate) portal_id: u64,
    pub(crate) scopes: Vec<String>,
    pub(crate) redirect_uri: String,
    pub(crate) user: User,
}

#[derive(Clone)]
pub(crate) struct WaitingWebhook {
    pub(crate) event: Value,
    pub(crate) due_at_ms: i64,
    pub(crate) first_at_ms: i64,
    pub(crate) attempt: u32,
}

pub(crate) struct State {
    pub(crate) clock: FakeClock,
    pub(crate) ids: IdMaker,
    pub(crate) app: AppSpec,
    pub(crate) switches: Switches,
    pub(crate) portals: BTreeMap<u64, Portal>,
    /// Who sits at the browser.
    pub(crate) user: User,
    /// People are asked, by pages with buttons; else whoever comes agrees at once.
    pub(crate) asks_for_consent: bool,
    /// Nothing else is granted.
    pub(crate) grants_only: Option<Vec<String>>,
    pub(crate) consents: HashMap<String, Consent>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) access_tokens: HashMap<String, Grant>,
    pub(crate) refresh_tokens: HashMap<String, Grant>,
    /// Of signed addresses: of which portal which file, and until when, in milliseconds since 1970.
    pub(crate) signed_files: HashMap<String, (u64, u64, i64)>,
    pub(crate) executions: BTreeMap<String, Execution>,
    /// No block of an execution ends before this, in milliseconds since 1970.
    pub(crate) next_block_ends_ms: i64,
    pub(crate) completions: Vec<Completion>,
    pub(crate) webhooks: Vec<WaitingWebhook>,
    pub(crate) inbox: InboxState,
    pub(crate) ledger: Ledger,
    pub(crate) faults: FaultPlan<Endpoint>,
}

impl State {
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    pub(crate) fn portal(&mut self, portal_id: u64) -> &mut Portal {
        self.portals.get_mut(&portal_id).expect("the portal was added before it is used")
    }

    /// The next record ID; all object types share one row of numbers, as in HubSpot IDs are large and not dense.
    pub(crate) fn record_id(&mut self) -> u64 {
        153_000_000_000 + self.ids.number() * 7
    }
}

/// A time as HubSpot writes it.
pub(crate) fn iso(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
