//! How a send ended, and what else there is to know.

use serde::{Deserialize, Serialize};

use super::PushOutcome;

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
    /// Sent, but the contact and this LINE user ID are each linked to somebody else.
    LinkConflict,
    /// LINE took it as a reply to what the person wrote: it is not counted in the month's messages.
    Replied,
    /// No messages of the month are left: it waits for the next.
    Held,
    /// It is outside of its Official Account's sending hours: it waits for the next.
    HeldForHours,
    /// It is outside of the sending hours, and must go before the next begin.
    NotWithinHours,
    /// LINE refused the channel's token.
    TokenRefused,
    /// The channel's plan does not allow it.
    NotAllowed,
    /// LINE refused it and gave no reason that we know.
    LineRefused,
    /// In 23 hours LINE never took it and never left it open whether it had.
    NeverTaken,
    /// The Official Account is not set up here.
    UnknownChannel,
    /// The job lay longer than 30 days.
    TooOld,
    /// An operator decided.
    Decided,
    /// Our own check refused a message, before LINE was asked.
    BadMessage,
    /// The messages are larger together than can be kept until LINE has them.
    TooLarge,
    /// The workflow ran on a record of another kind, and named nobody.
    NotAContact,
    /// The contact has not agreed.
    NotAgreed,
    /// Whose consent it would need cannot be told: not of a contact, or the contact or the person is linked to somebody else.
    WhoseConsent,
    /// What was given is no LINE user ID.
    BadUserId,
    /// The chosen Official Account is not one of this CRM account's.
    BadChannel,
    /// The CRM account has no Official Account.
    NoChannel,
    /// The CRM account has several Official Accounts and none was chosen.
    WhichChannel,
    /// What was given is no aggregation unit.
    BadTag,
    /// What was given as the latest time is none.
    BadNotAfter,
    /// The CRM did not say which execution this is.
    NoExecution,
    /// Somebody attached a file in the CRM's inbox: files are not sent from there.
    Attached,
    /// No person of the team wrote it in the CRM's inbox.
    NotByPerson,
    /// Its words are none, or too many: nothing was cut.
    BadLength,
}
