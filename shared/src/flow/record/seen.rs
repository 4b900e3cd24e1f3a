//! What is there of an event already.

use crate::domain::conversation::{Conversation, ConversationKey, PendingActivity};
use crate::domain::inbound::InboundEvent;
use crate::ports::PortError;
use crate::store::Journal;
use crate::store::journal::{Trace, Words};

/// How far an event, or what we said, was recorded.
pub(in crate::flow) enum Seen {
    /// Nothing of it is there.
    No,
    /// Its words are, and whoever put them there has not come to the conversation's state; or has, and somebody is just forgetting them.
    Words(Box<Words>),
    /// All of it is there.
    Recorded,
}

/// How far the event is recorded. Of one that brought a message that stands where the message does; rows of before have a tombstone of their own
/// for it, and so has one from before an erasure.
///
/// # Errors
/// As the journal's.
pub(super) async fn seen(journal: &Journal, key: &ConversationKey, event: &InboundEvent) -> Result<Seen, PortError> {
    let by_event = PendingActivity { message: None, at_ms: event.at_ms, event: event.id.clone() };
    let by_message = event.message().map(|id| PendingActivity { message: Some(id.clone()), ..by_event.clone() });
    for of in by_message.iter().chain([&by_event]) {
        match journal.trace(key, of).await? {
            Trace::Recorded(_) => return Ok(Seen::Recorded),
            Trace::Waits(words) => {
                let state = journal.conversation(key).await?;
                let is_named = state.is_some_and(|state| names(&state.value, &words));
                return Ok(if is_named { Seen::Recorded } else { Seen::Words(words) });
            }
            Trace::None => {}
        }
    }
    Ok(Seen::No)
}

/// Whether the words still wait, and this state, which was read before they are looked at here, does not know of them: then whoever commits it
/// as it was read finds them so, since they are forgotten only by those who find them named, and change the state before and behind.
///
/// # Errors
/// As the journal's.
pub(super) async fn still_wait(journal: &Journal, state: &Conversation, words: &Words) -> Result<bool, PortError> {
    if names(state, words) {
        return Ok(false);
    }
    Ok(matches!(journal.trace(&state.key, &PendingActivity::of(&words.said)).await?, Trace::Waits(_)))
}

/// Whether the event is recorded.
///
/// # Errors
/// As the journal's.
pub(in crate::flow) async fn is_recorded(
    journal: &Journal,
    key: &ConversationKey,
    event: &InboundEvent,
) -> Result<bool, PortError> {
    Ok(matches!(seen(journal, key, event).await?, Seen::Recorded))
}

fn names(state: &Conversation, words: &Words) -> bool {
    state.pending_at(&words.said.mark).is_some()
}
