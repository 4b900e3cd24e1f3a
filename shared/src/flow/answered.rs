//! Somebody says that a person was answered elsewhere, in LINE's own chat or by telephone: their message waits no more.

use std::sync::Arc;

use tracing::info;

use super::settle::wake;
use super::{MAX_CONFLICTS, contended, step_back};
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::LineUserId;
use crate::domain::job::WakeUp;
use crate::ports::journal::write;
use crate::ports::table::Commit;
use crate::ports::{Clock, Journal, PortError, Queue};

/// Records that people were answered.
pub struct Answered {
    /// Where.
    pub journal: Journal,
    /// Tells the dispatcher.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

impl Answered {
    /// What the person has said so far is answered, and the CRM will say so. `false`: nothing of theirs waited. Twice is the
    /// same as once.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn answered(&self, channel: &Channel, user: &LineUserId) -> Result<bool, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        for conflicts in 0..MAX_CONFLICTS {
            let state = self.journal.conversation(&key).await?;
            let Some(mut state) = state.filter(|state| state.value.account == channel.account) else {
                return Ok(false);
            };
            let now_ms = self.clock.now_ms();
            let waited = state.value.unanswered_since_ms.is_some();
            if !waited || !state.value.answered(now_ms, now_ms) {
                return Ok(false);
            }
            let mut writes: Vec<_> = state.value.enqueue_sync(now_ms).iter().map(write::enqueue).collect();
            writes.push(write::conversation(&state.value, state.version));
            if self.journal.commit(writes).await? == Commit::Done {
                info!(channel.id = %channel.id, conversation = key.hash(), "person.answered");
                wake(&*self.wake_ups, &channel.account).await;
                return Ok(true);
            }
            step_back(&*self.clock, conflicts).await;
        }
        Err(contended("answered"))
    }
}
