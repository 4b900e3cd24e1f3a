//! LINE lists a friend: who is not known yet gets a conversation, and they are enqueued for the CRM.
//!
//! For the import of the friends that an Official Account had before Musubi. Its progress is a row, so that a run that
//! stopped is gone on with, and two runs do not both go on.

use std::sync::Arc;

use tracing::info;

use super::{MAX_CONFLICTS, contended, step_back};
use crate::domain::activity::Mark;
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::ids::{EventId, LineUserId};
use crate::ports::journal::write;
use crate::ports::table::Commit;
use crate::ports::{Clock, Journal, PortError};

/// Meets friends.
pub struct ImportFriend {
    /// Where.
    pub journal: Journal,
    /// When.
    pub clock: Arc<dyn Clock>,
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
    /// Records that the person is a friend now, unless something is known of them already. Twice is the same as once. Wakes
    /// nobody: whoever meets many says so once, at the end.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn import_friend(&self, channel: &Channel, user: &LineUserId) -> Result<ImportResult, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        for conflicts in 0..MAX_CONFLICTS {
            if self.journal.conversation(&key).await?.is_some() {
                return Ok(ImportResult::Known);
            }
            let erasure = self.journal.erasure(&key).await?;
            if erasure.is_marked() {
                return Ok(ImportResult::Erased);
            }
            let now_ms = self.clock.now_ms();
            let mut new = Conversation::new(key.clone(), channel.account.clone());
            new.following.get_or_insert_default().observe_presence();
            new.friendship.observe(&Mark::at(now_ms, EventId::new("import")), false);
            let mut writes: Vec<_> = new.enqueue_sync(now_ms).iter().map(write::enqueue).collect();
            writes.push(write::conversation(&new, 0));
            writes.push(write::not_erased_since(&key, &erasure));
            if self.journal.commit(writes).await? == Commit::Done {
                info!(channel.id = %channel.id, conversation = key.hash(), "friend.met");
                return Ok(ImportResult::New);
            }
            step_back(&*self.clock, conflicts).await;
        }
        Err(contended("meet"))
    }
}
