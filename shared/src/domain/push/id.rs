//! The name of a send, for ever.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::conversation::ConversationKey;
use crate::domain::crm_inbox::InboxMessage;
use crate::domain::ids::{CrmAccountId, OperatorId};

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

    /// What an operator says in a conversation, named by whoever asks for it: the same name in the same conversation is the same
    /// send, for ever.
    pub fn of_talk(conversation: &ConversationKey, operator: &OperatorId, name: &str) -> Self {
        let mut bytes = b"talk".to_vec();
        for part in [conversation.hash().as_str(), operator.as_str(), name] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(Uuid::new_v5(&NAMESPACE, &bytes))
    }

    /// What somebody wrote in the CRM's inbox: the same message is the same send, for ever.
    pub fn of_inbox(account: &CrmAccountKey, message: &InboxMessage) -> Self {
        let mut bytes = b"inbox".to_vec();
        let (channel, message) = (message.channel.as_str(), message.message.as_str());
        for part in [account.kind.as_str(), account.id.as_str(), channel, message] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(Uuid::new_v5(&NAMESPACE, &bytes))
    }

    /// The same words once more, because somebody has seen that they did not arrive: whoever says so, it is one send.
    pub fn said_again(self) -> Self {
        Self(Uuid::new_v5(&NAMESPACE, &[self.0.as_bytes(), &b"said again"[..]].concat()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_are_said_again_are_one_send_whoever_says_so() {
        let id = PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("1"), &["execution"]);
        assert_eq!(id.said_again(), id.said_again());
        assert!(id.said_again() != id && id.said_again() != id.of_its_refusal());
    }

    #[test]
    fn a_name_is_read_as_it_was_written_and_nothing_else_is_one() {
        let id = PushId::of_action(CrmKind::HubSpot, &CrmAccountId::new("1"), &["execution"]);
        assert_eq!(PushId::parse(&id.to_string()), Some(id));
        assert_eq!(PushId::parse("execution"), None);
    }
}
