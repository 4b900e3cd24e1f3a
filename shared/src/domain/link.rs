//! A contact link: this LINE user is that CRM contact.

use serde::{Deserialize, Serialize};

use super::account::CrmAccountKey;
use super::claim::ClaimedBy;
use super::ids::{ChannelId, ContactId, LineUserId};
use super::provider::ProviderNumber;

/// The link itself. Our row is the truth; the CRM's fields follow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactLink {
    /// The Official Account.
    pub channel: ChannelId,
    /// The person on LINE.
    pub user: LineUserId,
    /// The CRM account.
    pub account: CrmAccountKey,
    /// The record.
    pub contact: ContactId,
    /// Since when, in milliseconds: the moment before whoever linked them looked whether the person is erased, so that a link that
    /// an erasure has missed is known by being older than it.
    pub linked_at_ms: i64,
    /// On whose word. `None`: nobody's; the contact was made or found by its LINE user ID.
    #[serde(default)]
    pub by: Option<ClaimedBy>,
    /// Something follows from it, once: [`Conversation::has_taken_in`](super::conversation::Conversation::has_taken_in). It lies
    /// here, in the write that links them, so that no stop and no refusal after it loses what follows. `false` in rows of before.
    #[serde(default)]
    pub is_new: bool,
    /// Of which LINE provider the Official Account was when they were linked: its fields on the contact are this link's.
    #[serde(default)]
    pub provider: ProviderNumber,
}
