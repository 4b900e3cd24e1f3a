//! An event becomes a record, and its effects are recorded with it.

mod retract;
mod seen;

use tracing::info;

pub(super) use self::seen::{Seen, is_recorded};
use self::seen::{seen, still_wait};
use super::keep_words::keep_words;
use super::load::load_or_new;
use super::outbox::Outbox;
use crate::domain::activity::{Activity, Content, Mark, Quoted, Speaker};
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::ids::EventId;
use crate::domain::inbound::{InboundEvent, InboundWhat};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::reply_chance::AnsweredAtOnce;
use crate::ports::PortError;
use crate::ports::table::{Commit, Write};
use crate::store::journal::{Words, write};

/// What an event changes, and what must therefore be done.
#[derive(Default)]
struct Change {
    /// Its words: what else is there of it may be written behind them, where that is the conversation's state alone.
    words: Option<Write>,
    state: Vec<Write>,
    effects: Vec<OutboxRow>,
    /// What is left does not fit, where this is `false`: it follows in the next one.
    is_all: bool,
    /// It says with it that the event is recorded.
    is_tombstone: bool,
}

/// Records events.
pub struct Record {
    /// The state that it changes, and the outbox for what follows.
    pub outbox: Outbox,
}

impl Record {
    /// Records one event with its effects: in one transaction (of a message with very many edits that is taken back, the
    /// words go in several before it), or a message's words first, and then all else by the write that says that they wait. A second call
    /// finds the record, with it all its effects, and changes nothing, or goes on with what was begun. Of an event from before its
    /// conversation was erased nothing but that it was seen is recorded.
    ///
    /// # Errors
    /// As the journal's; nothing, or nothing but words that wait for the next call, is recorded then.
    pub async fn record(&self, channel: &Channel, accepted_at_ms: i64, event: &InboundEvent) -> Result<(), PortError> {
        self.record_answered(channel, accepted_at_ms, event, &AnsweredAtOnce::default()).await
    }

