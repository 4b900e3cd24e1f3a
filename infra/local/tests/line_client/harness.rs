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
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread, Secret};
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
    pub messenger: Arc<LineMessenger>,
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
        let secrets = Arc::new(Stored::new(secret(SECRET), &clock));
        let messenger = Arc::new(messenger(&served.url(), &secrets, &clock));
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
    LineMessenger::new(http().into(), base, Arc::clone(secrets) as _, Arc::new(Time(clock.clone())), 1)
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
    LineSecrets {
        channel_secrets: vec![Secret::new(text)],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    }
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

/// A store of secrets and a memory of it, which is at most a minute old and may be refreshed once a
/// minute.
pub struct Stored {
    clock: FakeClock,
    stored: Mutex<Option<LineSecrets>>,
    memory: Mutex<Memory>,
}

struct Memory {
    read: Reread<LineSecrets>,
    forced_at_ms: Option<i64>,
}

const MINUTE_MS: i64 = 60_000;

impl Stored {
    /// Stored and remembered alike.
    pub fn new(secrets: LineSecrets, clock: &FakeClock) -> Self {
        let read = Reread { secrets: Some(secrets.clone()), as_of_ms: clock.now_ms() };
        let memory = Mutex::new(Memory { read, forced_at_ms: None });
        Self { clock: clock.clone(), stored: Mutex::new(Some(secrets)), memory }
    }

    /// Stores secrets that every reader sees.
    pub fn set(&self, secrets: Option<LineSecrets>) {
        *self.stored.lock().unwrap() = secrets;
        *self.memory.lock().unwrap() = Memory { read: self.read(), forced_at_ms: None };
    }

    /// Stores secrets that whoever remembers older ones does not see yet.
    pub fn rotate(&self, secrets: LineSecrets) {
        *self.stored.lock().unwrap() = Some(secrets);
    }

    fn read(&self) -> Reread<LineSecrets> {
        Reread { secrets: self.stored.lock().unwrap().clone(), as_of_ms: self.clock.now_ms() }
    }
}

const NOT_ASKED: &str = "LINE's client asks for LINE's secrets and changes none";

#[async_trait]
impl Secrets for Stored {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        let mut memory = self.memory.lock().unwrap();
        if self.clock.now_ms() >= memory.read.as_of_ms + MINUTE_MS {
            memory.read = self.read();
        }
        Ok(memory.read.secrets.clone())
    }

    async fn line_anew(&self, _: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        let mut memory = self.memory.lock().unwrap();
        let now_ms = self.clock.now_ms();
        if memory.forced_at_ms.is_none_or(|at_ms| now_ms >= at_ms + MINUTE_MS) {
            *memory = Memory { read: self.read(), forced_at_ms: Some(now_ms) };
        }
        Ok(memory.read.clone())
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

    async fn forget_crm_token(&self, _: &CrmAccountKey) -> Result<(), PortError> {
        panic!("{NOT_ASKED}")
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        panic!("{NOT_ASKED}")
    }
}
