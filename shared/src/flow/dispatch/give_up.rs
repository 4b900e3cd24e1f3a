//! Work that cannot be done is dead-lettered, in words, and what comes after it goes on.
//!
//! The reason is dead-lettered before anything else: a crash in between repeats the reason and never loses it. A dead letter says
//! what to enqueue anew, so that sending it back does the work once the cause is mended (see [`redrive`](super::redrive)).

use super::GIVE_UP_AFTER_MS;
use super::round::Round;
use crate::domain::conversation::OpenEntry;
use crate::domain::dead_letter::{DeadLetteredEffect, FailureReason};
use crate::domain::entry::MAX_MEMBERS;
use crate::domain::job::WakeUp;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::Push;
use crate::ports::PortError;
use crate::ports::table::{Versioned, Write};
use crate::store::journal::{forget, write};

impl Round<'_> {
    /// The CRM has not taken the work for weeks. What it says expires soon and goes; younger words stay in the outbox.
    pub(super) async fn give_up(&self, row: OutboxRow) -> Result<(), PortError> {
        self.try_to_read(&row).await?;
        let why = row.why.clone().unwrap_or(FailureReason::Unreachable).words();
        self.dead_letter(&row, &format!("given up after 29 days / 29日間書き込めませんでした: {why}")).await?;
        match &row.effect {
            Effect::WriteEntry { .. } => self.give_up_words(&row).await,
            Effect::WriteToInbox { .. } => self.give_up_inbox(&row).await,
            Effect::SyncContact { conversation } => self.end(&row, vec![write::claim_discarded(conversation)]).await,
            _ => self.end(&row, Vec::new()).await,
        }
    }

    /// Fails where another version wrote what the row is about: then it cannot be given up, and no reason is dead-lettered.
    async fn try_to_read(&self, row: &OutboxRow) -> Result<(), PortError> {
        if let Effect::CompleteWorkflow { push } | Effect::TellOutcome { push } = &row.effect {
            self.journal.push(*push).await?;
        }
        let (Effect::WriteEntry { conversation }
        | Effect::WriteToInbox { conversation }
        | Effect::SyncContact { conversation }) = &row.effect
        else {
            return Ok(());
        };
        let Some(state) = self.state(conversation).await? else { return Ok(()) };
        if matches!(row.effect, Effect::WriteToInbox { .. }) {
            self.journal.for_inbox(conversation, MAX_MEMBERS).await?;
        }
        if matches!(row.effect, Effect::WriteEntry { .. }) {
            self.journal.words(&state.value, MAX_MEMBERS).await?;
            self.journal.entry(conversation, state.value.next_entry).await?;
        }
        Ok(())
    }

    /// The CRM refuses the work for good. Who the person is said to be is kept: the row comes back with the next event, or with
    /// the letter.
    pub(super) async fn refused(&self, row: &OutboxRow, why: &FailureReason) -> Result<(), PortError> {
        self.dead_letter(row, &why.words()).await?;
        self.end(row, Vec::new()).await
    }

    /// The row goes; whatever happens next enqueues it anew.
    async fn end(&self, row: &OutboxRow, mut writes: Vec<Write>) -> Result<(), PortError> {
        match &row.effect {
            Effect::CompleteWorkflow { push } | Effect::TellOutcome { push } => {
                if let Some(push) = self.journal.push(*push).await? {
                    return self.completion_ends(row, push).await;
                }
            }
            Effect::SyncContact { conversation } => {
                if let Some(mut state) = self.state(conversation).await? {
                    state.value.sync_queued = false;
                    writes.push(write::conversation(&state.value, state.version));
                }
            }
            Effect::WriteToInbox { conversation } => {
                if let Some(mut state) = self.state(conversation).await? {
                    state.value.inbox_queued = false;
                    writes.push(write::conversation(&state.value, state.version));
                }
            }
            // Nobody waits for it any more.
            Effect::SaveFile { conversation, mark, .. } => writes.push(write::file_followed(conversation, mark)),
            _ => {}
        }
        writes.push(write::taken_out(row));
        // On a conflict the row stays due.
        let _ = self.journal.commit(writes).await?;
        Ok(())
    }

    /// The workflow's answer leaves the outbox: nothing more is enqueued, until the CRM asks again. On a conflict the row stays
    /// due.
    pub(super) async fn completion_ends(&self, row: &OutboxRow, mut push: Versioned<Push>) -> Result<(), PortError> {
        push.value.completion_queued = false;
        let writes = vec![write::done(row), write::push(&push.value, push.version, self.now_ms())];
        let _ = self.commit(writes).await?;
        Ok(())
    }

    /// Words that expire soon go; younger ones stay, in the outbox since they came.
    async fn give_up_words(&self, row: &OutboxRow) -> Result<(), PortError> {
        let Effect::WriteEntry { conversation: key } = &row.effect else { return Ok(()) };
        let Some(mut state) = self.state(key).await? else { return self.done(row).await };
        let now_ms = self.now_ms();
        let pending = self.journal.words(&state.value, MAX_MEMBERS).await?;
        let is_full = pending.len() == MAX_MEMBERS;
        let (old, young): (Vec<_>, Vec<_>) =
            pending.into_iter().partition(|words| now_ms - words.said.arrived_at_ms > GIVE_UP_AFTER_MS);
        let mut writes = forget(&mut state.value, &old, now_ms);
        // One that was sealed may have been written: its number is used up.
        if self.journal.entry(key, state.value.next_entry).await?.is_some() {
            state.value.next_entry += 1;
        }
        writes.push(write::done(row));
        let since_ms = young.iter().map(|words| words.said.arrived_at_ms).min();
        let since_ms = since_ms.or(is_full.then_some(row.since_ms));
        state.value.open = since_ms.map(|since_ms| {
            let again = OutboxRow { since_ms, tries: 0, due_at_ms: now_ms + 1, ..row.clone() };
            writes.push(write::enqueue(&again));
            OpenEntry { first_arrived_at_ms: since_ms, last_arrived_at_ms: since_ms, due_at_ms: again.due_at_ms }
        });
        // On a conflict the row stays due.
        self.commit_state(&mut state, writes).await?;
        Ok(())
    }

    /// The same for the inbox's. Old ones are found by the walk that finds the row again.
    async fn give_up_inbox(&self, row: &OutboxRow) -> Result<(), PortError> {
        let Effect::WriteToInbox { conversation: key } = &row.effect else { return Ok(()) };
        let Some(mut state) = self.state(key).await? else { return self.done(row).await };
        let now_ms = self.now_ms();
        let waiting = self.journal.for_inbox(key, MAX_MEMBERS).await?;
        let (old, young): (Vec<_>, Vec<_>) =
            waiting.iter().map(|said| &said.value).partition(|said| now_ms - said.arrived_at_ms > GIVE_UP_AFTER_MS);
        let mut writes: Vec<_> = old.iter().map(|said| write::not_for_inbox(key, &said.mark)).collect();
        writes.push(write::done(row));
        let since_ms = young.iter().map(|said| said.arrived_at_ms).min();
        let since_ms = since_ms.or((waiting.len() == MAX_MEMBERS).then_some(row.since_ms));
        state.value.inbox_queued = since_ms.is_some();
        let again = since_ms.map(|since_ms| OutboxRow { since_ms, tries: 0, due_at_ms: now_ms + 1, ..row.clone() });
        writes.extend(again.iter().map(write::enqueue));
        // On a conflict the row stays due.
        self.commit_state(&mut state, writes).await?;
        Ok(())
    }

    /// A dead letter for this row, which stays. Whoever removes it does so afterwards.
    pub(super) async fn dead_letter(&self, row: &OutboxRow, why: &str) -> Result<(), PortError> {
        tracing::error!(crm.account = %self.account.key, effect = row.effect.name(), "effect.given_up");
        let letter = WakeUp { account: self.account.key.clone(), again: DeadLetteredEffect::of(&row.effect) };
        self.wake_ups.dead_letter(&letter, &format!("{why} [{}]", row.effect.name())).await
    }
}
