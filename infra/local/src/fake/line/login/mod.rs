//! LINE Login v2.1, LIFF and account link: what `access.line.me`, `liff.line.me` and their part of `api.line.me` do.
//!
//! Sources: LINE Login v2.1 API reference and guides, LIFF server API reference, "Linking user accounts" (2026-08). Left out:
//! `response_mode` other than `query`, app-to-app login, sessions (everybody logs in anew, so `prompt=none` always fails), channel
//! access tokens v2.1 (JWT assertion), the OpenID configuration document.
//!
//! A screen is plain HTML without scripts. What its parts are called is fixed, for browser tests: the form is `#line-consent`; each
//! person is a `.person[data-name]` with a radio button and the ticks `[data-tick=email]` and `[data-tick=friend]`; the
//! buttons are `#allow` and `#cancel`, on the screen that asks for friendship alone `#add-friend` and `#skip-friend`. A page that
//! refuses is `main#line-error`, one that is the end of a way `main#line-done`.

use std::collections::{BTreeMap, HashMap};

use super::dispatch::refuse;
use super::state::State;
use super::{Endpoint, event};
use crate::fake::wire::{Answer, ApiRequest};

mod account_link;
mod authorize;
mod consent;
mod exchange;
mod id_token;
mod liff;
mod liff_apps;
mod masked;
mod revoke;
mod screen;
mod setup;
mod spec;
mod talk;
mod user;
mod verify;

pub(crate) use account_link::issue as issue_link_token;
pub(crate) use masked::masked;
pub use setup::NoRedirect;
pub use spec::{Consent, LiffSpec, LoginChannelSpec};

/// What the platform keeps for logins.
pub(crate) struct LoginState {
    pub(crate) channels: BTreeMap<String, LoginChannelSpec>,
    pub(crate) screens: HashMap<String, consent::Screen>,
    pub(crate) codes: HashMap<String, exchange::Code>,
    pub(crate) grants: HashMap<String, Grant>,
    pub(crate) refresh_tokens: HashMap<String, exchange::Refresh>,
    pub(crate) keys: Vec<id_token::SigningKey>,
    pub(crate) link_tokens: HashMap<String, account_link::LinkToken>,
    pub(crate) forged: Option<String>,
    /// Where people's phones are to be seen.
    pub(crate) phones_url: Option<String>,
}

/// What one user access token allows.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) channel_id: String,
    pub(crate) user_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires_at_ms: i64,
    pub(crate) revoked: bool,
}

impl LoginState {
    pub(crate) fn new() -> Self {
        Self {
            channels: BTreeMap::new(),
            screens: HashMap::new(),
            codes: HashMap::new(),
            grants: HashMap::new(),
            refresh_tokens: HashMap::new(),
            keys: vec![id_token::SigningKey::new("liff-key-1")],
            link_tokens: HashMap::new(),
            forged: None,
            phones_url: None,
        }
    }
}

/// The endpoint of a path that belongs to login, LIFF or account link.
pub(crate) fn endpoint_of(method: &str, segments: &[&str]) -> Option<Endpoint> {
    let found = match (method, segments) {
        ("GET", ["oauth2", "v2.1", "authorize"]) => Endpoint::Authorize,
        ("POST", ["oauth2", "v2.1", "authorize", "consent"]) => Endpoint::Consent,
        ("POST", ["oauth2", "v2.1", "token"]) => Endpoint::LoginToken,
        ("GET", ["oauth2", "v2.1", "verify"]) => Endpoint::VerifyAccessToken,
        ("POST", ["oauth2", "v2.1", "verify"]) => Endpoint::VerifyIdToken,
        ("GET" | "POST", ["oauth2", "v2.1", "userinfo"]) => Endpoint::UserInfo,
        ("GET", ["v2", "profile"]) => Endpoint::LoginProfile,
        ("GET", ["friendship", "v1", "status"]) => Endpoint::FriendshipStatus,
        ("POST", ["oauth2", "v2.1", "revoke"]) => Endpoint::RevokeToken,
        ("POST", ["user", "v1", "deauthorize"]) => Endpoint::Deauthorize,
        ("GET", ["oauth2", "v2.1", "certs"]) => Endpoint::Certs,
        ("GET", ["liff", "sdk.js"]) => Endpoint::LiffSdk,
        ("GET" | "POST", ["liff", "v1", "apps"]) => Endpoint::LiffApps,
        ("PUT" | "DELETE", ["liff", "v1", "apps", id]) if !id.is_empty() => Endpoint::LiffApps,
        ("GET", ["liff", id, ..]) if *id != "v1" && !id.is_empty() => Endpoint::LiffOpen,
        ("GET", ["liff-login", id]) if !id.is_empty() => Endpoint::LiffOpen,
        ("GET", ["liff-closed"]) => Endpoint::LiffClosed,
        ("GET", ["R", "ti", "p", id]) if !id.is_empty() => Endpoint::OpenTalk,
        ("POST", ["v2", "bot", "user", id, "linkToken"]) if !id.is_empty() => Endpoint::LinkToken,
        ("GET", ["dialog", "bot", "accountLink"]) => Endpoint::AccountLink,
        _ => return None,
    };
    Some(found)
}

