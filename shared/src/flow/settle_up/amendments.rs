//! A message that was taken back after its entry was written loses its words there too.

use super::{Payer, Verdict};
use crate::domain::activity::Content;
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::timeline::{self, Note};
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, EVENT_IMMUTABLE};

impl Payer<'_> {
    pub(super) async fn amendments(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        for row in rows {
            let verdict = self.amend(&row).await?;
            self.conclude(&row, verdict).await?;
        }
        Ok(())
    }

    async fn amend(&self, row: &OwedRow) -> Result<Verdict, PortError> {
        let Owed::Amendment { conversation: key, message } = &row.owed else { return Ok(Verdict::Leave) };
        let Some(entry) = self.journal().entry_with(key, message).await? else {
            // The entry was never written: the words went from what waits.
            self.paid(row).await?;
            return Ok(Verdict::Leave);
        };
        let Some(note) = &entry.note else { return Ok(Verdict::After(30_000)) };
        let body = match self.crm.read_note(note).await {
            Ok(body) => body,
            Err(CrmFailure::Gone) => {
                self.paid(row).await?;
                return Ok(Verdict::Leave);
            }
            Err(CrmFailure::Refused { code }) if code == EVENT_IMMUTABLE => {
                let words = "A message was taken back on LINE, but its conversation stands on the timeline as an app event, \
                             which cannot be changed: the CRM still shows its words. / LINEで取り消されたメッセージが、変更できない\
                             アプリイベントとしてタイムラインに残っています。";
                self.put_aside(row, &format!("{words} ({note})")).await?;
                return Ok(Verdict::Leave);
            }
            Err(failure) => return Ok(Verdict::Failed(failure)),
        };
        let (Some(position), style) = (entry.position(message), self.style("", None)) else {
            return Ok(Verdict::Leave);
        };
        let at_ms = entry.members[position].mark.at_ms;
        let amended = timeline::amend(&Note(body), entry.members.len(), position, at_ms, &Content::Unsent, &style);
        let Some(amended) = amended else {
            let words = "A message was taken back on LINE, but its line is not in the note any more: somebody edited the \
                         note. Please look at it. / LINEで取り消されたメッセージの行がメモに見つかりません。メモが編集されています。ご確認ください。";
            self.put_aside(row, &format!("{words} (note {note})")).await?;
            return Ok(Verdict::Leave);
        };
        match self.crm.edit_note(note, &amended.0).await {
            Ok(()) | Err(CrmFailure::Gone) => {
                self.paid(row).await?;
                Ok(Verdict::Leave)
            }
            Err(failure) => Ok(Verdict::Failed(failure)),
        }
    }
}
