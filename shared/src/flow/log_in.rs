//! A person logs in with LINE: to be linked, or to be unlinked.
//!
//! Against a hostile browser: the state is random, single use and ten minutes old at most, and belongs to one browser (by a
//! cookie) and one Official Account. Nonce and PKCE's verifier are made from the cookie and the state by HMAC, so neither is
//! stored and nobody who reads our table or LINE's address can make them.
//!
//! Against strangers who only cost: whoever sets out leaves no row, because the state itself holds the attempt, and whoever comes
//! back leaves one only once LINE has said who they are. Until then LINE's rule that a code works once is what a repeat meets;
//! from then on ours is. During a deploy a person who set out with one version and comes back to another logs in once more.

mod state;

use std::sync::Arc;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;
use tracing::{info, warn};

use self::state::{Stated, seal};
use super::link::Link;
use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::domain::language::Language;
use crate::domain::login::{ATTEMPT_MS, LoginAttempt, LoginPurpose};
use crate::domain::route::RouteName;
use crate::ports::login::{LoggedIn, LoginAsk, LoginFailure};
use crate::ports::secrets::Secret;
use crate::ports::table::Commit;
use crate::ports::{Clock, Login, PortError};
use crate::store::Journal;
use crate::store::journal::write;

/// Logs people in.
pub struct LogIn {
    /// Attempts that ended well.
    pub journal: Journal,
    /// LINE Login.
    pub login: Arc<dyn Login>,
    /// What follows.
    pub link: Link,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

/// A person sets out for LINE.
#[derive(Clone)]
pub struct SetOut {
    /// What the person comes for: to be linked, or to be unlinked.
    pub purpose: LoginPurpose,
    /// Where the person came from.
    pub route: Option<RouteName>,
    /// The language of LINE's screens.
    pub language: Language,
    /// LINE's automatic login failed before.
    pub by_hand: bool,
    /// Random, used once.
    pub random: [u8; 16],
    /// The browser's own secret, at least 128 random bits, kept in a cookie.
    pub browser: Secret,
    /// Where LINE sends the person back to.
    pub callback_url: String,
}

/// A person comes back from LINE.
#[derive(Clone)]
pub struct ComeBack {
    /// As LINE gave it back.
    pub state: Option<String>,
    /// What the exchange takes.
    pub code: Option<String>,
    /// LINE's error code instead.
    pub error: Option<String>,
    /// The browser's cookie.
    pub browser: Option<Secret>,
    /// As when the person set out.
    pub callback_url: String,
}

/// How a login ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoggedInFor {
    /// The link is enqueued for the CRM.
    Linked {
        /// Where the person came from.
        route: Option<RouteName>,
    },
    /// That there is none is enqueued for the CRM.
    Unlinked,
}

