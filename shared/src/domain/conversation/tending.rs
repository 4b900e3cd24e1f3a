//! What somebody of the team says of a conversation as a whole.

use serde::{Deserialize, Serialize};

use super::Conversation;
use crate::domain::activity::{Activity, Content};
use crate::domain::ids::EventId;
use crate::domain::operator::OperatorName;

/// A message by its event, and when we received that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSinceAnswer {
    /// LINE's event.
    pub event: EventId,
    /// When it arrived, in milliseconds.
    pub arrived_at_ms: i64,
    /// When it was said, by LINE's time in milliseconds.
    pub at_ms: i64,
}

impl Conversation {
    /// It is this operator's from now on; `None`: nobody's. Whether that is something new.
    pub fn assign(&mut self, to: Option<&OperatorName>) -> bool {
        let is_new = self.assigned.as_ref() != to;
        self.assigned = to.cloned();
        is_new
    }

    /// There is still something to do: it waits since now. Whether that is something new; of who never wrote nothing waits.
    pub fn waits_again(&mut self, now_ms: i64) -> bool {
        let waits = self.unanswered_since_ms.is_none() && self.last_inbound.is_some();
        if waits {
            self.unanswered_since_ms = Some(now_ms);
            self.to_do_since_ms = now_ms;
            self.first_since_answer = None;
        }
        waits
    }

    /// Nothing of theirs waits any more, whoever answered.
    pub fn waits_no_more(&mut self) {
        self.unanswered_since_ms = None;
        self.first_since_answer = None;
    }

    /// A message that nobody has answered: what was edited is no new one.
    pub(super) fn begins_to_wait(&mut self, activity: &Activity) {
        if !matches!(activity.content, Content::Edited { .. }) {
            let (mark, arrived_at_ms) = (&activity.mark, activity.arrived_at_ms);
            let first = FirstSinceAnswer { event: mark.event.clone(), arrived_at_ms, at_ms: mark.at_ms };
            self.first_since_answer.get_or_insert(first);
        }
    }

    /// It is this message, as it arrived then, that nobody has answered and none came before: what LINE delivers once more is another
    /// arrival, and what was answered meanwhile is none.
    pub fn waits_from(&self, event: &EventId, arrived_at_ms: i64) -> bool {
        self.first_since_answer
            .as_ref()
            .is_some_and(|first| first.event == *event && first.arrived_at_ms == arrived_at_ms)
    }

    /// Something came, or was to do again, after this time in milliseconds: what was done at it did not answer that.
    pub fn is_new_since(&self, at_ms: i64) -> bool {
        let came = self.last_inbound.as_ref().is_some_and(|last| last.arrived_at_ms > at_ms);
        came || (self.unanswered_since_ms.is_some() && self.to_do_since_ms > at_ms)
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::activity::Content;
    use crate::domain::channel::ChannelSettings;
    use crate::domain::conversation::tests::{conversation, said};
    use crate::domain::operator::OperatorName;

    #[test]
    fn what_was_answered_waits_again_until_it_is_answered_after_that() {
        let mut state = conversation();
        assert!(!state.waits_again(5), "nobody has written");
        state.apply(&mut said(10, 20), &ChannelSettings::default(), 20);
        assert!(!state.waits_again(25), "it waits");
        assert!(state.answered(30, 30) && state.unanswered_since_ms.is_none());
        assert!(!state.is_new_since(30));
        assert!(state.waits_again(40) && !state.waits_again(41));
        assert_eq!(state.unanswered_since_ms, Some(40));
        assert!(state.is_new_since(39) && !state.is_new_since(40), "a task that was done before is not about it");
        // An answer whose button was pressed before, and whose end became known only now.
        assert!(state.answered(35, 50) && state.unanswered_since_ms == Some(40));
        assert!(state.answered(60, 60) && state.unanswered_since_ms.is_none());
    }

    #[test]
    fn one_message_begins_a_wait_and_none_after_it_before_it_is_answered() {
        let mut state = conversation();
        let mut first = said(10, 20);
        let mut next = said(11, 20);
        state.apply(&mut first, &ChannelSettings::default(), 20);
        state.apply(&mut next, &ChannelSettings::default(), 20);
        assert!(state.waits_from(&first.mark.event, 20));
        assert!(!state.waits_from(&next.mark.event, 20), "it came in the same webhook");
        assert!(!state.waits_from(&first.mark.event, 25), "LINE delivers it once more");
        assert!(state.answered(30, 30) && !state.waits_from(&first.mark.event, 20));
        assert!(state.waits_again(40) && !state.waits_from(&first.mark.event, 20), "an operator's word is no message");
        let mut edited = said(45, 46);
        edited.content = Content::Edited { text: "x".to_owned() };
        let mut later = said(60, 61);
        for activity in [&mut edited, &mut later] {
            let arrived_at_ms = activity.arrived_at_ms;
            state.apply(activity, &ChannelSettings::default(), arrived_at_ms);
        }
        assert!(!state.waits_from(&edited.mark.event, 46), "what was edited is no new message");
        assert!(
            state.waits_from(&later.mark.event, 61),
            "it is new, though an operator said that there is still something to do"
        );
    }

    #[test]
    fn what_is_written_after_an_answer_that_became_known_late_begins_a_wait() {
        let mut state = conversation();
        let [mut before, mut between, mut after] = [said(10, 10), said(35, 35), said(50, 50)];
        state.apply(&mut before, &ChannelSettings::default(), 10);
        state.apply(&mut between, &ChannelSettings::default(), 35);
        assert!(state.waits_from(&before.mark.event, 10));
        assert!(state.answered(30, 40) && state.unanswered_since_ms.is_some(), "one came between");
        state.apply(&mut after, &ChannelSettings::default(), 50);
        assert!(state.waits_from(&after.mark.event, 50));
        assert!(state.answered(45, 55) && state.waits_from(&after.mark.event, 50), "an answer to what was before it");
        state.waits_no_more();
        assert!(state.unanswered_since_ms.is_none() && !state.waits_from(&after.mark.event, 50));
    }

    #[test]
    fn a_talk_is_one_operators_until_it_is_anothers_or_nobodys() {
        let mut state = conversation();
        let name = |name| OperatorName::parse(name).expect("a name");
        assert!(!state.assign(None), "it was nobody's");
        assert!(state.assign(Some(&name("佐藤"))) && !state.assign(Some(&name("佐藤"))));
        assert!(state.assign(Some(&name("鈴木"))));
        assert_eq!(state.assigned, Some(name("鈴木")));
        assert!(state.assign(None) && state.assigned.is_none());
    }
}
