//! What an entry holds is fixed before the first try to write it, and never rebuilt.

use super::{Sealed, WriteEntry};
use crate::domain::activity::{Activity, Content, Mark};
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey, OpenEntry};
use crate::domain::entry::{Entry, MAX_MEMBERS, Sealing};
use crate::domain::file::FileState;
use crate::domain::ids::ContactId;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::table::{Commit, Versioned};
use crate::store::journal::{forget, write};

/// Text of people who are linked to nobody, and get no contact, waits this long for a link.
const WAIT_FOR_LINK_MS: i64 = 7 * 86_400_000;
/// An entry waits this long for the files of its messages.
const WAIT_FOR_FILES_MS: i64 = 10 * 60_000;
/// An entry waits this long for the properties that show its words.
const WAIT_FOR_PERSON_MS: i64 = 10 * 60_000;

impl WriteEntry<'_> {
    /// Fixes what the entry holds, before the first try. `None`: nothing is to be written now.
    pub(super) async fn seal(&self, row: OutboxRow) -> Result<Option<Sealed>, PortError> {
        let Effect::WriteEntry { conversation: key } = row.effect.clone() else { return Ok(None) };
        let now_ms = self.round.now_ms();
        let Some(mut state) = self.round.state(&key).await? else {
            self.round.done(&row).await?;
            return Ok(None);
        };
        let channel = self.channels.find(&key.channel).await?;
        let channel = channel.filter(|channel| channel.account == self.round.account.key);
        let (Some(open), Some(channel), Some(user)) = (state.value.open.clone(), channel, key.source.user()) else {
            self.round.done(&row).await?;
            return Ok(None);
        };
        let ready_at_ms = open.ready_at_ms(&channel.settings);
        // The properties need the words first: the row stays due.
        let shows_first = state.value.sync_queued && now_ms < ready_at_ms + WAIT_FOR_PERSON_MS;
        if let Some(entry) = self.round.journal.entry(&key, state.value.next_entry).await? {
            let newest = state.value.last_inbound.as_ref().map(|last| &last.mark);
            // Sealed by somebody who stopped before they saw that it had come.
            if shows_first && entry.value.members.iter().any(|member| Some(&member.mark) == newest) {
                return Ok(None);
            }
            return self.go_on(row, entry, channel, &state.value).await;
        }
        if ready_at_ms > now_ms {
            self.move_to(&row, OutboxRow { due_at_ms: ready_at_ms, ..row.clone() }, state).await?;
            return Ok(None);
        }
        let Some(link) = self.links.of_user(&key.channel, user).await? else {
            self.wait_for_link(&row, state, &open, &channel).await?;
            return Ok(None);
        };
        if shows_first {
            return Ok(None);
        }
        if !channel.writes_notes() {
            self.forget_unwritten(&row, state).await?;
            return Ok(None);
        }
        let mut pending = self.round.journal.pending(&state.value, MAX_MEMBERS).await?;
        mark_late(&mut pending, state.value.sealed_until.as_ref());
        if now_ms < ready_at_ms + WAIT_FOR_FILES_MS && self.waits_for_a_file(&channel, &key, &pending).await? {
            // One that comes later is hung on the note.
            return Ok(None);
        }
        let Some(mut entry) = self.first_that_fit(&state.value, &link.value.contact, &pending).await? else {
            // Whatever is named is not there any more.
            (state.value.open, state.value.pending) = (None, Vec::new());
            self.round.commit_state(&mut state, vec![write::done(&row)]).await?;
            return Ok(None);
        };
        entry.tried_at_ms = Some(now_ms);
        entry.is_of_one = match entry.members.as_slice() {
            [one] => one.goes_on_at().is_none() && state.value.pending_at(&one.mark).is_some(),
            _ => false,
        };
        if !self.is_sealed(&state, &entry).await? {
            return Ok(None);
        }
        let said = pending.into_iter().take(entry.members.len()).collect();
        let entry = Versioned { value: entry, version: 1 };
        Ok(Some(Sealed { row, key, entry, said, channel, may_stand: false, person_name: None, files: Vec::new() }))
    }

    /// Seals the entry by one write. Whether it may be tried: not where somebody has changed the conversation since its words were
    /// read. Whoever takes a message back after this look finds the entry.
    async fn is_sealed(&self, state: &Versioned<Conversation>, entry: &Entry) -> Result<bool, PortError> {
        let (key, journal) = (&state.value.key, self.round.journal);
        let sealed = write::entry(key, entry, 0, self.round.now_ms());
        if journal.commit(vec![sealed]).await? == Commit::Conflict {
            return Ok(false);
        }
        if self.round.state(key).await?.is_some_and(|now| now.version == state.version) {
            return Ok(true);
        }
        // Nothing was tried: it is sealed anew, out of what is there by now. Where this stops, it is gone on with as it is.
        let _ = journal.commit(vec![write::unseal_untried(key, entry.number)]).await?;
        Ok(false)
    }

    /// Whether the file of one of these is still on its way from LINE.
    async fn waits_for_a_file(
        &self,
        channel: &Channel,
        key: &ConversationKey,
        pending: &[Activity],
    ) -> Result<bool, PortError> {
        if self.crm.files().is_none() || !channel.settings.save_files {
            return Ok(false);
        }
        let is_at_line =
            |said: &&Activity| matches!(said.content, Content::Media { url: None, .. }) && said.message.is_some();
        for said in pending.iter().filter(is_at_line) {
            let known = self.round.journal.file(key, &said.mark).await?.map(|known| known.value.state);
            if known.is_none_or(|state| matches!(state, FileState::Saving { .. })) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// No note is wanted, and the contact's fields have shown what they show: the words go. The CRM's inbox has its own copy of what
    /// people said, until it stands there.
    async fn forget_unwritten(&self, row: &OutboxRow, mut state: Versioned<Conversation>) -> Result<(), PortError> {
        let pending = self.round.journal.words(&state.value, MAX_MEMBERS).await?;
        let mut writes = forget(&mut state.value, &pending, self.round.now_ms());
        if pending.len() < MAX_MEMBERS {
            state.value.open = None;
            writes.push(write::done(row));
        }
        // On a conflict the row stays due, and nothing was forgotten.
        self.round.commit_state(&mut state, writes).await?;
        Ok(())
    }

    async fn first_that_fit(
        &self,
        state: &Conversation,
        contact: &ContactId,
        pending: &[Activity],
    ) -> Result<Option<Entry>, PortError> {
        // Also where the CRM takes our keys: what a refused try left behind is looked for by its place.
        let before = match state.next_entry.checked_sub(1) {
            Some(before) => self.round.journal.entry(&state.key, before).await?,
            None => None,
        };
        let sealing = Sealing {
            conversation: &state.key,
            number: state.next_entry,
            contact,
            language: self.round.account.language,
            format: self.crm.note_format(),
            max_units: self.crm.limits().note_units,
            continued: state.continued.as_ref(),
            before_at_ms: before.map(|before| before.value.at_ms),
        };
        Ok(Entry::seal(&sealing, pending))
    }

    /// An entry that was sealed before: it may have been written.
    async fn go_on(
        &self,
        row: OutboxRow,
        entry: Versioned<Entry>,
        channel: Channel,
        state: &Conversation,
    ) -> Result<Option<Sealed>, PortError> {
        let Effect::WriteEntry { conversation: key } = row.effect.clone() else { return Ok(None) };
        let mut said = Vec::new();
        for member in &entry.value.members {
            said.extend(self.round.journal.words_at(state, &member.mark).await?.map(|words| words.said));
        }
        // One that was sealed by a version of before had said so at once.
        mark_late(&mut said, state.sealed_until.as_ref().filter(|sealed| Some(*sealed) != entry.value.until()));
        let (is_acknowledged, is_empty) = (entry.value.note.is_some(), said.is_empty());
        let mut ready =
            Sealed { row, key, entry, said, channel, may_stand: true, person_name: None, files: Vec::new() };
        if is_acknowledged || is_empty {
            // Only the conversation did not hear of it; or its words expired, or were given up.
            self.close_entry(ready).await?;
            return Ok(None);
        }
        if ready.entry.value.tried_at_ms.is_some() && !self.round.account.capabilities.unique_keys {
            let rest_ms = self.rest_of(&ready.entry.value);
            if rest_ms > 0 {
                self.round.postpone(&ready.row, rest_ms).await?;
                return Ok(None);
            }
            let Some(missing) = self.unless_it_stands(ready).await? else { return Ok(None) };
            ready = Sealed { may_stand: false, ..missing };
        }
        let entry = Entry { tried_at_ms: Some(self.round.now_ms()), ..ready.entry.value.clone() };
        self.reseal(ready, entry).await
    }

    /// The row is due at another time; the conversation remembers when.
    async fn move_to(
        &self,
        row: &OutboxRow,
        moved: OutboxRow,
        mut state: Versioned<Conversation>,
    ) -> Result<(), PortError> {
        if let Some(open) = &mut state.value.open {
            open.due_at_ms = moved.due_at_ms;
        }
        let writes =
            if moved.due_at_ms == row.due_at_ms { vec![] } else { vec![write::done(row), write::enqueue(&moved)] };
        self.round.commit_state(&mut state, writes).await?;
        Ok(())
    }

    /// Nobody is linked to this person. Where a contact is to be made, the text waits for it as for anything that the CRM is
    /// queued; else at most seven days, then it is counted and gone.
    async fn wait_for_link(
        &self,
        row: &OutboxRow,
        mut state: Versioned<Conversation>,
        open: &OpenEntry,
        channel: &Channel,
    ) -> Result<(), PortError> {
        let now_ms = self.round.now_ms();
        let until_ms = open.first_arrived_at_ms + WAIT_FOR_LINK_MS;
        if channel.settings.create_contacts && state.value.may_create_contact() {
            return self.move_to(row, row.again(now_ms + row.backoff_ms()), state).await;
        }
        if now_ms < until_ms {
            return self.move_to(row, row.again(until_ms), state).await;
        }
        let pending = self.round.journal.words(&state.value, MAX_MEMBERS).await?;
        let mut writes = forget(&mut state.value, &pending, now_ms);
        let mut count = self.round.journal.not_linked(&channel.id).await?;
        count.value.dropped += pending.len() as u64;
        writes.push(write::not_linked(&channel.id, &count.value, count.version));
        state.value.not_linked += pending.len() as u64;
        if pending.len() < MAX_MEMBERS {
            state.value.open = None;
            writes.push(write::done(row));
        }
        // On a conflict the row stays due, and nothing was dropped.
        if !self.round.commit_state(&mut state, writes).await? {
            return Ok(());
        }
        tracing::warn!(
            channel.id = %channel.id,
            conversation = state.value.key.hash(),
            dropped = pending.len(),
            "text.not_linked"
        );
        crate::telemetry::count("NotLinked", pending.len() as u64);
        Ok(())
    }
}

/// An entry beyond these is sealed: they come late, though nobody knew it when they came.
fn mark_late(said: &mut [Activity], sealed_until: Option<&Mark>) {
    for activity in said {
        activity.late |= sealed_until.is_some_and(|sealed| *sealed > activity.mark);
    }
}
