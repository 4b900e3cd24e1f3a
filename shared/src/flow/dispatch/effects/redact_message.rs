//! A message that was taken back after its entry was written loses its words there too, and so do its edits, which may stand
//! in other entries.

use crate::domain::activity::{Content, Mark};
use crate::domain::conversation::ConversationKey;
use crate::domain::entry::Entry;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::timeline::{self, Note};
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::crm::{CrmFailure, EVENT_IMMUTABLE};
use crate::ports::{Crm, PortError};
use crate::store::journal::{MessagePositions, write};

/// So many entries are changed at once; the row stays due where there are more.
const AT_ONCE: usize = 10;
/// A sealed entry is on its way: looked at again after this long.
const SEALED_REST_MS: i64 = 30_000;

/// What became of a message in one entry.
enum TakenOut {
    /// Its words are gone, or a person was asked to see to it.
    Done,
    /// The entry is no note yet.
    Sealed,
    /// The CRM did not do it.
    Failed(CrmFailure),
}

/// Takes messages out of the entries that hold them.
pub(super) struct RedactMessage<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl RedactMessage<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        for row in rows {
            let verdict = self.redact(&row).await?;
            self.round.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    /// What is taken out of an entry stands there no more: a call that stopped anywhere goes on where it was.
    async fn redact(&self, row: &OutboxRow) -> Result<Verdict, PortError> {
        let Effect::RedactMessage { conversation: key, message } = &row.effect else { return Ok(Verdict::Leave) };
        let positions = self.round.journal.message_positions(key, message).await?;
        // First: a position that was taken out of its entry leads to no file any more.
        for position in &positions.all {
            if let Some(failure) = self.delete_file(key, &position.mark).await? {
                return Ok(Verdict::Failed(failure));
            }
        }
        let entries = self.round.journal.entries_with(key, &positions.all, AT_ONCE).await?;
        let (mut is_sealed, is_all) = (false, entries.len() < AT_ONCE);
        for entry in entries {
            let marks = marks_in(&entry, &positions);
            match self.take_out(row, &entry, &marks).await? {
                TakenOut::Done => {
                    // On a conflict it is found there, and taken out, again. One that goes on in another entry is remembered.
                    let goes_on = |mark: &Mark| {
                        entry.members.iter().any(|member| member.mark == *mark && member.goes_on_at().is_some())
                    };
                    let ended: Vec<Mark> = marks.into_iter().filter(|mark| !goes_on(mark)).collect();
                    let gone = positions.forgotten(key, message, &ended, self.round.now_ms());
                    let _ = self.round.journal.commit(gone).await?;
                }
                TakenOut::Sealed => is_sealed = true,
                TakenOut::Failed(failure) => return Ok(Verdict::Failed(failure)),
            }
        }
        if is_sealed {
            return Ok(Verdict::After(SEALED_REST_MS));
        }
        if is_all {
            // Where no entry holds it, the words went from what waited.
            self.round.done(row).await?;
        }
        Ok(Verdict::Leave)
    }

    /// The message's file goes from the CRM, for ever. One that is just being saved is seen to by whoever saves it.
    async fn delete_file(&self, key: &ConversationKey, mark: &Mark) -> Result<Option<CrmFailure>, PortError> {
        let (Some(known), Some(files)) = (self.round.journal.file(key, mark).await?, self.crm.files()) else {
            return Ok(None);
        };
        let Some(file) = known.value.saved() else { return Ok(None) };
        match files.delete_file(file).await {
            Ok(()) | Err(CrmFailure::Gone) => {}
            Err(failure) => return Ok(Some(failure)),
        }
        let _ = self.round.journal.commit(vec![write::file_gone(key, mark)]).await?;
        Ok(None)
    }

    async fn take_out(&self, row: &OutboxRow, entry: &Entry, marks: &[Mark]) -> Result<TakenOut, PortError> {
        let Some(note) = &entry.note else { return Ok(TakenOut::Sealed) };
        let mut body = match self.crm.read_note(note).await {
            Ok(body) => Note(body),
            Err(CrmFailure::Gone) => return Ok(TakenOut::Done),
            Err(CrmFailure::Refused { code }) if code == EVENT_IMMUTABLE => {
                let words = "A message was taken back on LINE, but its conversation stands on the timeline as an app event, \
                             which cannot be changed: the CRM still shows its words. See to it there; trying again changes nothing. / \
                             LINEで取り消されたメッセージが、変更できないアプリイベントとしてタイムラインに残っています。CRMで直接ご確認ください。\
                             再処理しても変わりません。";
                self.round.dead_letter(row, &format!("{words} ({note})")).await?;
                return Ok(TakenOut::Done);
            }
            Err(failure) => return Ok(TakenOut::Failed(failure)),
        };
        let (style, before, mut is_missing) = (self.round.style(self.crm.note_format(), "", None), body.clone(), false);
        for (position, member) in entry.members.iter().enumerate().filter(|(_, member)| marks.contains(&member.mark)) {
            let at_ms = member.mark.at_ms;
            match timeline::amend(&body, entry.members.len(), position, at_ms, &Content::Unsent, &style) {
                Some(amended) => body = amended,
                None => is_missing = true,
            }
        }
        if body != before {
            match self.crm.edit_note(note, &body.0).await {
                Ok(()) | Err(CrmFailure::Gone) => {}
                Err(failure) => return Ok(TakenOut::Failed(failure)),
            }
        }
        if is_missing {
            let words = "A message was taken back on LINE, but its line is not in the note any more: somebody edited the \
                         note. See to the note by hand; trying again does not look at it once more. / LINEで取り消されたメッセージの行が\
                         メモに見つかりません。メモが編集されています。メモを直接ご確認ください。再処理しても、もう一度は確認しません。";
            self.round.dead_letter(row, &format!("{words} (note {note})")).await?;
        }
        Ok(TakenOut::Done)
    }
}

/// Which of these the entry holds.
fn marks_in(entry: &Entry, positions: &MessagePositions) -> Vec<Mark> {
    let holds = |mark: &&Mark| entry.members.iter().any(|member| member.mark == **mark);
    positions.all.iter().map(|position| &position.mark).filter(holds).cloned().collect()
}
