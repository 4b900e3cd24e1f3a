//! An event becomes a record, and its effects is recorded with it.

mod retract;

use std::sync::Arc;

use tracing::info;

use super::load::load_or_new;
use super::{MAX_CONFLICTS, contended, step_back};
use crate::domain::activity::{Activity, Content, Mark, Place, Speaker};
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey, Source};
use crate::domain::ids::{EventId, MessageId};
use crate::domain::job::WakeUp;
use crate::ports::journal::write;
use crate::ports::table::{Commit, Write};
use crate::ports::{Clock, Journal, PortError, Queue};

/// An event, free of LINE's JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundEvent {
    /// LINE's time, in milliseconds.
    pub at_ms: i64,
    /// Unique per channel.
    pub id: EventId,
    /// Where it stands in its webhook, where that is known.
    pub place: Option<Place>,
    /// Where it comes from.
    pub source: Source,
    /// What it says.
    pub what: InboundWhat,
}

impl InboundEvent {
    /// The message that it says, where it is one.
    pub fn message(&self) -> Option<&MessageId> {
        match &self.what {
            InboundWhat::Said { message, .. } => message.as_ref(),
            InboundWhat::Unsent { .. } => None,
        }
    }

    /// When it happened, for whoever asks whether that was before something else: by its own time, whenever a copy of it
    /// arrived. Where LINE's clock is ahead of ours, what we had received was from before.
    pub fn said_at_ms(&self, accepted_at_ms: i64) -> i64 {
        self.at_ms.min(accepted_at_ms)
    }
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InboundWhat {
    /// Something was said or done.
    Said {
        /// What.
        content: Content,
        /// The message, where it is one.
        message: Option<MessageId>,
    },
    /// A message was taken back.
    Unsent {
        /// Which.
        message: MessageId,
    },
}

/// What an event makes us write.
struct Transaction {
    writes: Vec<Write>,
    /// What is left does not fit, where this is `false`: it follows in the next one.
    is_all: bool,
}

/// Records events.
pub struct Record {
    /// Where.
    pub journal: Journal,
    /// Tells the dispatcher.
    pub wake_ups: Arc<dyn Queue<WakeUp>>,
    /// When.
    pub clock: Arc<dyn Clock>,
}

impl Record {
    /// Records one event with its effects, in one transaction (of a message with very many edits that is taken back, the
    /// words go in several before it). A second call finds the
    /// record, with it all its effects, and changes nothing. Of an event from before its
    /// conversation was erased nothing but that it was seen is recorded.
    ///
    /// # Errors
    /// As the journal's; nothing is recorded then.
    pub async fn record(&self, channel: &Channel, accepted_at_ms: i64, event: &InboundEvent) -> Result<(), PortError> {
        self.record_answered(channel, accepted_at_ms, event, &[]).await
    }

    /// The same, with what the person was answered at once, which comes after it on the timeline. Two copies of an event may be
    /// on their way at the same time: what the slower one was the first to answer is still told.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub async fn record_answered(
        &self,
        channel: &Channel,
        accepted_at_ms: i64,
        event: &InboundEvent,
        answered: &[Content],
    ) -> Result<(), PortError> {
        let key = ConversationKey { channel: channel.id.clone(), source: event.source.clone() };
        let mut conflicts = 0;
        while conflicts < MAX_CONFLICTS {
            let is_recorded = self.journal.is_recorded(&key, &event.id).await?;
            if is_recorded && (answered.is_empty() || self.journal.is_reply_recorded(&key, &event.id).await?) {
                info!(channel.id = %channel.id, conversation = key.hash(), event.id = %event.id, "activity.repeated");
                return self.wake(channel).await;
            }
            let mut loaded = load_or_new(&self.journal, &key, &channel.account).await?;
            let erased = loaded.erasure.covers(event.said_at_ms(accepted_at_ms));
            if erased && is_recorded {
                return self.wake(channel).await;
            }
            let (mut writes, mut is_all) = (Vec::new(), true);
            if erased {
                info!(channel.id = %channel.id, conversation = key.hash(), event.id = %event.id, "activity.erased");
            } else {
                let state = &mut loaded.state.value;
                if !is_recorded {
                    let said = self.writes(channel, state, accepted_at_ms, event).await?;
                    (writes, is_all) = (said.writes, said.is_all);
                }
                writes.extend(self.answers(channel, state, event, answered));
                writes.extend(loaded.writes());
            }
            if !is_recorded && is_all {
                writes.push(write::tombstone(&key, &event.id, self.clock.now_ms()));
            }
            match self.journal.commit(writes).await? {
                Commit::Done if is_all => {
                    info!(channel.id = %channel.id, conversation = key.hash(), event.id = %event.id, "activity.recorded");
                    return self.wake(channel).await;
                }
                Commit::Done => {}
                Commit::Conflict => {
                    step_back(&*self.clock, conflicts).await;
                    conflicts += 1;
                }
            }
        }
        Err(contended("record"))
    }

