//! An entry: a stretch of conversation that becomes one note on the CRM's timeline.

use serde::{Deserialize, Serialize};

use super::activity::{Activity, Mark};
use super::conversation::ConversationKey;
use super::ids::{ContactId, MessageId, NoteId, fingerprint};

/// No entry holds more activities: sealing and acknowledging each fit one transaction.
pub const MAX_MEMBERS: usize = 90;
/// No entry holds more characters (HubSpot's note body takes 65,536).
pub const MAX_CHARS: usize = 60_000;
/// How entries are rendered today; stored with each, so that a retry writes the same.
pub const RENDERING: u32 = 1;

/// One activity of an entry. It remembers no words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its place in the order.
    pub mark: Mark,
    /// Its message, where it is one.
    pub message: Option<MessageId>,
}

/// A sealed entry: exactly these activities, for this contact, under this key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the conversation's entries.
    pub number: u32,
    /// Unique in the CRM: what was attempted is found by it.
    pub key: String,
    /// On whose timeline.
    pub contact: ContactId,
    /// The time it stands at, in milliseconds: the first activity's.
    pub at_ms: i64,
    /// In order.
    pub members: Vec<Member>,
    /// The version of the rendering.
    pub rendering: u32,
    /// When writing it was last tried, in milliseconds; set before the try. Set means: it may be there.
    #[serde(default)]
    pub tried_at_ms: Option<i64>,
    /// The note it became.
    #[serde(default)]
    pub note: Option<NoteId>,
}

impl Entry {
    /// Seals the first activities that fit. `None` where there are none.
    pub fn seal(
        conversation: &ConversationKey,
        number: u32,
        contact: &ContactId,
        activities: &[Activity],
    ) -> Option<Self> {
        let mut members: Vec<Member> = Vec::new();
        let mut chars = 0;
        for activity in activities.iter().take(MAX_MEMBERS) {
            chars += activity.content.size_chars();
            if chars > MAX_CHARS && !members.is_empty() {
                break;
            }
            members.push(Member { mark: activity.mark.clone(), message: activity.message.clone() });
        }
        let first = members.first()?.mark.clone();
        let key = format!("musubi-entry-{}", fingerprint(&[&conversation.hash(), &number.to_string()]));
        Some(Self {
            number,
            key,
            contact: contact.clone(),
            at_ms: first.at_ms,
            members,
            rendering: RENDERING,
            tried_at_ms: None,
            note: None,
        })
    }

    /// The newest place it holds.
    pub fn until(&self) -> Option<&Mark> {
        self.members.last().map(|member| &member.mark)
    }
}
