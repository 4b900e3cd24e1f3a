//! LINE Login, as the flows need it.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

use super::error::PortError;
use super::secrets::Secret;
use crate::domain::channel::Channel;
use crate::domain::claim::EmailAddress;
use crate::domain::ids::LineUserId;
use crate::domain::language::Language;

/// What LINE is asked when a person is sent there.
#[derive(Clone)]
pub struct LoginAsk {
    /// Where LINE sends the person back to. Registered at LINE, letter by letter.
    pub callback_url: String,
    /// Comes back with the person.
    pub state: String,
    /// Comes back in the ID token.
    pub nonce: String,
    /// PKCE's verifier; LINE sees its hash now and itself in the exchange.
    pub verifier: String,
    /// Ask for the e-mail address.
    pub email: bool,
    /// Ask to add the Official Account as a friend.
    pub friend: bool,
    /// The person logs in by hand: LINE's automatic login failed before.
    pub by_hand: bool,
    /// The language of LINE's screens.
    pub language: Language,
}

/// Who logged in, as LINE signed it.
#[derive(Clone)]
pub struct LoggedIn {
    /// The person, as LINE names them to this provider.
    pub user: LineUserId,
    /// The name, where the person shared it.
    pub name: Option<String>,
    /// The picture's address, where there is one.
    pub picture: Option<String>,
    /// The e-mail address, where the person shared it.
    pub email: Option<EmailAddress>,
    /// Whether the person is a friend of the Official Account. `None`: LINE did not say.
    pub is_friend: Option<bool>,
    /// Speaks for the person at LINE. Never stored.
    pub access_token: Option<Secret>,
}

impl fmt::Debug for LoggedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoggedIn(..)")
    }
}

/// Why nobody is logged in. Says nothing of the token.
#[derive(Debug, Error)]
pub enum LoginFailure {
    /// LINE does not take the code: used, too old, of another attempt.
    #[error("LINE refuses the code")]
    Code,
    /// The ID token is not one that LINE made for this channel, now, for this attempt.
    #[error("the ID token is refused: {0}")]
    IdToken(&'static str),
    /// LINE Login is not set up, or LINE does not take its secret.
    #[error("LINE Login is not set up: {0}")]
    NotSetUp(&'static str),
    /// Perhaps later.
    #[error("LINE could not be asked")]
    NotNow(#[source] PortError),
}

/// LINE Login.
#[async_trait]
pub trait Login: Send + Sync {
    /// Where the person is sent. The same ask gives the same address. `None`: the channel has no LINE Login.
    fn authorize_url(&self, channel: &Channel, ask: &LoginAsk) -> Option<String>;

    /// Exchanges the code that came back, once, and verifies the ID token: signed by HS256 with the LINE Login channel's
    /// secret and nothing else, for this channel, in time, with the ask's nonce. A second call with the same code is `Code`.
    async fn exchange(&self, channel: &Channel, ask: &LoginAsk, code: &str) -> Result<LoggedIn, LoginFailure>;

    /// Verifies an ID token that a LIFF app handed over: signed by ES256 with a key that LINE publishes and nothing else, for
    /// this channel, in time. Twice is the same as once.
    async fn verify_liff(&self, channel: &Channel, id_token: &str) -> Result<LoggedIn, LoginFailure>;

    /// Tells LINE that the person has left: what they allowed the LINE Login channel is gone. Twice is the same as once.
    async fn deauthorise(&self, channel: &Channel, access_token: &Secret) -> Result<(), PortError>;
}
