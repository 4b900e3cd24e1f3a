//! Sends that wait for a person's decision, as they are listed: without their words, and without the person.

use futures::StreamExt;

use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{ChannelId, ContactId};
use crate::domain::push::{PushId, PushState};
use crate::ports::PortError;
use crate::ports::table::Listed;
use crate::store::Journal;

/// How many sends are read at once.
const AT_ONCE: usize = 16;

/// A send of which nobody can know whether it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedSend {
    /// Which.
    pub id: PushId,
    /// From which Official Account.
    pub channel: ChannelId,
    /// The record that the workflow ran on.
    pub contact: Option<ContactId>,
    /// When it was first tried, in milliseconds.
    pub first_attempt_at_ms: i64,
    /// How often it was tried.
    pub attempts: u32,
}

/// Lists them.
#[derive(Clone)]
pub struct ParkedSends {
    /// Where they lie.
    pub journal: Journal,
}

impl ParkedSends {
    /// Those of a CRM account, the one that has waited longest first; of more than `at_most`, which of them says nothing. Twice
    /// shows the same.
    ///
    /// # Errors
    /// The table does not answer. What another version wrote is counted.
    pub async fn list(&self, account: &CrmAccountKey, at_most: usize) -> Result<Listed<ParkedSend>, PortError> {
        let ids = self.journal.parked(account).await?;
        let mut listed = Listed { found: Vec::new(), unreadable: ids.unreadable };
        let sends = futures::stream::iter(ids.into_iter().take(at_most)).map(|id| self.send(id));
        let mut sends = sends.buffer_unordered(AT_ONCE);
        while let Some(send) = sends.next().await {
            match send {
                Err(error) if error.is_unreadable() => listed.unreadable += 1,
                send => listed.found.extend(send?),
            }
        }
        listed.found.sort_by_key(|send| (send.first_attempt_at_ms, send.id));
        Ok(listed)
    }

    async fn send(&self, id: PushId) -> Result<Option<ParkedSend>, PortError> {
        let Some(push) = self.journal.push(id).await? else { return Ok(None) };
        let PushState::Parked(sending) = &push.value.state else { return Ok(None) };
        Ok(Some(ParkedSend {
            id,
            channel: push.value.channel,
            contact: push.value.contact,
            first_attempt_at_ms: sending.first_attempt_at_ms,
            attempts: sending.begun,
        }))
    }
}
