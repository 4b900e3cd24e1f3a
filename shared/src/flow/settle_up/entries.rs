//! What was said becomes an entry on the contact's timeline, and its words are forgotten here.

use super::{Payer, UNKNOWN_REST_MS, Verdict};
use crate::domain::activity::Activity;
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey, OpenEntry};
use crate::domain::entry::{Entry, MAX_MEMBERS};
use crate::domain::ids::{ContactId, NoteId};
use crate::domain::owed::{Owed, OwedRow};
use crate::domain::properties::LINE_USER_NAME;
use crate::domain::timeline;
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, NoteWrite};
use crate::ports::journal::write;
use crate::ports::rows::Versioned;

/// Text of people who are tied to nobody waits this long for a link.
const WAIT_FOR_LINK_MS: i64 = 7 * 86_400_000;
/// An entry waits this long for the properties that show its words.
const WAIT_FOR_PERSON_MS: i64 = 10 * 60_000;

/// A sealed entry on its way.
struct Sealed {
    row: OwedRow,
    key: ConversationKey,
    entry: Versioned<Entry>,
    activities: Vec<Activity>,
    channel: Channel,
}

impl Payer<'_> {
    pub(super) async fn entries(&self, rows: Vec<OwedRow>) -> Result<(), PortError> {
        let mut sealed = Vec::new();
        for row in rows {
            if let Some(ready) = self.seal(row).await? {
                sealed.push(ready);
            }
        }
        let contacts: Vec<ContactId> = sealed.iter().map(|ready| ready.entry.value.contact.clone()).collect();
        let people = self.crm.read_contacts(&contacts, &[LINE_USER_NAME]).await;
        let mut notes = Vec::new();
        let mut going = Vec::new();
        for (mut ready, person) in sealed.into_iter().zip(people) {
            match person {
                Ok(person) => {
                    let note = self.note(&mut ready, &person.contact, person.properties.get(LINE_USER_NAME));
                    notes.push(note);
                    going.push(ready);
                }
                Err(CrmFailure::Gone) => self.contact_gone(&ready.row, &ready.key).await?,
                Err(failure) => self.failed(&ready.row, &failure).await?,
            }
        }
        let answers = self.crm.write_notes(&notes).await;
        for (ready, answer) in going.into_iter().zip(answers) {
            match answer {
                Ok(note) => self.acknowledge(ready, note).await?,
                Err(CrmFailure::Gone) => self.contact_gone(&ready.row, &ready.key).await?,
                // Even if nothing was written: another try of ours may be under way.
                Err(failure) => self.failed(&ready.row, &failure).await?,
            }
        }
        Ok(())
    }

    /// Fixes what the entry holds, before the first try. `None`: nothing is to be written now.
    async fn seal(&self, row: OwedRow) -> Result<Option<Sealed>, PortError> {
        let Owed::Entry { conversation: key } = &row.owed else { return Ok(None) };
        let now_ms = self.now_ms();
        let Some(mut head) = self.head(key).await? else {
            self.paid(&row).await?;
            return Ok(None);
        };
        let channel = self.up.channels.find(&key.channel).await?;
        let channel = channel.filter(|channel| channel.account == self.account.key);
        let (Some(open), Some(channel), Some(user)) = (head.value.open.clone(), channel, key.source.user()) else {
            self.paid(&row).await?;
            return Ok(None);
        };
        if let Some(entry) = self.journal().entry(key, head.value.next_entry).await? {
            return self.go_on(row, entry, channel).await;
        }
        let ready_at_ms = open.ready_at_ms(&channel.settings);
        if ready_at_ms > now_ms {
            self.move_to(&row, OwedRow { due_at_ms: ready_at_ms, ..row.clone() }, head).await?;
            return Ok(None);
        }
        let link = self.up.links.of_user(&key.channel, user).await?;
        let Some(link) = link.filter(|link| link.value.account == self.account.key) else {
            self.wait_for_link(&row, head, &open, &channel).await?;
            return Ok(None);
        };
        if head.value.person_owed && now_ms < ready_at_ms + WAIT_FOR_PERSON_MS {
            // The properties need the words first: the row stays due.
            return Ok(None);
        }
        let pending = self.journal().all_pending(key, MAX_MEMBERS + 1).await?;
        let Some(mut entry) = Entry::seal(key, head.value.next_entry, &link.value.contact, &pending) else {
            head.value.open = None;
            self.commit_head(&mut head, vec![write::paid(&row)]).await?;
            return Ok(None);
        };
        entry.tried_at_ms = Some(now_ms);
        head.value.sealed_until = head.value.sealed_until.max(entry.until().cloned());
        if !self.commit_head(&mut head, vec![write::entry(key, &entry, 0, now_ms)]).await? {
            return Ok(None);
        }
        let activities = pending.into_iter().take(entry.members.len()).collect();
        let entry = Versioned { value: entry, rev: 1 };
        Ok(Some(Sealed { key: key.clone(), row, entry, activities, channel }))
    }

    /// An entry that was sealed before: it may have been written.
    async fn go_on(
        &self,
        row: OwedRow,
        mut entry: Versioned<Entry>,
        channel: Channel,
    ) -> Result<Option<Sealed>, PortError> {
        let Owed::Entry { conversation: key } = row.owed.clone() else { return Ok(None) };
        let now_ms = self.now_ms();
        let mut activities = Vec::new();
        for member in &entry.value.members {
            activities.extend(self.journal().pending(&key, &member.mark).await?.map(|found| found.value));
        }
        let mut ready = Sealed { row, key: key.clone(), entry: entry.clone(), activities, channel };
        if let Some(note) = entry.value.note.clone() {
            // Acknowledged already; only the conversation did not hear of it.
            self.acknowledge(ready, note).await?;
            return Ok(None);
        }
        if let Some(tried_at_ms) = entry.value.tried_at_ms
            && !self.account.capabilities.unique_keys
        {
            if now_ms < tried_at_ms + UNKNOWN_REST_MS {
                self.conclude(&ready.row, Verdict::After(tried_at_ms + UNKNOWN_REST_MS - now_ms)).await?;
                return Ok(None);
            }
            let contact = entry.value.contact.clone();
            let looked_for = self.note(&mut ready, &contact, None);
            match self.crm.find_note(&looked_for).await {
                Ok(Some(note)) => {
                    self.acknowledge(ready, note).await?;
                    return Ok(None);
                }
                Ok(None) => {}
                Err(CrmFailure::Gone) => {
                    self.contact_gone(&ready.row, &key).await?;
                    return Ok(None);
                }
                Err(failure) => {
                    self.failed(&ready.row, &failure).await?;
                    return Ok(None);
                }
            }
        }
        entry.value.tried_at_ms = Some(now_ms);
        let writes = vec![write::entry(&key, &entry.value, entry.rev, now_ms)];
        if self.journal().commit(writes).await? == crate::ports::rows::Commit::Conflict {
            return Ok(None);
        }
        entry.rev += 1;
        ready.entry = entry;
        Ok(Some(ready))
    }

    fn note(&self, ready: &mut Sealed, contact: &ContactId, person_name: Option<&str>) -> NoteWrite {
        let style = self.style(&ready.channel.name, person_name);
        let entry = &ready.entry.value;
        NoteWrite {
            key: entry.key.clone(),
            contact: contact.clone(),
            at_ms: entry.at_ms,
            body: timeline::render(&ready.activities, &style).0,
        }
    }

    /// The CRM has it: the words of exactly these members go.
    async fn acknowledge(&self, ready: Sealed, note: NoteId) -> Result<(), PortError> {
        let now_ms = self.now_ms();
        let Some(mut head) = self.head(&ready.key).await? else { return Ok(()) };
        let mut entry = ready.entry.value;
        let mut writes: Vec<_> = entry.members.iter().map(|member| write::forget(&ready.key, &member.mark)).collect();
        entry.note = Some(note);
        writes.push(write::entry(&ready.key, &entry, ready.entry.rev, now_ms));
        writes.push(write::paid(&ready.row));
        let left = self.journal().all_pending(&ready.key, entry.members.len() + MAX_MEMBERS).await?;
        let left: Vec<_> = left
            .into_iter()
            .filter(|activity| entry.members.iter().all(|member| member.mark != activity.mark))
            .collect();
        head.value.next_entry = entry.number + 1;
        head.value.open = reopen(&left, &ready.channel);
        if let Some(open) = &head.value.open {
            let row = OwedRow::new(&self.account.key, head.value.entry_owed(), now_ms, open.due_at_ms);
            // The same name and due time would be the row that is being removed.
            writes.retain(|write| *write.key() != *crate::ports::journal::write::owe(&row).key());
            writes.push(write::owe(&row));
        }
        // On a conflict the row stays due, and the entry is found sealed.
        self.commit_head(&mut head, writes).await?;
        Ok(())
    }

    /// The row is due at another time; the conversation remembers when.
    async fn move_to(&self, row: &OwedRow, moved: OwedRow, mut head: Versioned<Conversation>) -> Result<(), PortError> {
        if let Some(open) = &mut head.value.open {
            open.due_at_ms = moved.due_at_ms;
        }
        let writes = if moved.due_at_ms == row.due_at_ms { vec![] } else { vec![write::paid(row), write::owe(&moved)] };
        self.commit_head(&mut head, writes).await?;
        Ok(())
    }

    /// Nobody is tied to this person: the text waits, at most seven days, then it is counted and gone.
    async fn wait_for_link(
        &self,
        row: &OwedRow,
        mut head: Versioned<Conversation>,
        open: &OpenEntry,
        channel: &Channel,
    ) -> Result<(), PortError> {
        let now_ms = self.now_ms();
        let until_ms = open.first_arrived_at_ms + WAIT_FOR_LINK_MS;
        if now_ms < until_ms {
            let soon = channel.settings.create_contacts && head.value.may_create_contact();
            let due_at_ms = if soon { (now_ms + row.backoff_ms()).min(until_ms) } else { until_ms };
            return self.move_to(row, row.again(due_at_ms), head).await;
        }
        let pending = self.journal().all_pending(&head.value.key, MAX_MEMBERS).await?;
        let mut writes: Vec<_> =
            pending.iter().map(|activity| write::forget(&head.value.key, &activity.mark)).collect();
        let mut count = self.journal().not_linked(&channel.id).await?;
        count.value.dropped += pending.len() as u64;
        writes.push(write::not_linked(&channel.id, &count.value, count.rev));
        head.value.not_linked += pending.len() as u64;
        if pending.len() < MAX_MEMBERS {
            head.value.open = None;
            writes.push(write::paid(row));
        }
        // On a conflict the row stays due, and nothing was dropped.
        if !self.commit_head(&mut head, writes).await? {
            return Ok(());
        }
        tracing::warn!(
            channel.id = %channel.id,
            conversation = head.value.key.hash(),
            dropped = pending.len(),
            "text.not_linked"
        );
        crate::telemetry::count("NotLinked", pending.len() as u64);
        Ok(())
    }
}

/// What is left opens the next entry.
fn reopen(left: &[Activity], channel: &Channel) -> Option<OpenEntry> {
    let first_arrived_at_ms = left.iter().map(|activity| activity.arrived_at_ms).min()?;
    let last_arrived_at_ms = left.iter().map(|activity| activity.arrived_at_ms).max()?;
    let mut open = OpenEntry { first_arrived_at_ms, last_arrived_at_ms, due_at_ms: 0 };
    open.due_at_ms = open.ready_at_ms(&channel.settings);
    Some(open)
}
