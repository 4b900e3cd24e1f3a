//! The model of LINE Login: a code is somebody, once and for the attempt that it was given to; whoever leaves has left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use musubi::domain::channel::Channel;
use musubi::domain::claim::EmailAddress;
use musubi::domain::ids::{LineUserId, fingerprint};
use musubi::ports::login::{LoggedIn, LoginAsk, LoginFailure};
use musubi::ports::secrets::Secret;
use musubi::ports::{Login, PortError};

use crate::faults::{Fate, Faults};

/// Everybody who logs in has this address.
pub const ADDRESS: &str = "hanako@example.com";
const SIGNATURE: &str = "signed";

#[derive(Default)]
struct State {
    asks: BTreeMap<String, LoginAsk>,
    codes: BTreeMap<String, (LineUserId, LoginAsk)>,
    given: u64,
    left: BTreeSet<String>,
}

#[derive(Clone)]
pub struct ModelLogin {
    faults: Faults,
    state: Arc<Mutex<State>>,
}

impl ModelLogin {
    pub fn new(faults: Faults) -> Self {
        Self { faults, state: Arc::default() }
    }

    /// The person goes to this address, agrees to everything, and comes back with a code.
    pub fn comes_back(&self, address: &str, user: &LineUserId) -> String {
        let mut state = self.state.lock().unwrap();
        let ask = state.asks[address].clone();
        state.given += 1;
        let code = format!("code-{}", state.given);
        state.codes.insert(code.clone(), (user.clone(), ask));
        code
    }

    /// The state that comes back with the person who went to this address.
    pub fn state_of(&self, address: &str) -> String {
        self.state.lock().unwrap().asks[address].state.clone()
    }

    /// What the LIFF app has of the person.
    pub fn liff_token(user: &LineUserId) -> String {
        format!("{}.{SIGNATURE}", user.expose())
    }

    /// Whoever has left.
    pub fn left(&self) -> BTreeSet<String> {
        self.state.lock().unwrap().left.clone()
    }

    /// A person for this code: used up, whatever is wrong with the rest.
    fn exchanged(&self, ask: &LoginAsk, code: &str) -> Result<LoggedIn, LoginFailure> {
        let (user, of) = self.state.lock().unwrap().codes.remove(code).ok_or(LoginFailure::Code)?;
        if of.verifier != ask.verifier || of.callback_url != ask.callback_url {
            return Err(LoginFailure::Code);
        }
        if of.nonce != ask.nonce {
            return Err(LoginFailure::IdToken("nonce"));
        }
        let email = of.email.then(|| EmailAddress::parse(ADDRESS).expect("an address"));
        Ok(LoggedIn { email, access_token: Some(Secret::new(user.expose())), ..somebody(user) })
    }
}

fn somebody(user: LineUserId) -> LoggedIn {
    let name = Some("Hanako".to_owned());
    LoggedIn { user, name, picture: None, email: None, is_friend: None, access_token: None }
}

fn lost(what: &'static str) -> PortError {
    PortError::transient(what, "the model lost it")
}

fn set_up(channel: &Channel) -> Result<(), LoginFailure> {
    channel.login.as_ref().map(|_| ()).ok_or(LoginFailure::NotSetUp("the model"))
}

#[async_trait]
impl Login for ModelLogin {
    fn authorize_url(&self, channel: &Channel, ask: &LoginAsk) -> Option<String> {
        set_up(channel).ok()?;
        let of = fingerprint(&[&ask.callback_url, &ask.state, &ask.nonce, &ask.verifier, &ask.email.to_string()]);
        let address = format!("https://line.example/authorize?of={of}");
        self.state.lock().unwrap().asks.insert(address.clone(), ask.clone());
        Some(address)
    }

    async fn exchange(&self, channel: &Channel, ask: &LoginAsk, code: &str) -> Result<LoggedIn, LoginFailure> {
        set_up(channel)?;
        let fate = self.faults.before("login exchange").await;
        if fate == Fate::FailsBefore {
            return Err(LoginFailure::NotNow(lost("exchange")));
        }
        let answer = self.exchanged(ask, code);
        self.faults.after("login exchange").await;
        if fate == Fate::AnswerLost { Err(LoginFailure::NotNow(lost("exchange"))) } else { answer }
    }

    async fn verify_liff(&self, channel: &Channel, id_token: &str) -> Result<LoggedIn, LoginFailure> {
        set_up(channel)?;
        match id_token.rsplit_once('.') {
            Some((user, SIGNATURE)) => Ok(somebody(LineUserId::new(user))),
            _ => Err(LoginFailure::IdToken("signature")),
        }
    }

    async fn deauthorise(&self, _channel: &Channel, access_token: &Secret) -> Result<(), PortError> {
        let fate = self.faults.before("login deauthorise").await;
        if fate == Fate::FailsBefore {
            return Err(lost("deauthorise"));
        }
        self.state.lock().unwrap().left.insert(access_token.expose().to_owned());
        self.faults.after("login deauthorise").await;
        if fate == Fate::AnswerLost { Err(lost("deauthorise")) } else { Ok(()) }
    }
}
