//! Somebody installs the CRM's app in their account, in a browser: they set out for the CRM, agree there and come back; the
//! account is connected, and they are signed in to its console.
//!
//! Anybody may set out: who may install in which account, the CRM decides. Against a hostile browser: the state is random, fifteen
//! minutes old at most, and belongs to one browser (by a cookie). Against strangers who only cost: whoever sets out leaves no
//! row, because the state itself holds the install, and whoever comes back leaves one only once the CRM has said whose leave it
//! is. Until then the CRM's rule that a code works once is what a repeat meets; from then on ours is.

mod state;

use std::collections::BTreeSet;

use thiserror::Error;
use tracing::info;

use self::state::Begun;
use super::Console;
use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::ids::{CrmAppId, CrmUserId};
use crate::domain::language::Language;
use crate::domain::operator::audit::Deed;
use crate::domain::operator::hand_over::{CrmPerson, name_of_user};
use crate::domain::operator::session::Session;
use crate::domain::operator::{Operator, OperatorName, Role, operator_id};
use crate::flow::configure::set_up_account::{AccountAsked, AccountSetUp, SetUpAccount, SetUpError};
use crate::flow::retry::{Contended, retry_on_conflict};
use crate::ports::PortError;
use crate::ports::crm_set_up::{AppClient, CrmUser, FieldProblem, LeaveAsk};
use crate::ports::secrets::Secret;
use crate::ports::table::{Commit, Write};
use crate::store::operators;

/// How long somebody may be away at the CRM, in milliseconds.
pub const AWAY_MS: i64 = 15 * 60_000;
/// No code of a CRM's is longer.
const MAX_CODE_CHARS: usize = 1_024;

/// Installs the CRM's app in accounts.
#[derive(Clone)]
pub struct Install {
    /// Who is signed in then.
    pub console: Console,
    /// Connects the account.
    pub set_up: SetUpAccount,
}

/// Somebody sets out for the CRM.
#[derive(Clone)]
pub struct SetOut {
    /// Which CRM.
    pub kind: CrmKind,
    /// The app that is installed.
    pub app: CrmAppId,
    /// Workflows may wait for outcomes. Not every subscription can grant it.
    pub workflows_wait: bool,
    /// Conversations may be written as app events: for an app that declares them.
    pub app_events: bool,
    /// Conversations may be in the CRM's own inbox: where somebody wants that.
    pub inbox: bool,
    /// Random, used once.
    pub random: [u8; 16],
    /// The browser's own secret, at least 128 random bits, kept in a cookie.
    pub browser: Secret,
    /// Where the CRM sends the person back to.
    pub callback_url: String,
}

/// Somebody comes back from the CRM.
#[derive(Clone)]
pub struct ComeBack {
    /// Which CRM.
    pub kind: CrmKind,
    /// The app that was installed.
    pub app: CrmAppId,
    /// As the CRM gave it back.
    pub state: Option<String>,
    /// What the exchange takes.
    pub code: Option<Secret>,
    /// The CRM's error code instead.
    pub error: Option<String>,
    /// The browser's cookie.
    pub browser: Option<Secret>,
    /// As when they set out.
    pub callback_url: String,
    /// The language of labels and reasons, where the account is new.
    pub language: Language,
    /// 256 random bits, made for this call: the ID of the session that begins.
    pub session: Secret,
}

/// An account is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// As it is stored.
    pub account: CrmAccount,
    /// Who is signed in. `None`: the CRM does not say who agreed, so nobody is.
    pub operator: Option<Operator>,
}

