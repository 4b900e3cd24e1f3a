//! A LINE platform, a channel on it with a friend, and our client of it.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use local::fake::line::{ChannelSpec, FakeLine, Friendship};
use local::fake::{Call, FakeClock, Served};
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::activity::Content;
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId, LineUserId};
use musubi::domain::push::{OutgoingMessage, PushId};
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::messenger::{Messenger, PushAnswer};
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Secret};
use musubi::ports::{Clock, PortError, Secrets};

/// The channel's ID.
pub const CHANNEL: &str = "1234567890";
/// The channel's secret.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// A friend of the channel.
pub const FRIEND: &str = "U00000000000000000000000000000abc";

/// All of it.
pub struct Scene {
    /// The platform.
    pub line: FakeLine,
    /// Our client.
    pub messenger: LineMessenger,
    /// What we have stored.
    pub secrets: Arc<Stored>,
    /// Everybody's time.
    pub clock: FakeClock,
    _served: Served,
}

impl Scene {
    /// A channel with one friend; its secret is stored.
    pub async fn new() -> Self {
        let clock = FakeClock::new();
        let line = FakeLine::new(clock.clone());
        line.add_channel(ChannelSpec::demo(CHANNEL, SECRET, "provider"));
        line.add_person_as(FRIEND, "provider", "花子", Some("https://example.com/a.jpg"));
        line.set_friendship(CHANNEL, FRIEND, Friendship::Friend);
        let served = line.serve().await.expect("a free port");
        let secrets = Arc::new(Stored::new(secret(SECRET)));
        let messenger = messenger(&served.url(), &secrets, &clock);
        Self { line, messenger, secrets, clock, _served: served }
    }

    /// Pushes a text to somebody under the key of `execution`.
    pub async fn push_to(&self, to: &str, execution: &str) -> PushAnswer {
        let body = self.messenger.compose_push(&LineUserId::new(to), &[text("こんにちは")], Some("tag_1"));
        self.messenger.push(&ChannelId::new(CHANNEL), &body, key(execution)).await
    }

    /// Pushes a text to the friend.
    pub async fn push(&self, execution: &str) -> PushAnswer {
        self.push_to(FRIEND, execution).await
    }

    /// The calls so far whose path ends like this.
    pub fn calls(&self, path: &str) -> Vec<Call> {
        self.line.ledger().calls.into_iter().filter(|call| call.path.ends_with(path)).collect()
    }
}

/// A client that follows no redirects.
pub fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.tls_certs_only([]).build().expect("a client")
}

/// Our client of a platform.
pub fn messenger(url: &str, secrets: &Arc<Stored>, clock: &FakeClock) -> LineMessenger {
    let base = LineApiUrl::parse(url).expect("an address");
    LineMessenger::new(http(), base, Arc::clone(secrets) as _, Arc::new(Time(clock.clone())), 1)
}

/// The key of one execution of a workflow action.
pub fn key(execution: &str) -> PushId {
    PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("9"), &[execution])
}

/// A text message.
pub fn text(words: &str) -> OutgoingMessage {
    let json = serde_json::json!({"type": "text", "text": words}).to_string();
    OutgoingMessage { json, said: Content::Text { text: words.into() } }
}

/// A channel secret alone.
pub fn secret(text: &str) -> LineSecrets {
    LineSecrets { channel_secrets: vec![Secret::new(text)], access_token: None, login_secrets: Vec::new() }
}

/// A pasted token beside the channel secret.
pub fn pasted(token: &str) -> LineSecrets {
    LineSecrets { access_token: Some(Secret::new(token)), ..secret(SECRET) }
}

/// Everybody's time, for our client.
pub struct Time(pub FakeClock);

#[async_trait]
impl Clock for Time {
    fn now_ms(&self) -> i64 {
        self.0.now_ms()
    }

    async fn sleep_ms(&self, duration_ms: u64) {
        self.0.advance_ms(i64::try_from(duration_ms).expect("a short wait"));
    }
}

/// A store of secrets with a cache that only `line_anew` refreshes.
pub struct Stored {
    cached: Mutex<Option<LineSecrets>>,
    stored: Mutex<Option<LineSecrets>>,
}

impl Stored {
    /// Stored and cached alike.
    pub fn new(secrets: LineSecrets) -> Self {
        Self { cached: Mutex::new(Some(secrets.clone())), stored: Mutex::new(Some(secrets)) }
    }

    /// Stores secrets that every reader sees.
    pub fn set(&self, secrets: Option<LineSecrets>) {
        *self.cached.lock().unwrap() = secrets.clone();
        *self.stored.lock().unwrap() = secrets;
    }

    /// Stores secrets that a reader of the cache does not see yet.
    pub fn rotate(&self, secrets: LineSecrets) {
        *self.stored.lock().unwrap() = Some(secrets);
    }
}

const NOT_ASKED: &str = "LINE's client asks for LINE's secrets and changes none";

#[async_trait]
impl Secrets for Stored {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        Ok(self.cached.lock().unwrap().clone())
    }

    async fn line_anew(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        let stored = self.stored.lock().unwrap().clone();
        *self.cached.lock().unwrap() = stored.clone();
        Ok(stored)
    }

    async fn crm_app(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn crm_app_anew(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn crm_token(&self, _: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn store_crm_token(&self, _: &CrmAccountKey, _: &CrmToken) -> Result<(), PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn store_line(&self, _: &ChannelId, _: &LineSecrets) -> Result<(), PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn store_crm_app(&self, _: CrmKind, _: &CrmAppId, _: &CrmAppSecrets) -> Result<(), PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        panic!("{NOT_ASKED}")
    }
}
