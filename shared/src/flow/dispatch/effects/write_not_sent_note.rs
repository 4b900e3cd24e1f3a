//! The contact's timeline says that a send did not reach anybody, where nobody's conversation shows it.

use crate::domain::activity::{Activity, Content, Mark, Speaker};
use crate::domain::ids::EventId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{Push, PushState};
use crate::domain::timeline::{self, Line};
use crate::flow::dispatch::UNKNOWN_REST_MS;
use crate::flow::dispatch::round::{Round, Verdict};
use crate::ports::crm::{CrmFailure, NoteWrite};
use crate::ports::table::{Commit, Versioned};
use crate::ports::{Crm, PortError};
use crate::store::Channels;
use crate::store::journal::write;

/// Writes notes about sends that reached nobody.
pub(super) struct WriteNotSentNote<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) channels: &'a Channels,
}

impl WriteNotSentNote<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let (mut going, mut notes) = (Vec::new(), Vec::new());
        for row in rows {
            if let Some(note) = self.note_to_write(&row).await? {
                going.push(row);
                notes.push(note);
            }
        }
        let answers = self.crm.write_notes(&notes).await;
        for (row, answer) in going.into_iter().zip(answers) {
            match answer {
                Ok(_) | Err(CrmFailure::Gone) => self.round.done(&row).await?,
                Err(failure) => self.round.failed(&row, &failure).await?,
            }
        }
        Ok(())
    }

    /// The note, marked as tried. `None`: nothing is to be written, or not now.
    async fn note_to_write(&self, row: &OutboxRow) -> Result<Option<NoteWrite>, PortError> {
        let Effect::WriteNotSentNote { push } = &row.effect else { return Ok(None) };
        let Some(push) = self.round.journal.push(*push).await? else {
            self.round.done(row).await?;
            return Ok(None);
        };
        let Some(note) = self.note_about(&push.value).await? else {
            self.round.done(row).await?;
            return Ok(None);
        };
        if self.round.account.capabilities.unique_keys {
            return Ok(Some(note));
        }
        if let Some(noted_at_ms) = push.value.noted_at_ms {
            let rest_ms = noted_at_ms + UNKNOWN_REST_MS - self.round.now_ms();
            if rest_ms > 0 {
                self.round.conclude(row, Verdict::After(rest_ms)).await?;
                return Ok(None);
            }
            match self.crm.find_note(&note).await {
                Ok(Some(_)) | Err(CrmFailure::Gone) => {
                    self.round.done(row).await?;
                    return Ok(None);
                }
                Ok(None) => {}
                Err(failure) => {
                    self.round.failed(row, &failure).await?;
                    return Ok(None);
                }
            }
        }
        Ok(self.mark_noted(push).await?.then_some(note))
    }

    /// `false`: somebody changed the send first; the row stays due.
    async fn mark_noted(&self, mut push: Versioned<Push>) -> Result<bool, PortError> {
        let now_ms = self.round.now_ms();
        push.value.noted_at_ms = Some(now_ms);
        Ok(self.round.journal.commit(vec![write::push(&push.value, push.version, now_ms)]).await? == Commit::Done)
    }

    /// Made of what the send's row says alone, which does not change any more: every try writes the same.
    async fn note_about(&self, push: &Push) -> Result<Option<NoteWrite>, PortError> {
        let (PushState::Settled(settlement), Some(contact)) = (&push.state, &push.contact) else { return Ok(None) };
        let channel = self.channels.find(&push.channel).await?;
        let channel = channel.filter(|channel| channel.account == self.round.account.key);
        let name = channel.map_or_else(|| "LINE".to_owned(), |channel| channel.name);
        let activity = Activity {
            mark: Mark::at(settlement.at_ms, EventId::new(push.id.to_string())),
            arrived_at_ms: settlement.at_ms,
            speaker: Speaker::Workflow,
            operator: None,
            message: None,
            quotes: None,
            content: Content::NotSent { outcome: settlement.outcome, note: settlement.note },
            late: false,
        };
        let style = self.round.style(self.crm.note_format(), &name, None);
        Ok(Some(NoteWrite {
            key: format!("musubi-not-sent-{}", push.id),
            contact: contact.clone(),
            at_ms: settlement.at_ms,
            body: timeline::render(&[Line::new(&activity, None)], &style).0,
            files: Vec::new(),
            owner: None,
        }))
    }
}