/// How an install ended otherwise.
#[derive(Debug, Error)]
pub enum InstallRefusal {
    /// The state is none of ours: forged, foreign, or there is none because the CRM's own pages led here.
    #[error("the state is none of ours")]
    Stray,
    /// It began in another browser.
    #[error("the install began in another browser")]
    OtherBrowser,
    /// It ended well before.
    #[error("the install ended well before")]
    Used,
    /// It took longer than fifteen minutes.
    #[error("the install is too old")]
    Expired,
    /// The person said no.
    #[error("the person declined")]
    Declined,
    /// The CRM ended it with an error.
    #[error("the CRM ended the install with an error")]
    AtCrm,
    /// Nobody has entered the app's client ID and secret yet.
    #[error("the app's client ID and secret are not stored")]
    NoApp,
    /// Some fields of the account are not as they must be. Leave is stored, the account is not connected by it.
    #[error("some fields of the account are not as they must be")]
    Fields {
        /// In which account.
        key: CrmAccountKey,
        /// What a person must put right.
        problems: Vec<FieldProblem>,
    },
    /// The account is not connected.
    #[error("the account is not connected")]
    NotConnected(#[from] SetUpError),
    /// Perhaps later.
    #[error("the install could not be recorded")]
    NotNow(#[from] PortError),
}

impl From<Contended> for InstallRefusal {
    fn from(contended: Contended) -> Self {
        Self::NotNow(contended.into())
    }
}

impl Install {
    /// The address at the CRM that the person is sent to. `None`: nobody has entered the app's client ID and secret yet. Nothing is
    /// stored.
    ///
    /// # Errors
    /// The app's secrets cannot be read.
    pub async fn set_out(&self, out: &SetOut) -> Result<Option<String>, PortError> {
        let Some(app) = self.set_up.secrets.crm_app(out.kind, &out.app).await? else { return Ok(None) };
        let begun = Begun { at_ms: self.console.clock.now_ms(), workflows_wait: out.workflows_wait };
        Ok(Some(self.set_up.set_up.authorize_url(&LeaveAsk {
            client_id: app.client_id,
            redirect_uri: out.callback_url.clone(),
            state: state::seal(begun, out.random, &out.browser),
            workflows_wait: out.workflows_wait,
            app_events: out.app_events,
            inbox: out.inbox,
        })))
    }

    /// Ends the install: the account is connected, or connected anew, and whoever agreed is signed in as an admin of it, by a
    /// session of its own. After a call that ended well, one with the same state is `Used`; after another one, the person sets out
    /// again, and what was made before is found.
    ///
    /// # Errors
    /// Nobody is signed in then.
    pub async fn come_back(&self, back: &ComeBack) -> Result<Installed, InstallRefusal> {
        if let Some(error) = &back.error {
            // Nothing was done, whoever says so: HubSpot does not document whether the state comes back with an error.
            return Err(match error.as_str() {
                "access_denied" => InstallRefusal::Declined,
                _ => InstallRefusal::AtCrm,
            });
        }
        let state = self.open(back).await?;
        let code = back.code.as_ref().filter(|code| (1..=MAX_CODE_CHARS).contains(&code.expose().len()));
        let code = code.ok_or(InstallRefusal::AtCrm)?;
        let secrets = self.set_up.secrets.crm_app_anew(back.kind, &back.app).await?.ok_or(InstallRefusal::NoApp)?;
        let secret = secrets.client_secrets.into_iter().next().ok_or(InstallRefusal::NoApp)?;
        let client = AppClient { id: secrets.client_id, secret };
        let leave = self.set_up.set_up.exchange_code(&client, &back.callback_url, code).await;
        let leave = leave.map_err(SetUpError::NoLeave)?;
        let asked = AccountAsked {
            kind: back.kind,
            app: back.app.clone(),
            language: back.language,
            keeps_language: true,
            token_properties: BTreeSet::new(),
        };
        let AccountSetUp { key, fields, connected } = self.set_up.set_up(&leave, &asked).await?;
        let Some(connected) = connected else {
            return Err(InstallRefusal::Fields { key, problems: fields.problems });
        };
        let clock = &*self.console.clock;
        let begin = || self.try_begin(&key, leave.by.as_ref(), state, back);
        let operator = retry_on_conflict(clock, "sign in by an install", begin).await?;
        info!(crm.account = %key, is_new = connected.is_new, signed_in = operator.is_some(), "console.installed");
        Ok(Installed { account: connected.account, operator })
    }

    /// The state, if it is this browser's, new and in time.
    async fn open<'a>(&self, back: &'a ComeBack) -> Result<&'a str, InstallRefusal> {
        let state = back.state.as_deref().filter(|state| state::is_ours(state)).ok_or(InstallRefusal::Stray)?;
        let begun = back.browser.as_ref().and_then(|browser| state::open(state, browser));
        let begun = begun.ok_or(InstallRefusal::OtherBrowser)?;
        if self.console.clock.now_ms().abs_diff(begun.at_ms) > AWAY_MS.unsigned_abs() {
            return Err(InstallRefusal::Expired);
        }
        match self.console.operators.is_install_used(state).await? {
            true => Err(InstallRefusal::Used),
            false => Ok(state),
        }
    }

