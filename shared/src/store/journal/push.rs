//! Sends, and how the newest one of a contact ended.

use super::*;

/// HubSpot's v2 signature never expires: neither may the memory of an action.
const SETTLED_PUSH_DAYS: i64 = 400;
/// The longest month, the morning after it, and a day in which it must be released.
const HELD_DAYS: i64 = 33;

/// The newest send whose outcome a contact's property shows, or is about to. Later ones are larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NewestSend {
    /// When it was asked for, in milliseconds.
    pub asked_at_ms: i64,
    /// When it ended, in milliseconds.
    pub at_ms: i64,
    /// The send.
    pub push: PushId,
}

impl Journal {
    /// A send.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn push(&self, id: PushId) -> Result<Option<Versioned<Push>>, PortError> {
        self.read(&push_key(id)).await
    }

    /// Sends that wait for a person's decision.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn parked(&self, account: &CrmAccountKey) -> Result<Listed<PushId>, PortError> {
        Ok(Listed::of(&self.all(&parked_partition(account), "").await?))
    }

    /// The newest send whose outcome is known at a contact.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn newest_send(
        &self,
        account: &CrmAccountKey,
        contact: &ContactId,
    ) -> Result<Option<Versioned<NewestSend>>, PortError> {
        self.read(&newest_send_key(account, contact)).await
    }
}

/// The send becomes this.
pub fn push(push: &Push, version: u64, now_ms: i64) -> Write {
    // A parked send is settled before its words would have to go.
    let days = match &push.state {
        PushState::Sending(sending) if sending.is_held() => HELD_DAYS,
        PushState::Sending(_) => TEXT_DAYS,
        PushState::Settled(_) | PushState::Parked(_) => SETTLED_PUSH_DAYS,
    };
    Write::put(push_key(push.id), push, Precondition::Version(version)).expiring(now_ms, days)
}

/// The rest happens only if the send still is as it was read.
pub fn push_unchanged(push: &Versioned<Push>) -> Write {
    Write::Check { key: push_key(push.value.id), expect: Precondition::Version(push.version) }
}

/// The send waits for a person's decision.
pub fn parked(push: &Push) -> Write {
    Write::put(RowKey::new(parked_partition(&push.account), push.id.to_string()), &push.id, Precondition::Any)
}

/// The send waits no more.
pub fn decided(push: &Push) -> Write {
    Write::Delete { key: RowKey::new(parked_partition(&push.account), push.id.to_string()), expect: Precondition::Any }
}

/// The newest send of the contact's becomes this; `version` as read, 0 for the first. Kept longer than any outcome waits.
pub fn newest_send(
    account: &CrmAccountKey,
    contact: &ContactId,
    send: &NewestSend,
    version: u64,
    now_ms: i64,
) -> Write {
    Write::put(newest_send_key(account, contact), send, Precondition::Version(version)).expiring(now_ms, TOMBSTONE_DAYS)
}

pub(super) fn push_key(id: PushId) -> RowKey {
    RowKey::new(format!("s:{id}"), "push")
}

pub(super) fn parked_partition(account: &CrmAccountKey) -> String {
    format!("k:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

pub(super) fn newest_send_key(account: &CrmAccountKey, contact: &ContactId) -> RowKey {
    let name = fingerprint(&[account.kind.as_str(), account.id.as_str(), contact.as_str()]);
    RowKey::new(format!("w:{name}"), "outcome")
}
