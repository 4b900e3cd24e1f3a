//! An app's client ID and secret are entered: by them accounts are connected, and what the CRM sends is believed.

use std::sync::Arc;

use super::rotate_secret::{EnteredSecret, RotateSecret};
use super::set_up_account::SetUpError;
use crate::domain::account::CrmKind;
use crate::domain::ids::CrmAppId;
use crate::ports::crm_set_up::AppClient;
use crate::ports::{CrmSetUp, PortError, Secrets};

/// Enters apps.
#[derive(Clone)]
pub struct EnterApp {
    /// The CRM.
    pub set_up: Arc<dyn CrmSetUp>,
    /// Where the app's secrets are stored.
    pub secrets: Arc<dyn Secrets>,
}

impl EnterApp {
    /// Asks the CRM whether client ID and secret belong together, and stores them; the secret before this one stays good until
    /// `forget_old_secret`. From then on accounts can be connected in the console. Answers with how many secrets are good: one or
    /// two. Twice is the same as once.
    ///
    /// # Errors
    /// The CRM refuses them or does not answer, and nothing is stored; or they cannot be stored.
    pub async fn enter(
        &self,
        app: (CrmKind, &CrmAppId),
        client: &AppClient,
        forget_old_secret: bool,
    ) -> Result<usize, SetUpError> {
        self.set_up.check_client(client).await?;
        Ok(self.store(app, Some(client.clone()), forget_old_secret).await?)
    }

    /// Stores what is proven. Where nothing is given, what is stored counts as one.
    pub(super) async fn store(
        &self,
        (kind, app): (CrmKind, &CrmAppId),
        client: Option<AppClient>,
        forget_old: bool,
    ) -> Result<usize, PortError> {
        let Some(AppClient { id, secret }) = client else {
            return Ok(usize::from(self.secrets.crm_app_anew(kind, app).await?.is_some()));
        };
        let entered = EnteredSecret { secret, forget_old };
        RotateSecret { secrets: Arc::clone(&self.secrets) }.crm_app((kind, app), &id, &entered).await
    }
}
