//! What every answer to the port [`Secrets`] must do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId};
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread, Secret};
use musubi::ports::{PortError, Secrets};

/// Where secrets are kept, seen from several environments.
pub trait SecretsWorld: Send + Sync {
    /// A new environment, which has read nothing yet.
    fn environment(&self) -> Arc<dyn Secrets>;
    /// Time passes.
    fn advance_ms(&self, ms: i64);
}

/// Nothing that was read is used for longer.
const MINUTE_MS: i64 = 60_000;

/// The whole contract.
pub async fn secrets_contract(world: &dyn SecretsWorld) {
    what_nobody_stored_is_not_there(world).await;
    what_is_stored_is_read_by_others(world).await;
    a_change_is_seen_within_a_minute_and_anew_at_once(world).await;
    a_token_is_never_an_old_one(world).await;
    what_is_forgotten_is_gone_and_can_come_back(world).await;
}

fn of_line(secret: &str) -> LineSecrets {
    LineSecrets {
        channel_secrets: vec![Secret::new(secret)],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    }
}

fn of_app(secret: &str) -> CrmAppSecrets {
    CrmAppSecrets { client_id: "client".to_owned(), client_secrets: vec![Secret::new(secret)] }
}

fn account(id: &str) -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(id) }
}

fn token(text: &str) -> CrmToken {
    CrmToken::OAuth {
        access_token: Secret::new(text),
        refresh_token: Secret::new("refresh"),
        expires_at_ms: 1_786_000_000_000,
        instance_url: Some("https://instance.example".to_owned()),
    }
}

async fn what_nobody_stored_is_not_there(world: &dyn SecretsWorld) {
    let secrets = world.environment();
    let (channel, app) = (ChannelId::new("9000000001"), CrmAppId::new("9000000001"));
    assert_eq!(secrets.line(&channel).await.expect("an answer"), None);
    assert_eq!(secrets.line_anew(&channel).await.expect("an answer").secrets, None);
    assert_eq!(secrets.crm_app(CrmKind::HubSpot, &app).await.expect("an answer"), None);
    assert_eq!(secrets.crm_app_anew(CrmKind::HubSpot, &app).await.expect("an answer"), None);
    assert_eq!(secrets.crm_token(&account("9000000001")).await.expect("an answer"), None);
    secrets.forget_line(&channel).await.expect("what is not there is forgotten");
}

async fn what_is_stored_is_read_by_others(world: &dyn SecretsWorld) {
    let operator = world.environment();
    let (one, two) = (ChannelId::new("9000000011"), ChannelId::new("9000000012"));
    let app = CrmAppId::new("9000000011");
    for _ in 0..2 {
        operator.store_line(&one, &of_line("one")).await.expect("stored");
        operator.store_line(&two, &of_line("two")).await.expect("stored");
        operator.store_crm_app(CrmKind::HubSpot, &app, &of_app("app")).await.expect("stored");
        operator.store_crm_token(&account("9000000011"), &token("token")).await.expect("stored");
    }
    let other = world.environment();
    assert_eq!(other.line(&one).await.expect("an answer"), Some(of_line("one")));
    assert_eq!(other.line(&two).await.expect("an answer"), Some(of_line("two")), "each its own");
    assert_eq!(other.crm_app(CrmKind::HubSpot, &app).await.expect("an answer"), Some(of_app("app")));
    let read = other.crm_token(&account("9000000011")).await.expect("an answer");
    assert_eq!(read, Some(token("token")), "with all that it has");
}

async fn a_change_is_seen_within_a_minute_and_anew_at_once(world: &dyn SecretsWorld) {
    let (operator, reader) = (world.environment(), world.environment());
    let (channel, app) = (ChannelId::new("9000000021"), CrmAppId::new("9000000021"));
    operator.store_line(&channel, &of_line("1")).await.expect("stored");
    operator.store_crm_app(CrmKind::HubSpot, &app, &of_app("1")).await.expect("stored");
    assert_eq!(reader.line(&channel).await.expect("an answer"), Some(of_line("1")));
    assert_eq!(reader.crm_app(CrmKind::HubSpot, &app).await.expect("an answer"), Some(of_app("1")));
    operator.store_line(&channel, &of_line("2")).await.expect("stored");
    operator.store_crm_app(CrmKind::HubSpot, &app, &of_app("2")).await.expect("stored");
    let anew = reader.line_anew(&channel).await.expect("an answer");
    assert_eq!(anew.secrets, Some(of_line("2")), "a mismatch reads at once");
    assert_eq!(reader.crm_app_anew(CrmKind::HubSpot, &app).await.expect("an answer"), Some(of_app("2")));
    operator.store_line(&channel, &of_line("3")).await.expect("stored");
    assert_eq!(
        reader.line_anew(&channel).await.expect("an answer"),
        anew,
        "once a minute, and it says how old that is"
    );
    world.advance_ms(MINUTE_MS);
    assert_eq!(reader.line(&channel).await.expect("an answer"), Some(of_line("3")));
    let later = reader.line_anew(&channel).await.expect("an answer");
    assert_eq!(later.secrets, Some(of_line("3")));
    assert!(later.as_of_ms > anew.as_of_ms, "{} is not after {}", later.as_of_ms, anew.as_of_ms);
}

