//! Can the person be reached?

use serde::{Deserialize, Serialize};

use crate::domain::activity::Mark;

/// Whether the person can be reached, by the newest sign we have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Friendship {
    /// Blocked, or a sign of life. `None`: nothing is known.
    pub blocked: Option<bool>,
    /// The sign's place in the order.
    pub as_of: Option<Mark>,
    /// When LINE last confirmed a block, in milliseconds.
    #[serde(default)]
    pub confirmed_at_ms: Option<i64>,
}

impl Friendship {
    /// Takes a sign into account; the newest one wins, whatever the order of arrival.
    pub fn observe(&mut self, mark: &Mark, blocked: bool) {
        if self.as_of.as_ref().is_none_or(|as_of| as_of < mark) {
            *self = Self { blocked: Some(blocked), as_of: Some(mark.clone()), confirmed_at_ms: None };
        }
    }
}
