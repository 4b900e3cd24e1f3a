//! Within one process those who change one conversation can wait for each other.
//!
//! The version of its row is what keeps it right: this only spares them from reading, being refused and reading anew, which for many sends
//! to one person at once was most of what they did. Other processes are fought with as before.

use std::sync::Arc;

use futures::lock::{Mutex, OwnedMutexGuard};

use crate::domain::conversation::ConversationKey;

/// So many locks for all conversations, by their hash: two may share one, and wait a few milliseconds for a stranger.
const LOCKS: usize = 64;

/// The locks. Clones are one.
#[derive(Clone)]
pub(super) struct ConversationLocks(Arc<[Arc<Mutex<()>>; LOCKS]>);

/// Held until it is dropped.
pub struct ConversationLock(#[expect(dead_code, reason = "held, never read")] OwnedMutexGuard<()>);

impl Default for ConversationLocks {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Arc::default())))
    }
}

impl ConversationLocks {
    /// Waits until nobody else of this process holds it.
    pub(super) async fn lock(&self, key: &ConversationKey) -> ConversationLock {
        let hash = key.hash();
        let number = usize::from_str_radix(&hash[..4], 16).unwrap_or(0) % LOCKS;
        ConversationLock(Arc::clone(&self.0[number]).lock_owned().await)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::domain::ids::{ChannelId, LineUserId};

    #[tokio::test]
    async fn one_conversation_is_held_by_one_at_a_time_and_another_is_free() {
        let locks = ConversationLocks::default();
        let key = |user| ConversationKey::person(&ChannelId::new("1"), &LineUserId::new(user));
        let (one, another) = (key("U1"), key("U2"));
        let first = locks.lock(&one).await;
        let mut second = Box::pin(locks.lock(&one));
        assert!((&mut second).now_or_never().is_none(), "it is not theirs yet");
        assert!(locks.lock(&another).now_or_never().is_some(), "nobody waits for a stranger");
        drop(first);
        assert!(second.now_or_never().is_some());
    }
}
