//! Somebody says that a person was answered elsewhere, in LINE's own chat or by telephone: their message waits no more.

use tracing::info;

use super::outbox::Outbox;
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::LineUserId;
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::journal::write;

/// Records that people were answered.
pub struct Answered {
    /// The state that it changes, and the outbox for what follows.
    pub outbox: Outbox,
}

impl Answered {
    /// What the person has said so far is answered, and the CRM will say so. `false`: nothing of theirs waited. Twice is the
    /// same as once.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn answered(&self, channel: &Channel, user: &LineUserId) -> Result<bool, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        let key = &key;
        let attempt = || async move {
            let state = self.outbox.journal.conversation(key).await?;
            let Some(mut state) = state.filter(|state| state.value.account == channel.account) else {
                return Ok(Some(false));
            };
            let now_ms = self.outbox.clock.now_ms();
            let waited = state.value.unanswered_since_ms.is_some();
            if !waited || !state.value.answered(now_ms, now_ms) {
                return Ok(Some(false));
            }
            let effects: Vec<_> = state.value.enqueue_sync(now_ms).into_iter().collect();
            let state = vec![write::conversation(&state.value, state.version)];
            Ok((self.outbox.commit(&channel.account, state, &effects).await? == Commit::Done).then_some(true))
        };
        let answered = self.outbox.retry("answered", attempt).await?;
        if answered {
            info!(channel.id = %channel.id, conversation = key.hash(), "person.answered");
        }
        Ok(answered)
    }
}
