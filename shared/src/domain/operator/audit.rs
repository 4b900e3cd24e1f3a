//! Who changed what, and when. No message, no secret and nothing of the people on LINE stands there.

use serde::{Deserialize, Serialize};

use super::{OperatorName, Role};
use crate::domain::channel::HandSwitch;
use crate::domain::ids::{ChannelId, ContactId, OperatorId};
use crate::domain::push::PushId;
use crate::domain::route::RouteName;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Actor {
    /// Whoever may use the command line.
    CommandLine,
    /// An operator, in the console.
    Operator {
        /// Who.
        id: OperatorId,
        /// How they were called then.
        name: OperatorName,
    },
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Deed {
    /// Somebody was invited to the console.
    Invited {
        /// Whom.
        whom: OperatorName,
        /// As what.
        role: Role,
    },
    /// An invitation was taken up, or the CRM said who somebody is.
    SignedIn,
    /// Somebody who is signed in to the CRM opened the console from there.
    CameFromCrm,
    /// The CRM account was connected, or connected anew, by the CRM's OAuth.
    ConnectedAccount,
    /// The CRM account is connected no more.
    DisconnectedAccount,
    /// A session was ended by its operator.
    SignedOut,
    /// Settings were changed; to what, is not kept.
    ChangedSettings {
        /// Of what.
        of: SettingsOf,
        /// Which.
        names: Vec<String>,
    },
    /// A text of the team's was written, or written anew; what it says is not kept.
    WroteText {
        /// Its name.
        name: String,
    },
    /// A text of the team's was removed.
    RemovedText {
        /// Its name.
        name: String,
    },
    /// A route was made, or the page that it leads to was changed.
    AddedRoute {
        /// Of which Official Account.
        id: ChannelId,
        /// Its name.
        route: RouteName,
    },
    /// A route was forgotten.
    RemovedRoute {
        /// Of which Official Account.
        id: ChannelId,
        /// Its name.
        route: RouteName,
    },
    /// An Official Account was connected, or anew.
    Connected {
        /// Which.
        id: ChannelId,
    },
    /// A switch of LINE's that no API shows is said to be set, or not to be.
    SetByHand {
        /// Of which Official Account.
        id: ChannelId,
        /// Which.
        switch: HandSwitch,
        /// How.
        is_set: bool,
    },
    /// LINE Login was set up, or with another channel.
    SetUpLogin {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// The CRM's own inbox was opened for an Official Account, or closed.
    SetInbox {
        /// Which Official Account.
        id: ChannelId,
        /// Whether it is open.
        is_open: bool,
    },
    /// A test registration was begun.
    BeganTrial {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// All of a test registration was seen.
    PassedTrial {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// Somebody may use the console no more.
    Removed {
        /// Who.
        whom: OperatorName,
    },
    /// Somebody got another role.
    ChangedRole {
        /// Who.
        whom: OperatorName,
        /// Which.
        role: Role,
    },
    /// It was said of a parked send whether it arrived.
    DecidedSend {
        /// Of which Official Account.
        id: ChannelId,
        /// Which send.
        push: PushId,
        /// Whether it arrived.
        arrived: bool,
    },
    /// It was said whether a person on LINE is a contact.
    AnsweredQuestion {
        /// Of which Official Account.
        id: ChannelId,
        /// The contact.
        contact: ContactId,
        /// Whether they are the same.
        same: bool,
    },
    /// It was said that a person on LINE is a contact.
    Linked {
        /// Of which Official Account.
        id: ChannelId,
        /// The contact.
        contact: ContactId,
    },
    /// It was said that a person on LINE is no contact.
    Unlinked {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// It was said that what a person wrote is answered.
    Answered {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// It was said that there is still something to do about a person.
    WaitsAgain {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// A talk was given to an operator.
    Assigned {
        /// Of which Official Account.
        id: ChannelId,
        /// To whom. `None`: to nobody.
        #[serde(default)]
        to: Option<OperatorName>,
    },
    /// A person was erased. Whom, is not kept.
    Erased {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// The people of an Official Account were taken out as a file.
    Exported {
        /// Of which Official Account.
        id: ChannelId,
    },
    /// An Official Account is to be connected no more.
    Disconnected {
        /// Which.
        id: ChannelId,
        /// Whether it stays known who its people are.
        keeps_links: bool,
    },
    /// Dead letters were sent back to their queues.
    SentBack {
        /// How many there were.
        count: usize,
    },
}

impl Deed {
    /// The Official Account that it is about; `None`: none, or all of them.
    pub fn channel(&self) -> Option<&ChannelId> {
        match self {
            Self::ChangedSettings { of: SettingsOf::Channel { id } | SettingsOf::Login { id }, .. }
            | Self::AddedRoute { id, .. }
            | Self::RemovedRoute { id, .. }
            | Self::Connected { id }
            | Self::SetByHand { id, .. }
            | Self::SetUpLogin { id }
            | Self::SetInbox { id, .. }
            | Self::BeganTrial { id }
            | Self::PassedTrial { id }
            | Self::DecidedSend { id, .. }
            | Self::AnsweredQuestion { id, .. }
            | Self::Linked { id, .. }
            | Self::Unlinked { id }
            | Self::Answered { id }
            | Self::WaitsAgain { id }
            | Self::Assigned { id, .. }
            | Self::Erased { id }
            | Self::Exported { id }
            | Self::Disconnected { id, .. } => Some(id),
            Self::Invited { .. }
            | Self::SignedIn
            | Self::CameFromCrm
            | Self::ConnectedAccount
            | Self::DisconnectedAccount
            | Self::SignedOut
            | Self::ChangedSettings { of: SettingsOf::Account, .. }
            | Self::Removed { .. }
            | Self::ChangedRole { .. }
            | Self::WroteText { .. }
            | Self::RemovedText { .. }
            | Self::SentBack { .. } => None,
        }
    }
}

/// Whose settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum SettingsOf {
    /// The CRM account's.
    Account,
    /// An Official Account's.
    Channel {
        /// Which.
        id: ChannelId,
    },
    /// Its LINE Login's.
    Login {
        /// Of which Official Account.
        id: ChannelId,
    },
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When, in milliseconds.
    pub at_ms: i64,
    /// By whom.
    pub by: Actor,
    /// What.
    pub deed: Deed,
}
