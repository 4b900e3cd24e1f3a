//! What somebody of the team says of a talk as a whole: that the person was answered elsewhere, that there is still something to do, or
//! whose it is. The contact follows the first two.

use tracing::info;

use super::outbox::Outbox;
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::ids::LineUserId;
use crate::domain::operator::OperatorName;
use crate::ports::PortError;
use crate::ports::table::{Commit, Versioned};
use crate::store::journal::write;

/// Records what is said of talks.
pub struct Tend {
    /// The state that it changes, and the outbox for what follows.
    pub outbox: Outbox,
}

impl Tend {
    /// What the person has said so far is answered, in LINE's own chat or by telephone: their message waits no more. `false`: nothing
    /// of theirs waited. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn answered(&self, channel: &Channel, user: &LineUserId) -> Result<bool, PortError> {
        let answers =
            |state: &mut Conversation, now_ms| state.unanswered_since_ms.is_some() && state.answered(now_ms, now_ms);
        self.change(channel, user, "answered", answers).await
    }

    /// There is still something to do: the talk waits as if a message had come. `false`: it waits already, or the person never
    /// wrote. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn to_do(&self, channel: &Channel, user: &LineUserId) -> Result<bool, PortError> {
        self.change(channel, user, "to do", Conversation::waits_again).await
    }

    /// The talk is this operator's; `None`: nobody's. `false`: so it was, or there is no talk yet. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn assign(
        &self,
        channel: &Channel,
        user: &LineUserId,
        to: Option<&OperatorName>,
    ) -> Result<bool, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        let (key, account) = (&key, &channel.account);
        let attempt = || async move {
            let Some(mut state) = self.talk(channel, key).await? else { return Ok(Some(false)) };
            let before = state.value.assigned.clone();
            if !state.value.assign(to) {
                return Ok(Some(false));
            }
            let mut writes = vec![write::conversation(&state.value, state.version)];
            writes.extend(before.map(|before| write::not_assigned(account, &before, key)));
            writes.extend(to.map(|to| write::assigned(account, to, key, self.outbox.clock.now_ms())));
            Ok((self.outbox.journal.commit(writes).await? == Commit::Done).then_some(true))
        };
        self.outbox.retry("assigned", attempt).await
    }

    async fn talk(
        &self,
        channel: &Channel,
        key: &ConversationKey,
    ) -> Result<Option<Versioned<Conversation>>, PortError> {
        let state = self.outbox.journal.conversation(key).await?;
        Ok(state.filter(|state| state.value.account == channel.account))
    }

    async fn change(
        &self,
        channel: &Channel,
        user: &LineUserId,
        what: &'static str,
        change: impl Fn(&mut Conversation, i64) -> bool + Sync,
    ) -> Result<bool, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        let (key, change) = (&key, &change);
        let attempt = || async move {
            let Some(mut state) = self.talk(channel, key).await? else { return Ok(Some(false)) };
            let now_ms = self.outbox.clock.now_ms();
            if !change(&mut state.value, now_ms) {
                return Ok(Some(false));
            }
            let effects: Vec<_> = state.value.enqueue_sync(now_ms).into_iter().collect();
            let state = vec![write::conversation(&state.value, state.version)];
            Ok((self.outbox.commit(&channel.account, state, &effects).await? == Commit::Done).then_some(true))
        };
        let changed = self.outbox.retry(what, attempt).await?;
        if changed {
            info!(channel.id = %channel.id, conversation = key.hash(), what, "person.tended");
        }
        Ok(changed)
    }
}
