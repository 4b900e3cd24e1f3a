//! One execution of an action for one contact, and where it stands.

use std::collections::BTreeMap;

use serde_json::Value;

use super::action::ActionSpec;

/// Where one execution of an action stands.
#[derive(Clone, PartialEq)]
pub enum ExecutionState {
    /// Not answered yet.
    Waiting,
    /// To be posted again at this time.
    Retrying {
        /// Milliseconds since 1970.
        due_at_ms: i64,
    },
    /// The action said BLOCK; the workflow waits for a completion.
    Blocked {
        /// When the workflow goes on by itself, in milliseconds since 1970.
        expires_at_ms: i64,
    },
    /// Ended, with these `outputFields`.
    Done {
        /// As answered or completed.
        outputs: Value,
    },
    /// A 4xx, or three days of retries.
    Failed,
    /// The block expired; the workflow went on without an outcome.
    Expired,
}

/// One execution of an action for one contact.
#[derive(Clone)]
pub struct Execution {
    /// What identifies it.
    pub spec: ActionSpec,
    /// The input fields.
    pub fields: BTreeMap<String, String>,
    /// Where it stands.
    pub state: ExecutionState,
    /// How often it was posted.
    pub posts: u32,
    /// When it was first posted, in milliseconds since 1970.
    pub first_at_ms: i64,
}
