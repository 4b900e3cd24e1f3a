//! The CRM refuses an entry for good: less of it is tried at once, until it is known what it refuses.
//!
//! Half of the members, then half of that, down to one activity; of one that is long, half of its words. What is cut off
//! waits for the next entry, which comes right behind. One activity that is refused, and short by every way of counting, is
//! refused for what it says. Before its words are given up for that, a line that says so stands in for them: if the CRM takes
//! that, it was the words, and they are dead-lettered where a redrive finds them; if it does not, nothing of ours is taken at all,
//! which is about the account, and everything waits.

use super::{Sealed, WriteEntry};
use crate::domain::activity::{Activity, Content};
use crate::domain::conversation::Conversation;
use crate::domain::dead_letter::FailureReason;
use crate::domain::entry::Entry;
use crate::domain::ids::ContactId;
use crate::domain::timeline::Line;
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, NoteWrite};
use crate::ports::table::Write;
use crate::store::journal::write;

/// 90 members are halved seven times, 400,000 bytes of words three times more; then comes the line in their place.
const MOST_CUTS: usize = 12;
/// Operators hear so often of one conversation's refused words, in milliseconds: its friend decides how many there are.
const TOLD_AGAIN_MS: i64 = 86_400_000;

impl WriteEntry<'_> {
    /// The CRM has refused the entry with this code. `contact`: its ID by now.
    pub(super) async fn write_less(
        &self,
        mut ready: Sealed,
        contact: ContactId,
        mut code: String,
    ) -> Result<(), PortError> {
        for _ in 0..MOST_CUTS {
            if ready.may_stand {
                // A try of before may have been taken although this one was not.
                let Some(missing) = self.unless_it_stands(ready).await? else { return Ok(()) };
                ready = Sealed { may_stand: false, ..missing };
            }
            let Some(less) = self.less(&ready, &code) else { return self.nothing_is_taken(ready, code).await };
            tracing::warn!(crm.account = %self.round.account.key, entry = ready.entry.value.key, code, "entry.refused");
            let Some(resealed) = self.reseal(ready, less).await? else { return Ok(()) };
            ready = resealed;
            let note = NoteWrite { contact: contact.clone(), owner: None, ..self.note(&ready) };
            match self.crm.write_notes(&[note]).await.pop() {
                Some(Err(CrmFailure::Refused { code: again })) => code = again,
                answer => return self.heard(ready, answer.unwrap_or(Err(CrmFailure::Unknown))).await,
            }
        }
        self.round.failed(&ready.row, &CrmFailure::Refused { code }).await
    }

    /// What is tried next. `None`: a line in place of the words was refused, too.
    fn less(&self, ready: &Sealed, code: &str) -> Option<Entry> {
        let entry = &ready.entry.value;
        if entry.withheld.is_some() {
            return None;
        }
        let (format, max_units) = (self.crm.note_format(), self.crm.limits().note_units);
        let half = entry.halved(&ready.lines(), format, self.round.account.language, max_units);
        let less = half.unwrap_or_else(|| Entry { withheld: Some(code.to_owned()), ..entry.clone() });
        // What becomes of its words is another matter now.
        Some(Entry { is_of_one: false, ..less })
    }

    /// It is not about the words: they go on waiting.
    async fn nothing_is_taken(&self, ready: Sealed, code: String) -> Result<(), PortError> {
        let with_words = Entry { withheld: None, ..ready.entry.value.clone() };
        let Some(ready) = self.reseal(ready, with_words).await? else { return Ok(()) };
        self.round.failed(&ready.row, &CrmFailure::NotReady { code }).await
    }

    /// The words of an entry that stands without them. First a dead letter, unless one was written lately: a crash repeats,
    /// and never loses, it.
    pub(super) async fn put_words_aside(&self, ready: &Sealed, code: &str) -> Result<Vec<Write>, PortError> {
        if self.round.state(&ready.key).await?.is_some_and(|state| self.tells_of_refusals(&state.value)) {
            self.round.dead_letter(&ready.row, &FailureReason::Refused { code: code.to_owned() }.words()).await?;
        }
        let rest = |(activity, part): (&Activity, Option<usize>)| {
            let Some(from) = part.filter(|from| *from > 0) else { return activity.clone() };
            let text = Line::new(activity, Some(crate::domain::entry::Part { from, to: None }))
                .words(self.round.account.language);
            Activity { content: Content::Text { text }, ..activity.clone() }
        };
        let parts = ready.entry.value.members.iter().map(|member| member.part.map(|part| part.from));
        let kept = ready.said.iter().zip(parts).map(rest);
        Ok(kept.map(|activity| write::keep_refused(&ready.key, &activity)).collect())
    }

    /// Whether operators are to hear that the CRM refuses words of this conversation.
    pub(super) fn tells_of_refusals(&self, state: &Conversation) -> bool {
        state.refused_told_at_ms.is_none_or(|told_at_ms| self.round.now_ms() - told_at_ms >= TOLD_AGAIN_MS)
    }
}
