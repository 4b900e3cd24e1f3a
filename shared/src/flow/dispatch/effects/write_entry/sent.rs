//! What operators sent hangs on the note, too, where the CRM has it: once the notes of the round stand and are acknowledged, so that no note
//! waits for it. It is tried once: what the note says is its address, and that is there in any case.

use super::WriteEntry;
use crate::domain::activity::{Activity, Content, Speaker};
use crate::domain::conversation::ConversationKey;
use crate::domain::file::FilePlace;
use crate::domain::ids::NoteId;
use crate::ports::crm::CrmFailure;

/// So many of a note's are hung on it.
const MOST_OF_A_NOTE: usize = 10;

/// A note, and the places of what hangs on it.
pub(super) struct Written {
    note: NoteId,
    places: Vec<FilePlace>,
}

/// What operators sent of what a note says. `None`: nothing.
pub(super) fn on_note(note: &NoteId, key: &ConversationKey, said: &[Activity]) -> Option<Written> {
    let places: Vec<_> = said.iter().filter_map(|said| place(key, said)).take(MOST_OF_A_NOTE).collect();
    (!places.is_empty()).then(|| Written { note: note.clone(), places })
}

/// Where the CRM has what an operator sent.
fn place(key: &ConversationKey, said: &Activity) -> Option<FilePlace> {
    let Content::Media { url: Some(address), .. } = &said.content else { return None };
    (said.speaker == Speaker::Operator).then(|| FilePlace::at_address(&key.channel, address))?
}

impl WriteEntry<'_> {
    /// Hangs it on the notes. Where the CRM does not answer, or does not let us, no more is asked for.
    pub(super) async fn hang_sent(&self, notes: Vec<Written>) {
        let Some(files) = self.crm.files() else { return };
        for Written { note, places } in notes {
            let mut found = Vec::new();
            for place in places {
                match files.find_file(&place).await {
                    Ok(file) => found.extend(file),
                    Err(failure) => return self.not_hung(&failure),
                }
            }
            if let (false, Err(failure)) = (found.is_empty(), files.attach_files(&note, &found).await) {
                return self.not_hung(&failure);
            }
        }
    }

    fn not_hung(&self, failure: &CrmFailure) {
        tracing::info!(crm.account = %self.round.account.key, %failure, "note.sent_not_hung");
    }
}
