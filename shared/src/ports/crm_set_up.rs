//! A CRM as an operator connects it: leave to work in an account, and the account made ready for us.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

use super::crm::{CrmFailure, Each};
use super::secrets::{CrmToken, Secret};
use crate::domain::account::{Capabilities, CrmAccount};
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::CrmInbox;
use crate::domain::ids::{CrmAccountId, CrmAppId, InboxAccountId, InboxChannelId};
use crate::domain::language::Language;

/// What a person is asked to allow, in their browser.
#[derive(Clone)]
pub struct LeaveAsk {
    /// The app's public name in OAuth.
    pub client_id: String,
    /// Where the CRM sends the person back to, letter by letter as it is registered.
    pub redirect_uri: String,
    /// Comes back with the person. Random: by it the one who asked is known again.
    pub state: String,
    /// Workflows may wait for outcomes. Not every subscription can grant it.
    pub workflows_wait: bool,
    /// Conversations may be written as app events.
    pub app_events: bool,
    /// Conversations may be in the CRM's own inbox. Not every subscription can grant it.
    pub inbox: bool,
}

impl fmt::Debug for LeaveAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LeaveAsk(..)")
    }
}

/// An app, as OAuth knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppClient {
    /// Its public name.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
}

/// Leave to work in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// The account that gave it.
    pub account: CrmAccountId,
    /// To be stored before it is used.
    pub token: CrmToken,
    /// Whether workflows may wait for us. `None`: to be found out.
    pub workflows_wait: Option<bool>,
    /// What must be granted and is not, by the CRM's names.
    pub missing: Vec<&'static str>,
    /// Who gave it. `None`: the CRM does not say.
    pub by: Option<CrmUser>,
}

/// A person, as the CRM knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct CrmUser {
    /// Names them in the CRM.
    pub id: String,
    /// Their address, with which they sign in there.
    pub email: Option<String>,
}

impl fmt::Debug for CrmUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CrmUser(..)")
    }
}

/// Why there is no leave. Says nothing of code and secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LeaveRefusal {
    /// Client ID and secret do not belong together.
    #[error("the CRM refuses the app's client ID and secret")]
    Client,
    /// The code is used, too old, or of another attempt.
    #[error("the CRM refuses the code")]
    Code,
    /// Any other refusal.
    #[error("the CRM refuses with status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// The CRM does not answer. Another code may be exchanged; this one may be used up.
    #[error("the CRM does not answer")]
    NoAnswer,
}

/// A field of the account that is not as it must be: what a person must put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldProblem {
    japanese: String,
    english: String,
}

impl FieldProblem {
    /// In both languages, by the names of the CRM's own menus.
    pub fn new(japanese: String, english: String) -> Self {
        Self { japanese, english }
    }

    /// In this language.
    pub fn words(&self, language: Language) -> &str {
        language.pick(&self.japanese, &self.english)
    }
}

/// What became of our fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldReport {
    /// Made now.
    pub created: Vec<&'static str>,
    /// There before, and as they must be.
    pub found: Vec<&'static str>,
    /// What a person must put right.
    pub problems: Vec<FieldProblem>,
}

/// An account that was made ready, as far as it could be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness {
    /// IANA name.
    pub time_zone: String,
    /// Our fields.
    pub fields: FieldReport,
    /// What the account can do. `None`: it is not ready, and was not looked at.
    pub capabilities: Option<Capabilities>,
}

/// Our channel in a CRM's inbox, as it is made: once for all accounts of an app.
#[derive(Clone)]
pub struct InboxChannelAsk {
    /// The app's own number in the CRM.
    pub app_number: String,
    /// The developer's key. It is used for this and kept nowhere.
    pub developer_key: Secret,
    /// What the inbox calls it.
    pub name: String,
    /// The address that the CRM calls, with its secret.
    pub call_url: Secret,
    /// How all such addresses of this app begin: by that one that was made before is known.
    pub call_base: String,
}

impl fmt::Debug for InboxChannelAsk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InboxChannelAsk(..)")
    }
}

/// Why our channel is not made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InboxRefusal {
    /// The developer's key is wrong, or is not this app's.
    #[error("the CRM refuses the developer's key")]
    Key,
    /// Anything else that it does not take.
    #[error("the CRM refuses: {code}")]
    Refused {
        /// The CRM's code.
        code: String,
    },
    /// It may or may not be made: a second call finds it.
    #[error("the CRM does not answer")]
    NoAnswer,
}

