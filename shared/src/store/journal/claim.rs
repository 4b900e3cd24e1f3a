//! Who a person is said to be, until the contact follows it.

use super::*;

impl Journal {
    /// Who the person is said to be, until the contact follows.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn claim(&self, key: &ConversationKey) -> Result<Option<Versioned<Claim>>, PortError> {
        self.read(&claim_key(key)).await
    }
}

/// The person is said to be this; `version` as read, 0 for a new claim.
pub fn claim(key: &ConversationKey, claim: &Claim, version: u64, now_ms: i64) -> Write {
    Write::put(claim_key(key), claim, Precondition::Version(version)).expiring(now_ms, TEXT_DAYS)
}

/// The contact follows the claim, if it is still the one that was read.
pub fn claim_applied(key: &ConversationKey, version: u64) -> Write {
    Write::Delete { key: claim_key(key), expect: Precondition::Version(version) }
}

/// The claim, whatever it is, is forgotten.
pub fn claim_discarded(key: &ConversationKey) -> Write {
    Write::Delete { key: claim_key(key), expect: Precondition::Any }
}

pub(super) fn claim_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "claim")
}
