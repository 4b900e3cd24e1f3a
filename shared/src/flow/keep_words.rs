//! Words are kept until their entry stands.

use crate::domain::activity::Activity;
use crate::domain::conversation::Conversation;
use crate::ports::table::Write;
use crate::store::journal::{MessagePosition, Words, write};

/// What is to be written.
pub(super) struct KeptWords {
    /// The words where it is said that they were recorded: before the conversation's state, which names them, or with it.
    pub(super) first: Option<Write>,
    /// With it.
    pub(super) with: Vec<Write>,
    /// These say also that the activity was recorded.
    pub(super) is_recorded: bool,
}

/// The words of what a person said, or was told, are kept where it is said that it was recorded, as long as the state has room to name
/// them; else in a row of their own. `begun`: they are there already.
pub(super) fn keep_words(
    state: &mut Conversation,
    activity: &Activity,
    begun: Option<&Words>,
    now_ms: i64,
) -> KeptWords {
    let (is_named, key, not_before) = (state.becomes_pending(activity), &state.key, state.next_entry);
    let apart = || write::pending(key, activity, 0, now_ms);
    match begun {
        Some(words) if is_named => {
            let is_other = words.said.content != activity.content;
            let other = is_other.then(|| words.become_content(key, activity.content.clone(), now_ms));
            KeptWords { first: None, with: other.into_iter().collect(), is_recorded: true }
        }
        Some(words) => KeptWords { first: None, with: vec![words.forgotten(key, now_ms), apart()], is_recorded: true },
        None if is_named => {
            let first = Some(write::recorded_with_words(key, activity, not_before, now_ms));
            KeptWords { first, with: Vec::new(), is_recorded: true }
        }
        None => {
            let position = MessagePosition { mark: activity.mark.clone(), not_before, note: None };
            let stands = |message| write::message_position(key, message, &position, now_ms);
            let stands = activity.message.as_ref().map(stands);
            let is_recorded = stands.is_some();
            KeptWords { first: None, with: stands.into_iter().chain([apart()]).collect(), is_recorded }
        }
    }
}
