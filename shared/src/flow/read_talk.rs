//! A talk as somebody reads it: what is in no note yet comes from the journal, what is older is read back from the CRM. It changes
//! nothing, and keeps nothing.

use crate::domain::account::CrmAccountKey;
use crate::domain::activity::{Activity, Content, Mark};
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::file::{FileName, MessageFile};
use crate::domain::ids::{EventId, NoteId};
use crate::domain::push::{Push, PushId, PushState};
use crate::domain::timeline::words_of;
use crate::ports::crm::{CrmFailure, EVENT_IMMUTABLE};
use crate::ports::{Crm, PortError};
use crate::store::Journal;

/// No more of what is in no note yet is shown: a note is written long before.
const NEWEST: usize = 300;
/// Nor more of it, in bytes: HubSpot carries 1 MB to a card, and three notes of 65,000 characters stand beside it.
const BYTES: usize = 300_000;
/// So many notes are read back at a time: each is a call.
const NOTES: u32 = 3;

/// What is in no note yet.
#[derive(Debug)]
pub struct NewestTalk {
    /// In order.
    pub said: Vec<Activity>,
    /// What became of the files of what was said.
    pub files: Vec<MessageFile>,
    /// What operators are saying, the oldest first.
    pub saying: Vec<BeingSaid>,
    /// The number of the entry that comes next: what is older is in those before it.
    pub next_entry: u32,
}

/// An operator's message that has not ended.
#[derive(Debug)]
pub struct BeingSaid {
    /// Which.
    pub id: PushId,
    /// As it will stand in the talk.
    pub said: Vec<Activity>,
    /// Nobody knows whether it arrived: somebody decides.
    pub is_unknown: bool,
}

/// What older notes say, the oldest first.
#[derive(Debug, Default)]
pub struct OlderTalk {
    /// Each note's lines; or that it cannot be read back.
    pub notes: Vec<OlderNote>,
    /// Where to go on. `None`: nothing is older, as far as is known here.
    pub before: Option<u32>,
}

/// A note as it was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OlderNote {
    /// What it says.
    Said {
        /// Line by line.
        lines: Vec<String>,
        /// The files of its messages that the CRM has, in order.
        files: Vec<MessageFile>,
    },
    /// It stands on the timeline and cannot be read back.
    Unreadable,
}

/// Reads talks.
#[derive(Clone)]
pub struct ReadTalk {
    /// What is in no note yet, and which notes there are.
    pub journal: Journal,
}

impl ReadTalk {
    /// What is in no note yet, of the conversation as it stands.
    ///
    /// # Errors
    /// The table does not answer, or another version wrote a row.
    pub async fn newest(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        state: Option<&Conversation>,
    ) -> Result<NewestTalk, PortError> {
        let mut said = self.journal.refused(key, usize::MAX).await?;
        if let Some(state) = state {
            said.extend(self.journal.last_pending(state, NEWEST).await?);
        }
        said.sort_by(|one, other| one.mark.cmp(&other.mark));
        let said = fitting(said);
        let files = self.files(key, said.iter().filter(|it| is_file(it)).map(|it| &it.mark)).await?;
        let mut saying = Vec::new();
        for id in self.journal.saying(key).await? {
            let push = self.journal.push(id).await?.filter(|push| push.value.account == *account);
            saying.extend(push.and_then(|push| being_said(push.value)));
        }
        saying.sort_by_key(|it| it.said.first().map(|first| first.mark.at_ms));
        let next_entry = state.map_or(0, |state| state.next_entry);
        Ok(NewestTalk { said, files, saying, next_entry })
    }

    /// What the last notes before this entry say, a few at a time. Notes are known for 60 days.
    ///
    /// # Errors
    /// The table does not answer or another version wrote a row; or, inside, the CRM did not say.
    pub async fn older(
        &self,
        crm: &dyn Crm,
        key: &ConversationKey,
        before: u32,
    ) -> Result<Result<OlderTalk, CrmFailure>, PortError> {
        let from = before.saturating_sub(NOTES);
        let (mut notes, mut is_known) = (Vec::new(), false);
        for number in from..before {
            let entry = self.journal.entry(key, number).await?;
            is_known |= entry.is_some();
            let Some(entry) = entry.map(|entry| entry.value) else { continue };
            let Some(note) = self.journal.note_of(key, &entry).await? else { continue };
            let lines = match read(crm, &note).await {
                Ok(Some(lines)) => lines,
                // Somebody has deleted it.
                Ok(None) => continue,
                Err(failure) => return Ok(Err(failure)),
            };
            notes.push(match lines {
                Some(lines) => {
                    let messages = entry.members.iter().filter(|member| member.message.is_some());
                    let mut files = self.files(key, messages.map(|member| &member.mark)).await?;
                    files.retain(|file| file.saved().is_some());
                    OlderNote::Said { lines, files }
                }
                None => OlderNote::Unreadable,
            });
        }
        let before = (from > 0 && is_known).then_some(from);
        Ok(Ok(OlderTalk { notes, before }))
    }
}