    /// A lost wake-up costs a minute: the schedule finds what is due.
    async fn wake(&self, channel: &Channel) -> Result<(), PortError> {
        if let Err(error) = self.wake_ups.send(&WakeUp::of(&channel.account)).await {
            tracing::warn!(crm.account = %channel.account, %error, "wake_up.lost");
        }
        Ok(())
    }

    async fn writes(
        &self,
        channel: &Channel,
        state: &mut Conversation,
        accepted_at_ms: i64,
        event: &InboundEvent,
    ) -> Result<Transaction, PortError> {
        let now_ms = self.clock.now_ms();
        let mut writes = Vec::new();
        let is_person = state.key.source.user().is_some();
        match &event.what {
            InboundWhat::Said { content, message } => {
                let mut activity = Activity {
                    mark: Mark { at_ms: event.at_ms, event: event.id.clone(), place: event.place.clone() },
                    arrived_at_ms: accepted_at_ms,
                    speaker: Speaker::Person,
                    message: message.clone(),
                    content: content.clone(),
                    late: false,
                };
                if let Some(message) = message.as_ref().filter(|_| is_person) {
                    writes.push(self.index_message(state, message, &mut activity, now_ms).await?);
                }
                writes.extend(state.apply(&mut activity, &channel.settings, now_ms).iter().map(write::enqueue));
                if is_person {
                    writes.push(write::pending(&state.key, &activity, 0, now_ms));
                }
            }
            InboundWhat::Unsent { message } if is_person => return self.retract(state, message, now_ms).await,
            // No text of theirs is kept.
            InboundWhat::Unsent { .. } => {}
        }
        Ok(Transaction { writes, is_all: true })
    }

    /// What the person was answered, behind the event it answers.
    fn answers(
        &self,
        channel: &Channel,
        state: &mut Conversation,
        event: &InboundEvent,
        answered: &[Content],
    ) -> Vec<Write> {
        let now_ms = self.clock.now_ms();
        let mut writes = Vec::new();
        for (number, content) in answered.iter().enumerate() {
            let mut activity = answer(event, number, content, now_ms);
            writes.extend(state.apply(&mut activity, &channel.settings, now_ms).iter().map(write::enqueue));
            writes.push(write::pending(&state.key, &activity, 0, now_ms));
        }
        writes.extend((!answered.is_empty()).then(|| write::reply_recorded(&state.key, &event.id, now_ms)));
        writes
    }
}

fn answer(event: &InboundEvent, number: usize, content: &Content, now_ms: i64) -> Activity {
    let mark = Mark {
        at_ms: now_ms.max(event.at_ms),
        event: EventId::new(format!("{}-{number}", event.id)),
        // Within the event's own millisecond right behind it.
        place: event.place.clone(),
    };
    Activity {
        mark,
        arrived_at_ms: now_ms,
        speaker: Speaker::Workflow,
        message: None,
        content: content.clone(),
        late: false,
    }
}
