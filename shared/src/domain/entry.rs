//! An entry: a stretch of conversation that becomes one note on the CRM's timeline.
//!
//! It is measured as it will be written. What does not fit waits for the next one; a message that alone does not fit goes on
//! there.

use serde::{Deserialize, Serialize};

use super::activity::{Activity, Mark};
use super::conversation::ConversationKey;
use super::ids::{ContactId, MessageId, NoteId, fingerprint};
use super::language::Language;
use super::timeline::{self, Line, NoteFormat};

/// No entry holds more activities: putting the words of all of them aside fits one transaction.
pub const MAX_MEMBERS: usize = 90;
/// How entries are rendered today; stored with each, so that a retry writes the same.
pub const RENDERING: u32 = 2;

/// A stretch of a message's words, in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// So many stand in entries before.
    pub from: usize,
    /// Where it ends and another entry goes on. `None`: with the message.
    #[serde(default)]
    pub to: Option<usize>,
}

/// A message whose words are written up to here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continued {
    /// Its place in the order of the conversation.
    pub mark: Mark,
    /// So many characters of it stand in entries.
    pub from: usize,
}

/// One activity of an entry. It remembers no words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its place in the order.
    pub mark: Mark,
    /// Its message, where it is one.
    pub message: Option<MessageId>,
    /// Which part of it, where the entry does not hold all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

impl Member {
    /// Where the next entry goes on with it, in characters; `None`: this one ends it.
    pub fn goes_on_at(&self) -> Option<usize> {
        self.part?.to
    }
}

/// A sealed entry: exactly these activities, for this contact, under this key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the conversation's entries.
    pub number: u32,
    /// Unique in the CRM: what was attempted is found by it.
    pub key: String,
    /// On whose timeline.
    pub contact: ContactId,
    /// The time it stands at, in milliseconds: the first activity's, or a little later where the entry before stands there.
    pub at_ms: i64,
    /// In order.
    pub members: Vec<Member>,
    /// The version of the rendering.
    pub rendering: u32,
    /// When writing it was last tried, in milliseconds; set before the try. Set means: it may be there.
    #[serde(default)]
    pub tried_at_ms: Option<i64>,
    /// The note it became.
    #[serde(default)]
    pub note: Option<NoteId>,
    /// The CRM refused its words, with this code: the note says so in their place, and they are dead-lettered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<String>,
    /// It holds one activity, whose words wait where it is said that it was recorded: what forgets them says there which note it became.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_of_one: bool,
}

/// What an entry is sealed for.
pub struct Sealing<'a> {
    /// Whose words.
    pub conversation: &'a ConversationKey,
    /// Its number in the conversation.
    pub number: u32,
    /// On whose timeline.
    pub contact: &'a ContactId,
    /// In which language it will be rendered.
    pub language: Language,
    /// In which format: the CRM's.
    pub format: NoteFormat,
    /// As it is written it is no longer, in UTF-16 code units: the CRM's [`Limits::note_units`](super::limits::Limits).
    pub max_units: usize,
    /// How far a message is written already.
    pub continued: Option<&'a Continued>,
    /// Where the entry before stands: no other may stand there, since entries are told apart by it when one is looked for.
    pub before_at_ms: Option<i64>,
}

/// Where an entry stands on the timeline: at its first activity, and behind the entry before where both begin in one moment.
/// However many entries one moment fills, no two stand at one place.
fn stands_at_ms(first: &Mark, before_at_ms: Option<i64>) -> i64 {
    const ONE_MOMENT_MS: i64 = 1_000;
    match before_at_ms {
        Some(before_at_ms) if (0..ONE_MOMENT_MS).contains(&(before_at_ms - first.at_ms)) => before_at_ms + 1,
        _ => first.at_ms,
    }
}

impl Entry {
    /// Seals the first activities that fit as they will be written. `None` where there are none.
    pub fn seal(sealing: &Sealing<'_>, activities: &[Activity]) -> Option<Self> {
        let members = members(sealing, activities);
        let first = members.first()?.mark.clone();
        let name = [sealing.conversation.hash(), sealing.number.to_string()];
        Some(Self {
            number: sealing.number,
            key: format!("musubi-entry-{}", fingerprint(&[&name[0], &name[1]])),
            contact: sealing.contact.clone(),
            at_ms: stands_at_ms(&first, sealing.before_at_ms),
            members,
            rendering: RENDERING,
            tried_at_ms: None,
            note: None,
            withheld: None,
            is_of_one: false,
        })
    }

    /// The activity whose trace says which note it became, if that is known: where it holds no other, and does not say so itself.
    pub fn may_be_noted_at(&self) -> Option<&Member> {
        match self.members.as_slice() {
            [member] if self.note.is_none() => Some(member),
            _ => None,
        }
    }

    /// The newest place it holds.
    pub fn until(&self) -> Option<&Mark> {
        self.members.last().map(|member| &member.mark)
    }

    /// What the next entry goes on with, where this one's last message does not end in it.
    pub fn continued(&self) -> Option<Continued> {
        let last = self.members.last()?;
        Some(Continued { mark: last.mark.clone(), from: last.goes_on_at()? })
    }

    /// The same entry with about half of what it says, for one that the CRM has refused although it is no longer than `max_units` (UTF-16 code
    /// units): perhaps it counts bytes. `None` where less would not help: it
    /// says one thing, and that is short by every way of counting.
    pub fn halved(&self, lines: &[Line<'_>], format: NoteFormat, language: Language, max_units: usize) -> Option<Self> {
        let mut half = self.clone();
        if self.members.len() > 1 {
            half.members.truncate(self.members.len() / 2);
            return Some(half);
        }
        let ([line], [member]) = (lines, half.members.as_mut_slice()) else { return None };
        let from = member.part.map_or(0, |part| part.from);
        let chars = line.words(language).chars().count();
        if line.size_bytes(format, language) <= max_units {
            return None;
        }
        member.part = Some(Part { from, to: Some(from + chars / 2) });
        Some(half)
    }
}

fn members(sealing: &Sealing<'_>, activities: &[Activity]) -> Vec<Member> {
    let mut members: Vec<Member> = Vec::new();
    let mut room = sealing.max_units.saturating_sub(timeline::HEAD_UNITS);
    for activity in activities.iter().take(MAX_MEMBERS) {
        let from =
            sealing.continued.filter(|continued| continued.mark == activity.mark).map(|continued| continued.from);
        let line = Line::new(activity, from.map(|from| Part { from, to: None }));
        let size = line.size_units(sealing.format, sealing.language);
        let mut part = line.part;
        if size > room {
            if !members.is_empty() {
                break;
            }
            let from = from.unwrap_or(0);
            part = Some(Part { from, to: Some(from + line.fitting_chars(room, sealing.format, sealing.language)) });
        }
        room = room.saturating_sub(size);
        members.push(Member { mark: activity.mark.clone(), message: activity.message.clone(), part });
    }
    members
}

#[cfg(test)]
mod tests;
