//! How somebody gets into the console, and how long they stay.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::audit::Actor;
use super::{OperatorName, Role};
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{ChannelId, OperatorId};

/// How long an invitation may be taken up, in milliseconds.
pub const INVITED_MS: i64 = 15 * 60_000;
/// A session that nobody has used for so long is over, in milliseconds.
pub const IDLE_MS: i64 = 2 * 3_600_000;
/// No session lasts longer, in milliseconds.
pub const AT_MOST_MS: i64 = 12 * 3_600_000;
/// That a session is used is noted once in so long, in milliseconds: a page costs no write.
pub const NOTED_MS: i64 = 60_000;

/// A one-time address that lets somebody into the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Into the console of this CRM account.
    pub account: CrmAccountKey,
    /// Whom. Somebody of this name who may already is meant again, with this role.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// The Official Accounts that they may see. `None`: all.
    #[serde(default)]
    pub channels: Option<BTreeSet<ChannelId>>,
    /// Who invites.
    pub by: Actor,
    /// Not taken up after this, in milliseconds.
    pub until_ms: i64,
}

impl Invitation {
    /// Whether it opens nothing any more at `now_ms`.
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.until_ms
    }
}

/// A browser that an operator has signed in with. Its ID is the browser's; we keep the ID's hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub operator: OperatorId,
    /// Of which CRM account.
    pub account: CrmAccountKey,
    /// Since when, in milliseconds.
    pub began_at_ms: i64,
    /// When it was last noted that it is used, in milliseconds.
    pub used_at_ms: i64,
}

impl Session {
    /// Whether it holds no more at `now_ms`.
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms >= self.began_at_ms + AT_MOST_MS || now_ms >= self.used_at_ms + IDLE_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::CrmKind;
    use crate::domain::ids::CrmAccountId;

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
        let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
        let session = Session { operator: OperatorId::new("a"), account, began_at_ms: 0, used_at_ms: 0 };
        assert!(!session.is_over(IDLE_MS - 1) && session.is_over(IDLE_MS));
        let busy = Session { used_at_ms: AT_MOST_MS - 1, ..session };
        assert!(!busy.is_over(AT_MOST_MS - 1) && busy.is_over(AT_MOST_MS));
    }
}
