//! Work that was dead-lettered and that an operator sends back is enqueued anew.
//!
//! By our own state as it is now: of a person who was erased since, nothing is left to be done, and work that was done
//! meanwhile is found done.

use super::Dispatch;
use crate::domain::account::CrmAccountKey;
use crate::domain::activity::Activity;
use crate::domain::conversation::Conversation;
use crate::domain::dead_letter::DeadLetteredEffect;
use crate::domain::job::WakeUp;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::table::{Commit, Write};
use crate::store::journal::write;

/// So many words go back together: each is two writes.
const AT_ONCE: usize = 40;

impl Dispatch {
    /// Enqueues what a wake-up brings back, if it brings anything. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's; the wake-up is to be delivered again.
    pub async fn enqueue_again(&self, wake_up: &WakeUp) -> Result<(), PortError> {
        let Some(again) = &wake_up.again else { return Ok(()) };
        tracing::info!(crm.account = %wake_up.account, "effect.enqueued_again");
        match again {
            DeadLetteredEffect::SyncContact { conversation } | DeadLetteredEffect::WriteEntry { conversation } => {
                self.conversation_again(conversation, again).await
            }
            DeadLetteredEffect::WriteToInbox { conversation } => self.inbox_again(conversation).await,
            DeadLetteredEffect::TellInbox { push } => {
                self.enqueue(&wake_up.account, Effect::TellInbox { push: *push }).await
            }
            DeadLetteredEffect::RedactMessage { conversation, message } => {
                let Some(state) = self.outbox.journal.conversation_by_hash(conversation).await? else { return Ok(()) };
                let message = message.clone();
                self.enqueue(&wake_up.account, Effect::RedactMessage { conversation: state.value.key, message }).await
            }
            DeadLetteredEffect::ShowFile { conversation, message } => {
                let Some(state) = self.outbox.journal.conversation_by_hash(conversation).await? else { return Ok(()) };
                let message = message.clone();
                self.enqueue(&wake_up.account, Effect::ShowFile { conversation: state.value.key, message }).await
            }
            DeadLetteredEffect::WriteLastOutcome { push } => {
                self.enqueue(&wake_up.account, Effect::WriteLastOutcome { push: *push }).await
            }
            DeadLetteredEffect::WriteNotSentNote { push } => {
                self.enqueue(&wake_up.account, Effect::WriteNotSentNote { push: *push }).await
            }
            DeadLetteredEffect::CompleteWorkflow { push } => {
                self.enqueue(&wake_up.account, Effect::CompleteWorkflow { push: *push }).await
            }
            DeadLetteredEffect::TellOutcome { push } => {
                // Each alone: what was done of them meanwhile is not known.
                for effect in (Effect::TellOutcome { push: *push }).parts().into_iter().flatten() {
                    self.enqueue(&wake_up.account, effect).await?;
                }
                Ok(())
            }
            DeadLetteredEffect::ReconcileContact { contact } => {
                self.enqueue(&wake_up.account, Effect::ReconcileContact { contact: contact.clone() }).await
            }
            DeadLetteredEffect::ForgetContact { contact } => {
                self.enqueue(&wake_up.account, Effect::ForgetContact { contact: contact.clone() }).await
            }
            DeadLetteredEffect::ClearContactFields { contact, channel, provider } => {
                let (contact, channel, provider) = (contact.clone(), channel.clone(), *provider);
                let clear = Effect::ClearContactFields { contact, channel, provider };
                self.enqueue(&wake_up.account, clear).await
            }
            DeadLetteredEffect::Other => {
                tracing::warn!(crm.account = %wake_up.account, "effect.enqueued_again_unknown");
                Ok(())
            }
        }
    }

    async fn enqueue(&self, account: &CrmAccountKey, effect: Effect) -> Result<(), PortError> {
        let now_ms = self.outbox.clock.now_ms();
        let _ =
            self.outbox.journal.commit(vec![write::enqueue(&OutboxRow::new(account, effect, now_ms, now_ms))]).await?;
        Ok(())
    }

    /// What depends on a conversation's state changes with it.
    async fn conversation_again(&self, hash: &str, again: &DeadLetteredEffect) -> Result<(), PortError> {
        loop {
            let attempt = || self.try_conversation_again(hash, again);
            if self.outbox.retry("enqueue again", attempt).await? {
                return Ok(());
            }
        }
    }

    /// `Some(false)`: some of its words go back with this, and the rest follows.
    async fn try_conversation_again(&self, hash: &str, again: &DeadLetteredEffect) -> Result<Option<bool>, PortError> {
        let Some(mut state) = self.outbox.journal.conversation_by_hash(hash).await? else { return Ok(Some(true)) };
        let refused = match again {
            DeadLetteredEffect::WriteEntry { .. } => self.outbox.journal.refused(&state.value.key, AT_ONCE).await?,
            _ => Vec::new(),
        };
        let mut writes = match again {
            DeadLetteredEffect::WriteEntry { .. } => self.entry_again(&mut state.value, &refused).await?,
            _ => state.value.enqueue_sync(self.outbox.clock.now_ms()).iter().map(write::enqueue).collect(),
        };
        writes.push(write::conversation(&state.value, state.version));
        let commit = self.outbox.journal.commit(writes).await?;
        Ok((commit == Commit::Done).then_some(refused.len() < AT_ONCE))
    }

    /// Words that the inbox refused wait for it again, and whatever waits beside them.
    async fn inbox_again(&self, hash: &str) -> Result<(), PortError> {
        loop {
            let attempt = || async move {
                let journal = &self.outbox.journal;
                let Some(mut state) = journal.conversation_by_hash(hash).await? else { return Ok(Some(true)) };
                let (key, now_ms) = (state.value.key.clone(), self.outbox.clock.now_ms());
                let refused = journal.refused_by_inbox(&key, AT_ONCE).await?;
                let mut writes = Vec::new();
                for said in &refused {
                    writes.push(write::for_inbox(&key, said, said.arrived_at_ms));
                    writes.push(write::forget_refused_by_inbox(&key, &said.mark));
                }
                state.value.refused_told_at_ms = None;
                writes.extend(state.value.enqueue_inbox(now_ms).iter().map(write::enqueue));
                writes.push(write::conversation(&state.value, state.version));
                let is_all = refused.len() < AT_ONCE;
                Ok((journal.commit(writes).await? == Commit::Done).then_some(is_all))
            };
            if self.outbox.retry("inbox again", attempt).await? {
                return Ok(());
            }
        }
    }

    /// Words that were refused wait for an entry again, as late as they are.
    async fn entry_again(&self, state: &mut Conversation, refused: &[Activity]) -> Result<Vec<Write>, PortError> {
        let (key, now_ms) = (state.key.clone(), self.outbox.clock.now_ms());
        let mut writes = Vec::new();
        for activity in refused {
            let late = Activity { late: true, ..activity.clone() };
            writes.extend([
                write::pending(&key, &late, 0, activity.arrived_at_ms),
                write::forget_refused(&key, &activity.mark),
            ]);
        }
        if refused.is_empty() && self.outbox.journal.words(state, 1).await?.is_empty() {
            return Ok(writes);
        }
        state.refused_told_at_ms = None;
        let settings = self.channels.find(&key.channel).await?.map(|channel| channel.settings).unwrap_or_default();
        writes.extend(state.open_now(&settings, now_ms).iter().map(write::enqueue));
        Ok(writes)
    }
}
