//! Work that was put aside and that an operator sends back is owed anew.
//!
//! By our own state as it is now: of a person who was erased since, nothing is left to be owed, and work that was done
//! meanwhile is found done.

use super::SettleUp;
use crate::domain::account::CrmAccountKey;
use crate::domain::conversation::Conversation;
use crate::domain::job::WakeUp;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::put_aside::PutAside;
use crate::flow::{MAX_CONFLICTS, contended, step_back};
use crate::ports::PortError;
use crate::ports::journal::write;
use crate::ports::rows::{Commit, Write};

impl SettleUp {
    /// Owes what a wake-up brings back, if it brings anything. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's; the wake-up is to be delivered again.
    pub async fn owe_again(&self, wake_up: &WakeUp) -> Result<(), PortError> {
        let Some(again) = &wake_up.again else { return Ok(()) };
        tracing::info!(crm.account = %wake_up.account, "owed.again");
        match again {
            PutAside::Person { conversation } | PutAside::Entry { conversation } => {
                self.conversation_again(conversation, again).await
            }
            PutAside::Amendment { conversation, message } => {
                let Some(head) = self.journal.conversation_by_hash(conversation).await? else { return Ok(()) };
                let message = message.clone();
                self.owe(&wake_up.account, Owed::Amendment { conversation: head.value.key, message }).await
            }
            PutAside::Outcome { push } => self.owe(&wake_up.account, Owed::Outcome { push: *push }).await,
            PutAside::NotSent { push } => self.owe(&wake_up.account, Owed::NotSent { push: *push }).await,
            PutAside::Completion { push } => self.owe(&wake_up.account, Owed::Completion { push: *push }).await,
            PutAside::Look { contact, forget } => {
                self.owe(&wake_up.account, Owed::Look { contact: contact.clone(), forget: *forget }).await
            }
            PutAside::Clear { contact, channel } => {
                let clear = Owed::Clear { contact: contact.clone(), channel: channel.clone() };
                self.owe(&wake_up.account, clear).await
            }
            PutAside::Other => {
                tracing::warn!(crm.account = %wake_up.account, "owed.again_unknown");
                Ok(())
            }
        }
    }

    async fn owe(&self, account: &CrmAccountKey, owed: Owed) -> Result<(), PortError> {
        let now_ms = self.clock.now_ms();
        let _ = self.journal.commit(vec![write::owe(&OwedRow::new(account, owed, now_ms, now_ms))]).await?;
        Ok(())
    }

    /// What depends on a conversation's state changes with it.
    async fn conversation_again(&self, hash: &str, again: &PutAside) -> Result<(), PortError> {
        for conflicts in 0..MAX_CONFLICTS {
            let Some(mut head) = self.journal.conversation_by_hash(hash).await? else { return Ok(()) };
            let mut writes = match again {
                PutAside::Entry { .. } => self.entry_again(&mut head.value).await?,
                _ => head.value.owe_person(self.clock.now_ms()).iter().map(write::owe).collect(),
            };
            writes.push(write::conversation(&head.value, head.rev));
            if self.journal.commit(writes).await? == Commit::Done {
                return Ok(());
            }
            step_back(&*self.clock, conflicts).await;
        }
        Err(contended("owe again"))
    }

    async fn entry_again(&self, head: &mut Conversation) -> Result<Vec<Write>, PortError> {
        let now_ms = self.clock.now_ms();
        let pending = self.journal.all_pending(&head.key, 1).await?;
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let settings = self.channels.find(&head.key.channel).await?.map(|channel| channel.settings).unwrap_or_default();
        Ok(head.open_now(&settings, now_ms).iter().map(write::owe).collect())
    }
}
