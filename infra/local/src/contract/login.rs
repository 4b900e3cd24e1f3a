//! What every answer to the port [`Login`] must do.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use futures::future::BoxFuture;
use musubi::domain::channel::Channel;
use musubi::domain::ids::LineUserId;
use musubi::domain::language::Language;
use musubi::ports::login::{LoggedIn, LoginAsk, LoginFailure};
use musubi::ports::secrets::Secret;
use musubi::ports::{Login, PortError};

/// What the contract needs of a platform that people log in at.
#[async_trait]
pub trait LoginWorld: Send + Sync {
    /// The client.
    fn login(&self) -> Arc<dyn Login>;
    /// An Official Account with LINE Login that may ask for e-mail addresses, and this address to come back to.
    fn channel(&self) -> (Channel, String);
    /// Somebody who has an e-mail address.
    fn person(&self) -> LineUserId;
    /// They go to this address, agree to everything, and come back with a code.
    async fn comes_back(&self, address: &str) -> String;
    /// What the LIFF app has of them: an ID token.
    fn liff_token(&self) -> String;
}

/// The whole contract.
pub async fn login_contract(world: &dyn LoginWorld) {
    let login = world.login();
    let login = &*login;
    an_ask_is_one_address(world, login).await;
    a_code_is_somebody_once(world, login).await;
    a_code_is_for_its_attempt(world, login).await;
    a_liff_token_is_somebody_as_often_as_it_is_read(world, login).await;
    whoever_leaves_has_left(world, login).await;
}

fn ask(callback_url: &str) -> LoginAsk {
    LoginAsk {
        callback_url: callback_url.to_owned(),
        state: "contract-state".to_owned(),
        nonce: "contract-nonce".to_owned(),
        verifier: "contract-verifier-contract-verifier-contract-verifier".to_owned(),
        email: true,
        friend: false,
        by_hand: false,
        language: Language::Japanese,
    }
}

async fn code(world: &dyn LoginWorld, login: &dyn Login, ask: &LoginAsk) -> String {
    let address = login.authorize_url(&world.channel().0, ask).expect("the channel has LINE Login");
    world.comes_back(&address).await
}

async fn an_ask_is_one_address(world: &dyn LoginWorld, login: &dyn Login) {
    let (channel, callback) = world.channel();
    let first = login.authorize_url(&channel, &ask(&callback));
    assert!(
        first.is_some() && first == login.authorize_url(&channel, &ask(&callback)),
        "the same ask, the same address"
    );
    let other = LoginAsk { state: "another".to_owned(), ..ask(&callback) };
    assert_ne!(first, login.authorize_url(&channel, &other));
    let without = Channel { login: None, ..channel };
    assert_eq!(login.authorize_url(&without, &ask(&callback)), None);
    let failure = login.exchange(&without, &ask(&callback), "a-code").await;
    assert!(matches!(failure, Err(LoginFailure::NotSetUp(_))), "{failure:?}");
    let failure = login.verify_liff(&without, &world.liff_token()).await;
    assert!(matches!(failure, Err(LoginFailure::NotSetUp(_))), "{failure:?}");
}

async fn a_code_is_somebody_once(world: &dyn LoginWorld, login: &dyn Login) {
    let (channel, callback) = world.channel();
    let first = code(world, login, &ask(&callback)).await;
    let who = login.exchange(&channel, &ask(&callback), &first).await.expect("logged in");
    assert!(
        who.user == world.person() && who.email.is_some() && who.access_token.is_some(),
        "the person, with what they shared"
    );
    let again = login.exchange(&channel, &ask(&callback), &first).await;
    assert!(matches!(again, Err(LoginFailure::Code)), "a code is taken once: {again:?}");
    let quiet = LoginAsk { email: false, ..ask(&callback) };
    let next = code(world, login, &quiet).await;
    let who = login.exchange(&channel, &quiet, &next).await.expect("logged in");
    assert!(who.user == world.person() && who.email.is_none(), "what is not asked for is not told");
}

async fn a_code_is_for_its_attempt(world: &dyn LoginWorld, login: &dyn Login) {
    let (channel, callback) = world.channel();
    let asked = ask(&callback);
    let others = [
        LoginAsk { verifier: "another-verifier-another-verifier-another-verifier".to_owned(), ..asked.clone() },
        LoginAsk { callback_url: format!("{callback}/elsewhere"), ..asked.clone() },
    ];
    for other in others {
        let stolen = code(world, login, &asked).await;
        let failure = login.exchange(&channel, &other, &stolen).await;
        assert!(matches!(failure, Err(LoginFailure::Code)), "{failure:?}");
    }
    let stolen = code(world, login, &asked).await;
    let other = LoginAsk { nonce: "another-nonce".to_owned(), ..asked };
    let failure = login.exchange(&channel, &other, &stolen).await;
    assert!(matches!(failure, Err(LoginFailure::IdToken(_))), "{failure:?}");
}