/// An inbox of an account's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxFound {
    /// Its ID.
    pub id: String,
    /// What the team calls it.
    pub name: String,
}

/// Of a CRM that has no inbox of its own.
fn no_inbox() -> CrmFailure {
    CrmFailure::NotReady { code: "NO_INBOX".to_owned() }
}

/// A vendor's side of connecting accounts.
#[async_trait]
pub trait CrmSetUp: Send + Sync {
    /// The address that asks a person for leave. The same ask gives the same address.
    fn authorize_url(&self, ask: &LeaveAsk) -> String;

    /// Exchanges the code that came to `redirect_uri`, and finds out which account it is of. A code works once: a second call
    /// with it is `Code`.
    ///
    /// # Errors
    /// There is no leave.
    async fn exchange_code(&self, client: &AppClient, redirect_uri: &str, code: &Secret)
    -> Result<Leave, LeaveRefusal>;

    /// Whether client ID and secret belong together. A read.
    ///
    /// # Errors
    /// They do not, or the CRM does not answer.
    async fn check_client(&self, client: &AppClient) -> Result<(), LeaveRefusal>;

    /// The leave that a private token is: whose it is. A read.
    ///
    /// # Errors
    /// The CRM does not take the token, or does not answer.
    async fn by_private_token(&self, app: &CrmAppId, token: &Secret) -> Each<Leave>;

    /// Takes the app out of the account: the CRM takes no token of it any more, and its workflow action is gone. `false`: there was
    /// nothing to take out, because it was taken out there before or leave was given by a private token. Twice is the same as once.
    ///
    /// # Errors
    /// The CRM refuses, or does not answer.
    async fn uninstall(&self, account: &CrmAccount) -> Each<bool>;

    /// Makes our fields in the account, in its language, and finds out what it can do; of whether workflows wait, only where it
    /// is not known. The account need not be stored yet, but its token must be. What is there is never changed; where some of it
    /// is not as it must be, nothing more is made or found out. Twice is the same as once; after a failure in between, a second
    /// call goes on.
    ///
    /// # Errors
    /// The CRM does not answer, or the account is not connected.
    async fn make_ready(&self, account: &CrmAccount, workflows_wait: Option<bool>) -> Each<Readiness>;

    /// Makes our channel in the CRM's inbox, or changes the one that was made before. Twice makes one.
    ///
    /// # Errors
    /// It is not made; so it is in a CRM that has no inbox.
    async fn make_inbox_channel(&self, _ask: &InboxChannelAsk) -> Result<InboxChannelId, InboxRefusal> {
        Err(InboxRefusal::Refused { code: "NO_INBOX".to_owned() })
    }

    /// The account's inboxes. A read.
    ///
    /// # Errors
    /// The CRM does not answer; `Disconnected`: the account has not allowed it.
    async fn inboxes(&self, _account: &CrmAccount) -> Each<Vec<InboxFound>> {
        Err(no_inbox())
    }

    /// Puts an Official Account into an inbox of the account's; one that is in one already stays there. Twice is the same as once.
    ///
    /// # Errors
    /// As [`inboxes`](Self::inboxes).
    async fn enter_inbox(
        &self,
        _account: &CrmAccount,
        _channel: &InboxChannelId,
        _inbox: &str,
        _official_account: &Channel,
    ) -> Each<InboxAccountId> {
        Err(no_inbox())
    }

    /// Takes it out: nobody can write from there any more, and what was said stays. Twice is the same as once.
    ///
    /// # Errors
    /// As [`inboxes`](Self::inboxes).
    async fn leave_inbox(&self, _account: &CrmAccount, _inbox: &CrmInbox) -> Each<()> {
        Err(no_inbox())
    }

    /// Takes all of the account's Official Accounts out that are still in it, and says how many there were. Twice finds none.
    ///
    /// # Errors
    /// As [`inboxes`](Self::inboxes). Some may be out then.
    async fn leave_inbox_wholly(&self, _account: &CrmAccount, _channel: &InboxChannelId) -> Each<usize> {
        Err(no_inbox())
    }
}