impl ReadTalk {
    /// The file of a message that stands at this time, by the [name](MessageFile::name) of it.
    ///
    /// # Errors
    /// The table does not answer, or another version wrote the row.
    pub async fn file(&self, key: &ConversationKey, name: &FileName) -> Result<Option<MessageFile>, PortError> {
        let files = self.journal.files_between(key, name.at_ms, name.at_ms).await?;
        Ok(files.into_iter().find(|file| file.name() == *name))
    }

    /// What became of the files of what stands at these places.
    async fn files<'a>(
        &self,
        key: &ConversationKey,
        marks: impl Iterator<Item = &'a Mark>,
    ) -> Result<Vec<MessageFile>, PortError> {
        let marks: Vec<&Mark> = marks.collect();
        let at_ms = || marks.iter().map(|mark| mark.at_ms);
        let (Some(from_ms), Some(to_ms)) = (at_ms().min(), at_ms().max()) else { return Ok(Vec::new()) };
        let mut files = self.journal.files_between(key, from_ms, to_ms).await?;
        files.retain(|file| marks.contains(&&file.mark));
        Ok(files)
    }
}

fn is_file(said: &Activity) -> bool {
    matches!(said.content, Content::Media { .. })
}

/// The newest of them, as many as one answer holds; at least one.
fn fitting(mut said: Vec<Activity>) -> Vec<Activity> {
    let mut left = BYTES;
    let size = |it: &Activity| serde_json::to_string(&it.content).map_or(0, |json| json.len());
    let fits = said.iter().rev().take(NEWEST).take_while(|it| {
        let fits = left > 0;
        left = left.saturating_sub(size(it));
        fits
    });
    let from = said.len() - fits.count();
    said.split_off(from)
}

/// What it says, line by line. `None`: somebody has deleted it; inside: it cannot be read back.
async fn read(crm: &dyn Crm, note: &NoteId) -> Result<Option<Option<Vec<String>>>, CrmFailure> {
    match crm.read_note(note).await {
        Ok(body) => Ok(Some(Some(words_of(&body, crm.note_format())))),
        Err(CrmFailure::Gone) => Ok(None),
        Err(CrmFailure::Refused { code }) if code == EVENT_IMMUTABLE => Ok(Some(None)),
        Err(failure) => Err(failure),
    }
}

/// `None`: it has ended meanwhile, and stands in the talk.
fn being_said(push: Push) -> Option<BeingSaid> {
    let is_unknown = matches!(push.state, PushState::Parked(_));
    let (PushState::Sending(sending) | PushState::Parked(sending)) = push.state else { return None };
    let at_ms = sending.first_attempt_at_ms;
    let as_said = |(number, content)| Activity {
        mark: Mark::at(at_ms, EventId::new(format!("{}-{number}", push.id))),
        arrived_at_ms: at_ms,
        speaker: push.sender.speaker(),
        operator: push.sender.operator().cloned(),
        message: None,
        quotes: None,
        content,
        late: false,
    };
    let said = sending.said.into_iter().enumerate().map(as_said).collect();
    Some(BeingSaid { id: push.id, said, is_unknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::Speaker;

    fn said(number: usize, chars: usize) -> Activity {
        Activity {
            mark: Mark::at(number as i64, EventId::new(number.to_string())),
            arrived_at_ms: 0,
            speaker: Speaker::Person,
            operator: None,
            message: None,
            quotes: None,
            content: Content::Text { text: "語".repeat(chars) },
            late: false,
        }
    }

    #[test]
    fn of_a_backlog_the_newest_is_shown_as_much_as_one_answer_holds() {
        let numbers = |said: Vec<Activity>| said.iter().map(|it| it.mark.at_ms).collect::<Vec<_>>();
        let short = fitting((0..400).map(|number| said(number, 1)).collect());
        assert_eq!((short.len(), short[0].mark.at_ms), (NEWEST, 100));
        let long = numbers(fitting((0..100).map(|number| said(number, 5_000)).collect()));
        assert!((20..22).contains(&long.len()) && long.last() == Some(&99), "{long:?}");
        assert_eq!(numbers(fitting(vec![said(1, 200_000)])), [1], "one at least");
        assert!(fitting(Vec::new()).is_empty());
    }
}
