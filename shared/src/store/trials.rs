//! Test registrations, to be read: who may not change the journal holds this.

use std::sync::Arc;

use super::journal::Journal;
use crate::domain::conversation::Conversation;
use crate::domain::ids::ChannelId;
use crate::domain::trial::Trial;
use crate::ports::{PortError, Table};

/// Test registrations, to be read.
#[derive(Clone)]
pub struct TrialReader(Journal);

impl TrialReader {
    /// Over the journal's table.
    pub fn new(rows: Arc<dyn Table>) -> Self {
        Self(Journal::new(rows))
    }

    /// The newest test of an Official Account's that somebody took part in, and their conversation as it is now.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn newest(&self, channel: &ChannelId) -> Result<Option<(Trial, Option<Conversation>)>, PortError> {
        let Some(trial) = self.0.trial(channel).await?.map(|found| found.value) else { return Ok(None) };
        let state = self.0.conversation_by_hash(&trial.conversation).await?.map(|found| found.value);
        Ok(Some((trial, state)))
    }
}
