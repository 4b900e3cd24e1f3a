//! What people say goes into the CRM's own inbox, in order, and its words are forgotten here.
//!
//! Each goes under a key of its own, so that a try whose end nobody knows is simply repeated. What the inbox refuses for good is
//! replaced by a line that says so; where it takes that, it was the words, and they are dead-lettered. Where it does not, it is not
//! about the words, and everything waits. What people send hangs on their message, or follows it: see [`inbox_file`](crate::flow::dispatch::inbox_file).

use crate::domain::activity::{Activity, Content, Mark, Media};
use crate::domain::channel::Channel;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::crm_inbox::CrmInbox;
use crate::domain::dead_letter::FailureReason;
use crate::domain::file::FileState;
use crate::domain::ids::{ContactId, LineUserId, fingerprint};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties::LINE_USER_NAME;
use crate::domain::timeline::{quoted_in, time_zone};
use crate::domain::words;
use crate::domain::words::crm_inbox::file_came_late;
use crate::flow::dispatch::contacts::Contacts;
use crate::flow::dispatch::inbox_file::{InboxFiles, Its};
use crate::flow::dispatch::links::AccountLinks;
use crate::flow::dispatch::round::Round;
use crate::ports::crm::{ContactRecord, CrmFailure, Each, InboxFile, InboxWrite};
use crate::ports::table::{Versioned, Write};
use crate::ports::{Crm, PortError};
use crate::store::Channels;
use crate::store::journal::write;

/// So many of one person go in one turn: the others' come in between.
const AT_ONCE: usize = 20;
/// Words of people who are linked to nobody, and get no contact, wait this long for a link.
const WAIT_FOR_LINK_MS: i64 = 7 * 86_400_000;
/// What waits for a file is looked at again after this long, in milliseconds, unless whoever saves the file says so before.
const LOOK_AGAIN_MS: i64 = 5_000;
/// So many files that come late are written in one turn.
const LATE_AT_ONCE: usize = 20;
/// And so many are looked at: of most it may not be known yet what becomes of them.
const LATE_LOOKED_AT: usize = 200;
/// Operators hear so often of one conversation's refused words, in milliseconds: its friend decides how many there are.
const TOLD_AGAIN_MS: i64 = 86_400_000;

/// A person's words on their way.
struct Ready {
    row: OutboxRow,
    key: ConversationKey,
    user: LineUserId,
    channel: Channel,
    inbox: CrmInbox,
    contact: ContactId,
}

/// Writes to the inbox.
pub(super) struct WriteToInbox<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) contacts: Contacts<'a>,
    pub(super) links: AccountLinks<'a>,
    pub(super) channels: &'a Channels,
}

