//! How far the import of an Official Account's friends has come.

use super::*;

impl Journal {
    /// How far the newest import of the Official Account's friends is. `None`: there was none.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn friends_import(&self, channel: &ChannelId) -> Result<Option<Versioned<FriendsImport>>, PortError> {
        self.read(&friends_key(channel)).await
    }
}

/// The import of the Official Account's friends is this far, if nobody else went on since it was read.
pub fn friends_import(channel: &ChannelId, import: &FriendsImport, version: u64) -> Write {
    Write::put(friends_key(channel), import, Precondition::Version(version))
}

pub(super) fn friends_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("i:{}", fingerprint(&[channel.as_str()])), "friends")
}
