//! Within one process those who change one conversation take turns.
//!
//! The version of its row is what keeps it right: this only spares them from reading, being refused and reading anew, which for many sends
//! to one person at once was most of what they did. Other processes are fought with as before.

use std::sync::Arc;

use futures::lock::{Mutex, OwnedMutexGuard};

use crate::domain::conversation::ConversationKey;

/// So many conversations have turns of their own; of more, some share one, and wait a few milliseconds for a stranger.
const LINES: usize = 64;

/// Where they line up. Clones are one.
#[derive(Clone)]
pub(super) struct Turns(Arc<[Arc<Mutex<()>>; LINES]>);

/// It is over when this is dropped.
pub struct Turn(#[expect(dead_code, reason = "held, never read")] OwnedMutexGuard<()>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(std::array::from_fn(|_| Arc::default())))
    }
}

impl Turns {
    /// Waits until nobody else of this process has a turn at the conversation.
    pub(super) async fn take(&self, key: &ConversationKey) -> Turn {
        let hash = key.hash();
        let line = usize::from_str_radix(&hash[..4], 16).unwrap_or(0) % LINES;
        Turn(Arc::clone(&self.0[line]).lock_owned().await)
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::domain::ids::{ChannelId, LineUserId};

    #[tokio::test]
    async fn one_conversation_has_one_turn_at_a_time_and_another_its_own() {
        let turns = Turns::default();
        let key = |user| ConversationKey::person(&ChannelId::new("1"), &LineUserId::new(user));
        let (one, another) = (key("U1"), key("U2"));
        let first = turns.take(&one).await;
        let mut second = Box::pin(turns.take(&one));
        assert!((&mut second).now_or_never().is_none(), "it is not theirs yet");
        assert!(turns.take(&another).now_or_never().is_some(), "nobody waits for a stranger");
        drop(first);
        assert!(second.now_or_never().is_some());
    }
}
