//! The table of configuration: Official Accounts and CRM accounts.

use std::sync::Arc;

use super::error::PortError;
use super::rows::{Commit, Expect, RowKey, Rows, Versioned, Write, prefix_end};
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;

/// Official Accounts and CRM accounts, as configured.
#[derive(Clone)]
pub struct Channels(Arc<dyn Rows>);

impl Channels {
    /// Over the table of configuration.
    pub fn new(rows: Arc<dyn Rows>) -> Self {
        Self(rows)
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
        let row = self.0.get(&channel_key(id)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, rev: row.rev })).transpose()
    }

    /// All Official Accounts, by ID.
    ///
    /// # Errors
    /// As the table's.
    pub async fn all(&self) -> Result<Vec<Channel>, PortError> {
        self.0.range("channel", "", &prefix_end(""), 1000).await?.iter().map(super::rows::Row::read).collect()
    }

    /// Stores an Official Account if nobody changed it since `rev` (0: it is new).
    ///
    /// # Errors
    /// As the table's.
    pub async fn put(&self, channel: &Channel, rev: u64) -> Result<Commit, PortError> {
        self.0.commit(vec![Write::put(channel_key(&channel.id), channel, Expect::Rev(rev))]).await
    }

    /// Forgets an Official Account. Twice is the same as once.
    ///
    /// # Errors
    /// As the table's.
    pub async fn remove(&self, id: &ChannelId) -> Result<(), PortError> {
        let _ = self.0.commit(vec![Write::Delete { key: channel_key(id), expect: Expect::Any }]).await?;
        Ok(())
    }

    /// One CRM account.
    ///
    /// # Errors
    /// As the table's.
    pub async fn account(&self, key: &CrmAccountKey) -> Result<Option<Versioned<CrmAccount>>, PortError> {
        let row = self.0.get(&account_key(key)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, rev: row.rev })).transpose()
    }

    /// All CRM accounts.
    ///
    /// # Errors
    /// As the table's.
    pub async fn accounts(&self) -> Result<Vec<CrmAccount>, PortError> {
        self.0.range("account", "", &prefix_end(""), 1000).await?.iter().map(super::rows::Row::read).collect()
    }

    /// Stores a CRM account if nobody changed it since `rev` (0: it is new).
    ///
    /// # Errors
    /// As the table's.
    pub async fn put_account(&self, account: &CrmAccount, rev: u64) -> Result<Commit, PortError> {
        self.0.commit(vec![Write::put(account_key(&account.key), account, Expect::Rev(rev))]).await
    }
}

fn channel_key(id: &ChannelId) -> RowKey {
    RowKey::new("channel", id.as_str())
}

fn account_key(key: &CrmAccountKey) -> RowKey {
    RowKey::new("account", key.to_string())
}