/// How a login ended otherwise.
#[derive(Debug, Error)]
pub enum LoginRefusal {
    /// The state is no attempt's, or not here: forged, foreign, or LINE's automatic login failed, which looks the same.
    #[error("the state is no attempt of this channel")]
    Stray,
    /// The attempt belongs to another browser.
    #[error("the attempt belongs to another browser")]
    OtherBrowser,
    /// The attempt ended well before.
    #[error("the attempt ended well before")]
    Used,
    /// The attempt took longer than ten minutes.
    #[error("the attempt is too old")]
    Expired,
    /// The person said no.
    #[error("the person declined")]
    Declined,
    /// LINE said no.
    #[error("LINE ended the login with an error")]
    AtLine,
    /// What LINE gave back does not prove who the person is.
    #[error("the login proves nothing")]
    Unproven(#[source] LoginFailure),
    /// Perhaps later.
    #[error("the login could not be recorded")]
    NotNow(#[from] PortError),
}

impl LogIn {
    /// Where the person is sent. `None`: the channel has no LINE Login. Nothing is stored.
    pub fn set_out(&self, channel: &Channel, out: &SetOut) -> Option<String> {
        let attempt = LoginAttempt {
            channel: channel.id.clone(),
            purpose: out.purpose,
            route: out.route.clone(),
            began_at_ms: self.clock.now_ms(),
        };
        let state = seal(&attempt, out.random, &out.browser);
        self.login.authorize_url(channel, &ask(channel, out, &state))
    }

    /// Ends the attempt. After a call that ended well, one with the same state is `Used`; after another one it may be tried
    /// again, with another code of LINE's.
    ///
    /// # Errors
    /// Nobody is linked or unlinked then.
    pub async fn come_back(&self, channel: &Channel, back: &ComeBack) -> Result<LoggedInFor, LoginRefusal> {
        let state = back.state.as_deref().ok_or(LoginRefusal::Stray)?;
        let attempt = self.open(channel, state, back.browser.as_ref()).await?;
        if let Some(error) = &back.error {
            // LINE's documents print the codes in upper case now and printed them in lower case before.
            return Err(match error.eq_ignore_ascii_case("access_denied") {
                true => LoginRefusal::Declined,
                false => LoginRefusal::AtLine,
            });
        }
        let code = back.code.as_deref().ok_or(LoginRefusal::AtLine)?;
        let browser = back.browser.as_ref().ok_or(LoginRefusal::OtherBrowser)?;
        let ask = proofs(state, browser, &back.callback_url);
        let who = self.login.exchange(channel, &ask, code).await.map_err(unproven)?;
        self.spend(state).await?;
        match attempt.purpose {
            LoginPurpose::Link => self.link(channel, who, attempt.route).await,
            LoginPurpose::Unlink => self.unlink(channel, &who).await,
        }
    }

    /// Links whoever the LIFF app's ID token is about. Twice is the same as once.
    ///
    /// # Errors
    /// Nobody is linked then.
    pub async fn from_liff(
        &self,
        channel: &Channel,
        id_token: &str,
        route: Option<RouteName>,
    ) -> Result<LoggedInFor, LoginRefusal> {
        let who = self.login.verify_liff(channel, id_token).await.map_err(unproven)?;
        self.link(channel, who, route).await
    }

    /// The attempt that the state holds, if it is this browser's and this Official Account's, new and in time.
    async fn open(
        &self,
        channel: &Channel,
        state: &str,
        browser: Option<&Secret>,
    ) -> Result<LoginAttempt, LoginRefusal> {
        let stated = Stated::read(state).filter(|stated| *stated.channel() == channel.id).ok_or(LoginRefusal::Stray)?;
        let attempt = browser.and_then(|browser| stated.began_in(browser)).ok_or(LoginRefusal::OtherBrowser)?;
        if self.journal.is_login_used(state).await? {
            return Err(LoginRefusal::Used);
        }
        if self.clock.now_ms().abs_diff(attempt.began_at_ms) > ATTEMPT_MS.unsigned_abs() {
            return Err(LoginRefusal::Expired);
        }
        // A browser can seal whatever it likes for itself: only a route that is known counts.
        let known = |route: &RouteName| channel.login.as_ref().is_some_and(|login| login.routes.contains_key(route));
        Ok(LoginAttempt { route: attempt.route.filter(known), ..attempt })
    }

    /// LINE has said who the person is: of two that come back with the same state, one goes on.
    async fn spend(&self, state: &str) -> Result<(), LoginRefusal> {
        match self.journal.commit(vec![write::login_used(state, self.clock.now_ms())]).await? {
            Commit::Done => Ok(()),
            Commit::Conflict => Err(LoginRefusal::Used),
        }
    }

    async fn link(
        &self,
        channel: &Channel,
        who: LoggedIn,
        route: Option<RouteName>,
    ) -> Result<LoggedInFor, LoginRefusal> {
        let target = who.email.map_or(Target::ByLineUserId, Target::Email);
        let claim = Claim {
            route: route.clone(),
            name: who.name,
            picture: who.picture,
            is_friend: who.is_friend,
            ..Claim::new(ClaimedBy::Login, target, self.clock.now_ms())
        };
        self.link.claim(channel, &who.user, &claim).await?;
        Ok(LoggedInFor::Linked { route })
    }

    /// First our own record, then LINE: what the person asked of us must not hang on LINE.
    async fn unlink(&self, channel: &Channel, who: &LoggedIn) -> Result<LoggedInFor, LoginRefusal> {
        let claim = Claim::new(ClaimedBy::Login, Target::Unlinked, self.clock.now_ms());
        self.link.claim(channel, &who.user, &claim).await?;
        if let Some(token) = &who.access_token {
            match self.login.deauthorise(channel, token).await {
                Ok(()) => info!(channel.id = %channel.id, "login.deauthorised"),
                Err(error) => warn!(channel.id = %channel.id, %error, "login.not_deauthorised"),
            }
        }
        Ok(LoggedInFor::Unlinked)
    }
}

fn unproven(failure: LoginFailure) -> LoginRefusal {
    match failure {
        LoginFailure::NotNow(error) => LoginRefusal::NotNow(error),
        other => LoginRefusal::Unproven(other),
    }
}

fn ask(channel: &Channel, out: &SetOut, state: &str) -> LoginAsk {
    let links = out.purpose == LoginPurpose::Link;
    LoginAsk {
        email: links && channel.login.as_ref().is_some_and(|login| login.ask_email),
        friend: links,
        by_hand: out.by_hand,
        language: out.language,
        ..proofs(state, &out.browser, &out.callback_url)
    }
}

/// What proves that the person who comes back is the one who set out, and in the same browser.
fn proofs(state: &str, browser: &Secret, callback_url: &str) -> LoginAsk {
    let made = |label: &str| {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(browser.expose().as_bytes()).expect("HMAC takes keys of any length");
        mac.update(label.as_bytes());
        mac.update(state.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    };
    LoginAsk {
        callback_url: callback_url.to_owned(),
        state: state.to_owned(),
        nonce: made("nonce:"),
        verifier: made("verifier:"),
        email: false,
        friend: false,
        by_hand: false,
        language: Language::default(),
    }
}
