//! What a workflow asks of us, in words that no vendor's JSON leaks into.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{CallbackId, ContactId, CrmAccountId, LineUserId};

/// One execution of the action "send a LINE message", as the CRM asked for it. Nothing in it is checked yet.
#[derive(Clone, PartialEq, Eq)]
pub struct ActionRequest {
    /// The CRM account whose workflow asks.
    pub account: CrmAccountId,
    /// What tells this execution from every other. `None`: the CRM gave nothing, and the action must be refused.
    pub execution: Option<Execution>,
    /// The record the workflow runs on, where it is a contact.
    pub contact: Option<ContactId>,
    /// It is a record of another kind: a deal, a company, a custom object.
    pub is_other_record: bool,
    /// The contact's properties as the CRM sent them along, if it did; empty ones are empty.
    pub contact_properties: BTreeMap<String, String>,
    /// The Official Account to send from. `None`: the only one.
    pub channel: Option<String>,
    /// To whom. `None`: the person linked to the contact.
    pub line_user_id: Option<LineUserId>,
    /// The messages that are not blank, in order, each with the name of its field.
    pub messages: Vec<(&'static str, MessageInput)>,
    /// Not to be sent after this, as it was written; see [`parse_not_after`](super::not_after::parse_not_after).
    pub not_after: Option<String>,
    /// The custom aggregation unit.
    pub tag: Option<String>,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a send is for: whether the person must have agreed to it, and whether it may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Marketing: whatever is not said to be anything else.
    #[default]
    Marketing,
    /// What the person waits for, such as a receipt: it needs no consent.
    Service,
}

impl Purpose {
    /// Reads what an input says. What is not known is marketing.
    pub fn read(text: Option<&str>) -> Self {
        if text == Some("service") { Self::Service } else { Self::Marketing }
    }
}

/// What stands in a message field.
#[derive(Clone, PartialEq, Eq)]
pub enum MessageInput {
    /// A text: plain, or a message object as JSON. A list of short texts is one text.
    Text(String),
    /// A list that cannot be read as one text.
    List,
}

/// What tells one execution of a workflow action from every other of the same CRM account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Execution {
    /// The CRM's name for it, by which it can be completed.
    Callback(CallbackId),
    /// The CRM's numbers for it, where it gave no callback ID.
    Enrolment {
        /// The CRM account.
        account: String,
        /// The action's definition.
        definition: String,
        /// The contact's enrolment into the workflow.
        enrolment: String,
        /// Which execution within the enrolment.
        index: String,
    },
}

impl Execution {
    /// The parts that [`PushId::of_action`](super::push::PushId::of_action) takes. The two kinds differ in number.
    pub fn parts(&self) -> Vec<&str> {
        match self {
            Self::Callback(callback) => vec![callback.as_str()],
            Self::Enrolment { account: portal, definition, enrolment, index } => {
                vec![portal, definition, enrolment, index]
            }
        }
    }

    /// The callback ID, by which the CRM can be told the outcome.
    pub fn callback(&self) -> Option<&CallbackId> {
        match self {
            Self::Callback(callback) => Some(callback),
            Self::Enrolment { .. } => None,
        }
    }
}

/// The CRM asks which Official Accounts there are to choose from, while somebody edits a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionsRequest {
    /// The CRM account.
    pub account: CrmAccountId,
    /// The input field that is being filled in.
    pub field: Option<String>,
    /// What was typed to narrow the list; not blank.
    pub search: Option<String>,
}

impl fmt::Debug for ActionRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActionRequest")
            .field("account", &self.account)
            .field("execution", &self.execution)
            .field("messages", &self.messages.len())
            .finish_non_exhaustive()
    }
}
