//! A served HubSpot with one portal, and a client connected to it by OAuth.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use local::fake::hubspot::{AppSpec, FakeHubSpot, PortalSpec};
use local::fake::{FakeClock, Served};
use musubi::crm::CrmClients;
use musubi::crm::hubspot::{Api, setup};
use musubi::domain::account::{Capabilities, CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, ContactId, CrmAccountId, CrmAppId, LineUserId};
use musubi::domain::language::Language;
use musubi::domain::provider::ProviderNumber;
use musubi::ports::crm::{Crm, Crms, NoteWrite, PersonWrite, Properties, TaskWrite};
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread, Secret};
use musubi::ports::{Clock, PortError, Secrets};

pub const PORTAL: u64 = 50_000_000;
pub const NOON_MS: i64 = 1_786_000_000_000;
pub const CLIENT_SECRET: &str = "hubspot-client-secret";

/// The fake's clock, which sleeping moves.
pub struct OneClock(pub FakeClock);

#[async_trait]
impl Clock for OneClock {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.0.advance_ms(i64::try_from(duration_ms).unwrap());
    }
}

/// Secrets in memory, for one account.
#[derive(Default)]
pub struct Vault {
    pub token: Mutex<Option<CrmToken>>,
    pub stored: Mutex<Vec<CrmToken>>,
    pub app: Mutex<Option<CrmAppSecrets>>,
    /// Storing fails.
    pub full: AtomicBool,
}

#[async_trait]
impl Secrets for Vault {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        Ok(None)
    }
    async fn line_anew(&self, _: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        Ok(Reread { secrets: None, as_of_ms: 0 })
    }
    async fn crm_app(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        Ok(self.app.lock().unwrap().clone())
    }
    async fn crm_app_anew(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        self.crm_app(kind, app).await
    }
    async fn crm_token(&self, _: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        Ok(self.token.lock().unwrap().clone())
    }
    async fn store_crm_token(&self, _: &CrmAccountKey, token: &CrmToken) -> Result<(), PortError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(PortError::transient("secrets", "full"));
        }
        *self.token.lock().unwrap() = Some(token.clone());
        self.stored.lock().unwrap().push(token.clone());
        Ok(())
    }
    async fn store_line(&self, _: &ChannelId, _: &LineSecrets) -> Result<(), PortError> {
        Ok(())
    }
    async fn store_crm_app(&self, _: CrmKind, _: &CrmAppId, secrets: &CrmAppSecrets) -> Result<(), PortError> {
        *self.app.lock().unwrap() = Some(secrets.clone());
        Ok(())
    }
    async fn forget_crm_token(&self, _: &CrmAccountKey) -> Result<(), PortError> {
        *self.token.lock().unwrap() = None;
        Ok(())
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        Ok(())
    }
}

pub struct World {
    pub clock: FakeClock,
    pub fake: FakeHubSpot,
    pub served: Served,
    pub vault: Arc<Vault>,
    pub clients: CrmClients,
    pub account: CrmAccount,
}

impl World {
    /// Installed, not set up: an access token that has run out, so that the first call refreshes.
    pub async fn bare() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clock = FakeClock::stopped_at(NOON_MS);
        let fake = FakeHubSpot::new(clock.clone(), AppSpec::demo(77, CLIENT_SECRET));
        fake.add_portal(PortalSpec::demo(PORTAL));
        let served = fake.serve().await.unwrap();
        let vault = Arc::new(Vault::default());
        *vault.app.lock().unwrap() = Some(CrmAppSecrets {
            client_id: "client-77".to_owned(),
            client_secrets: vec![Secret::new(CLIENT_SECRET), Secret::new("the one before")],
        });
        *vault.token.lock().unwrap() = Some(CrmToken::OAuth {
            access_token: Secret::new("run out"),
            refresh_token: Secret::new(fake.install(PORTAL)),
            expires_at_ms: NOON_MS,
            instance_url: None,
        });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let clients = CrmClients::new(http.into(), &served.url(), vault.clone(), Arc::new(OneClock(clock.clone())));
        let key = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL.to_string()) };
        let account = CrmAccount::new(key, CrmAppId::new("77"), Language::Japanese, "Asia/Tokyo");
        Self { clock, fake, served, vault, clients, account }
    }

    /// Set up, with or without unique keys on notes and tasks.
    pub async fn start(unique_keys: bool) -> Self {
        let mut world = Self::bare().await;
        world.fake.edit_portal(PORTAL, |portal| portal.accepts_unique_note_property = unique_keys);
        let api = world.api();
        let report = setup::prepare_properties(&api, Language::Japanese, ProviderNumber::ALL).await.unwrap();
        assert_eq!(report.problems, []);
        assert_eq!(setup::probe_unique_keys(&api, Language::Japanese).await, Ok(unique_keys));
        world.account.capabilities = Capabilities { workflows_wait: true, unique_keys };
        world
    }

    pub fn api(&self) -> Arc<Api> {
        self.clients.hubspot_api(&self.account)
    }

    pub async fn crm(&self) -> Arc<dyn Crm> {
        self.clients.connect(&self.account, i64::MAX).await.unwrap().unwrap()
    }

    /// The same, for a caller whose time is up after so many milliseconds of the fake's time.
    pub async fn crm_for_ms(&self, left_ms: i64) -> Arc<dyn Crm> {
        // The rate limit is not what is looked at.
        self.fake.clock().advance_ms(20_000);
        let until_ms = self.fake.clock().now_ms() + left_ms;
        self.clients.connect(&self.account, until_ms).await.unwrap().unwrap()
    }

    /// How many calls went to paths that end so.
    pub fn calls(&self, path_end: &str) -> usize {
        self.fake.ledger().calls.iter().filter(|call| call.path.ends_with(path_end)).count()
    }

    pub fn contact(&self, email: &str) -> ContactId {
        ContactId::new(self.fake.create_contact(PORTAL, &[("email", email)]).to_string())
    }

    pub fn merge(&self, primary: &ContactId, other: &ContactId) -> ContactId {
        let number = |contact: &ContactId| contact.as_str().parse().unwrap();
        ContactId::new(self.fake.merge(PORTAL, number(primary), number(other)).unwrap().to_string())
    }
}

pub fn number(contact: &ContactId) -> u64 {
    contact.as_str().parse().unwrap()
}

pub fn user(n: usize) -> LineUserId {
    LineUserId::new(format!("U{n:032x}"))
}

pub fn properties(all: &[(&str, &str)]) -> Properties {
    let mut properties = Properties::default();
    for (name, value) in all {
        properties.set(name, *value);
    }
    properties
}

pub fn person(n: usize, name: &str) -> PersonWrite {
    PersonWrite { id_field: "line_user_id", user: user(n), properties: properties(&[("line_user_name", name)]) }
}

pub fn note(key: &str, contact: &ContactId) -> NoteWrite {
    NoteWrite {
        key: key.to_owned(),
        contact: contact.clone(),
        at_ms: NOON_MS + 123,
        body: "<p>こんにちは</p>".to_owned(),
        files: Vec::new(),
        owner: None,
    }
}

pub fn task(key: &str, contact: &ContactId) -> TaskWrite {
    TaskWrite {
        key: key.to_owned(),
        contact: contact.clone(),
        owner: None,
        due_at_ms: NOON_MS + 3_600_000,
        subject: "LINE".to_owned(),
        body: "…".to_owned(),
    }
}
