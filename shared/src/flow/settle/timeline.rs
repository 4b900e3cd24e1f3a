//! Where it is shown how a send ended.
//!
//! What LINE took stands in the conversation of whom it took it for. What was not sent stands where the workflow ran: an ID
//! that a workflow names is nobody until LINE has taken a message for it, and nothing is begun, made or written for it.

use super::Settle;
use super::ending::Shown;
use crate::domain::activity::{Activity, Mark, Speaker};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::EventId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushOutcome, PushState};
use crate::flow::load::{Loaded, load_or_new};
use crate::ports::PortError;
use crate::ports::table::Write;
use crate::store::journal::write;

/// Where a send's end is shown.
enum TimelineSpot {
    /// In this conversation.
    Conversation(ConversationKey),
    /// On the timeline of the contact that the workflow ran on; nobody's conversation shows there.
    Contact,
    /// Nowhere: there is nobody whom LINE knows and no contact.
    Nowhere,
}

impl Settle {
    /// What shows how the send ended; nothing where the person was erased since.
    pub(super) async fn show_on_timeline(
        &self,
        push: &Push,
        shown: Shown,
        now_ms: i64,
    ) -> Result<(Vec<Write>, Vec<OutboxRow>), PortError> {
        let key = match self.place(push, &shown).await? {
            TimelineSpot::Conversation(key) => key,
            TimelineSpot::Contact => {
                let effect = Effect::WriteNotSentNote { push: push.id };
                return Ok((Vec::new(), vec![OutboxRow::new(&push.account, effect, now_ms, now_ms)]));
            }
            TimelineSpot::Nowhere => return Ok(Default::default()),
        };
        let loaded = load_or_new(&self.outbox.journal, &key, &push.account).await?;
        if loaded.erasure.covers(shown.since_ms) {
            return Ok(Default::default());
        }
        self.join(loaded, push, shown, now_ms).await
    }

    async fn place(&self, push: &Push, shown: &Shown) -> Result<TimelineSpot, PortError> {
        let channel = self.channels.find(&push.channel).await?;
        if channel.is_none_or(|channel| channel.account != push.account) {
            // Nothing joins a conversation that nobody goes on with. What was not sent is still told where the workflow ran.
            let is_accepted = matches!(&push.state, PushState::Settled(it) if it.outcome == PushOutcome::Accepted);
            return Ok(if push.contact.is_some() && !is_accepted {
                TimelineSpot::Contact
            } else {
                TimelineSpot::Nowhere
            });
        }
        let key = shown.to.as_ref().map(|to| ConversationKey::person(&push.channel, to));
        let spot = match key {
            Some(key) if shown.theirs => TimelineSpot::Conversation(key),
            _ if push.contact.is_some() => TimelineSpot::Contact,
            // Somebody who has a conversation is known to LINE: events of theirs began it.
            Some(key) if self.outbox.journal.conversation(&key).await?.is_some() => TimelineSpot::Conversation(key),
            _ => TimelineSpot::Nowhere,
        };
        Ok(spot)
    }

    /// It joins the conversation.
    async fn join(
        &self,
        mut loaded: Loaded,
        push: &Push,
        shown: Shown,
        now_ms: i64,
    ) -> Result<(Vec<Write>, Vec<OutboxRow>), PortError> {
        let settings = self.channels.find(&push.channel).await?.map(|channel| channel.settings).unwrap_or_default();
        let state = &mut loaded.state;
        let (mut writes, mut effects) = (Vec::new(), Vec::new());
        // That something could not be sent, nobody says to the person.
        let was_said = matches!(&push.state, PushState::Settled(it) if it.outcome == PushOutcome::Accepted);
        let (speaker, operator) =
            if was_said { (push.sender.speaker(), push.sender.operator()) } else { (Speaker::Workflow, None) };
        if speaker == Speaker::Operator {
            // What the person has said since the operator pressed the button, they may not have seen.
            if state.value.answered(push.accepted_at_ms, now_ms) {
                effects.extend(state.value.enqueue_sync(now_ms));
            }
        }
        state.value.remember_sent(&shown.messages, shown.at_ms, speaker);
        for (number, content) in shown.said.into_iter().enumerate() {
            let mut activity = Activity {
                mark: Mark::at(shown.at_ms, EventId::new(format!("{}-{number}", push.id))),
                arrived_at_ms: shown.at_ms,
                speaker,
                operator: operator.cloned(),
                message: None,
                quotes: None,
                content,
                late: false,
            };
            effects.extend(state.value.apply(&mut activity, &settings, now_ms));
            writes.push(write::pending(&state.value.key, &activity, 0, now_ms));
        }
        writes.extend(loaded.writes());
        Ok((writes, effects))
    }
}
