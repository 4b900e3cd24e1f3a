//! What became of a message's file is seen at its note, where the note was sealed before that was known.

use crate::domain::activity::Mark;
use crate::domain::entry::Entry;
use crate::domain::file::{FileLoss, FileState};
use crate::domain::ids::{FileId, NoteId};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::timeline::{self, Note};
use crate::domain::words;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::crm::{CrmFailure, EVENT_IMMUTABLE, Each};
use crate::ports::{Crm, CrmFiles, PortError};

/// A sealed entry is on its way: looked at again after this long, in milliseconds.
const SEALED_REST_MS: i64 = 30_000;

/// Shows files at notes that stand.
pub(super) struct ShowFile<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl ShowFile<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let verdict = self.show(&row).await?;
            self.round.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    async fn show(&self, row: &OutboxRow) -> Result<Verdict, PortError> {
        let Effect::ShowFile { conversation: key, message } = &row.effect else { return Ok(Verdict::Leave) };
        let positions = self.round.journal.message_positions(key, message).await?.all;
        let entry = self.round.journal.entries_with(key, &positions, 1).await?.into_iter().next();
        let (Some(entry), Some(position)) = (entry, positions.first()) else {
            // Taken back or erased.
            self.round.done(row).await?;
            return Ok(Verdict::Leave);
        };
        let Some(note) = entry.note.clone() else { return Ok(Verdict::After(SEALED_REST_MS)) };
        let shown = match self.round.journal.file(key, &position.mark).await?.map(|found| found.value.state) {
            Some(FileState::Saved { file, .. }) => match self.crm.files() {
                Some(files) => hang(files, &note, file).await,
                None => Ok(()),
            },
            Some(FileState::Lost { why }) => self.say(&entry, &note, &position.mark, why).await,
            Some(FileState::Saving { .. }) | None => Ok(()),
        };
        match shown {
            Ok(()) | Err(CrmFailure::Gone) => {}
            // An event can neither be changed nor hold a file: the file lies in the CRM, and the talk shows it.
            Err(CrmFailure::Refused { code }) if code == EVENT_IMMUTABLE => {}
            Err(failure) => return Ok(Verdict::Failed(failure)),
        }
        self.round.done(row).await?;
        Ok(Verdict::Leave)
    }

    /// Where somebody has rewritten the note, nothing is guessed.
    async fn say(&self, entry: &Entry, note: &NoteId, mark: &Mark, why: FileLoss) -> Each<()> {
        let body = Note(self.crm.read_note(note).await?);
        let style = self.round.style(self.crm.note_format(), "", None);
        let position = entry.members.iter().position(|member| member.mark == *mark).unwrap_or_default();
        let words = words::file_loss(why, style.language);
        match timeline::append(&body, entry.members.len(), position, mark.at_ms, words, &style) {
            Some(said) if said != body => self.crm.edit_note(note, &said.0).await,
            _ => Ok(()),
        }
    }
}

/// What somebody has deleted in the CRM hangs nowhere.
async fn hang(files: &dyn CrmFiles, note: &NoteId, file: FileId) -> Each<()> {
    let hung = files.attach_files(note, std::slice::from_ref(&file)).await;
    if matches!(&hung, Err(CrmFailure::Refused { code }) if code != EVENT_IMMUTABLE)
        && files.file_address(&file).await == Err(CrmFailure::Gone)
    {
        return Ok(());
    }
    hung
}
