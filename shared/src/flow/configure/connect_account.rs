//! A CRM account is connected, or connected anew.

use std::collections::BTreeSet;
use std::convert::Infallible;

use super::change_account::ChangeAccount;
use super::change_error::ChangeError;
use crate::domain::account::{Capabilities, CrmAccount, CrmAccountKey};
use crate::domain::ids::CrmAppId;
use crate::domain::language::Language;
use crate::flow::retry::retry_on_conflict;
use crate::ports::table::Commit;

/// Connects CRM accounts.
#[derive(Clone)]
pub struct ConnectAccount {
    /// Where they are.
    pub accounts: ChangeAccount,
}

/// A CRM account in which everything is ready: leave is stored, and our properties are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedAccount {
    /// Its name in Musubi.
    pub key: CrmAccountKey,
    /// The app by which leave was given.
    pub app: CrmAppId,
    /// The language of labels and reasons.
    pub language: Language,
    /// IANA name.
    pub time_zone: String,
    /// What it can do.
    pub capabilities: Capabilities,
    /// What its app's action is to ask for, beside what is asked for already.
    pub token_properties: BTreeSet<String>,
}

/// What is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectedAccount {
    /// Of what was there before, its settings and Official Accounts stay.
    pub account: CrmAccount,
    /// Whether it was not there before.
    pub is_new: bool,
}

impl ConnectAccount {
    /// Writes the account's row: from then on it can be found, and work for it is done. What its app's action asks for is the
    /// same for all accounts of the app, so it gets their token properties, too. A second call finds it and is the same as once.
    ///
    /// # Errors
    /// Others keep changing it; or the table's. Nothing is changed then.
    pub async fn connect(&self, prepared: &PreparedAccount) -> Result<ConnectedAccount, ChangeError<Infallible>> {
        retry_on_conflict(&*self.accounts.clock, "connect account", || self.try_put(prepared)).await
    }

    async fn try_put(&self, prepared: &PreparedAccount) -> Result<Option<ConnectedAccount>, ChangeError<Infallible>> {
        let PreparedAccount { key, app, language, time_zone, capabilities, token_properties } = prepared.clone();
        let accounts = &self.accounts.accounts;
        let others = accounts.all().await?.into_iter().filter(|other| other.app == app);
        let shared: BTreeSet<String> = others.flat_map(|other| other.token_properties).collect();
        let found = accounts.find(&key).await?;
        let version = found.as_ref().map_or(0, |found| found.version);
        let before = found.map(|found| found.value);
        let before = before.unwrap_or_else(|| CrmAccount::new(key, app.clone(), language, &time_zone));
        let mut account = CrmAccount { app, language, time_zone, capabilities, ..before };
        account.token_properties.extend(token_properties.into_iter().chain(shared));
        let is_put = accounts.put(&account, version).await? == Commit::Done;
        Ok(is_put.then_some(ConnectedAccount { account, is_new: version == 0 }))
    }
}