/// Whether the ledger keeps only the names of a call's parameters.
pub(crate) fn is_masked(endpoint: Endpoint) -> bool {
    use Endpoint::*;
    matches!(
        endpoint,
        Authorize
            | Consent
            | LoginToken
            | VerifyAccessToken
            | VerifyIdToken
            | UserInfo
            | LoginProfile
            | FriendshipStatus
            | RevokeToken
            | Deauthorize
            | Certs
            | LiffOpen
            | LiffClosed
            | LiffSdk
            | LiffApps
            | LinkToken
            | AccountLink
    )
}

/// Does what a call of login asks. `None`: the endpoint is not login's.
pub(crate) fn perform(state: &mut State, endpoint: Endpoint, asked: &ApiRequest) -> Option<Answer> {
    let answer = match endpoint {
        Endpoint::Authorize => consent::open(state, asked),
        Endpoint::Consent => consent::decide(state, asked),
        Endpoint::LoginToken => exchange::token(state, asked),
        Endpoint::VerifyAccessToken => verify::access_token(state, asked),
        Endpoint::VerifyIdToken => verify::id_token(state, asked),
        Endpoint::UserInfo => user::info(state, asked),
        Endpoint::LoginProfile => user::profile(state, asked),
        Endpoint::FriendshipStatus => user::friendship(state, asked),
        Endpoint::RevokeToken => revoke::revoke(state, asked),
        Endpoint::Deauthorize => revoke::deauthorize(state, asked),
        Endpoint::Certs => verify::certs(state),
        Endpoint::LiffOpen => liff::open(state, asked),
        Endpoint::LiffClosed => liff::closed(asked),
        Endpoint::OpenTalk => talk::open(state, asked),
        Endpoint::LiffSdk => liff::sdk(),
        Endpoint::LiffApps => liff_apps::apps(state, asked),
        Endpoint::AccountLink => account_link::dialog(state, asked),
        _ => return None,
    };
    Some(answer)
}

/// True for a form in the body.
fn is_form(asked: &ApiRequest) -> bool {
    asked.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// OAuth's shape of a refusal.
fn oauth_refusal(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, &serde_json::json!({"error": error, "error_description": description}))
}

impl State {
    /// The live grant of the call's bearer token.
    fn grant_of(&self, asked: &ApiRequest) -> Result<&Grant, Answer> {
        let grant = asked.bearer().and_then(|token| self.login.grants.get(token));
        grant
            .filter(|grant| !grant.revoked && self.now_ms() < grant.expires_at_ms)
            .ok_or_else(|| refuse(401, "The access token is not valid"))
    }

    /// The person becomes a friend of a bot, or takes it back after blocking it; the `follow` webhook leaves with the answer.
    fn befriend(&mut self, bot: &str, user_id: &str) {
        let unblocked = self.friendship(bot, user_id) == super::Friendship::Blocked;
        self.set_friendship(bot, user_id, super::Friendship::Friend);
        let common = self.common_by(user_id, true);
        self.outbox.push((bot.to_owned(), event::follow(&common, unblocked)));
    }
}
