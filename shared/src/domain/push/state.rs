//! Where a send stands, and what is fixed of it before its first attempt.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Naming, OutgoingMessage, Settlement};
use crate::domain::action::Purpose;
use crate::domain::activity::Content;
use crate::domain::ids::LineUserId;
use crate::domain::packed;
use crate::domain::reply_chance::ReplyChance;

/// Where a send stands. Stored as a `StoredState`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredState", into = "StoredState")]
pub enum PushState {
    /// Attempted, or [held](Sending::is_held) before its first attempt; not settled.
    Sending(Sending),
    /// Over. No text is left.
    Settled(Settlement),
    /// It cannot be known whether it was shown: a person decides.
    Parked(Sending),
}

/// The same as it is stored. What goes out as a reply has a name of its own, and so has what is held, for whichever reason: a version that
/// knows pushes alone cannot read them, and so never pushes the one beside the reply, nor the other before its time.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum StoredState {
    Sending(Sending),
    Replying(Sending),
    Held(Sending),
    HeldForHours(Sending),
    Settled(Settlement),
    Parked(Sending),
}

impl From<StoredState> for PushState {
    fn from(stored: StoredState) -> Self {
        match stored {
            StoredState::Sending(sending)
            | StoredState::Replying(sending)
            | StoredState::Held(sending)
            | StoredState::HeldForHours(sending) => Self::Sending(sending),
            StoredState::Settled(settlement) => Self::Settled(settlement),
            StoredState::Parked(sending) => Self::Parked(sending),
        }
    }
}

impl From<PushState> for StoredState {
    fn from(state: PushState) -> Self {
        match state {
            PushState::Sending(sending) if sending.hours_at_ms().is_some() => Self::HeldForHours(sending),
            PushState::Sending(sending) if sending.is_held() => Self::Held(sending),
            PushState::Sending(sending) if sending.reply.is_some() => Self::Replying(sending),
            PushState::Sending(sending) => Self::Sending(sending),
            PushState::Settled(settlement) => Self::Settled(settlement),
            PushState::Parked(sending) => Self::Parked(sending),
        }
    }
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
    /// The exact request body of a push. A reply takes its messages out of it, byte for byte.
    pub body: String,
    /// It goes out as a reply, and as nothing else, as long as this stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyChance>,
    /// What it waits for, where it is held. Rows from before this was kept wait for messages of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_for: Option<HeldFor>,
    /// What it says, for the timeline.
    pub said: Vec<Content>,
    /// LINE's key lives 24 hours from here, in milliseconds. Of what is held: since when it is.
    pub first_attempt_at_ms: i64,
    /// Attempts begun, counted before the request leaves. None: it is held.
    pub begun: u32,
    /// Attempts whose end is known.
    pub ended: u32,
}

/// What a send that is held waits for, and what its action says of when it goes: the row alone knows it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HeldFor {
    /// The sending hours of its Official Account begin then, in milliseconds. `None`: it waits for messages of the month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_at_ms: Option<i64>,
    /// It must not begin after this, in milliseconds, where its action says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after_ms: Option<i64>,
    /// What it is for.
    #[serde(default)]
    pub purpose: Purpose,
}

/// What else stands in the row of a send, in bytes: IDs, none of which is long.
const REST_OF_PUSH_BYTES: usize = 8 * 1024;

impl Sending {
    /// Retries end here, an hour before LINE forgets the key.
    pub const RETRY_FOR_MS: i64 = 23 * 3_600_000;

    /// As it is before the first attempt leaves, at `now_ms`; `naming`: see there.
    pub fn first(to: LineUserId, naming: Naming, body: String, messages: &[OutgoingMessage], now_ms: i64) -> Self {
        let said = messages.iter().map(|message| message.said.clone()).collect();
        Self { to, naming, body, reply: None, held_for: None, said, first_attempt_at_ms: now_ms, begun: 1, ended: 0 }
    }

    /// Held from `now_ms` on, before anything of it was tried.
    #[must_use]
    pub fn held(self, now_ms: i64, held_for: HeldFor) -> Self {
        Self { reply: None, held_for: Some(held_for), first_attempt_at_ms: now_ms, begun: 0, ended: 0, ..self }
    }

    /// When the sending hours begin that it is held for, in milliseconds.
    pub fn hours_at_ms(&self) -> Option<i64> {
        self.held_for.and_then(|held_for| held_for.hours_at_ms).filter(|_| self.is_held())
    }

    /// Whether nothing of it was tried yet: it is held until its hours or its month begin. LINE has never seen its key.
    pub fn is_held(&self) -> bool {
        self.begun == 0
    }

    /// What was held, as it is before its first attempt leaves, at `now_ms`.
    #[must_use]
    pub fn released(self, now_ms: i64) -> Self {
        Self { held_for: None, first_attempt_at_ms: now_ms, begun: 1, ..self }
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

    #[test]
    fn a_version_that_knows_pushes_alone_cannot_read_what_goes_out_as_a_reply() {
        let stored = |state: &PushState| serde_json::to_value(state).unwrap();
        let push = PushState::Sending(sending("{}".to_owned()));
        assert_eq!(stored(&push)["is"], "sending");
        let token = crate::domain::reply_chance::SealedReplyToken::new("t");
        let reply = Some(ReplyChance { token, use_by_ms: 1 });
        let reply = PushState::Sending(Sending { reply, ..sending("{}".to_owned()) });
        assert_eq!(stored(&reply)["is"], "replying");
        let held = PushState::Sending(sending("{}".to_owned()).held(5, HeldFor::default()));
        assert_eq!(stored(&held)["is"], "held");
        let hours = HeldFor { hours_at_ms: Some(9), ..HeldFor::default() };
        let waits = PushState::Sending(sending("{}".to_owned()).held(5, hours));
        assert_eq!(stored(&waits)["is"], "held_for_hours");
        for state in [push, reply, held, waits] {
            assert_eq!(serde_json::from_value::<PushState>(stored(&state)).unwrap(), state);
        }
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
}
