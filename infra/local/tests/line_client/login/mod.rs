//! LINE Login's client against the fake LINE, over HTTP.

use std::collections::BTreeMap;
use std::sync::Arc;

use local::fake::line::login::{Consent, LoginChannelSpec};
use local::fake::line::{ChannelSpec, Endpoint, FakeLine, Friendship};
use local::fake::{FakeClock, Fault, Plan, Served};
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::channel::Channel;
use musubi::domain::ids::{BotUserId, ChannelId, CrmAccountId, LoginChannelId};
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::line::{LineApiUrl, LineLogin};
use musubi::ports::Login;
use musubi::ports::login::{LoggedIn, LoginAsk, LoginFailure};
use musubi::ports::secrets::{LineSecrets, Secret};
use serde_json::{Value, json};
use url::Url;

use crate::harness::{self, CHANNEL, SECRET, Stored, Time, secret};

mod contract;
mod deauthorise;
mod exchange;
mod liff;
mod quiet;

const LOGIN: &str = "1657000002";
const LOGIN_SECRET: &str = "fedcba9876543210fedcba9876543210";
const PERSON: &str = "U00000000000000000000000000000def";
const CALLBACK: &str = "https://shop.example/line/callback";

/// A platform with a LINE Login channel that is linked to an Official Account, somebody new, and our client of it.
struct Scene {
    line: FakeLine,
    login: Arc<LineLogin>,
    secrets: Arc<Stored>,
    clock: FakeClock,
    channel: Channel,
    _served: Served,
}

impl Scene {
    async fn new() -> Self {
        let clock = FakeClock::new();
        let line = FakeLine::new(clock.clone());
        line.add_channel(ChannelSpec::demo(CHANNEL, SECRET, "provider"));
        line.add_login_channel(LoginChannelSpec {
            callback_urls: vec![CALLBACK.to_owned()],
            linked_bot: Some(CHANNEL.to_owned()),
            email_permission: true,
            ..LoginChannelSpec::demo(LOGIN, LOGIN_SECRET, "provider")
        });
        line.add_person_as(PERSON, "provider", "花子", Some("https://example.com/a.jpg"));
        line.set_email(PERSON, Some("Hanako@example.com"));
        let served = line.serve().await.expect("a free port");
        let secrets = Arc::new(Stored::new(stored(&[LOGIN_SECRET]), &clock));
        let base = LineApiUrl::parse(&served.url()).expect("an address");
        let time = Arc::new(Time(clock.clone()));
        let login =
            Arc::new(LineLogin::new(harness::http().into(), base.clone(), base, Arc::clone(&secrets) as _, time));
        Self { line, login, secrets, clock, channel: channel(), _served: served }
    }

    /// The person goes to LINE and comes back with a code.
    async fn code(&self, ask: &LoginAsk, consent: Consent) -> String {
        let url = self.login.authorize_url(&self.channel, ask).expect("the channel has LINE Login");
        let back = Url::parse(&self.line.consent(&url, consent).await.expect("LINE redirects")).unwrap();
        let told: BTreeMap<String, String> = back.query_pairs().into_owned().collect();
        assert_eq!(told["state"], ask.state);
        told["code"].clone()
    }

    /// The person logs in.
    async fn log_in(&self, ask: &LoginAsk) -> Result<LoggedIn, LoginFailure> {
        let code = self.code(ask, consent()).await;
        self.login.exchange(&self.channel, ask, &code).await
    }

    /// How often LINE was asked this.
    fn calls(&self, path: &str) -> usize {
        self.line.ledger().calls.iter().filter(|call| call.path == path).count()
    }

    /// The claims of an ID token as LINE would make it now.
    fn claims(&self) -> Value {
        let now_s = self.clock.now_ms() / 1000;
        json!({"iss": "https://access.line.me", "sub": PERSON, "aud": LOGIN, "exp": now_s + 3600, "iat": now_s})
    }
}

fn stored(login_secrets: &[&str]) -> LineSecrets {
    let login_secrets = login_secrets.iter().copied().map(Secret::new).collect();
    LineSecrets { login_secrets, ..secret(SECRET) }
}

fn channel() -> Channel {
    Channel {
        login: Some(LoginSettings::new(LoginChannelId::new(LOGIN))),
        ..Channel::new(
            ChannelId::new(CHANNEL),
            BotUserId::new("U8e742f61d673b39c7fff3cecb7536ef0"),
            "n",
            "@n",
            CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") },
        )
    }
}

fn ask() -> LoginAsk {
    LoginAsk {
        callback_url: CALLBACK.into(),
        state: "a-state".into(),
        nonce: "a-nonce".into(),
        // The example of RFC 7636, appendix B.
        verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
        email: true,
        friend: true,
        by_hand: false,
        language: Language::Japanese,
    }
}

fn consent() -> Consent {
    Consent { user_id: PERSON.into(), email: true, add_friend: true }
}

#[track_caller]
fn id_token_refused(end: Result<LoggedIn, LoginFailure>) -> &'static str {
    match end {
        Err(LoginFailure::IdToken(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("logged in"),
    }
}
