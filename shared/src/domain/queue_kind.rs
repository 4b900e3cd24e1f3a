//! Our queues.

use serde::{Deserialize, Serialize};

/// A queue, and its dead letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueKind {
    /// Webhooks from LINE.
    Inbox,
    /// Messages to send.
    Push,
    /// Work for the CRM.
    Crm,
    /// Notices to other systems.
    Notices,
}

impl QueueKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Inbox, Self::Push, Self::Crm, Self::Notices];

    /// As commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Push => "push",
            Self::Crm => "crm",
            Self::Notices => "notices",
        }
    }
}
