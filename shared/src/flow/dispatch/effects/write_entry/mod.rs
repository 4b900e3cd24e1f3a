//! What was said becomes an entry on the contact's timeline, and its words are forgotten here.

mod less;
mod seal;
mod sent;

use crate::domain::activity::{Activity, Content, Mark};
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey, OpenEntry};
use crate::domain::entry::{Entry, MAX_MEMBERS};
use crate::domain::file::MessageFile;
use crate::domain::ids::{ContactId, NoteId};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties::LINE_USER_NAME;
use crate::domain::timeline::{self, Line};
use crate::flow::dispatch::UNKNOWN_REST_MS;
use crate::flow::dispatch::contacts::Contacts;
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::Round;
use crate::flow::side_by_side::side_by_side;
use crate::ports::crm::{CrmFailure, Each, NoteWrite};
use crate::ports::table::{Commit, Versioned};
use crate::ports::{Crm, PortError};
use crate::store::Channels;
use crate::store::journal::{Words, write};

/// A sealed entry on its way.
struct Sealed {
    row: OutboxRow,
    key: ConversationKey,
    entry: Versioned<Entry>,
    /// What its members say, in order; one whose words are gone is left out.
    said: Vec<Activity>,
    channel: Channel,
    /// A try before this one may have written it.
    may_stand: bool,
    /// As the CRM has it.
    person_name: Option<String>,
    /// What became of its messages' files.
    files: Vec<MessageFile>,
}

impl Sealed {
    /// Its lines, as they will be written.
    fn lines(&self) -> Vec<Line<'_>> {
        let members = &self.entry.value.members;
        let part = |activity: &Activity| members.iter().find(|member| member.mark == activity.mark)?.part;
        let lost = |activity: &Activity| self.files.iter().find(|file| file.mark == activity.mark)?.lost();
        let line = |activity| Line {
            withheld: self.entry.value.withheld.is_some(),
            lost: lost(activity),
            ..Line::new(activity, part(activity))
        };
        self.said.iter().map(line).collect()
    }
}

/// Writes entries.
pub(super) struct WriteEntry<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) contacts: Contacts<'a>,
    pub(super) links: AccountLinks<'a>,
    pub(super) channels: &'a Channels,
}

