//! A message on its way to a person, and what became of it.

mod outcome;
mod settlement;

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::account::{CrmAccountKey, CrmKind};
use super::activity::Content;
use super::ids::{CallbackId, ChannelId, ContactId, CrmAccountId, LineUserId};
use super::packed;

pub use self::outcome::PushOutcome;
pub use self::settlement::{Settlement, SettlementNote};

/// Names one logical send for ever: it is LINE's retry key, so that repeating it cannot show twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PushId(Uuid);

impl PushId {
    /// The send that one execution of a workflow action asks for. `execution` is the callback ID,
    /// or without one the CRM's own numbers for the execution; each part is length-prefixed.
    pub fn of_action(kind: CrmKind, account: &CrmAccountId, execution: &[&str]) -> Self {
        let mut name = Vec::new();
        for part in [kind.as_str(), account.as_str()].iter().chain(execution) {
            name.extend_from_slice(&(part.len() as u64).to_be_bytes());
            name.extend_from_slice(part.as_bytes());
        }
        Self(Uuid::new_v5(&NAMESPACE, &name))
    }

    /// What was said of this execution while it was refused before anything was queued: another name, so that the execution
    /// itself can still be sent, should it be asked for again when what stood in the way is gone.
    pub fn of_its_refusal(self) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, &[self.0.as_bytes(), &b"refused"[..]].concat()))
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
    /// To whom.
    pub to: Recipient,
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
    /// It was refused before it was queued, and the workflow has been told: only the record is left to say so.
    #[serde(default)]
    pub refused: Option<Refused>,
    /// How often in a row it could not be delivered.
    #[serde(default)]
    pub tries: u32,
}

/// To whom a send goes, decided when the workflow asked: a link that is made or ended later changes nothing for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Recipient {
    /// The person whom the contact's link says, and whom the workflow names, if it names anybody.
    Linked {
        /// The person.
        user: LineUserId,
        /// Since when, in milliseconds: a link may be left over from before the person was erased.
        since_ms: i64,
    },
    /// The person whom the workflow names. No link says that the contact is this person.
    Named {
        /// The person.
        user: LineUserId,
        /// The contact or the person is linked, to somebody else.
        taken: bool,
    },
    /// The workflow names nobody, and no link says who the contact is.
    Nobody,
}

impl Recipient {
    /// The person, if there is one.
    pub fn user(&self) -> Option<&LineUserId> {
        match self {
            Self::Linked { user, .. } | Self::Named { user, .. } => Some(user),
            Self::Nobody => None,
        }
    }

    /// Since when it is this person, at the latest since `accepted_at_ms`, in milliseconds: whoever was erased at this moment or
    /// after is sent nothing.
    pub fn since_ms(&self, accepted_at_ms: i64) -> i64 {
        match self {
            Self::Linked { since_ms, .. } => accepted_at_ms.min(*since_ms),
            Self::Named { .. } | Self::Nobody => accepted_at_ms,
        }
    }

    /// What follows once LINE has taken a message for this person.
    pub fn naming(&self) -> Naming {
        match self {
            Self::Named { taken: false, .. } => Naming::New,
            Self::Named { taken: true, .. } => Naming::Contested,
            Self::Linked { .. } | Self::Nobody => Naming::Known,
        }
    }
}

/// Whether the workflow's naming of a person says something new of who its contact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// Nothing: the link says so already, or nobody was named.
    #[default]
    Known,
    /// Both were free: that they are one person is claimed when LINE has taken the message.
    New,
    /// One of them is linked to somebody else: then an operator is asked.
    Contested,
}

/// Why something is not to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// How it ended.
    pub outcome: PushOutcome,
    /// The reason, for words.
    pub note: SettlementNote,
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
    /// When the workflow asked for it, in milliseconds; 0 in rows from before this was kept.
    #[serde(default)]
    pub accepted_at_ms: i64,
    /// Where it stands.
    pub state: PushState,
    /// The waiting workflow's answer is in the outbox: one row says so, however often the CRM repeats itself.
    #[serde(default)]
    pub completion_queued: bool,
    /// The CRM has acknowledged the outcome once.
    #[serde(default)]
    pub completed: bool,
    /// When a note that it was not sent was last tried at the contact, in milliseconds; set before the try. Set means: it may
    /// be there.
    #[serde(default)]
    pub noted_at_ms: Option<i64>,
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
            accepted_at_ms: job.accepted_at_ms,
            state,
            completion_queued: false,
            completed: false,
            noted_at_ms: None,
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
    /// The person it goes to, for ever.
    pub to: LineUserId,
    /// What the request that began it says of who the contact is. What a repeat names changes neither. Rows from before this
    /// was kept read as [`Naming::Known`]: they link nobody.
    #[serde(default)]
    pub naming: Naming,
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

/// What else stands in the row of a send, in bytes: IDs, none of which is long.
const REST_OF_PUSH_BYTES: usize = 8 * 1024;

impl Sending {
    /// Retries end here, an hour before LINE forgets the key.
    pub const RETRY_FOR_MS: i64 = 23 * 3_600_000;

    /// As it is before the first attempt leaves, at `now_ms`; `naming`: see there.
    pub fn first(to: LineUserId, naming: Naming, body: String, messages: &[OutgoingMessage], now_ms: i64) -> Self {
        let said = messages.iter().map(|message| message.said.clone()).collect();
        Self { to, naming, body, said, first_attempt_at_ms: now_ms, begun: 1, ended: 0 }
    }

    /// Whether a row takes it: what is sent and what the timeline shows of it, kept until LINE has it.
    pub fn fits_a_row(&self) -> bool {
        let json = serde_json::to_string(self).expect("our own types have string keys and finite numbers");
        packed::fits_a_row(&json, REST_OF_PUSH_BYTES)
    }

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
        assert_eq!(sending.naming, Naming::Known);
    }

    fn sending(body: String) -> Sending {
        Sending::first(LineUserId::new("U1"), Naming::Known, body, &[], 1_000)
    }

    #[test]
    fn the_key_is_trusted_for_23_hours() {
        let (sending, hour_ms) = (sending(String::new()), 3_600_000);
        assert!(sending.may_retry(1_000 + 23 * hour_ms - 1));
        assert!(!sending.may_retry(1_000 + 23 * hour_ms));
    }

    #[test]
    fn a_row_takes_what_is_small_or_packs_well_and_nothing_else() {
        // What packs to no less than three quarters of it.
        let noise = |bytes: usize| {
            let mut state = 1_u64;
            let letter = |_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(state >> 58) as usize])
            };
            (0..bytes).map(letter).collect::<String>()
        };
        assert!(sending("{}".to_owned()).fits_a_row());
        assert!(sending("a".repeat(2_000_000)).fits_a_row());
        assert!(!sending(noise(600_000)).fits_a_row());

        // The largest that is taken leaves 8 KiB for the rest of the row, of the 392 that a body may have.
        let (mut taken, mut refused) = (0, 600_000);
        while refused - taken > 1 {
            let middle = (taken + refused) / 2;
            if sending(noise(middle)).fits_a_row() { taken = middle } else { refused = middle }
        }
        let json = serde_json::to_string(&sending(noise(taken))).unwrap();
        let packed = packed::pack(&json).expect("it packs").len();
        assert!((383 * 1024..=384 * 1024).contains(&packed), "{packed}");
    }

    #[test]
    fn a_name_is_read_as_it_was_written_and_nothing_else_is_one() {
        let id = PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("1"), &["execution"]);
        assert_eq!(PushId::parse(&id.to_string()), Some(id));
        assert_eq!(PushId::parse("execution"), None);
    }
}
