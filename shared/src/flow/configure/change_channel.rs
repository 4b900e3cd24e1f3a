//! An Official Account's row is changed.

use std::sync::Arc;

use super::change_error::ChangeError;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::flow::retry::retry_on_conflict;
use crate::ports::Clock;
use crate::ports::table::Commit;
use crate::store::Channels;

/// Changes Official Accounts.
#[derive(Clone)]
pub struct ChangeChannel {
    /// Where.
    pub channels: Channels,
    /// Between two tries.
    pub clock: Arc<dyn Clock>,
}

impl ChangeChannel {
    /// Changes the Official Account from what it is by now, and answers with what is stored then. `change` may be called more
    /// than once, each time with what was read anew; where it changes nothing, nothing is written. Twice is the same as once if
    /// `change` is.
    ///
    /// # Errors
    /// There is no such Official Account; `change` refuses; others keep changing it; or the table's. Nothing is changed then.
    pub async fn change<E: Send>(
        &self,
        id: &ChannelId,
        change: impl Fn(&mut Channel) -> Result<(), E> + Send + Sync,
    ) -> Result<Channel, ChangeError<E>> {
        let change = &change;
        let attempt = || async move {
            let found = self.channels.find_versioned(id).await?;
            let found = found.filter(|found| found.value.leaving.is_none()).ok_or(ChangeError::Absent)?;
            let mut changed = found.value.clone();
            change(&mut changed).map_err(ChangeError::Refused)?;
            if changed == found.value || self.channels.put(&changed, found.version).await? == Commit::Done {
                return Ok(Some(changed));
            }
            Ok(None)
        };
        retry_on_conflict(&*self.clock, "change channel", attempt).await
    }
}