impl WriteToInbox<'_> {
    pub(super) async fn handle(&self, rows: Vec<OutboxRow>) -> Result<(), PortError> {
        let mut all = Vec::new();
        for row in rows {
            all.extend(self.ready(row).await?);
        }
        let contacts: Vec<ContactId> = all.iter().map(|ready| ready.contact.clone()).collect();
        let people = self.contacts.read(&contacts, &[LINE_USER_NAME]).await;
        for (ready, person) in all.into_iter().zip(people) {
            if self.round.is_late() {
                break;
            }
            match person {
                Ok(person) => self.write_all(&ready, &person).await?,
                Err(CrmFailure::Gone) => self.links.contact_gone(&ready.row, &ready.key).await?,
                Err(failure) => self.round.failed(&ready.row, &failure).await?,
            }
        }
        Ok(())
    }

    /// `None`: nothing is to be written now, and the row is seen to.
    async fn ready(&self, row: OutboxRow) -> Result<Option<Ready>, PortError> {
        let Effect::WriteToInbox { conversation: key } = row.effect.clone() else { return Ok(None) };
        // Of one that was taken to another account nothing is this one's, neither the words nor that they wait.
        let state = self.round.state(&key).await?.filter(|state| state.value.account == self.round.account.key);
        let channel = self.channels.find(&key.channel).await?;
        let channel = channel.filter(|channel| channel.account == self.round.account.key);
        let (Some(state), Some(user)) = (state, key.source.user().cloned()) else {
            self.round.done(&row).await?;
            return Ok(None);
        };
        let Some((channel, inbox)) = channel.and_then(|channel| Some((channel.clone(), channel.crm_inbox?))) else {
            // It was switched off meanwhile: what waits has no place any more.
            self.drop_all(&row, &key).await?;
            return Ok(None);
        };
        let Some(link) = self.links.of_user(&key.channel, &user).await? else {
            self.wait_for_link(&row, &state.value, &channel).await?;
            return Ok(None);
        };
        Ok(Some(Ready { row, key, user, channel, inbox, contact: link.value.contact }))
    }

    /// In order: behind one that did not go, nothing of the person's goes.
    async fn write_all(&self, ready: &Ready, person: &ContactRecord) -> Result<(), PortError> {
        let waiting = self.round.journal.for_inbox(&ready.key, AT_ONCE).await?;
        for said in &waiting {
            if self.round.is_late() {
                return Ok(());
            }
            let mut done = vec![write::in_inbox(&ready.key, &said.value.mark, said.version)];
            let saves = ready.channel.settings.save_files;
            let Some(its) = self.files().of(&ready.key, &said.value, saves).await? else {
                return self.look_again(&ready.row).await;
            };
            match self.write_with(ready, person, &said.value, its).await {
                Ok(()) => {}
                Err(CrmFailure::Refused { code }) => match self.stands_in(ready, person, &said.value).await {
                    Ok(()) => done.extend(self.put_aside(ready, &said.value, &code).await?),
                    Err(CrmFailure::Refused { .. }) => {
                        return self.round.failed(&ready.row, &CrmFailure::NotReady { code }).await;
                    }
                    Err(failure) => return self.round.failed(&ready.row, &failure).await,
                },
                Err(failure) => return self.round.failed(&ready.row, &failure).await,
            }
            // On a conflict it was taken back meanwhile, and says so next.
            let _ = self.round.journal.commit(done).await?;
        }
        match self.write_late(ready, person).await? {
            Ok(true) => self.end(&ready.row, &ready.key).await,
            // The row stays due.
            Ok(false) => Ok(()),
            Err(failure) => self.round.failed(&ready.row, &failure).await,
        }
    }

    fn files(&self) -> InboxFiles<'_> {
        InboxFiles { round: self.round, crm: self.crm }
    }

    /// Nothing failed: a file is on its way.
    async fn look_again(&self, row: &OutboxRow) -> Result<(), PortError> {
        let again = OutboxRow { due_at_ms: self.round.now_ms() + LOOK_AGAIN_MS, ..row.clone() };
        let _ = self.round.journal.commit(vec![write::taken_out(row), write::enqueue(&again)]).await?;
        Ok(())
    }

    /// One message, with its file where the inbox takes that.
    async fn write_with(&self, ready: &Ready, person: &ContactRecord, said: &Activity, its: Its) -> Each<()> {
        match self.write(ready, person, said, &its).await {
            // A refusal wrote nothing: the same message may go in another form.
            Err(CrmFailure::Refused { .. }) if its.file().is_some() => {
                self.write(ready, person, said, &Its::NotTaken).await
            }
            written => written,
        }
    }

    /// In parts, where it is longer than the inbox takes.
    async fn write(&self, ready: &Ready, person: &ContactRecord, said: &Activity, its: &Its) -> Each<()> {
        let text = self.text_of(said) + its.words(self.round.account.language);
        let mut key = key_of(&ready.key, said);
        for (number, part) in parts(&text, self.crm.limits().inbox_units).enumerate() {
            let mut message = self.message(ready, person, said.mark.at_ms, &key, part);
            message.file = its.file().filter(|_| number == 0).cloned();
            self.crm.write_to_inbox(&message).await?;
            key = fingerprint(&[&key, "more"]);
        }
        Ok(())
    }

    /// The words, below what they answer.
    fn text_of(&self, said: &Activity) -> String {
        let account = &self.round.account;
        let words = words::of(&said.content, account.language);
        let Some(quoted) = said.quotes.as_ref().filter(|_| said.content != Content::Unsent) else { return words };
        let quoted = quoted_in(quoted, account.language, &time_zone(&account.time_zone));
        format!("{}\n{words}", account.language.pick("（", "(").to_owned() + &quoted + account.language.pick("）", ")"))
    }

    /// Files whose message went without them, as far as it is known by now what became of them. `false`: not all were looked at.
    async fn write_late(&self, ready: &Ready, person: &ContactRecord) -> Result<Each<bool>, PortError> {
        let journal = self.round.journal;
        let late = journal.without_files(&ready.key, LATE_LOOKED_AT).await?;
        let mut written = 0;
        for mark in &late {
            if self.round.is_late() || written == LATE_AT_ONCE || journal.waits_for_inbox(&ready.key, mark).await? {
                return Ok(Ok(false));
            }
            let Some(file) = journal.file(&ready.key, mark).await?.map(|found| found.value) else { continue };
            let its = match file.state {
                FileState::Saved { file: id, .. } => Its::Hangs(InboxFile { file: id, media: file.media }),
                FileState::Lost { why } => Its::Lost(why),
                // Whoever writes down what became of it sees to it that it is looked at again.
                FileState::Saving { .. } => continue,
            };
            let sent = match self.write_one_late(ready, person, (mark, file.media), &its).await {
                Err(CrmFailure::Refused { .. }) => {
                    self.write_one_late(ready, person, (mark, file.media), &Its::NotTaken).await
                }
                sent => sent,
            };
            match sent {
                Ok(()) => written += 1,
                // Not even a line that says so: it is not about the file, and waits until somebody has seen to it.
                Err(CrmFailure::Refused { code }) => return Ok(Err(CrmFailure::NotReady { code })),
                Err(failure) => return Ok(Err(failure)),
            }
            let _ = journal.commit(vec![write::file_followed(&ready.key, mark)]).await?;
        }
        Ok(Ok(true))
    }

    async fn write_one_late(
        &self,
        ready: &Ready,
        person: &ContactRecord,
        (mark, media): (&Mark, Media),
        its: &Its,
    ) -> Each<()> {
        let language = self.round.account.language;
        // What its sender calls it is not kept.
        let what = Content::Media { media, name: None, size_bytes: None, duration_ms: None, url: None };
        let text = [&words::of(&what, language), file_came_late(language), its.words(language)].concat();
        let key = fingerprint(&["inbox", &ready.key.hash(), mark.event.as_str(), "file"]);
        let mut message = self.message(ready, person, self.round.now_ms(), &key, &text);
        message.file = its.file().cloned();
        self.crm.write_to_inbox(&message).await
    }

    /// A line in place of words that were refused.
    async fn stands_in(&self, ready: &Ready, person: &ContactRecord, said: &Activity) -> Each<()> {
        let key = fingerprint(&[&key_of(&ready.key, said), "withheld"]);
        let text = words::withheld(self.round.account.language);
        self.crm.write_to_inbox(&self.message(ready, person, said.mark.at_ms, &key, text)).await
    }

    fn message(&self, ready: &Ready, person: &ContactRecord, at_ms: i64, key: &str, text: &str) -> InboxWrite {
        InboxWrite {
            key: key.to_owned(),
            inbox: ready.inbox.clone(),
            channel: ready.channel.id.clone(),
            user: ready.user.clone(),
            person_name: person.properties.get(LINE_USER_NAME).map(str::to_owned),
            contact: person.contact.clone(),
            at_ms,
            text: text.to_owned(),
            file: None,
        }
    }

    /// The words that the inbox did not take. First a dead letter, unless one was written lately: a crash repeats, and never
    /// loses, it.
    async fn put_aside(&self, ready: &Ready, said: &Activity, code: &str) -> Result<Vec<Write>, PortError> {
        let kept = write::keep_refused_by_inbox(&ready.key, said);
        let now_ms = self.round.now_ms();
        let Some(mut state) = self.round.state(&ready.key).await? else { return Ok(vec![kept]) };
        if state.value.refused_told_at_ms.is_some_and(|told_at_ms| now_ms - told_at_ms < TOLD_AGAIN_MS) {
            return Ok(vec![kept]);
        }
        self.round.dead_letter(&ready.row, &FailureReason::Refused { code: code.to_owned() }.words()).await?;
        state.value.refused_told_at_ms = Some(now_ms);
        // Where somebody else changed the conversation first, operators are told once more.
        self.round.commit_state(&mut state, Vec::new()).await?;
        Ok(vec![kept])
    }

    /// Nothing waits any more, unless something came meanwhile: then the row stays due.
    async fn end(&self, row: &OutboxRow, key: &ConversationKey) -> Result<(), PortError> {
        let state = self.round.state(key).await?.filter(|state| state.value.account == self.round.account.key);
        let Some(mut state) = state else { return self.round.done(row).await };
        if self.round.journal.for_inbox(key, 1).await?.is_empty() {
            state.value.inbox_queued = false;
            self.round.commit_state(&mut state, vec![write::done(row)]).await?;
        }
        Ok(())
    }

    async fn wait_for_link(&self, row: &OutboxRow, state: &Conversation, channel: &Channel) -> Result<(), PortError> {
        let waiting = self.round.journal.for_inbox(&state.key, 1).await?;
        let Some(Versioned { value: first, .. }) = waiting.first() else { return self.end(row, &state.key).await };
        let left_ms = first.arrived_at_ms + WAIT_FOR_LINK_MS - self.round.now_ms();
        match channel.settings.create_contacts && state.may_create_contact() {
            true => self.round.postpone(row, 0).await,
            false if left_ms > 0 => self.round.postpone(row, left_ms).await,
            false => self.drop_all(row, &state.key).await,
        }
    }

    /// What waits goes, and the row stays due until nothing is left.
    async fn drop_all(&self, row: &OutboxRow, key: &ConversationKey) -> Result<(), PortError> {
        loop {
            let waiting = self.round.journal.for_inbox(key, AT_ONCE).await?;
            let late = self.round.journal.without_files(key, LATE_AT_ONCE).await?;
            if waiting.is_empty() && late.is_empty() {
                return self.end(row, key).await;
            }
            tracing::warn!(conversation = key.hash(), dropped = waiting.len(), "inbox.dropped");
            let words = waiting.iter().map(|said| write::not_for_inbox(key, &said.value.mark));
            let gone = words.chain(late.iter().map(|mark| write::file_followed(key, mark))).collect();
            let _ = self.round.journal.commit(gone).await?;
        }
    }
}

/// What names one message in the inbox for ever. That it was taken back is another.
fn key_of(conversation: &ConversationKey, said: &Activity) -> String {
    let what = if said.content == Content::Unsent { "taken back" } else { "said" };
    fingerprint(&["inbox", &conversation.hash(), said.mark.event.as_str(), what])
}

/// Cuts a text into parts of at most so many UTF-16 code units each, none within a character.
fn parts(text: &str, most_units: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut units = 0;
        let mut letters = rest.char_indices();
        let end = letters.find_map(|(at, letter)| {
            units += letter.len_utf16();
            (units > most_units && at > 0).then_some(at)
        });
        let (part, behind) = rest.split_at(end.unwrap_or(rest.len()));
        rest = behind;
        Some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_nothing_of_it_is_lost() {
        assert_eq!(parts("abcdefg", 3).collect::<Vec<_>>(), ["abc", "def", "g"]);
        assert_eq!(parts("😀😀😀", 5).collect::<Vec<_>>(), ["😀😀", "😀"], "each has two units");
        assert_eq!(parts("😀", 1).collect::<Vec<_>>(), ["😀"], "one that is too long by itself still goes");
        assert_eq!(parts("", 3).count(), 0);
    }
}
