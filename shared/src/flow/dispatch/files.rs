//! The files of messages go from LINE into the CRM, one after the other, beside everything else that is done for the account.
//!
//! Before the first byte is written, the journal knows where: a file whose writing ended in the unknown is looked for there and not
//! written again, and that of a message which was taken back meanwhile is found and deleted. What became of it is written with a look
//! at whether its note is sealed: whoever seals it finds the file, or we see to it that the note is changed.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt;
use futures::channel::mpsc::{self, TryRecvError};
use tracing::{info, warn};

use super::UNKNOWN_REST_MS;
use super::round::{Round, Verdict};
use crate::domain::activity::{Content, Mark, Media};
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::erasure::Erasure;
use crate::domain::file::{FileKind, FileLoss, FilePlace, FileState, MOST_BYTES, MessageFile};
use crate::domain::ids::{FileId, MessageId};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::crm::CrmFailure;
use crate::ports::files::{ContentAnswer, FileBytes};
use crate::ports::table::Commit;
use crate::ports::{Crm, CrmFiles, LineContent, PortError};
use crate::store::journal::write;
use crate::store::{Channels, LinkReader};

/// With less time than this none is begun, in milliseconds.
const LEAST_MS: i64 = 15_000;
/// A CRM that has not allowed files is asked again after this long, in milliseconds: somebody may connect it anew.
const NOT_ALLOWED_REST_MS: i64 = 3_600_000;
/// Nobody is linked to whoever sent it: looked at again after this long, in milliseconds.
const NOBODYS_REST_MS: i64 = 10_000;
/// And for no longer than this: the words of somebody who is linked to nobody wait no longer, either.
const NOBODYS_LONGEST_MS: i64 = 7 * 86_400_000;
/// So much of the call's time is left for writing down what became of a file, in milliseconds.
const RESERVE_MS: i64 = 5_000;
/// LINE refuses us, and not for the file: asked again after this long, in milliseconds.
const REFUSED_REST_MS: i64 = 900_000;
/// Whoever writes the same conversation is let by so often.
const CONFLICTS: usize = 5;

/// Where the walker puts rows. When it is gone, none is begun any more.
pub(super) struct FileQueue {
    rows: mpsc::UnboundedSender<OutboxRow>,
    handed: Mutex<HashSet<String>>,
    left: Arc<AtomicUsize>,
}

/// Where the saver takes them.
pub(super) struct WaitingFiles {
    rows: mpsc::UnboundedReceiver<OutboxRow>,
    left: Arc<AtomicUsize>,
}

/// Both ends of a queue. It holds no more than a walk reads.
pub(super) fn queue() -> (FileQueue, WaitingFiles) {
    let (sender, receiver) = mpsc::unbounded();
    let left = Arc::new(AtomicUsize::new(0));
    (
        FileQueue { rows: sender, handed: Mutex::default(), left: Arc::clone(&left) },
        WaitingFiles { rows: receiver, left },
    )
}

impl FileQueue {
    /// Takes a row, unless it took that work before: what is tried again is for another call.
    pub(super) fn put(&self, row: OutboxRow) {
        if self.handed.lock().unwrap_or_else(PoisonError::into_inner).insert(row.effect.name()) {
            self.left.fetch_add(1, Ordering::SeqCst);
            let _ = self.rows.unbounded_send(row);
        }
    }

