//! How far a test registration has come.

use super::*;
use crate::domain::trial::Trial;

impl Journal {
    /// The newest test registration of an Official Account's that somebody took part in.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn trial(&self, channel: &ChannelId) -> Result<Option<Versioned<Trial>>, PortError> {
        self.read(&trial_key(channel)).await
    }
}

/// The test has come so far; `version` as read, 0 for the first. It is kept for a day.
pub fn trial(channel: &ChannelId, trial: &Trial, version: u64, now_ms: i64) -> Write {
    Write::put(trial_key(channel), trial, Precondition::Version(version)).expiring(now_ms, 1)
}

pub(super) fn trial_key(channel: &ChannelId) -> RowKey {
    RowKey { sort: "trial".to_owned(), ..noted::last_event_key(channel) }
}
