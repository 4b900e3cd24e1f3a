//! Whether an app's CRM makes a call.
//!
//! Strangers may call as they like. What has no signature that can be right costs no read at all, and a made-up app never costs
//! a read of secrets: apps are looked up among all that accounts came by, once for all names.

use std::sync::Arc;

use crate::domain::account::CrmKind;
use crate::domain::ids::CrmAppId;
use crate::ports::crm_caller::{Call, CallKind, NotAnswered, Unverified, VerifiedCall};
use crate::ports::secrets::CrmAppSecrets;
use crate::ports::{Clock, CrmCaller, Secrets};
use crate::store::Accounts;

/// A customer's app in a CRM.
pub type App = (CrmKind, CrmAppId);

/// Verifies what CRMs call.
#[derive(Clone)]
pub struct VerifyCall {
    /// Who reads and answers a CRM's calls.
    pub callers: fn(CrmKind) -> Option<&'static dyn CrmCaller>,
    /// CRM accounts: by which apps they came.
    pub accounts: Accounts,
    /// The apps' client secrets.
    pub secrets: Arc<dyn Secrets>,
    /// For signatures with a time.
    pub clock: Arc<dyn Clock>,
    /// The address that the CRM signs.
    pub public_url: String,
}

impl VerifyCall {
    /// Who reads and answers this app's calls.
    ///
    /// # Errors
    /// This build does not know how.
    pub fn caller(&self, (kind, _): &App) -> Result<&'static dyn CrmCaller, NotAnswered> {
        (self.callers)(*kind).ok_or(NotAnswered::NoApp)
    }

    /// Verifies with the app's secrets; if none fits, once more with those of this moment. Twice is the same as once.
    ///
    /// # Errors
    /// See [`NotAnswered`].
    pub async fn verify<'a>(
        &self,
        app: &App,
        what: CallKind,
        call: &Call<'a>,
    ) -> Result<VerifiedCall<'a>, NotAnswered> {
        let (caller, now_ms, (kind, id)) = (self.caller(app)?, self.clock.now_ms(), app);
        caller.can_be_signed(what, call.headers, now_ms)?;
        if !self.accounts.has_app(*kind, id).await? {
            return Err(NotAnswered::NoApp);
        }
        let verify = |secrets: &CrmAppSecrets| -> Result<VerifiedCall<'a>, Unverified> {
            caller.verify(what, call, &self.public_url, &secrets.client_secrets, now_ms)
        };
        let known = self.secrets.crm_app(*kind, id).await?.ok_or(NotAnswered::NoApp)?;
        match verify(&known) {
            Ok(verified) => Ok(verified),
            Err(_) => {
                let anew = self.secrets.crm_app_anew(*kind, id).await?.ok_or(NotAnswered::NoApp)?;
                Ok(verify(&anew)?)
            }
        }
    }
}