async fn a_liff_token_is_somebody_as_often_as_it_is_read(world: &dyn LoginWorld, login: &dyn Login) {
    let (channel, _) = world.channel();
    let token = world.liff_token();
    for _ in 0..2 {
        let who = login.verify_liff(&channel, &token).await.expect("verified");
        assert!(who.user == world.person(), "the person");
    }
    let (claims, signature) = token.rsplit_once('.').expect("three parts");
    let forged: String = signature.chars().rev().collect();
    for broken in [format!("{claims}.{forged}"), format!("{claims}."), "nothing".to_owned()] {
        let failure = login.verify_liff(&channel, &broken).await;
        assert!(matches!(failure, Err(LoginFailure::IdToken(_))), "{failure:?}");
    }
}

async fn whoever_leaves_has_left(world: &dyn LoginWorld, login: &dyn Login) {
    let (channel, callback) = world.channel();
    let first = code(world, login, &ask(&callback)).await;
    let who = login.exchange(&channel, &ask(&callback), &first).await.expect("logged in");
    let token = who.access_token.expect("it speaks for the person");
    for _ in 0..2 {
        login.deauthorise(&channel, &token).await.expect("twice is the same as once");
    }
}

/// The contract bites: of an answer that has drifted in any of these ways it says so.
pub async fn every_drift_is_seen<W: LoginWorld + 'static>(world: impl Fn() -> BoxFuture<'static, W>) {
    for drift in
        [Drift::CodeTwice, Drift::AnyNonce, Drift::AnySignature, Drift::Somebody, Drift::Leaves, Drift::NotSetUp]
    {
        let drifted = Drifted { world: world().await, drift };
        let seen = std::panic::AssertUnwindSafe(login_contract(&drifted)).catch_unwind().await;
        assert!(seen.is_err(), "{drift:?} is not seen");
    }
}

/// How an answer may drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drift {
    /// A code that was used is somebody.
    CodeTwice,
    /// An ID token of another attempt is somebody.
    AnyNonce,
    /// A forged token is somebody.
    AnySignature,
    /// It is somebody else.
    Somebody,
    /// Nobody can leave a second time.
    Leaves,
    /// There is an address where LINE Login is not set up.
    NotSetUp,
}

struct Drifted<W> {
    world: W,
    drift: Drift,
}

#[async_trait]
impl<W: LoginWorld> LoginWorld for Drifted<W> {
    fn login(&self) -> Arc<dyn Login> {
        let person = self.world.person();
        Arc::new(DriftedLogin { login: self.world.login(), drift: self.drift, person, left: Default::default() })
    }

    fn channel(&self) -> (Channel, String) {
        self.world.channel()
    }

    fn person(&self) -> LineUserId {
        self.world.person()
    }

    async fn comes_back(&self, address: &str) -> String {
        self.world.comes_back(address).await
    }

    fn liff_token(&self) -> String {
        self.world.liff_token()
    }
}

struct DriftedLogin {
    login: Arc<dyn Login>,
    drift: Drift,
    person: LineUserId,
    left: std::sync::atomic::AtomicBool,
}

impl DriftedLogin {
    fn somebody(&self) -> LoggedIn {
        let user = self.person.clone();
        LoggedIn { user, name: None, picture: None, email: None, is_friend: None, access_token: None }
    }
}

#[async_trait]
impl Login for DriftedLogin {
    fn authorize_url(&self, channel: &Channel, ask: &LoginAsk) -> Option<String> {
        let address = self.login.authorize_url(channel, ask);
        address.or_else(|| (self.drift == Drift::NotSetUp).then(|| "https://access.line.example".to_owned()))
    }

    async fn exchange(&self, channel: &Channel, ask: &LoginAsk, code: &str) -> Result<LoggedIn, LoginFailure> {
        match (self.drift, self.login.exchange(channel, ask, code).await) {
            (Drift::CodeTwice, Err(LoginFailure::Code)) | (Drift::AnyNonce, Err(LoginFailure::IdToken(_))) => {
                Ok(self.somebody())
            }
            (Drift::Somebody, Ok(who)) => {
                Ok(LoggedIn { user: LineUserId::new("U00000000000000000000000000000fff"), ..who })
            }
            (_, answer) => answer,
        }
    }

    async fn verify_liff(&self, channel: &Channel, id_token: &str) -> Result<LoggedIn, LoginFailure> {
        match (self.drift, self.login.verify_liff(channel, id_token).await) {
            (Drift::AnySignature, Err(LoginFailure::IdToken(_))) => Ok(self.somebody()),
            (_, answer) => answer,
        }
    }

    async fn deauthorise(&self, channel: &Channel, access_token: &Secret) -> Result<(), PortError> {
        if self.drift == Drift::Leaves && self.left.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Err(PortError::permanent("LINE's deauthorisation", "status 401"));
        }
        self.login.deauthorise(channel, access_token).await
    }
}
