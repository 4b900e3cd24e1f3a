//! Official Accounts, as configured: they lie in the table of configuration.

use std::sync::Arc;

use super::configuration::Configuration;
use crate::domain::channel::{Channel, FormerChannel};
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

    /// One Official Account; none that is being disconnected.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find(&self, id: &ChannelId) -> Result<Option<Channel>, PortError> {
        let found = self.find_versioned(id).await?.map(|found| found.value);
        Ok(found.filter(|channel| channel.leaving.is_none()))
    }

    /// One Official Account, to change it, be it one that is being disconnected.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn find_versioned(&self, id: &ChannelId) -> Result<Option<Versioned<Channel>>, PortError> {
        let row = self.rows.get(channel_key(id)).await?;
        row.map(|row| Ok(Versioned { value: row.read()?, version: row.version })).transpose()
    }

    /// Whether it was connected, and is so no more: what is on its way for it is nobody's mistake.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_disconnected(&self, id: &ChannelId) -> Result<bool, PortError> {
        match self.find_versioned(id).await? {
            Some(found) => Ok(found.value.leaving.is_some()),
            None => Ok(self.former(id).await?.is_some()),
        }
    }

    /// One that was connected.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn former(&self, id: &ChannelId) -> Result<Option<FormerChannel>, PortError> {
        self.rows.get(former_key(id)).await?.map(|row| row.read()).transpose()
    }

    /// All Official Accounts, by ID; none that is being disconnected.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn all(&self) -> Result<Listed<Channel>, PortError> {
        let mut all = self.all_with_leaving().await?;
        all.found.retain(|channel| channel.leaving.is_none());
        Ok(all)
    }

    /// All Official Accounts, by ID, with those that are being disconnected.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn all_with_leaving(&self) -> Result<Listed<Channel>, PortError> {
        Ok(Listed::of(&table::all(self.rows.table(), "channel", "").await?))
    }

    /// Stores an Official Account if nobody changed it since `version` (0: it is new).
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn put(&self, channel: &Channel, version: u64) -> Result<Commit, PortError> {
        let mut writes = vec![Write::put(channel_key(&channel.id), channel, Precondition::Version(version))];
        if version == 0 {
            writes.push(Write::Delete { key: former_key(&channel.id), expect: Precondition::Any });
        }
        self.rows.table().commit(writes).await
    }

    /// Forgets an Official Account that was read at this version, and remembers that there was one. `Conflict`: somebody changed it
    /// first, or it is gone.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn remove(&self, former: &FormerChannel, version: u64) -> Result<Commit, PortError> {
        let gone = Write::Delete { key: channel_key(&former.id), expect: Precondition::Version(version) };
        self.rows.table().commit(vec![gone, Write::put(former_key(&former.id), former, Precondition::Any)]).await
    }
}

fn channel_key(id: &ChannelId) -> RowKey {
    RowKey::new("channel", id.as_str())
}

fn former_key(id: &ChannelId) -> RowKey {
    RowKey::new("former-channel", id.as_str())
}
