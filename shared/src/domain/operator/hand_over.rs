//! Somebody who is signed in to the CRM opens the console from there, by a one-time address. What the CRM says of them is their
//! number in it; their address and their rights there are not kept, or not told.

use serde::{Deserialize, Serialize};

use super::OperatorName;
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{CrmUserId, OperatorId};

/// How long the address may be used, in milliseconds.
pub const HANDED_OVER_MS: i64 = 60_000;
/// So many addresses of one person may wait to be used: the CRM itself asks twice where an answer is lost.
pub const AT_MOST_WAITING: usize = 5;

/// A one-time address that a person of the CRM was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// Into the console of this CRM account.
    pub account: CrmAccountKey,
    /// Whom.
    pub user: CrmUserId,
    /// Not used after this, in milliseconds.
    pub until_ms: i64,
}

impl HandOver {
    /// Whether it opens nothing any more at `now_ms`.
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.until_ms
    }
}

/// A person of the CRM, as far as the console knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmPerson {
    /// Of this CRM account.
    pub account: CrmAccountKey,
    /// Who they are there.
    pub user: CrmUserId,
    /// Who they are here. It stays when that operator is removed: so they stay out. `None`: they have not come in yet.
    pub operator: Option<OperatorId>,
    /// Until when each address may be used that they were given and have not used, in milliseconds.
    pub waiting_until_ms: Vec<i64>,
}

impl CrmPerson {
    /// Somebody whom the console does not know yet.
    pub fn unknown(account: CrmAccountKey, user: CrmUserId) -> Self {
        Self { account, user, operator: None, waiting_until_ms: Vec::new() }
    }
}

/// How the console calls somebody of whom it knows the number in the CRM alone. `None`: it can be nobody's.
pub fn name_of_user(user: &CrmUserId) -> Option<OperatorName> {
    OperatorName::parse(&format!("user {}", user.expose()))
}
