//! Where it is shown how a send ended.
//!
//! What LINE took stands in the conversation of whom it took it for. What was not sent stands where the workflow ran: an ID
//! that a workflow names is nobody until LINE has taken a message for it, and nothing is begun, made or written for it.

use super::Settle;
use super::ending::{Ending, Shown};
use crate::domain::activity::{Activity, Mark, Speaker};
use crate::domain::conversation::{Conversation, ConversationKey, PendingActivity};
use crate::domain::ids::EventId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushId, PushOutcome, PushState, Sender};
use crate::flow::keep_words::keep_words;
use crate::flow::load::{Loaded, load_or_new};
use crate::flow::record::Seen;
use crate::ports::PortError;
use crate::ports::table::Write;
use crate::store::Journal;
use crate::store::journal::Trace;

/// What shows how a send ended.
#[derive(Default)]
pub(super) struct OnTimeline {
    /// Its words, which may be written before the conversation's state.
    pub(super) words: Vec<Write>,
    /// The conversation's state, and what is written with it.
    pub(super) state: Vec<Write>,
    /// What follows.
    pub(super) effects: Vec<OutboxRow>,
}

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
    ) -> Result<OnTimeline, PortError> {
        let key = match self.place(push, &shown).await? {
            TimelineSpot::Conversation(key) => key,
            TimelineSpot::Contact => {
                let effect = Effect::WriteNotSentNote { push: push.id };
                let effects = vec![OutboxRow::new(&push.account, effect, now_ms, now_ms)];
                return Ok(OnTimeline { effects, ..OnTimeline::default() });
            }
            TimelineSpot::Nowhere => return Ok(Default::default()),
        };
        let loaded = load_or_new(&self.outbox.journal, &key, &push.account).await?;
        if loaded.erasure.covers(shown.since_ms) {
            let state = self.begun_words(&key, push.id, shown.said.len(), now_ms).await?;
            return Ok(OnTimeline { state, ..OnTimeline::default() });
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
    async fn join(&self, mut loaded: Loaded, push: &Push, shown: Shown, now_ms: i64) -> Result<OnTimeline, PortError> {
        let settings = self.channels.find(&push.channel).await?.map(|channel| channel.settings).unwrap_or_default();
        let state = &mut loaded.state;
        let (mut words, mut writes, mut effects) = (Vec::new(), Vec::new(), Vec::new());
        // That something could not be sent, nobody says to the person.
        let was_said = matches!(&push.state, PushState::Settled(it) if it.outcome == PushOutcome::Accepted);
        let is_test = matches!(push.sender, Sender::Test { .. });
        let (speaker, operator) =
            if was_said || is_test { (push.sender.speaker(), push.sender.named()) } else { (Speaker::Workflow, None) };
        if speaker == Speaker::Operator {
            // What the person has said since the operator pressed the button, they may not have seen.
            if state.value.answered(push.accepted_at_ms, now_ms) {
                effects.extend(state.value.enqueue_sync(now_ms));
            }
        }
        state.value.remember_sent(&shown.messages, shown.at_ms, speaker);
        for (number, content) in shown.said.into_iter().enumerate() {
            let mut activity = Activity {
                mark: Mark::at(shown.at_ms, name_of(push.id, number)),
                arrived_at_ms: shown.at_ms,
                speaker,
                operator: operator.cloned(),
                message: None,
                quotes: None,
                content,
                late: false,
            };
            // Whoever ended it before may have stopped behind its words, or behind the state.
            let begun = match seen(&self.outbox.journal, &state.value, &activity).await? {
                Seen::No => None,
                Seen::Words(begun) => Some(*begun),
                Seen::Recorded => {
                    effects.extend(state.value.queued(shown.at_ms));
                    continue;
                }
            };
            if let Some(begun) = &begun {
                let is_same = was_said && begun.said.content == activity.content;
                activity = match is_same {
                    true => begun.said.clone(),
                    false => Activity { mark: begun.said.mark.clone(), ..activity },
                };
            }
            effects.extend(state.value.apply(&mut activity, &settings, now_ms));
            let kept = keep_words(&mut state.value, &activity, begun.as_ref(), now_ms);
            words.extend(kept.first);
            writes.extend(kept.with);
        }
        writes.extend(loaded.writes());
        Ok(OnTimeline { words, state: writes, effects })
    }

    /// Of a send that is ended for somebody who is not to be found any more: what whoever ended it before, and stopped, wrote of its words.
    pub(super) async fn left_behind(
        &self,
        ended: &Push,
        ending: &Ending,
        now_ms: i64,
    ) -> Result<Vec<Write>, PortError> {
        match (&ended.state, ending) {
            (
                PushState::Sending(sending) | PushState::Parked(sending),
                Ending::Erased { .. } | Ending::ChannelGone { .. } | Ending::Undecided { .. },
            ) => {
                let key = ConversationKey::person(&ended.channel, &sending.to);
                self.begun_words(&key, ended.id, sending.said.len(), now_ms).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The writes after which nothing is left of a send's words that no conversation names.
    async fn begun_words(
        &self,
        key: &ConversationKey,
        push: PushId,
        count: usize,
        now_ms: i64,
    ) -> Result<Vec<Write>, PortError> {
        let mut writes = Vec::new();
        for number in 0..count {
            let of = PendingActivity { message: None, at_ms: now_ms, event: name_of(push, number) };
            if let Trace::Waits(words) = self.outbox.journal.trace(key, &of).await? {
                writes.push(words.dropped(key, now_ms));
            }
        }
        Ok(writes)
    }
}

/// Under which name it is shown: the same however often it ends.
fn name_of(push: PushId, number: usize) -> EventId {
    EventId::new(format!("{push}-{number}"))
}

/// How far what the person was told is recorded; `state` was read before.
async fn seen(journal: &Journal, state: &Conversation, told: &Activity) -> Result<Seen, PortError> {
    let is_named = state.pending_at(&told.mark).is_some();
    Ok(match journal.trace(&state.key, &PendingActivity::of(told)).await? {
        Trace::None => Seen::No,
        Trace::Waits(words) if !is_named => Seen::Words(words),
        Trace::Waits(_) | Trace::Recorded(_) => Seen::Recorded,
    })
}
