//! What somebody of the team says of a conversation as a whole.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::operator::OperatorName;

/// Whose the conversation is, as somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// This operator's. `None`: it was taken from whoever had it.
    pub to: Option<OperatorName>,
}

impl Conversation {
    /// The operator whose it is. `None`: nobody was chosen.
    pub fn assigned_to(&self) -> Option<&OperatorName> {
        self.assigned.as_ref()?.to.as_ref()
    }

    /// It is this operator's from now on. Whether that is something new.
    pub fn assign(&mut self, to: Option<&OperatorName>) -> bool {
        let is_new = self.assigned_to() != to;
        if is_new {
            self.assigned = Some(Assignment { to: to.cloned() });
        }
        is_new
    }

    /// There is still something to do: it waits since now. Whether that is something new; of who never wrote nothing waits.
    pub fn waits_again(&mut self, now_ms: i64) -> bool {
        let waits = self.unanswered_since_ms.is_none() && self.last_inbound.is_some();
        if waits {
            self.unanswered_since_ms = Some(now_ms);
        }
        waits
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::channel::ChannelSettings;
    use crate::domain::conversation::tests::{conversation, said};
    use crate::domain::operator::OperatorName;

    #[test]
    fn what_was_answered_waits_again_until_it_is_answered_again() {
        let mut state = conversation();
        assert!(!state.waits_again(5), "nobody has written");
        state.apply(&mut said(10, 20), &ChannelSettings::default(), 20);
        assert!(!state.waits_again(25), "it waits");
        assert!(state.answered(30, 30) && state.unanswered_since_ms.is_none());
        assert!(state.waits_again(40) && !state.waits_again(41));
        assert_eq!(state.unanswered_since_ms, Some(40));
        assert!(state.answered(50, 50) && state.unanswered_since_ms.is_none());
    }

    #[test]
    fn a_talk_is_one_operators_until_it_is_anothers_or_nobodys() {
        let mut state = conversation();
        let name = |name| OperatorName::parse(name).expect("a name");
        assert!(!state.assign(None), "it was nobody's");
        assert!(state.assign(Some(&name("佐藤"))) && !state.assign(Some(&name("佐藤"))));
        assert!(state.assign(Some(&name("鈴木"))));
        assert_eq!(state.assigned_to(), Some(&name("鈴木")));
        assert!(state.assign(None) && state.assigned_to().is_none() && state.assigned.is_some(), "the contact says so");
    }
}
