//! Words that wait for their entry.
//!
//! They wait in the row that says that their event was recorded: of a person's message the row that says where it stands, of anything else
//! its tombstone. There it is seen once, by one condition, that it was not recorded before. The conversation's state names those rows: what it
//! does not name waits for nobody, but for whoever began it to come again. So the row is written first and the state behind it, each by
//! a write of its own, at half a transaction's price; and where the words are forgotten, the row stays as the tombstone it is.
//!
//! More of them than a state names, and those of before, lie in rows of their own, which go with them.

use futures::future::try_join_all;

use super::messages::Stands;
use super::*;
use crate::domain::activity::Content;
use crate::domain::conversation::PendingActivity;
use crate::domain::ids::NoteId;

/// An activity whose words are still here, and where they lie.
#[derive(Debug, Clone)]
pub struct Words {
    /// The activity.
    pub said: Activity,
    kept: Kept,
    version: u64,
}

/// Where words lie.
#[derive(Debug, Clone)]
enum Kept {
    /// In the row that says that they were recorded. No entry with a smaller number holds them.
    WithTrace { not_before: u32 },
    /// In a row of their own.
    Apart,
}

/// What is there of an event, or of what we said.
#[derive(Debug, Clone)]
pub enum Trace {
    /// Nothing.
    None,
    /// Its words, which wait: for their entry where the conversation's state names them; else whoever recorded it stopped before that, and
    /// it is to be gone on with.
    Waits(Box<Words>),
    /// That it is recorded, and the note that its entry became, where it stands there alone.
    Recorded(Option<NoteId>),
}

impl Trace {
    fn words(self) -> Option<Words> {
        match self {
            Self::Waits(words) => Some(*words),
            Self::None | Self::Recorded(_) => None,
        }
    }
}

impl Words {
    /// They become others, if nobody changed them since they were read.
    pub fn become_content(&self, key: &ConversationKey, content: Content, now_ms: i64) -> Write {
        let said = Activity { content, ..self.said.clone() };
        match &self.kept {
            Kept::WithTrace { not_before } => {
                with_trace(key, said, *not_before, Precondition::Version(self.version), now_ms)
            }
            Kept::Apart => pending(key, &said, self.version, now_ms),
        }
    }

    /// They are forgotten, and where they lay with it, nothing but that the event was seen stays, whoever changed it since.
    pub fn dropped(&self, key: &ConversationKey, now_ms: i64) -> Write {
        match &self.kept {
            Kept::WithTrace { .. } => messages::gone(trace_key(key, &PendingActivity::of(&self.said)), None, now_ms),
            Kept::Apart => self.forgotten(key, now_ms),
        }
    }

    /// They are forgotten; where they lay with it, where they stand stays, if nobody changed it since it was read.
    pub fn forgotten(&self, key: &ConversationKey, now_ms: i64) -> Write {
        self.become_note(key, None, now_ms)
    }

    /// The same, and what stands alone in an entry says which note that became.
    pub fn become_note(&self, key: &ConversationKey, note: Option<NoteId>, now_ms: i64) -> Write {
        match &self.kept {
            Kept::WithTrace { not_before } => {
                let position = MessagePosition { mark: self.said.mark.clone(), not_before: *not_before, note };
                let row = trace_key(key, &PendingActivity::of(&self.said));
                Write::put(row, &position, Precondition::Version(self.version)).expiring(now_ms, TOMBSTONE_DAYS)
            }
            Kept::Apart => Write::Delete { key: pending_key(key, &self.said.mark), expect: Precondition::Any },
        }
    }
}

