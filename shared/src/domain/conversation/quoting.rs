//! Which messages of ours the person may quote next: LINE says the ID alone.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::activity::{Quoted, Speaker};
use crate::domain::ids::MessageId;

/// So many are known, the newest: they lie in the conversation's row, which every message writes. People answer what was said last.
const KNOWN: usize = 8;

/// A message that LINE took from us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentMessage {
    /// LINE's ID.
    pub message: MessageId,
    /// Where it stands in the talk, in milliseconds.
    pub at_ms: i64,
    /// Who said it.
    pub by: Speaker,
}

impl Conversation {
    /// LINE took these messages. Twice: they are known once.
    pub fn remember_sent(&mut self, messages: &[MessageId], at_ms: i64, by: Speaker) {
        self.sent.retain(|sent| !messages.contains(&sent.message));
        self.sent.extend(messages.iter().map(|message| SentMessage { message: message.clone(), at_ms, by }));
        self.sent.drain(..self.sent.len().saturating_sub(KNOWN));
    }

    /// The message of ours that has this ID, if it is one of the last.
    pub fn sent(&self, message: &MessageId) -> Option<Quoted> {
        let sent = self.sent.iter().find(|sent| sent.message == *message)?;
        Some(Quoted::Message { at_ms: sent.at_ms, by: sent.by })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::tests::conversation;

    #[test]
    fn the_last_messages_of_ours_are_known_and_the_older_ones_make_room() {
        let mut state = conversation();
        let id = |number: i64| MessageId::new(number.to_string());
        for number in 0..20 {
            state.remember_sent(&[id(number)], number, Speaker::Workflow);
            state.remember_sent(&[id(number)], number, Speaker::Operator);
        }
        assert_eq!(state.sent(&id(11)), None);
        for number in 12..20 {
            assert_eq!(state.sent(&id(number)), Some(Quoted::Message { at_ms: number, by: Speaker::Operator }));
        }
    }
}