    /// The same, with what the person was answered at once, which comes after it on the timeline, or with what is left to answer
    /// them by. Two copies of an event may be on their way at the same time: what the slower one was the first to answer is still
    /// told.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub async fn record_answered(
        &self,
        channel: &Channel,
        accepted_at_ms: i64,
        event: &InboundEvent,
        answered: &AnsweredAtOnce,
    ) -> Result<(), PortError> {
        let key = ConversationKey { channel: channel.id.clone(), source: event.source.clone() };
        loop {
            let attempt = || self.try_record(channel, &key, accepted_at_ms, event, answered);
            if self.outbox.retry("record", attempt).await? {
                return Ok(());
            }
        }
    }

    /// `Some(false)`: some of it is written, and the rest follows.
    async fn try_record(
        &self,
        channel: &Channel,
        key: &ConversationKey,
        accepted_at_ms: i64,
        event: &InboundEvent,
        answered: &AnsweredAtOnce,
    ) -> Result<Option<bool>, PortError> {
        let journal = &self.outbox.journal;
        let seen = seen(journal, key, event).await?;
        let is_recorded = matches!(seen, Seen::Recorded);
        if is_recorded && (answered.said.is_empty() || self.outbox.journal.is_reply_recorded(key, &event.id).await?) {
            info!(channel.id = %channel.id, conversation = key.hash(), event.id = %event.id, "activity.repeated");
            // The one before may have stopped behind the state, or its wake-up may have been lost.
            let state = self.outbox.journal.conversation(key).await?.map(|state| state.value);
            let state = state.filter(|state| state.account == channel.account);
            // By the event's own time: however often it comes again, they are the same rows.
            let queued = state.map(|state| state.queued(accepted_at_ms)).unwrap_or_default();
            self.outbox.enqueue_again(&channel.account, &queued).await?;
            return Ok(Some(true));
        }
        let mut loaded = load_or_new(journal, key, &channel.account).await?;
        let erased = loaded.erasure.covers(event.said_at_ms(accepted_at_ms));
        if erased && is_recorded {
            return Ok(Some(true));
        }
        let mut change = Change { is_all: true, ..Change::default() };
        let begun = match seen {
            Seen::Words(words) if erased => {
                change.state.push(words.dropped(key, self.outbox.clock.now_ms()));
                change.is_tombstone = true;
                None
            }
            Seen::Words(words) if still_wait(journal, &loaded.state.value, &words).await? => Some(*words),
            Seen::Words(_) => return Ok(None),
            Seen::No | Seen::Recorded => None,
        };
        if erased {
            info!(channel.id = %channel.id, conversation = key.hash(), event.id = %event.id, "activity.erased");
        } else {
            let state = &mut loaded.state.value;
            if !is_recorded {
                change = self.change(channel, state, accepted_at_ms, event, begun).await?;
                state.offer_reply(answered.chance.clone(), self.outbox.clock.now_ms());
                state.offer_read(answered.read.clone(), &mark_of(event));
            }
            self.answers(channel, state, event, &answered.said, &mut change);
            change.state.extend(loaded.writes());
        }
        if !is_recorded && change.is_all && !change.is_tombstone {
            change.state.push(write::tombstone(key, &event.id, self.outbox.clock.now_ms()));
        }
        let is_behind = Effect::is_told_by_conversation;
        if let Some(words) = change.words.take() {
            let is_alone = change.state.len() == 1 && change.effects.iter().all(|row| is_behind(&row.effect));
            match is_alone {
                false => change.state.push(words),
                true if journal.commit(vec![words]).await? == Commit::Conflict => return Ok(None),
                true => {}
            }
        }
        let commit = self.outbox.commit_first(&channel.account, change.state, &change.effects, is_behind).await?;
        if commit == Commit::Conflict {
            return Ok(None);
        }
        if change.is_all {
            info!(channel.id = %channel.id, conversation = key.hash(), event.id = %event.id, "activity.recorded");
        }
        Ok(Some(change.is_all))
    }

    async fn change(
        &self,
        channel: &Channel,
        state: &mut Conversation,
        accepted_at_ms: i64,
        event: &InboundEvent,
        begun: Option<Words>,
    ) -> Result<Change, PortError> {
        let now_ms = self.outbox.clock.now_ms();
        let (mut words, mut writes, mut effects) = (None, Vec::new(), Vec::new());
        let is_person = state.key.source.user().is_some();
        let mut is_tombstone = false;
        match &event.what {
            InboundWhat::Said { content, message } => {
                let mut activity = match &begun {
                    // As it was first taken in.
                    Some(words) => words.said.clone(),
                    None => Activity {
                        mark: mark_of(event),
                        arrived_at_ms: accepted_at_ms,
                        speaker: Speaker::Person,
                        operator: None,
                        message: message.clone(),
                        quotes: self.quoted(state, event).await?,
                        content: content.clone(),
                        late: false,
                    },
                };
                if let Some(message) = message.as_ref().filter(|_| is_person) {
                    self.forget_if_unsent(state, message, &mut activity).await?;
                }
                effects.extend(state.apply(&mut activity, &channel.settings, now_ms));
                effects.extend(save_file(channel, state, &activity, now_ms));
                if is_person {
                    let kept = keep_words(state, &activity, begun.as_ref(), now_ms);
                    (words, writes, is_tombstone) = (kept.first, kept.with, kept.is_recorded);
                }
                if is_person && message.is_some() && channel.crm_inbox.is_some() {
                    writes.push(write::for_inbox(&state.key, &activity, now_ms));
                    effects.extend(state.enqueue_inbox(now_ms));
                }
            }
            InboundWhat::Unsent { message } if is_person => return self.retract(channel, state, message, now_ms).await,
            // No text of theirs is kept.
            InboundWhat::Unsent { .. } => {}
        }
        Ok(Change { words, state: writes, effects, is_all: true, is_tombstone })
    }

    /// Where the message stands that the person has quoted: one of ours, or one of their own.
    async fn quoted(&self, state: &Conversation, event: &InboundEvent) -> Result<Option<Quoted>, PortError> {
        let Some(message) = event.quotes.as_ref().filter(|_| state.key.source.user().is_some()) else {
            return Ok(None);
        };
        if let Some(ours) = state.sent(message) {
            return Ok(Some(ours));
        }
        let theirs = self.outbox.journal.message_positions(&state.key, message).await?.all;
        // One that was edited stands in several places: it was said at the first.
        let at_ms = theirs.iter().map(|position| position.mark.at_ms).min();
        Ok(Some(at_ms.map_or(Quoted::Earlier, |at_ms| Quoted::Message { at_ms, by: Speaker::Person })))
    }

    /// What the person was answered, behind the event it answers.
    fn answers(
        &self,
        channel: &Channel,
        state: &mut Conversation,
        event: &InboundEvent,
        answered: &[Content],
        change: &mut Change,
    ) {
        let now_ms = self.outbox.clock.now_ms();
        for (number, content) in answered.iter().enumerate() {
            let mut activity = answer(event, number, content, now_ms);
            change.effects.extend(state.apply(&mut activity, &channel.settings, now_ms));
            change.state.push(write::pending(&state.key, &activity, 0, now_ms));
        }
        change.state.extend((!answered.is_empty()).then(|| write::reply_recorded(&state.key, &event.id, now_ms)));
    }
}

fn mark_of(event: &InboundEvent) -> Mark {
    Mark { at_ms: event.at_ms, event: event.id.clone(), place: event.place.clone() }
}

/// The file of a message is to be fetched from LINE before LINE deletes it. What lies elsewhere is fetched by nobody of us.
fn save_file(channel: &Channel, state: &Conversation, activity: &Activity, now_ms: i64) -> Option<OutboxRow> {
    let Content::Media { media, url: None, .. } = activity.content else { return None };
    let message =
        activity.message.clone().filter(|_| state.key.source.user().is_some() && channel.settings.save_files)?;
    let save = Effect::SaveFile { conversation: state.key.clone(), message, mark: activity.mark.clone(), media };
    Some(OutboxRow::new(&channel.account, save, now_ms, now_ms))
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
        operator: None,
        message: None,
        quotes: None,
        content: content.clone(),
        late: false,
    }
}
