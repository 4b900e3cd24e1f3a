//! A CRM account is connected: leave is taken and stored, the account is made ready, its row is written.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use thiserror::Error;

use super::{
    ChangeAccount, ChangeError, ConnectAccount, ConnectedAccount, EnteredSecret, PreparedAccount, RotateSecret,
};
use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::ids::CrmAppId;
use crate::domain::language::Language;
use crate::ports::crm::CrmFailure;
use crate::ports::crm_set_up::{AppClient, FieldReport, LeaveRefusal, Readiness};
use crate::ports::secrets::Secret;
use crate::ports::{CrmSetUp, PortError, Secrets};

/// Until its time zone is known. Nothing is stored with it.
const NO_ZONE: &str = "UTC";

/// Connects CRM accounts.
#[derive(Clone)]
pub struct SetUpAccount {
    /// The CRM.
    pub set_up: Arc<dyn CrmSetUp>,
    /// Where leave and the app's secrets are stored.
    pub secrets: Arc<dyn Secrets>,
    /// Where accounts are.
    pub accounts: ChangeAccount,
}

/// How leave is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LeaveGiven {
    /// By OAuth: a person agreed in their browser.
    Code {
        /// The app. Its secret is proven by the exchange, and stored.
        client: AppClient,
        /// Where the person came back to, letter by letter as it was asked for.
        redirect_uri: String,
        /// What they brought. It works once.
        code: Secret,
    },
    /// By a private token.
    PrivateToken {
        /// The token.
        token: Secret,
        /// The app's secret, with which the CRM signs what it sends. `None`: what is stored stays.
        client_secret: Option<Secret>,
    },
}

/// What an account is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountAsked {
    /// Of which CRM.
    pub kind: CrmKind,
    /// The app by which leave is given.
    pub app: CrmAppId,
    /// The language of labels and reasons.
    pub language: Language,
    /// The app's secret before this one is good no more.
    pub forget_old_secret: bool,
    /// What the app's action is to ask for, beside what is asked for already.
    pub token_properties: BTreeSet<String>,
}

/// How far an account came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSetUp {
    /// The account that gave leave.
    pub key: CrmAccountKey,
    /// Our fields in it.
    pub fields: FieldReport,
    /// How many secrets of the app are good: none where none is known, two while one is being replaced.
    pub good_secrets: usize,
    /// What is stored. `None`: leave is, but not the account, for some fields must be put right first.
    pub connected: Option<ConnectedAccount>,
}

/// Why an account is not connected.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// There is no leave; nothing was stored.
    #[error("the CRM gives no leave")]
    NoLeave(#[from] LeaveRefusal),
    /// The CRM did not do its part. Of a private token that it does not take, nothing was stored.
    #[error("the CRM did not do its part")]
    Crm(#[from] CrmFailure),
    /// The account's row or a secret is not stored.
    #[error(transparent)]
    Change(#[from] ChangeError<Infallible>),
}

impl From<PortError> for SetUpError {
    fn from(error: PortError) -> Self {
        Self::Change(error.into())
    }
}

impl SetUpAccount {
    /// Takes leave and learns whose it is; stores the app's secret, then the token; makes the account ready; and at last writes
    /// its row: an account that can be found is one that is ready. What does not work never replaces what does.
    ///
    /// A second call finds what the first one made and updates it: twice is the same as once, and after a failure in between it
    /// goes on. By OAuth it takes another code: the same one is refused, and nothing is stored or changed then.
    ///
    /// # Errors
    /// See [`SetUpError`].
    pub async fn set_up(&self, given: &LeaveGiven, asked: &AccountAsked) -> Result<AccountSetUp, SetUpError> {
        let AccountAsked { kind, app, language, token_properties, .. } = asked.clone();
        let (leave, client) = match given {
            LeaveGiven::Code { client, redirect_uri, code } => {
                (self.set_up.exchange_code(client, redirect_uri, code).await?, Some(client.clone()))
            }
            LeaveGiven::PrivateToken { token, client_secret } => {
                let client = client_secret.clone().map(|secret| AppClient { id: String::new(), secret });
                (self.set_up.by_private_token(&app, token).await?, client)
            }
        };
        let key = CrmAccountKey { kind, id: leave.account };
        let good_secrets = self.store_app(client, asked).await?;
        self.secrets.store_crm_token(&key, &leave.token).await?;

        let account = CrmAccount::new(key.clone(), app.clone(), language, NO_ZONE);
        let Readiness { time_zone, fields, capabilities } =
            self.set_up.make_ready(&account, leave.workflows_wait).await?;
        let connected = match capabilities {
            None => None,
            Some(capabilities) => {
                let key = key.clone();
                let prepared = PreparedAccount { key, app, language, time_zone, capabilities, token_properties };
                Some(ConnectAccount { accounts: self.accounts.clone() }.connect(&prepared).await?)
            }
        };
        Ok(AccountSetUp { key, fields, good_secrets, connected })
    }

    /// Stores the app's secret; the one before stays good until it is said to be forgotten. Where none is given, what is stored
    /// counts as one.
    async fn store_app(&self, client: Option<AppClient>, asked: &AccountAsked) -> Result<usize, PortError> {
        let app = (asked.kind, &asked.app);
        let Some(AppClient { id, secret }) = client else {
            return Ok(usize::from(self.secrets.crm_app_anew(app.0, app.1).await?.is_some()));
        };
        let entered = EnteredSecret { secret, forget_old: asked.forget_old_secret };
        RotateSecret { secrets: Arc::clone(&self.secrets) }.crm_app(app, &id, &entered).await
    }
}
