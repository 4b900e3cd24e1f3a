//! CRM accounts, as configured: they lie in the table of configuration.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::configuration::Configuration;
use super::remembered::REMEMBER_MS;
use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::ids::CrmAppId;
use crate::ports::table::{self, Commit, Listed, Precondition, RowKey, Versioned, Write};
use crate::ports::{Clock, PortError, Table};

/// An app that is not among those remembered is looked for again after this, in milliseconds, and not before, whatever its name.
const LOOK_AGAIN_MS: i64 = 5_000;

/// CRM accounts.
#[derive(Clone)]
pub struct Accounts {
    rows: Configuration,
    apps: Arc<Mutex<Option<Apps>>>,
}

/// Every app that some CRM account came by.
#[derive(Clone)]
struct Apps {
    known: HashSet<(CrmKind, CrmAppId)>,
    /// Some accounts were written by another version, and nobody knows by which app they came.
    are_all_read: bool,
    at_ms: i64,
}

impl Apps {
    fn of(accounts: &Listed<CrmAccount>, at_ms: i64) -> Self {
        let known = accounts.found.iter().map(|account| (account.key.kind, account.app.clone())).collect();
        Self { known, are_all_read: accounts.unreadable == 0, at_ms }
    }

    fn may_hold(&self, kind: CrmKind, app: &CrmAppId) -> bool {
        !self.are_all_read || self.known.contains(&(kind, app.clone()))
    }

    /// A yes counts for a minute, a no for less: the app may have been connected just now.
    fn is_recent(&self, says_yes: bool, now_ms: i64) -> bool {
        (0..if says_yes { REMEMBER_MS } else { LOOK_AGAIN_MS }).contains(&(now_ms - self.at_ms))
    }
}

impl Accounts {
    /// Over the table of configuration.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self { rows: Configuration::new(rows), apps: Arc::default() }
    }

    /// The same, remembering for a minute what [`find`](Self::find) and [`has_app`](Self::has_app) were answered: a changed
    /// setting takes effect within it. For functions; an operator's tools want to see what is there.
    #[must_use]
    pub fn remembering(self, clock: Arc<dyn Clock>) -> Self {
        Self { rows: self.rows.remembering(clock), ..self }
    }

    /// One CRM account.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find(&self, key: &CrmAccountKey) -> Result<Option<Versioned<CrmAccount>>, PortError> {
        let row = self.rows.get(account_key(key)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }

    /// Whether some CRM account came by this app, or may have: strangers make up names of apps, so this costs one read of
    /// all accounts a minute, and one every five seconds while names are asked for that there are none of; never one a name.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn has_app(&self, kind: CrmKind, app: &CrmAppId) -> Result<bool, PortError> {
        let Some(now_ms) = self.rows.now_ms() else { return Ok(Apps::of(&self.all().await?, 0).may_hold(kind, app)) };
        let apps = || self.apps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(apps) = &*apps() {
            let holds = apps.may_hold(kind, app);
            if apps.is_recent(holds, now_ms) {
                return Ok(holds);
            }
        }
        let read = Apps::of(&self.all().await?, now_ms);
        let holds = read.may_hold(kind, app);
        *apps() = Some(read);
        Ok(holds)
    }

    /// All CRM accounts.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn all(&self) -> Result<Listed<CrmAccount>, PortError> {
        Ok(Listed::of(&table::all(self.rows.table(), "account", "").await?))
    }

    /// Stores a CRM account if nobody changed it since `version` (0: it is new).
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn put(&self, account: &CrmAccount, version: u64) -> Result<Commit, PortError> {
        let write = Write::put(account_key(&account.key), account, Precondition::Version(version));
        self.rows.table().commit(vec![write]).await
    }

    /// Forgets a CRM account if nobody changed it since `version`.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn remove(&self, key: &CrmAccountKey, version: u64) -> Result<Commit, PortError> {
        let write = Write::Delete { key: account_key(key), expect: Precondition::Version(version) };
        self.rows.table().commit(vec![write]).await
    }
}

fn account_key(key: &CrmAccountKey) -> RowKey {
    RowKey::new("account", key.to_string())
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