impl Journal {
    /// The first activities of a conversation whose words are still here, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn words(&self, state: &Conversation, limit: usize) -> Result<Vec<Words>, PortError> {
        let rows = self.0.range(&partition(&state.key), "p:", &prefix_end("p:"), limit).await?;
        let mut words = self.with_those_apart(state, &rows).await?;
        words.truncate(limit);
        Ok(words)
    }

    /// The same, and nothing but what was said.
    ///
    /// # Errors
    /// As [`words`](Self::words).
    pub async fn pending(&self, state: &Conversation, limit: usize) -> Result<Vec<Activity>, PortError> {
        Ok(self.words(state, limit).await?.into_iter().map(|words| words.said).collect())
    }

    /// The last activities of a conversation whose words are still here, in order. Reads all of them: more than a few pages lie there only
    /// while the CRM takes nothing.
    ///
    /// # Errors
    /// As [`words`](Self::words).
    pub async fn last_pending(&self, state: &Conversation, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.all(&partition(&state.key), "p:").await?;
        let mut words = self.with_those_apart(state, &rows).await?;
        Ok(words.split_off(words.len().saturating_sub(limit)).into_iter().map(|words| words.said).collect())
    }

    /// The words that wait at this place, if they are still here.
    ///
    /// # Errors
    /// As [`words`](Self::words).
    pub async fn words_at(&self, state: &Conversation, mark: &Mark) -> Result<Option<Words>, PortError> {
        if let Some(message) = state.pending_at(mark) {
            return Ok(self.trace(&state.key, message).await?.words());
        }
        self.0.get(&pending_key(&state.key, mark)).await?.as_ref().map(apart).transpose()
    }

    /// What is there of an activity, whether or not the conversation's state names it.
    ///
    /// # Errors
    /// As [`words`](Self::words).
    pub async fn trace(&self, key: &ConversationKey, of: &PendingActivity) -> Result<Trace, PortError> {
        let Some(row) = self.0.get(&trace_key(key, of)).await? else { return Ok(Trace::None) };
        let note = messages::note_of(&row);
        Ok(with_its_trace(row.read()?, row.version)
            .map_or(Trace::Recorded(note), |words| Trace::Waits(Box::new(words))))
    }

    async fn with_those_apart(&self, state: &Conversation, rows: &[Row]) -> Result<Vec<Words>, PortError> {
        let each = state.pending.iter().map(|message| self.trace(&state.key, message));
        let mut words: Vec<Words> = try_join_all(each).await?.into_iter().filter_map(Trace::words).collect();
        words.extend(rows.iter().map(apart).collect::<Result<Vec<_>, _>>()?);
        words.sort_by(|one, other| one.said.mark.cmp(&other.said.mark));
        Ok(words)
    }

    /// The first activities whose words the CRM refused, in order.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn refused(&self, key: &ConversationKey, limit: usize) -> Result<Vec<Activity>, PortError> {
        let rows = self.all(&partition(key), "h:").await?;
        rows.iter().take(limit).map(Row::read).collect()
    }
}

/// These wait no more: the writes that forget them.
pub fn forget(state: &mut Conversation, words: &[Words], now_ms: i64) -> Vec<Write> {
    state.pending_no_more(words.iter().map(|words| &words.said.mark));
    words.iter().map(|words| words.forgotten(&state.key, now_ms)).collect()
}

/// What the row says, if its words wait there.
pub(super) fn with_its_trace(stands: Stands, version: u64) -> Option<Words> {
    let Stands::Waits { says: said, not_before } = stands else { return None };
    Some(Words { said, kept: Kept::WithTrace { not_before }, version })
}

/// Where it is said that an activity was recorded.
fn trace_key(key: &ConversationKey, of: &PendingActivity) -> RowKey {
    match &of.message {
        Some(message) => messages::position_key(key, message, of.at_ms, &of.event),
        None => conversation::tombstone_key(key, &of.event),
    }
}

fn apart(row: &Row) -> Result<Words, PortError> {
    Ok(Words { said: row.read()?, kept: Kept::Apart, version: row.version })
}

/// The activity was recorded, if it was not, and its words wait there. It stands where its mark says, in no entry with a smaller number.
pub fn recorded_with_words(key: &ConversationKey, said: &Activity, not_before: u32, now_ms: i64) -> Write {
    with_trace(key, said.clone(), not_before, Precondition::Absent, now_ms)
}

fn with_trace(key: &ConversationKey, says: Activity, not_before: u32, expect: Precondition, now_ms: i64) -> Write {
    let row = trace_key(key, &PendingActivity::of(&says));
    Write::put(row, &Stands::Waits { says, not_before }, expect).expiring(now_ms, TEXT_DAYS)
}

/// The activity and its words wait for their entry, in a row of their own; `version` as read, 0 for a new one.
pub fn pending(key: &ConversationKey, activity: &Activity, version: u64, now_ms: i64) -> Write {
    Write::put(pending_key(key, &activity.mark), activity, Precondition::Version(version)).expiring(now_ms, TEXT_DAYS)
}

/// The CRM refuses the activity's words: they are kept for an operator, for as long as any words are.
pub fn keep_refused(key: &ConversationKey, activity: &Activity) -> Write {
    Write::put(refused_key(key, &activity.mark), activity, Precondition::Any)
        .expiring(activity.arrived_at_ms, TEXT_DAYS)
}

/// Words that were refused are kept no more.
pub fn forget_refused(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Delete { key: refused_key(key, mark), expect: Precondition::Any }
}

pub(super) fn pending_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    RowKey::new(partition(key), format!("p:{}", mark_sort(mark)))
}

/// A mark as part of a key: keys are in the order of marks. `!` comes before all that IDs are made of.
pub(super) fn mark_sort(mark: &Mark) -> String {
    let (at_ms, event) = (mark.at_ms.max(0), &mark.event);
    let Some(place) = &mark.place else { return format!("{at_ms:013}:{event}") };
    let message = place.message.as_ref().map_or("", MessageId::as_str);
    format!("{at_ms:013}:{}!{:06}!{:03}{message}!{event}", place.webhook, place.number, message.len())
}

/// In the order of marks, as those of pending activities are.
pub(super) fn refused_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    let pending = pending_key(key, mark);
    RowKey { sort: pending.sort.replacen("p:", "h:", 1), ..pending }
}
