//! A CRM account is connected: leave is stored, the account is made ready, its row is written.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use thiserror::Error;

use super::change_account::ChangeAccount;
use super::change_error::ChangeError;
use super::connect_account::{ConnectAccount, ConnectedAccount, PreparedAccount};
use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::ids::CrmAppId;
use crate::domain::language::Language;
use crate::ports::crm::CrmFailure;
use crate::ports::crm_set_up::{FieldReport, Leave, LeaveRefusal, Readiness};
use crate::ports::{CrmSetUp, PortError, Secrets};

/// Until its time zone is known. Nothing is stored with it.
const NO_ZONE: &str = "UTC";

/// Connects CRM accounts.
#[derive(Clone)]
pub struct SetUpAccount {
    /// The CRM.
    pub set_up: Arc<dyn CrmSetUp>,
    /// Where leave is stored.
    pub secrets: Arc<dyn Secrets>,
    /// Where accounts are.
    pub accounts: ChangeAccount,
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
    /// One that is connected already stays in the language that it is in.
    pub keeps_language: bool,
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
    /// What is stored. `None`: leave is, but not the account, for some fields must be put right first.
    pub connected: Option<ConnectedAccount>,
}

/// Why an account is not connected.
#[derive(Debug, Error)]
pub enum SetUpError {
    /// There is no leave; nothing was stored.
    #[error("the CRM gives no leave")]
    NoLeave(#[from] LeaveRefusal),
    /// There is less leave than it takes; nothing was stored.
    #[error("what must be granted is not")]
    Missing {
        /// What, by the CRM's names.
        scopes: Vec<&'static str>,
    },
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
    /// Stores the leave; makes the account ready; and at last writes its row: an account that can be found is one that is
    /// ready. Leave that is not enough never replaces what works.
    ///
    /// A second call finds what the first one made and updates it: twice is the same as once, and after a failure in between it
    /// goes on.
    ///
    /// # Errors
    /// See [`SetUpError`].
    pub async fn set_up(&self, leave: &Leave, asked: &AccountAsked) -> Result<AccountSetUp, SetUpError> {
        let AccountAsked { kind, app, mut language, keeps_language, token_properties } = asked.clone();
        if !leave.missing.is_empty() {
            return Err(SetUpError::Missing { scopes: leave.missing.clone() });
        }
        let key = CrmAccountKey { kind, id: leave.account.clone() };
        self.secrets.store_crm_token(&key, &leave.token).await?;

        let known = self.accounts.accounts.find(&key).await?.map(|known| known.value);
        if let Some(known) = known.as_ref().filter(|_| keeps_language) {
            language = known.language;
        }
        let mut account = CrmAccount::new(key.clone(), app.clone(), language, NO_ZONE);
        if let Some(known) = known {
            // Each of their LINE providers has fields of its own.
            (account.channels, account.providers) = (known.channels, known.providers);
        }
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
        Ok(AccountSetUp { key, fields, connected })
    }
}
