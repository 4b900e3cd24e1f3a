//! LINE Login for an Official Account: what its owner chose, and one attempt to log in.

mod pages;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::pages::{BadPage, PageSetting};
use super::ids::{ChannelId, LiffId, LoginChannelId};
use super::route::RouteName;

/// How LINE asks the person to add the Official Account as a friend (LINE Login's `bot_prompt`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum FriendPrompt {
    /// It does not.
    Off,
    /// An option on the consent screen.
    #[default]
    Normal,
    /// A screen of its own after the consent screen.
    Aggressive,
}

/// What is done with the e-mail address that LINE Login gives. LINE does not state that it is verified: whoever can give LINE
/// an address of somebody else could be taken for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ByEmail {
    /// The contact that has it is the person.
    #[default]
    Match,
    /// The person gets a contact of their own; an address that another contact has is not written.
    AlwaysNew,
    /// As `AlwaysNew`, and where a contact has it an operator is asked.
    Ask,
}

/// What the owner chose for one route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Route {
    /// Where the person goes after logging in, instead of the channel's page.
    pub after_login: Option<String>,
}

/// LINE Login, as the owner of an Official Account set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginSettings {
    /// The LINE Login channel, of the same provider as the Messaging API channel.
    pub channel: LoginChannelId,
    /// The LIFF app, which logs in inside LINE without a password.
    #[serde(default)]
    pub liff: Option<LiffId>,
    /// Asking for friendship.
    #[serde(default)]
    pub friend_prompt: FriendPrompt,
    /// Ask for the e-mail address. LINE must have permitted it to the LINE Login channel.
    #[serde(default)]
    pub ask_email: bool,
    /// What is done with it.
    #[serde(default)]
    pub by_email: ByEmail,
    /// A contact that was made for the person before is merged into the one that the e-mail address names. It cannot be undone.
    #[serde(default)]
    pub merge_duplicates: bool,
    /// Where the person goes after logging in. `None`: our own page.
    #[serde(default)]
    pub after_login: Option<String>,
    /// The origins that `after_login` may have, beside LINE's own addresses.
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    /// Who asks for people's data, on the sample page for LINE's e-mail permission. `None`: the account's name.
    #[serde(default)]
    pub company: Option<String>,
    /// The address of the privacy policy, on the same page.
    #[serde(default)]
    pub privacy_policy: Option<String>,
    /// What the e-mail address is used for, on the same page.
    #[serde(default)]
    pub email_purpose: Option<String>,
    /// The known routes. A link that names another one still logs in; the route is then not kept.
    #[serde(default)]
    pub routes: BTreeMap<RouteName, Route>,
}

impl LoginSettings {
    /// As a new LINE Login channel gets them.
    pub fn new(channel: LoginChannelId) -> Self {
        Self {
            channel,
            liff: None,
            friend_prompt: FriendPrompt::default(),
            ask_email: false,
            by_email: ByEmail::default(),
            merge_duplicates: false,
            after_login: None,
            allowed_origins: Vec::new(),
            company: None,
            privacy_policy: None,
            email_purpose: None,
            routes: BTreeMap::new(),
        }
    }

    /// The same choices for this LINE Login channel. A LIFF app belongs to its channel: it does not come along to another one.
    #[must_use]
    pub fn at(self, channel: LoginChannelId) -> Self {
        let liff = self.liff.filter(|_| self.channel == channel);
        Self { channel, liff, ..self }
    }

    /// Where the person goes after logging in by this route.
    pub fn after_login(&self, route: Option<&RouteName>) -> Option<&str> {
        let of_route = route.and_then(|route| self.routes.get(route)).and_then(|route| route.after_login.as_deref());
        of_route.or(self.after_login.as_deref())
    }

    /// The route, if it is a known one.
    pub fn known_route(&self, name: &str) -> Option<RouteName> {
        RouteName::parse(name).filter(|name| self.routes.contains_key(name))
    }
}

/// What a person logs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginPurpose {
    /// To be linked.
    Link,
    /// To be unlinked.
    Unlink,
}

/// How long an attempt to log in may take, in milliseconds.
pub const ATTEMPT_MS: i64 = 600_000;

/// One attempt to log in with LINE, between leaving for LINE and coming back. It is stored nowhere: LINE carries it, sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginAttempt {
    /// For which Official Account.
    pub channel: ChannelId,
    /// What the person comes for: to be linked, or to be unlinked.
    pub purpose: LoginPurpose,
    /// Where the person came from.
    pub route: Option<RouteName>,
    /// When it began, in milliseconds.
    pub began_at_ms: i64,
}

/// An attempt for which LINE has said who the person is: it does not count twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedLogin {
    /// When LINE said so, in milliseconds.
    pub at_ms: i64,
}
