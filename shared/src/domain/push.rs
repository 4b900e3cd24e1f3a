//! A message on its way to a person, and what became of it.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::{CrmAccountKey, CrmKind};
use super::activity::Content;
use super::ids::{CallbackId, ChannelId, ContactId, CrmAccountId, LineUserId};

/// Names one logical send for ever: it is LINE's retry key, so that repeating it cannot show twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PushId(Uuid);

impl PushId {
    /// The send that one execution of a workflow action asks for. `execution` is the callback ID,
    /// or without one the portal's own numbers for the execution; each part is length-prefixed.
    pub fn of_action(kind: CrmKind, account: &CrmAccountId, execution: &[&str]) -> Self {
        let mut name = Vec::new();
        for part in [kind.as_str(), account.as_str()].iter().chain(execution) {
            name.extend_from_slice(&(part.len() as u64).to_be_bytes());
            name.extend_from_slice(part.as_bytes());
        }
        Self(Uuid::new_v5(&NAMESPACE, &name))
    }

    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::parse_str(text).ok().map(Self)
    }
}

/// Our own name space for version 5 UUIDs.
const NAMESPACE: Uuid = Uuid::from_u128(0x7f3d_2b0c_9a64_5e1b_8c52_6d75_7375_6269);

impl fmt::Display for PushId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One LINE message object that passed every check.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingMessage {
    /// The JSON that is sent, as it is sent.
    pub json: String,
    /// What it says, for the timeline.
    pub said: Content,
}

impl fmt::Debug for OutgoingMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OutgoingMessage({:?})", self.said)
    }
}

/// What the workflow asked for, as it waits in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushJob {
    /// The send.
    pub id: PushId,
    /// Who asked.
    pub account: CrmAccountKey,
    /// Where to report; none where the CRM gave none.
    pub callback: Option<CallbackId>,
    /// The workflow waits for the outcome.
    pub waits: bool,
    /// The record the workflow ran on.
    pub contact: Option<ContactId>,
    /// From which Official Account.
    pub channel: ChannelId,
    /// To whom, where the action said so; else the person tied to the contact.
    pub to: Option<LineUserId>,
    /// What to send, at most five.
    pub messages: Vec<OutgoingMessage>,
    /// LINE's custom aggregation unit, to count opens and clicks by.
    pub tag: Option<String>,
    /// First durable receipt, in milliseconds.
    pub accepted_at_ms: i64,
    /// Not attempted for the first time after this, in milliseconds.
    pub send_by_ms: i64,
    /// The workflow stops waiting then, in milliseconds.
    pub expires_at_ms: i64,
}

/// How a send ended. Stored, and told to workflows by these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushOutcome {
    /// LINE took it.
    Accepted,
    /// The person has blocked the Official Account.
    Blocked,
    /// Nobody on LINE is tied to this contact.
    NotLinked,
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
    /// Refused for another reason.
    Failed,
    /// Accepted by us; the workflow does not wait for more.
    Queued,
}

impl PushOutcome {
    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }

    /// The name workflows see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Blocked => "blocked",
            Self::NotLinked => "not_linked",
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

/// The end of a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// How it ended.
    pub outcome: PushOutcome,
    /// More than the outcome says.
    #[serde(default)]
    pub note: Option<SettlementNote>,
    /// LINE's request ID, to ask LINE about it.
    #[serde(default)]
    pub line_request_id: Option<String>,
    /// When it ended, in milliseconds.
    pub at_ms: i64,
}

/// What a person should know beyond the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementNote {
    /// Sent, but the contact and this LINE user ID are each tied to somebody else.
    LinkConflict,
    /// LINE refused the channel's token.
    TokenRefused,
    /// The channel's plan does not allow it.
    NotAllowed,
    /// The Official Account is not set up here.
    UnknownChannel,
    /// The job lay longer than 30 days.
    TooOld,
    /// An operator decided.
    Decided,
}

/// The journal's row about a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    /// The send.
    pub id: PushId,
    /// Who asked.
    pub account: CrmAccountKey,
    /// Where to report.
    pub callback: Option<CallbackId>,
    /// The workflow waits for the outcome.
    pub waits: bool,
    /// The record the workflow ran on.
    pub contact: Option<ContactId>,
    /// From which Official Account.
    pub channel: ChannelId,
    /// When the workflow stops waiting, in milliseconds.
    pub expires_at_ms: i64,
    /// Where it stands.
    pub state: PushState,
    /// The waiting workflow's answer is owed: one row says so, however often the CRM repeats itself.
    #[serde(default)]
    pub completion_owed: bool,
    /// The CRM has acknowledged the outcome once.
    #[serde(default)]
    pub completed: bool,
}

impl Push {
    /// The row about what a job asks for, standing here.
    pub fn of(job: &PushJob, state: PushState) -> Self {
        Self {
            id: job.id,
            account: job.account.clone(),
            callback: job.callback.clone(),
            waits: job.waits,
            contact: job.contact.clone(),
            channel: job.channel.clone(),
            expires_at_ms: job.expires_at_ms,
            state,
            completion_owed: false,
            completed: false,
        }
    }
}

/// Where a send stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PushState {
    /// Attempted, not settled.
    Sending(Sending),
    /// Over. No text is left.
    Settled(Settlement),
    /// It cannot be known whether it was shown: a person decides.
    Parked(Sending),
}

/// A send under way. The bytes are fixed before the first attempt and never change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// To whom.
    pub to: LineUserId,
    /// The request that began it named the person, and did not leave it to the contact's link. What a repeat names changes
    /// neither. Rows from before this was kept read as `false`: they link nobody.
    #[serde(default)]
    pub named: bool,
    /// The exact request body.
    pub body: String,
    /// What it says, for the timeline.
    pub said: Vec<Content>,
    /// LINE's key lives 24 hours from here, in milliseconds.
    pub first_attempt_at_ms: i64,
    /// Attempts begun, counted before the request leaves.
    pub begun: u32,
    /// Attempts whose end is known.
    pub ended: u32,
}

impl Sending {
    /// Retries end here, an hour before LINE forgets the key.
    pub const RETRY_FOR_MS: i64 = 23 * 3_600_000;

    /// The end of one attempt is known now. Call once per attempt. Whether no other end is unknown:
    /// only then does a refusal say what became of the send.
    pub fn count_out(&mut self) -> bool {
        self.ended += 1;
        self.begun == self.ended
    }

    /// Whether the key can still be trusted at `now_ms`.
    pub fn may_retry(&self, now_ms: i64) -> bool {
        now_ms < self.first_attempt_at_ms + Self::RETRY_FOR_MS
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("first_attempt_at_ms", &self.first_attempt_at_ms)
            .field("begun", &self.begun)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_stored_before_it_said_who_named_the_person_still_reads() {
        let row = r#"{"to":"U1","body":"{}","said":[],"first_attempt_at_ms":1,"begun":1,"ended":0}"#;
        let sending: Sending = serde_json::from_str(row).unwrap();
        assert!(!sending.named);
    }
}