async fn a_token_is_never_an_old_one(world: &dyn SecretsWorld) {
    let (one, other) = (world.environment(), world.environment());
    for text in ["1", "2", "3"] {
        one.store_crm_token(&account("9000000031"), &token(text)).await.expect("stored");
        assert_eq!(other.crm_token(&account("9000000031")).await.expect("an answer"), Some(token(text)));
    }
}

async fn what_is_forgotten_is_gone_and_can_come_back(world: &dyn SecretsWorld) {
    let operator = world.environment();
    let channel = ChannelId::new("9000000041");
    operator.store_line(&channel, &of_line("1")).await.expect("stored");
    for _ in 0..2 {
        operator.forget_line(&channel).await.expect("forgotten");
    }
    assert_eq!(operator.line(&channel).await.expect("an answer"), None);
    assert_eq!(world.environment().line(&channel).await.expect("an answer"), None);
    operator.store_line(&channel, &of_line("2")).await.expect("stored");
    assert_eq!(world.environment().line(&channel).await.expect("an answer"), Some(of_line("2")));
}

/// The contract bites: of an answer that has drifted in any of these ways it says so.
pub async fn every_drift_is_seen<W: SecretsWorld + 'static>(world: impl Fn() -> BoxFuture<'static, W>) {
    for drift in
        [Drift::OldToken, Drift::OldSecrets, Drift::NeverAnew, Drift::AlwaysAnew, Drift::Keeps, Drift::LosesHalf]
    {
        let drifted = Drifted { world: world().await, drift };
        let seen = std::panic::AssertUnwindSafe(secrets_contract(&drifted)).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}

/// How an answer may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    /// A token that was read once is used for good.
    OldToken,
    /// So are a channel's secrets.
    OldSecrets,
    /// A mismatch reads nothing.
    NeverAnew,
    /// Every mismatch reads: a forged request costs a call.
    AlwaysAnew,
    /// What is forgotten stays.
    Keeps,
    /// A token comes back without its instance's address.
    LosesHalf,
}

struct Drifted<W> {
    world: W,
    drift: Drift,
}

impl<W: SecretsWorld> SecretsWorld for Drifted<W> {
    fn environment(&self) -> Arc<dyn Secrets> {
        let (secrets, fresh) = (self.world.environment(), (0..5).map(|_| self.world.environment()).collect());
        Arc::new(DriftedSecrets {
            secrets,
            fresh: Mutex::new(fresh),
            drift: self.drift,
            tokens: Mutex::default(),
            lines: Mutex::default(),
        })
    }

    fn advance_ms(&self, ms: i64) {
        self.world.advance_ms(ms);
    }
}

struct DriftedSecrets {
    secrets: Arc<dyn Secrets>,
    /// Environments that have read nothing yet.
    fresh: Mutex<Vec<Arc<dyn Secrets>>>,
    drift: Drift,
    tokens: Mutex<HashMap<CrmAccountKey, Option<CrmToken>>>,
    lines: Mutex<HashMap<ChannelId, Option<LineSecrets>>>,
}

#[async_trait]
impl Secrets for DriftedSecrets {
    async fn line(&self, channel: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        let read = self.secrets.line(channel).await?;
        let mut lines = self.lines.lock().expect("no panic");
        let first = lines.entry(channel.clone()).or_insert_with(|| read.clone()).clone();
        Ok(if self.drift == Drift::OldSecrets { first } else { read })
    }

    async fn line_anew(&self, channel: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        match self.drift {
            Drift::NeverAnew => Ok(Reread { secrets: self.secrets.line(channel).await?, as_of_ms: 0 }),
            Drift::AlwaysAnew => {
                let now = self.secrets.line_anew(channel).await?;
                let fresh = self.fresh.lock().expect("no panic").pop().expect("one more");
                Ok(Reread { secrets: fresh.line(channel).await?, ..now })
            }
            _ => self.secrets.line_anew(channel).await,
        }
    }

    async fn crm_app(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        self.secrets.crm_app(kind, app).await
    }

    async fn crm_app_anew(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        self.secrets.crm_app_anew(kind, app).await
    }

    async fn crm_token(&self, account: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        let mut read = self.secrets.crm_token(account).await?;
        if let (Drift::LosesHalf, Some(CrmToken::OAuth { instance_url, .. })) = (self.drift, &mut read) {
            *instance_url = None;
        }
        let mut tokens = self.tokens.lock().expect("no panic");
        let first = tokens.entry(account.clone()).or_insert_with(|| read.clone()).clone();
        Ok(if self.drift == Drift::OldToken { first } else { read })
    }

    async fn store_crm_token(&self, account: &CrmAccountKey, token: &CrmToken) -> Result<(), PortError> {
        self.secrets.store_crm_token(account, token).await
    }

    async fn store_line(&self, channel: &ChannelId, secrets: &LineSecrets) -> Result<(), PortError> {
        self.secrets.store_line(channel, secrets).await
    }

    async fn store_crm_app(&self, kind: CrmKind, app: &CrmAppId, secrets: &CrmAppSecrets) -> Result<(), PortError> {
        self.secrets.store_crm_app(kind, app, secrets).await
    }

    async fn forget_crm_token(&self, account: &CrmAccountKey) -> Result<(), PortError> {
        self.secrets.forget_crm_token(account).await
    }

    async fn forget_line(&self, channel: &ChannelId) -> Result<(), PortError> {
        if self.drift == Drift::Keeps { Ok(()) } else { self.secrets.forget_line(channel).await }
    }
}