    /// By their number in the CRM they are this operator from now on, when they come from there; who they were by it before, they are
    /// no more.
    async fn known_in_crm(&self, operator: &Operator, user: &CrmUser, now_ms: i64) -> Result<Vec<Write>, PortError> {
        let (all, user) = (&self.console.operators, CrmUserId::new(&user.id));
        let found = all.person(&operator.account, &user).await?;
        let unknown = || (CrmPerson::unknown(operator.account.clone(), user), 0);
        let (mut person, version) = found.map_or_else(unknown, |found| (found.value, found.version));
        let before = person.operator.replace(operator.id.clone()).filter(|before| *before != operator.id);
        let mut writes = vec![operators::person(&person, version, now_ms)];
        if let Some(before) = before
            && let Some(before) = all.find(&operator.account, &before).await?
        {
            writes.push(operators::removed(&before.value, before.version));
        }
        Ok(writes)
    }

    /// The state is used up, the operator is an admin, the session holds, and both stand in the list: all of it or nothing. The
    /// session that the browser had before ends.
    async fn try_begin(
        &self,
        key: &CrmAccountKey,
        by: Option<&CrmUser>,
        state: &str,
        back: &ComeBack,
    ) -> Result<Option<Option<Operator>>, InstallRefusal> {
        let console = &self.console;
        let now_ms = console.clock.now_ms();
        if console.operators.is_install_used(state).await? {
            return Err(InstallRefusal::Used);
        }
        let mut writes = vec![operators::install_used(state, now_ms)];
        let operator = match by.and_then(name_of) {
            None => None,
            Some(name) => {
                let id = operator_id(key, &name);
                let version = console.operators.find(key, &id).await?.map_or(0, |known| known.version);
                let account = key.clone();
                // Since now: whoever was let in under this name before does not become an admin by it.
                let operator = Operator { id, account, name, role: Role::Admin, channels: None, since_ms: now_ms };
                let began = Session {
                    operator: operator.id.clone(),
                    account: key.clone(),
                    began_at_ms: now_ms,
                    used_at_ms: now_ms,
                };
                writes.push(operators::operator(&operator, version));
                if let Some(user) = by {
                    writes.extend(self.known_in_crm(&operator, user, now_ms).await?);
                }
                writes.push(operators::session(&back.session, &began, 0));
                for deed in [Deed::ConnectedAccount, Deed::SignedIn] {
                    let apart = format!("{deed:?} {}", back.session.expose());
                    writes.push(console.audited(key, operator.actor(), deed, &apart));
                }
                Some(operator)
            }
        };
        writes.extend(console.session_before(back.browser.as_ref()).await?);
        let done = console.operators.commit(writes).await? == Commit::Done;
        Ok(done.then_some(operator))
    }
}

/// How the console calls somebody whom the CRM names: by their address there, else by their number.
fn name_of(user: &CrmUser) -> Option<OperatorName> {
    let address = user.email.as_deref().and_then(OperatorName::parse);
    address.or_else(|| name_of_user(&CrmUserId::new(&user.id)))
}