impl WriteEntry<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let sealed = side_by_side(rows.into_iter().map(|row| self.sealed(row))).await?;
        let sealed: Vec<Sealed> = sealed.into_iter().flatten().collect();
        let contacts: Vec<ContactId> = sealed.iter().map(|ready| ready.entry.value.contact.clone()).collect();
        let people = self.contacts.read(&contacts, &[LINE_USER_NAME]).await;
        let mut notes = Vec::new();
        let mut going = Vec::new();
        for (mut ready, person) in sealed.into_iter().zip(people) {
            match person {
                Ok(person) => {
                    ready.person_name = person.properties.get(LINE_USER_NAME).map(str::to_owned);
                    notes.push(NoteWrite { contact: person.contact, ..self.note(&ready) });
                    going.push(ready);
                }
                Err(CrmFailure::Gone) => self.links.contact_gone(&ready.row, &ready.key).await?,
                Err(failure) => self.round.failed(&ready.row, &failure).await?,
            }
        }
        let answers = self.write_for_author(&mut notes).await;
        let told = going.into_iter().zip(notes).zip(answers);
        let written = side_by_side(told.map(|((ready, note), answer)| self.told(ready, note, answer))).await?;
        self.hang_sent(written.into_iter().flatten().collect()).await;
        Ok(())
    }

    async fn sealed(&self, row: OutboxRow) -> Result<Option<Sealed>, PortError> {
        match self.seal(row).await? {
            Some(ready) => Ok(Some(self.with_files(ready).await?)),
            None => Ok(None),
        }
    }

    /// What the CRM answered. Returns what of the note's is to hang on it, where it stands.
    async fn told(
        &self,
        ready: Sealed,
        note: NoteWrite,
        answer: Each<NoteId>,
    ) -> Result<Option<sent::Written>, PortError> {
        let written = answer.as_ref().ok().and_then(|id| sent::on_note(id, &ready.key, &ready.said));
        match answer {
            Err(CrmFailure::Refused { .. }) if !note.files.is_empty() => self.write_bare(ready, note.contact).await?,
            Err(CrmFailure::Refused { code }) => self.write_less(ready, note.contact, code).await?,
            answer => self.heard(ready, answer).await?,
        }
        Ok(written)
    }

    /// Writes notes. What the CRM refuses with its author, who may have been deactivated, is written without: what was refused was not
    /// written, so nothing is written twice.
    async fn write_for_author(&self, notes: &mut [NoteWrite]) -> Vec<Each<NoteId>> {
        let mut answers = self.crm.write_notes(notes).await;
        let is_refused = |at: &usize| {
            let refused = matches!(answers[*at], Err(CrmFailure::Refused { .. } | CrmFailure::NotReady { .. }));
            refused && notes[*at].owner.is_some()
        };
        let refused: Vec<usize> = (0..notes.len()).filter(is_refused).collect();
        if refused.is_empty() {
            return answers;
        }
        tracing::warn!(crm.account = %self.round.account.key, notes = refused.len(), "note.owner_refused");
        crate::telemetry::count("NoteOwnerRefused", 1);
        for at in &refused {
            notes[*at].owner = None;
        }
        let again: Vec<NoteWrite> = refused.iter().map(|at| notes[*at].clone()).collect();
        for (at, answer) in refused.into_iter().zip(self.crm.write_notes(&again).await) {
            answers[at] = answer;
        }
        answers
    }

    /// The same, and what became of its messages' files by now.
    async fn with_files(&self, ready: Sealed) -> Result<Sealed, PortError> {
        let mut files = Vec::new();
        let of_media = ready.said.iter().filter(|said| matches!(said.content, Content::Media { .. }));
        let at_ms: Vec<i64> = of_media.map(|said| said.mark.at_ms).collect();
        if let (Some(from_ms), Some(to_ms)) = (at_ms.iter().min(), at_ms.iter().max()) {
            files = self.round.journal.files_between(&ready.key, *from_ms, *to_ms).await?;
            files.retain(|file| ready.entry.value.members.iter().any(|member| member.mark == file.mark));
        }
        Ok(Sealed { files, ..ready })
    }

    /// The CRM has refused the entry with its files: perhaps somebody has deleted one there. No words are blamed for that: it is written
    /// without, and each file is hung on it by itself.
    async fn write_bare(&self, mut ready: Sealed, contact: ContactId) -> Result<(), PortError> {
        for file in ready.files.extract_if(.., |file| file.saved().is_some()) {
            let show = Effect::ShowFile { conversation: ready.key.clone(), message: file.message };
            self.round.enqueue_now(show).await?;
        }
        let note = NoteWrite { contact: contact.clone(), owner: None, ..self.note(&ready) };
        match self.crm.write_notes(&[note]).await.pop() {
            Some(Err(CrmFailure::Refused { code })) => self.write_less(ready, contact, code).await,
            answer => self.heard(ready, answer.unwrap_or(Err(CrmFailure::Unknown))).await,
        }
    }

    /// What became of writing an entry, other than a refusal for good.
    async fn heard(&self, ready: Sealed, answer: Result<NoteId, CrmFailure>) -> Result<(), PortError> {
        match answer {
            Ok(note) => self.acknowledge(ready, note).await,
            Err(CrmFailure::Gone) => self.links.contact_gone(&ready.row, &ready.key).await,
            // Even if nothing was written: another try of ours may be under way.
            Err(failure) => self.round.failed(&ready.row, &failure).await,
        }
    }

    /// Looks for an entry that a try may have written. `None`: it was found, or nobody knows, and the row is seen to.
    async fn unless_it_stands(&self, ready: Sealed) -> Result<Option<Sealed>, PortError> {
        match self.crm.find_note(&self.note(&ready)).await {
            Ok(None) => Ok(Some(ready)),
            Ok(Some(note)) => self.acknowledge(ready, note).await.map(|()| None),
            Err(failure) => self.heard(ready, Err(failure)).await.map(|()| None),
        }
    }

    /// The entry as a note, for the contact that it was sealed for.
    fn note(&self, ready: &Sealed) -> NoteWrite {
        let style = self.round.style(self.crm.note_format(), &ready.channel.name, ready.person_name.as_deref());
        let entry = &ready.entry.value;
        NoteWrite {
            key: entry.key.clone(),
            contact: entry.contact.clone(),
            at_ms: entry.at_ms,
            body: timeline::render(&ready.lines(), &style).0,
            files: ready.files.iter().filter_map(MessageFile::saved).cloned().collect(),
            owner: ready.channel.settings.note_owner.clone(),
        }
    }

    /// The CRM has it: the words of exactly these members go, or are dead-lettered where the CRM did not take them.
    async fn acknowledge(&self, mut ready: Sealed, note: NoteId) -> Result<(), PortError> {
        ready.entry.value.note = Some(note);
        let mut writes = Vec::new();
        if let Some(code) = ready.entry.value.withheld.clone() {
            writes.extend(self.put_words_aside(&ready, &code).await?);
        }
        if ready.entry.value.is_of_one {
            return self.close_entry(ready).await;
        }
        let now_ms = self.round.now_ms();
        writes.push(write::entry(&ready.key, &ready.entry.value, ready.entry.version, now_ms));
        match self.round.journal.commit(writes).await? {
            Commit::Done => self.close_entry(ready).await,
            // Somebody else has heard of it, too: the row stays due, and the entry is found as they left it.
            Commit::Conflict => Ok(()),
        }
    }

    /// Nothing more is written of this entry: its words go, then the next one may come. On a conflict the row stays due, and the
    /// entry is found sealed, and acknowledged if it was.
    async fn close_entry(&self, ready: Sealed) -> Result<(), PortError> {
        let now_ms = self.round.now_ms();
        let Some(mut state) = self.round.state(&ready.key).await? else { return Ok(()) };
        let entry = &ready.entry.value;
        // What was dead-lettered is dead-lettered to its end.
        let continued = entry.continued().filter(|_| entry.withheld.is_none());
        let stays = |mark: &Mark| continued.as_ref().is_some_and(|continued| continued.mark == *mark);
        let done: Vec<_> = entry.members.iter().map(|member| &member.mark).filter(|mark| !stays(mark)).collect();
        let mut writes = vec![write::done(&ready.row)];
        let waiting = self.round.journal.words(&state.value, entry.members.len() + MAX_MEMBERS).await?;
        let (mut its, left): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|words| done.contains(&&words.said.mark));
        if left.len() >= MAX_MEMBERS {
            // So many came late that they may stand before some of its own.
            let each = done.iter().map(|mark| self.round.journal.words_at(&state.value, mark));
            its = side_by_side(each).await?.into_iter().flatten().collect();
        }
        let note = entry.note.clone().filter(|_| entry.is_of_one);
        side_by_side(its.into_iter().map(|words| self.forget(&state.value, words, note.clone()))).await?;
        let value = &mut state.value;
        match left.len() < MAX_MEMBERS {
            // All that waits was read: what else is named expired, or was forgotten by somebody who stopped behind it.
            true => value.pending.retain(|it| left.iter().any(|words| it.is_at(&words.said.mark))),
            false => value.pending_no_more(done.iter().copied()),
        }
        value.sealed_until = value.sealed_until.take().max(entry.until().cloned());
        value.next_entry = value.next_entry.max(entry.number + 1);
        value.continued = match continued {
            None => value.continued.take().filter(|before| !done.contains(&&before.mark)),
            some => some,
        };
        value.refused_told_at_ms = match entry.withheld {
            Some(_) if self.tells_of_refusals(value) => Some(now_ms),
            _ => value.refused_told_at_ms,
        };
        value.open = reopen(left.iter().map(|words| words.said.arrived_at_ms), &ready, now_ms);
        if let Some(open) = &state.value.open {
            let row = OutboxRow::new(&self.round.account.key, state.value.write_entry(), now_ms, open.due_at_ms);
            // The same name and due time are the row that is done: it stays.
            writes.push(write::enqueue(&row));
        }
        self.round.commit_state(&mut state, writes).await?;
        Ok(())
    }

    /// The words go, whatever became of them meanwhile.
    async fn forget(&self, state: &Conversation, mut words: Words, note: Option<NoteId>) -> Result<(), PortError> {
        let journal = self.round.journal;
        loop {
            let forgotten = words.become_note(&state.key, note.clone(), self.round.now_ms());
            if journal.commit(vec![forgotten]).await? == Commit::Done {
                return Ok(());
            }
            // They were taken back, or somebody else has just forgotten them.
            let Some(left) = journal.words_at(state, &words.said.mark).await? else { return Ok(()) };
            words = left;
        }
    }

    /// Writes the entry's row. `None`: somebody changed it first.
    async fn reseal(&self, mut ready: Sealed, entry: Entry) -> Result<Option<Sealed>, PortError> {
        let now_ms = self.round.now_ms();
        let write = write::entry(&ready.key, &entry, ready.entry.version, now_ms);
        if self.round.journal.commit(vec![write]).await? == Commit::Conflict {
            return Ok(None);
        }
        ready.said.retain(|activity| entry.members.iter().any(|member| member.mark == activity.mark));
        ready.entry = Versioned { value: entry, version: ready.entry.version + 1 };
        Ok(Some(ready))
    }

    /// How long an entry that may stand is left alone, in milliseconds, where the CRM takes no key of ours.
    fn rest_of(&self, entry: &Entry) -> i64 {
        entry.tried_at_ms.map_or(0, |tried_at_ms| tried_at_ms + UNKNOWN_REST_MS - self.round.now_ms())
    }
}

/// What is left opens the next entry. One that is ready is due right behind the one before.
fn reopen(arrived_at_ms: impl Iterator<Item = i64> + Clone, ready: &Sealed, now_ms: i64) -> Option<OpenEntry> {
    let (first_arrived_at_ms, last_arrived_at_ms) = (arrived_at_ms.clone().min()?, arrived_at_ms.max()?);
    let mut open = OpenEntry { first_arrived_at_ms, last_arrived_at_ms, due_at_ms: 0 };
    open.due_at_ms = open.ready_at_ms(&ready.channel.settings).max(now_ms.min(ready.row.due_at_ms + 1));
    Some(open)
}