    /// Whether it had any in this call.
    pub(super) fn had_any(&self) -> bool {
        !self.handed.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Whether any is still being saved.
    pub(super) fn is_busy(&self) -> bool {
        self.left.load(Ordering::SeqCst) > 0
    }
}

impl WaitingFiles {
    /// Until the walker is gone. Whoever had least comes first, and what failed before behind what is fresh: one person's flood delays
    /// nobody. What a store refuses is logged, and its row stays due.
    pub(super) async fn save_each(mut self, saver: &SaveFile<'_>) {
        let (mut waiting, mut had) = (Vec::new(), HashMap::<String, usize>::new());
        loop {
            if waiting.is_empty() {
                let Some(row) = self.rows.next().await else { return };
                waiting.push(row);
            }
            loop {
                match self.rows.try_recv() {
                    Ok(row) => waiting.push(row),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Closed) => return,
                }
            }
            let rank = |row: &OutboxRow| (row.tries > 0, had.get(&whose(row)).copied().unwrap_or_default());
            let Some(next) = (0..waiting.len()).min_by_key(|at| rank(&waiting[*at])) else { continue };
            let row = waiting.remove(next);
            *had.entry(whose(&row)).or_default() += 1;
            if saver.round.now_ms().saturating_add(LEAST_MS) <= saver.round.until_ms
                && let Err(error) = saver.save(&row).await
            {
                crate::telemetry::log_chain("file.not_saved", &error);
            }
            self.left.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

fn whose(row: &OutboxRow) -> String {
    row.effect.conversation().map(ConversationKey::hash).unwrap_or_default()
}

/// Whether a file is to be saved.
enum Standing {
    /// Now.
    Wanted,
    /// Nobody is linked to whoever sent it, yet.
    NotYet,
    /// Not any more: what may have been written is deleted.
    Unwanted,
}

/// Saves one.
pub(super) struct SaveFile<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
    pub(super) content: &'a dyn LineContent,
    pub(super) channels: &'a Channels,
    pub(super) links: LinkReader,
    /// The CRM account has not allowed files: LINE is asked for none.
    pub(super) not_allowed: AtomicBool,
}

/// The file of a message, on its way.
struct Saving<'a> {
    row: &'a OutboxRow,
    key: &'a ConversationKey,
    message: &'a MessageId,
    media: Media,
    mark: &'a Mark,
    /// As it was before anything else of the person was read.
    erasure: Erasure,
    files: &'a dyn CrmFiles,
}

impl Saving<'_> {
    fn became(&self, state: FileState) -> MessageFile {
        MessageFile { message: self.message.clone(), mark: self.mark.clone(), media: self.media, state }
    }
}

