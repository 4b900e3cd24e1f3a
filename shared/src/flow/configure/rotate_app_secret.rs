//! The same for the secret of a CRM app.

use super::rotate_secret::{EnteredSecret, RotateSecret};
use crate::domain::account::CrmKind;
use crate::domain::ids::CrmAppId;
use crate::ports::PortError;
use crate::ports::secrets::CrmAppSecrets;

impl RotateSecret {
    /// Stores the client ID and secret of a CRM app. Answers with how many secrets are good now: one or two. Twice is the same as
    /// once.
    ///
    /// # Errors
    /// As the port's; a lost answer may hide that it is stored.
    pub async fn crm_app(
        &self,
        (kind, app): (CrmKind, &CrmAppId),
        client_id: &str,
        entered: &EnteredSecret,
    ) -> Result<usize, PortError> {
        let stored = self.secrets.crm_app_anew(kind, app).await?;
        let client_secrets = entered.before(&stored.map(|stored| stored.client_secrets).unwrap_or_default());
        let count = client_secrets.len();
        let new = CrmAppSecrets { client_id: client_id.to_owned(), client_secrets };
        self.secrets.store_crm_app(kind, app, &new).await?;
        Ok(count)
    }
}
