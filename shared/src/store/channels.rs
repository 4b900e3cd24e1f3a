//! Official Accounts, as configured: they lie in the table of configuration.

use std::sync::Arc;

use super::configuration::Configuration;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::ports::table::{self, Commit, Listed, Precondition, RowKey, Versioned, Write};
use crate::ports::{Clock, PortError, Table};

/// Official Accounts.
#[derive(Clone)]
pub struct Channels {
    rows: Configuration,
}

impl Channels {
    /// Over the table of configuration.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self { rows: Configuration::new(rows) }
    }

    /// The same, remembering for a minute what [`find`](Self::find) was answered: a changed setting takes effect within it. For
    /// functions; an operator's tools want to see what is there.
    #[must_use]
    pub fn remembering(self, clock: Arc<dyn Clock>) -> Self {
        Self { rows: self.rows.remembering(clock) }
    }

    /// One Official Account.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find(&self, id: &ChannelId) -> Result<Option<Channel>, PortError> {
        Ok(self.find_versioned(id).await?.map(|found| found.value))
    }

    /// One Official Account, to change it.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find_versioned(&self, id: &ChannelId) -> Result<Option<Versioned<Channel>>, PortError> {
        let row = self.rows.get(channel_key(id)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }

    /// All Official Accounts, by ID.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn all(&self) -> Result<Listed<Channel>, PortError> {
        Ok(Listed::of(&table::all(self.rows.table(), "channel", "").await?))
    }

    /// Stores an Official Account if nobody changed it since `version` (0: it is new).
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn put(&self, channel: &Channel, version: u64) -> Result<Commit, PortError> {
        self.rows
            .table()
            .commit(vec![Write::put(channel_key(&channel.id), channel, Precondition::Version(version))])
            .await
    }

    /// Forgets an Official Account. Twice is the same as once.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn remove(&self, id: &ChannelId) -> Result<(), PortError> {
        let _ =
            self.rows.table().commit(vec![Write::Delete { key: channel_key(id), expect: Precondition::Any }]).await?;
        Ok(())
    }
}

fn channel_key(id: &ChannelId) -> RowKey {
    RowKey::new("channel", id.as_str())
}
