//! What the platform keeps for logins.

use std::collections::{BTreeMap, HashMap};

use musubi::domain::language::Language;

use super::signing::SigningKey;
use super::spec::{Consent, LiffSpec, LoginChannelSpec};

/// What the platform keeps for logins.
pub(crate) struct LoginState {
    pub(crate) channels: BTreeMap<String, LoginChannelSpec>,
    pub(crate) screens: HashMap<String, Screen>,
    pub(crate) codes: HashMap<String, Code>,
    pub(crate) grants: HashMap<String, Grant>,
    pub(crate) refresh_tokens: HashMap<String, Refresh>,
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) link_tokens: HashMap<String, LinkToken>,
    pub(crate) forged: Option<String>,
    /// Where people's phones are to be seen.
    pub(crate) phones_url: Option<String>,
    /// Accounts whose talk is to be seen elsewhere, by basic ID.
    pub(crate) talk_urls: HashMap<String, String>,
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
            keys: vec![SigningKey::new("liff-key-1")],
            link_tokens: HashMap::new(),
            forged: None,
            phones_url: None,
            talk_urls: HashMap::new(),
        }
    }

    /// A LIFF app and the channel that it belongs to.
    pub(crate) fn liff_app(&self, liff_id: &str) -> Option<(&LoginChannelSpec, &LiffSpec)> {
        self.channels.values().find_map(|spec| {
            let app = spec.liff.iter().find(|app| app.liff_id == liff_id)?;
            Some((spec, app))
        })
    }
}

/// How friendship is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BotPrompt {
    /// On the consent screen.
    Normal,
    /// On a screen of its own after it.
    Aggressive,
}

/// What the person gets when they have allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// A code for the caller's redirect URI.
    Code,
    /// A LIFF app's page, in LINE's own browser or another.
    Liff { in_client: bool },
}

/// A request that may be shown to a person.
#[derive(Clone)]
pub(crate) struct AuthorizeRequest {
    pub(crate) channel_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) bot_prompt: Option<BotPrompt>,
    pub(crate) with_auth_time: bool,
    pub(crate) may_log_in_automatically: bool,
    pub(crate) language: Language,
    pub(crate) goal: Goal,
}

/// A screen that waits for its person.
pub(crate) struct Screen {
    pub(crate) request: AuthorizeRequest,
    /// Allowed already; asked for friendship on a screen of its own.
    pub(crate) allowed: Option<Consent>,
}

/// An authorization code.
pub(crate) struct Code {
    pub(crate) request: AuthorizeRequest,
    pub(crate) user_id: String,
    pub(crate) email: bool,
    pub(crate) issued_at_ms: i64,
    pub(crate) used: bool,
}

/// A refresh token.
#[derive(Clone)]
pub(crate) struct Refresh {
    pub(crate) grant: Grant,
    pub(crate) expires_at_ms: i64,
}

/// A link token, which works once.
pub(crate) struct LinkToken {
    pub(crate) channel_id: String,
    pub(crate) user_id: String,
    pub(crate) issued_at_ms: i64,
    pub(crate) used: bool,
}
