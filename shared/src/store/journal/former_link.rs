//! Who was linked to a contact that is gone: a privacy deletion may follow.

use super::*;

/// HubSpot keeps what was deleted for 90 days; a privacy deletion may come as late.
const GONE_DAYS: i64 = 120;

impl Journal {
    /// Who was linked to a contact that is gone.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn former_links(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
    ) -> Result<Listed<ConversationKey>, PortError> {
        Ok(Listed::of(&self.all(&gone_partition(account, contact), "").await?))
    }
}

/// The person was linked to a contact that is gone.
pub fn former_link(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey, now_ms: i64) -> Write {
    Write::put(gone_key(account, contact, key), key, Precondition::Any).expiring(now_ms, GONE_DAYS)
}

/// That is forgotten.
pub fn forget_former_link(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey) -> Write {
    Write::Delete { key: gone_key(account, contact, key), expect: Precondition::Any }
}

pub(super) fn gone_partition(account: &CrmAccountKey, contact: &ContactId) -> String {
    format!("g:{}", fingerprint(&[account.kind.as_str(), account.id.as_str(), contact.as_str()]))
}

pub(super) fn gone_key(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey) -> RowKey {
    RowKey::new(gone_partition(account, contact), key.hash())
}