impl SaveFile<'_> {
    async fn save(&self, row: &OutboxRow) -> Result<(), PortError> {
        let Effect::SaveFile { conversation: key, message, mark, media } = &row.effect else { return Ok(()) };
        let Some(files) = self.crm.files() else { return self.round.done(row).await };
        let erasure = self.round.journal.erasure(key).await?;
        let saving = Saving { row, key, message, mark, media: *media, erasure, files };
        let verdict = match self.standing(&saving).await? {
            Standing::Wanted => self.fetch(&saving).await?,
            Standing::NotYet => Verdict::After(NOBODYS_REST_MS),
            Standing::Unwanted => self.take_back(&saving).await?,
        };
        self.conclude(row, verdict).await
    }

    /// A try that took all the time there was counts as one, too: what is behind it comes first the next time.
    async fn conclude(&self, row: &OutboxRow, verdict: Verdict) -> Result<(), PortError> {
        if self.round.is_late() && !matches!(verdict, Verdict::Leave) {
            let again = row.again(self.round.now_ms() + row.backoff_ms());
            let _ = self.round.journal.commit(vec![write::taken_out(row), write::enqueue(&again)]).await?;
            return Ok(());
        }
        self.round.conclude(row, verdict).await
    }

    /// Whether it is to be saved: the Official Account is this CRM account's and wants files, the message was not taken back, and its person
    /// has a contact on whose timeline it will hang.
    async fn standing(&self, saving: &Saving<'_>) -> Result<Standing, PortError> {
        let (key, journal) = (saving.key, self.round.journal);
        let channel = self.channels.find(&key.channel).await?;
        let is_wanted = |channel: &Channel| {
            channel.account == self.round.account.key && channel.leaving.is_none() && channel.settings.save_files
        };
        let is_known = !journal.message_positions(key, saving.message).await?.all.is_empty();
        if !channel.as_ref().is_some_and(is_wanted) || !is_known || journal.is_unsent(key, saving.message).await? {
            return Ok(Standing::Unwanted);
        }
        let Some(user) = key.source.user() else { return Ok(Standing::Unwanted) };
        if self.links.of_user(&key.channel, user).await?.is_some() {
            return Ok(Standing::Wanted);
        }
        // As long as its words wait.
        let is_old = self.round.now_ms() - saving.row.since_ms > NOBODYS_LONGEST_MS;
        Ok(if is_old { Standing::Unwanted } else { Standing::NotYet })
    }

    async fn fetch(&self, saving: &Saving<'_>) -> Result<Verdict, PortError> {
        let known = self.round.journal.file(saving.key, saving.mark).await?.map(|known| known.value);
        if let Some(FileState::Saving { place, kind }) = known.as_ref().map(|known| &known.state) {
            // It may lie there, whatever LINE says by now.
            match saving.files.find_file(place).await {
                Ok(Some(file)) => return self.saved(saving, file, *kind).await,
                Ok(None) => {}
                Err(CrmFailure::Disconnected) => return Ok(Verdict::After(NOT_ALLOWED_REST_MS)),
                Err(failure) => return Ok(Verdict::Failed(failure)),
            }
        } else if self.not_allowed.load(Ordering::SeqCst) {
            return self.say_not_allowed(saving, known.as_ref()).await;
        }
        let until_ms = self.round.until_ms - RESERVE_MS;
        let answer = self.content.content(&saving.key.channel, saving.message, until_ms).await;
        let sniffed = match answer {
            Ok(ContentAnswer::Here(bytes)) if bytes.size_bytes.is_some_and(|size| size > MOST_BYTES) => {
                return self.lost(saving, FileLoss::TooLarge).await;
            }
            Ok(ContentAnswer::Here(bytes)) => bytes.sniffed().await,
            Ok(ContentAnswer::Gone) => return self.lost(saving, FileLoss::Gone).await,
            Ok(ContentAnswer::Preparing) => return Ok(Verdict::After(0)),
            Err(error) => Err(error),
        };
        match sniffed {
            Ok((kind, bytes)) => self.keep(saving, kind.kept_as(saving.media), bytes).await,
            Err(error) => {
                let wait_ms = if error.is_transient() { 0 } else { REFUSED_REST_MS };
                crate::telemetry::log_chain("file.not_fetched", &error);
                Ok(Verdict::After(wait_ms))
            }
        }
    }

    /// Looks for it where it is to lie, and writes it there if it does not.
    async fn keep(&self, saving: &Saving<'_>, kind: FileKind, bytes: FileBytes) -> Result<Verdict, PortError> {
        let journal = self.round.journal;
        let state = journal.conversation(saving.key).await?;
        let words = match &state {
            Some(state) => journal.words_at(&state.value, saving.mark).await?,
            None => None,
        };
        let called = match words.map(|words| words.said.content) {
            Some(Content::Media { name, .. }) => name,
            _ => None,
        };
        let place = match journal.file(saving.key, saving.mark).await?.map(|known| known.value.state) {
            // One that was tried is where it was tried, whatever is known of it now.
            Some(FileState::Saving { place, .. }) => place,
            _ => FilePlace::of(saving.key, saving.message, saving.media, kind, called.as_deref()),
        };
        let found = match saving.files.find_file(&place).await {
            Err(CrmFailure::Disconnected) => {
                warn!(crm.account = %self.round.account.key, "file.not_allowed");
                self.not_allowed.store(true, Ordering::SeqCst);
                let known = journal.file(saving.key, saving.mark).await?.map(|known| known.value);
                return self.say_not_allowed(saving, known.as_ref()).await;
            }
            found => found,
        };
        if !self.begin(saving, &place, kind).await? {
            // Taken back, or erased: the next look at the row says what is left to do.
            return Ok(Verdict::Leave);
        }
        let (bytes, is_too_large) = bytes.bounded(MOST_BYTES);
        let saved = match found {
            Ok(Some(file)) => Ok(file),
            Ok(None) => saving.files.save_file(&place, kind, bytes).await,
            Err(failure) => Err(failure),
        };
        match saved {
            Ok(file) => self.saved(saving, file, kind).await,
            Err(_) if is_too_large() => self.lost(saving, FileLoss::TooLarge).await,
            Err(CrmFailure::Refused { .. }) => self.lost(saving, FileLoss::Refused).await,
            // It may be written yet: whoever looks at once finds nothing, and writes it twice.
            Err(CrmFailure::Unknown) => Ok(Verdict::After(UNKNOWN_REST_MS)),
            Err(failure) => Ok(Verdict::Failed(failure)),
        }
    }

    /// Its note says so, once; what is known to be on its way stays known.
    async fn say_not_allowed(&self, saving: &Saving<'_>, known: Option<&MessageFile>) -> Result<Verdict, PortError> {
        if known.is_none() {
            self.note(saving, FileState::Lost { why: FileLoss::NotAllowed }, false).await?;
        }
        Ok(Verdict::After(NOT_ALLOWED_REST_MS))
    }

    /// What is about to be written is known before. `false`: the message was taken back, or its person erased.
    async fn begin(&self, saving: &Saving<'_>, place: &FilePlace, kind: FileKind) -> Result<bool, PortError> {
        let begun = saving.became(FileState::Saving { place: place.clone(), kind });
        let writes = vec![
            write::file(saving.key, &begun, self.round.now_ms()),
            write::not_unsent(saving.key, saving.message),
            write::not_erased_since(saving.key, &saving.erasure),
        ];
        Ok(self.round.journal.commit(writes).await? == Commit::Done)
    }

    async fn saved(&self, saving: &Saving<'_>, file: FileId, kind: FileKind) -> Result<Verdict, PortError> {
        if self.note(saving, FileState::Saved { file: file.clone(), kind }, true).await? {
            info!(crm.account = %self.round.account.key, channel.id = %saving.key.channel, ?kind, "file.saved");
            return Ok(Verdict::Leave);
        }
        // Taken back or erased meanwhile: nobody keeps it.
        match saving.files.delete_file(&file).await {
            Ok(()) | Err(CrmFailure::Gone) => {
                self.forget(saving).await?;
                Ok(Verdict::Leave)
            }
            Err(failure) => Ok(Verdict::Failed(failure)),
        }
    }

    async fn lost(&self, saving: &Saving<'_>, why: FileLoss) -> Result<Verdict, PortError> {
        warn!(crm.account = %self.round.account.key, channel.id = %saving.key.channel, ?why, "file.lost");
        if !self.note(saving, FileState::Lost { why }, true).await? {
            return self.take_back(saving).await;
        }
        Ok(Verdict::Leave)
    }

    /// Writes down what became of it; with it goes the row, where that `is_all`. `false`: the message was taken back, or its person erased.
    async fn note(&self, saving: &Saving<'_>, state: FileState, is_all: bool) -> Result<bool, PortError> {
        let (journal, now_ms, key) = (self.round.journal, self.round.now_ms(), saving.key);
        let file = saving.became(state);
        for _ in 0..CONFLICTS {
            let erasure = journal.erasure(key).await?;
            let positions = journal.message_positions(key, saving.message).await?.all;
            let state = journal.conversation(key).await?.filter(|_| !positions.is_empty());
            let Some(state) = state else { return Ok(false) };
            if journal.is_unsent(key, saving.message).await? {
                return Ok(false);
            }
            let mut writes = vec![
                write::file(key, &file, now_ms),
                write::not_unsent(key, saving.message),
                write::not_erased_since(key, &erasure),
            ];
            writes.extend(is_all.then(|| write::taken_out(saving.row)));
            // The CRM's inbox waits for it, or has the message without it by now.
            let went_without = journal.is_without_file(key, saving.mark).await?;
            if went_without || journal.waits_for_inbox(key, saving.mark).await? {
                // Behind the row that may be served right now, whose end must not end this one.
                let write = OutboxRow::new(&self.round.account.key, state.value.write_to_inbox(), now_ms, now_ms + 1);
                writes.push(write::enqueue(&write));
            }
            writes.extend((!went_without).then(|| write::not_without_file(key, saving.mark)));
            let is_sealed = !journal.entries_with(key, &positions, 1).await?.is_empty();
            if is_sealed {
                let show = Effect::ShowFile { conversation: key.clone(), message: saving.message.clone() };
                writes.push(write::enqueue(&OutboxRow::new(&self.round.account.key, show, now_ms, now_ms)));
            } else {
                let next = state.value.next_entry;
                let next = next + u32::from(journal.entry(key, next).await?.is_some());
                writes.push(write::not_sealed(key, next));
            }
            if journal.commit(writes).await? == Commit::Done {
                return Ok(true);
            }
        }
        Err(PortError::Transient { what: "a file's end", source: None })
    }

    /// The message was taken back: what may have been written of its file is deleted.
    async fn take_back(&self, saving: &Saving<'_>) -> Result<Verdict, PortError> {
        let known = self.round.journal.file(saving.key, saving.mark).await?;
        if let Some(FileState::Saving { place, .. }) = known.map(|known| known.value.state) {
            let deleted = match saving.files.find_file(&place).await {
                Ok(Some(file)) => saving.files.delete_file(&file).await,
                Ok(None) => Ok(()),
                Err(failure) => Err(failure),
            };
            match deleted {
                Ok(()) | Err(CrmFailure::Gone) => {}
                Err(failure) => return Ok(Verdict::Failed(failure)),
            }
        }
        self.forget(saving).await?;
        Ok(Verdict::Leave)
    }

    async fn forget(&self, saving: &Saving<'_>) -> Result<(), PortError> {
        let writes = vec![
            write::file_gone(saving.key, saving.mark),
            write::file_followed(saving.key, saving.mark),
            write::taken_out(saving.row),
        ];
        let _ = self.round.journal.commit(writes).await?;
        Ok(())
    }
}
