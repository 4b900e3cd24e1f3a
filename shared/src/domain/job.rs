//! What waits in queues. Each carries a version: during a deploy old and new meet.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::ids::ChannelId;

/// Events of one verified webhook, as LINE wrote them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxJob {
    /// The Official Account.
    pub channel: ChannelId,
    /// First durable receipt, in milliseconds.
    pub accepted_at_ms: i64,
    /// How often it was sent on alone.
    #[serde(default)]
    pub tries: u32,
    /// The webhook's bytes.
    pub body: Vec<u8>,
}

impl fmt::Debug for InboxJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxJob").field("channel", &self.channel).field("tries", &self.tries).finish_non_exhaustive()
    }
}

/// "This account has owed work." Losing one costs a minute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WakeUp {
    /// Whose.
    pub account: CrmAccountKey,
}
