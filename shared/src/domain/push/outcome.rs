//! How a send ended, by name.

use serde::{Deserialize, Serialize};

/// How a send ended. Stored, and told to workflows by these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushOutcome {
    /// LINE took it.
    Accepted,
    /// The person has blocked the Official Account.
    Blocked,
    /// Nobody on LINE is linked to this contact.
    NotLinked,
    /// The contact has not given the consent that the account asks for.
    NoConsent,
    /// The user ID belongs to another LINE provider.
    WrongProvider,
    /// LINE cannot show such a message.
    InvalidMessage,
    /// The month's messages are used up.
    NoQuota,
    /// The time to send it had passed.
    Expired,
    /// It may or may not have been shown; a person decides.
    Unknown,
    /// Not sent for another reason; the note says who refused.
    Failed,
    /// Accepted by us; the workflow does not wait for more.
    Queued,
}

impl PushOutcome {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Blocked,
        Self::NotLinked,
        Self::NoConsent,
        Self::WrongProvider,
        Self::InvalidMessage,
        Self::NoQuota,
        Self::Expired,
        Self::Unknown,
        Self::Failed,
        Self::Queued,
    ];

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }

    /// Whether the message was certainly not sent, and will not be.
    pub fn is_refusal(self) -> bool {
        match self {
            Self::Blocked
            | Self::NotLinked
            | Self::NoConsent
            | Self::WrongProvider
            | Self::InvalidMessage
            | Self::NoQuota
            | Self::Expired
            | Self::Failed => true,
            Self::Accepted | Self::Unknown | Self::Queued => false,
        }
    }

    /// The name workflows see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Blocked => "blocked",
            Self::NotLinked => "not_linked",
            Self::NoConsent => "no_consent",
            Self::WrongProvider => "wrong_provider",
            Self::InvalidMessage => "invalid_message",
            Self::NoQuota => "no_quota",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Queued => "queued",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflows_see_the_names_that_are_stored_and_they_are_read_back() {
        for outcome in PushOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).expect("JSON"), outcome.as_str());
            assert_eq!(PushOutcome::parse(outcome.as_str()), Some(outcome));
        }
        assert_eq!(PushOutcome::parse("sent"), None);
    }

    #[test]
    fn what_was_sent_may_have_been_or_waits_is_no_refusal() {
        let refusals = PushOutcome::ALL.into_iter().filter(|outcome| outcome.is_refusal());
        let others = [PushOutcome::Accepted, PushOutcome::Unknown, PushOutcome::Queued];
        assert!(refusals.clone().all(|refusal| !others.contains(&refusal)));
        assert_eq!(refusals.count() + others.len(), PushOutcome::ALL.len());
    }
}
