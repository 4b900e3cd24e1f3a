//! LINE lists a friend: who is not known yet gets a conversation, and they are enqueued for the CRM.
//!
//! For the import of the friends that an Official Account had before Musubi ([`ImportFriends`]).
//!
//! [`ImportFriends`]: super::import_friends::ImportFriends

use tracing::info;

use super::outbox::Outbox;
use crate::domain::activity::Mark;
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::ids::{EventId, LineUserId};
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::journal::write;

/// Imports friends.
pub struct ImportFriend {
    /// Where.
    pub outbox: Outbox,
}

/// What became of one friend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportResult {
    /// Not known before: a contact is enqueued, where the channel's settings allow one.
    New,
    /// Known before, and left as it is.
    Known,
    /// Everything of this person was erased: they stay unknown until they do something themselves.
    Erased,
}

impl ImportFriend {
    /// Records that the person is a friend now, unless something is known of them already. Twice is the same as once.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn import_friend(&self, channel: &Channel, user: &LineUserId) -> Result<ImportResult, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        let key = &key;
        let attempt = || async move {
            if self.outbox.journal.conversation(key).await?.is_some() {
                return Ok(Some(ImportResult::Known));
            }
            let erasure = self.outbox.journal.erasure(key).await?;
            if erasure.is_marked() {
                return Ok(Some(ImportResult::Erased));
            }
            let now_ms = self.outbox.clock.now_ms();
            let mut new = Conversation::new(key.clone(), channel.account.clone());
            new.following.get_or_insert_default().observe_presence();
            new.friendship.observe(&Mark::at(now_ms, EventId::new("import")), false);
            let effects: Vec<_> = new.enqueue_sync(now_ms).into_iter().collect();
            let state = [write::conversation(&new, 0), write::not_erased_since(key, &erasure)];
            let state = state.into_iter().chain(write::person_listed(key)).collect();
            let commit = self.outbox.commit(&channel.account, state, &effects).await?;
            Ok((commit == Commit::Done).then_some(ImportResult::New))
        };
        let result = self.outbox.retry("import friend", attempt).await?;
        if result == ImportResult::New {
            info!(channel.id = %channel.id, conversation = key.hash(), "friend.imported");
        }
        Ok(result)
    }
}
