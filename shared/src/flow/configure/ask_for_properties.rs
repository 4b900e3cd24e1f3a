//! An app's action asks for more contact properties: tokens in messages of all its accounts may stand for them.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::{ChangeAccount, ChangeError};
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::ids::CrmAppId;

/// Adds token properties to the accounts of an app.
#[derive(Clone)]
pub struct AskForProperties {
    /// Where they are.
    pub accounts: ChangeAccount,
}

impl AskForProperties {
    /// Adds the properties to the settings of the app's accounts, and to each what the others have. Answers with the accounts,
    /// and with all that they ask for now. Twice is the same as once.
    ///
    /// # Errors
    /// Others keep changing an account; one went meanwhile (`Absent`); or the table's. What was stored stays.
    pub async fn ask_for(
        &self,
        app: &CrmAppId,
        properties: &BTreeSet<String>,
    ) -> Result<(Vec<CrmAccountKey>, BTreeSet<String>), ChangeError<Infallible>> {
        let (mut keys, mut all) = (Vec::new(), properties.clone());
        for account in self.accounts.accounts.all().await?.into_iter().filter(|account| account.app == *app) {
            all.extend(account.token_properties);
            keys.push(account.key);
        }
        for key in &keys {
            let add = |account: &mut CrmAccount| {
                account.token_properties.extend(all.iter().cloned());
                Ok(())
            };
            self.accounts.change(key, add).await?;
        }
        Ok((keys, all))
    }
}
