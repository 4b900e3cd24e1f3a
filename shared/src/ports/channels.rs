//! The table of configuration: Official Accounts and CRM accounts.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::Clock;
use super::error::PortError;
use super::remembered::{Answer, REMEMBER_MS, Remembered};
use super::table::{self, Commit, Listed, Precondition, Row, RowKey, Table, Versioned, Write};
use crate::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use crate::domain::channel::Channel;
use crate::domain::ids::{ChannelId, CrmAppId};

/// An app that is not among those remembered is looked for again after this, in milliseconds, and not before, whatever its name.
const LOOK_AGAIN_MS: i64 = 5_000;

/// Official Accounts and CRM accounts, as configured.
#[derive(Clone)]
pub struct Channels {
    rows: Arc<dyn Table>,
    memory: Option<Arc<Memory>>,
}

/// What was answered in the last minute, absent ones too: a name costs one read a minute, and made-up names drop no other.
struct Memory {
    clock: Arc<dyn Clock>,
    answers: Mutex<Remembered<RowKey, Row>>,
    apps: Mutex<Option<Apps>>,
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

impl Channels {
    /// Over the table of configuration.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self { rows, memory: None }
    }

    /// The same, remembering for a minute what [`find`](Self::find), [`account`](Self::account) and
    /// [`has_app`](Self::has_app) were answered: a changed setting takes effect within it. For functions; an operator's
    /// tools want to see what is there.
    #[must_use]
    pub fn remembering(self, clock: Arc<dyn Clock>) -> Self {
        Self { memory: Some(Arc::new(Memory { clock, answers: Mutex::default(), apps: Mutex::default() })), ..self }
    }

    async fn get(&self, key: RowKey) -> Result<Option<Row>, PortError> {
        let Some(memory) = &self.memory else { return self.rows.get(&key).await };
        let now_ms = memory.clock.now_ms();
        let answers = || memory.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers().get(&key, now_ms) {
            return Ok(answer.value);
        }
        let row = self.rows.get(&key).await?;
        answers().put(key, Answer { value: row.clone(), at_ms: now_ms });
        Ok(row)
    }

    /// One Official Account.
    ///
    /// # Errors
    /// As the table's.
    pub async fn find(&self, id: &ChannelId) -> Result<Option<Channel>, PortError> {
        Ok(self.find_versioned(id).await?.map(|found| found.value))
    }

    /// One Official Account, to change it.
    ///
    /// # Errors
    /// As the table's.
    pub async fn find_versioned(&self, id: &ChannelId) -> Result<Option<Versioned<Channel>>, PortError> {
        let row = self.get(channel_key(id)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }

    /// All Official Accounts, by ID.
    ///
    /// # Errors
    /// As the table's.
    pub async fn all(&self) -> Result<Listed<Channel>, PortError> {
        Ok(Listed::of(&table::all(&*self.rows, "channel", "").await?))
    }

    /// Stores an Official Account if nobody changed it since `version` (0: it is new).
    ///
    /// # Errors
    /// As the table's.
    pub async fn put(&self, channel: &Channel, version: u64) -> Result<Commit, PortError> {
        self.rows.commit(vec![Write::put(channel_key(&channel.id), channel, Precondition::Version(version))]).await
    }

    /// Forgets an Official Account. Twice is the same as once.
    ///
    /// # Errors
    /// As the table's.
    pub async fn remove(&self, id: &ChannelId) -> Result<(), PortError> {
        let _ = self.rows.commit(vec![Write::Delete { key: channel_key(id), expect: Precondition::Any }]).await?;
        Ok(())
    }

    /// One CRM account.
    ///
    /// # Errors
    /// As the table's.
    pub async fn account(&self, key: &CrmAccountKey) -> Result<Option<Versioned<CrmAccount>>, PortError> {
        let row = self.get(account_key(key)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }

    /// Whether some CRM account came by this app, or may have: strangers make up names of apps, so this costs one read of
    /// all accounts a minute, and one every five seconds while names are asked for that there are none of; never one a name.
    ///
    /// # Errors
    /// As the table's.
    pub async fn has_app(&self, kind: CrmKind, app: &CrmAppId) -> Result<bool, PortError> {
        let Some(memory) = &self.memory else { return Ok(Apps::of(&self.accounts().await?, 0).may_hold(kind, app)) };
        let now_ms = memory.clock.now_ms();
        let apps = || memory.apps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(apps) = &*apps() {
            let holds = apps.may_hold(kind, app);
            if apps.is_recent(holds, now_ms) {
                return Ok(holds);
            }
        }
        let read = Apps::of(&self.accounts().await?, now_ms);
        let holds = read.may_hold(kind, app);
        *apps() = Some(read);
        Ok(holds)
    }

    /// All CRM accounts.
    ///
    /// # Errors
    /// As the table's.
    pub async fn accounts(&self) -> Result<Listed<CrmAccount>, PortError> {
        Ok(Listed::of(&table::all(&*self.rows, "account", "").await?))
    }

    /// Stores a CRM account if nobody changed it since `version` (0: it is new).
    ///
    /// # Errors
    /// As the table's.
    pub async fn put_account(&self, account: &CrmAccount, version: u64) -> Result<Commit, PortError> {
        self.rows.commit(vec![Write::put(account_key(&account.key), account, Precondition::Version(version))]).await
    }
}

fn channel_key(id: &ChannelId) -> RowKey {
    RowKey::new("channel", id.as_str())
}

fn account_key(key: &CrmAccountKey) -> RowKey {
    RowKey::new("account", key.to_string())
}

#[cfg(test)]
#[path = "channels_tests.rs"]
mod tests;
