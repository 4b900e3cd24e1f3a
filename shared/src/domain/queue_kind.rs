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
}

impl QueueKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Inbox, Self::Push, Self::Crm];

    /// As commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Push => "push",
            Self::Crm => "crm",
        }
    }
}
