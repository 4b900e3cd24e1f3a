//! Files on their way from LINE into a CRM: never whole in memory.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::{self, BoxStream};

use super::crm::Each;
use super::error::PortError;
use crate::domain::file::{FileKind, FilePlace, HEAD_BYTES};
use crate::domain::ids::{ChannelId, FileId, MessageId, NoteId};

/// So large is a picture's preview at most, in bytes: an answer of a Lambda function holds 6 MB, a third of which base64 takes.
pub const MOST_PREVIEW_BYTES: usize = 4_000_000;

/// A file's bytes, as they come. An error in between ends them: what came until then is not the file.
pub struct FileBytes {
    /// How many there are, where the sender says.
    pub size_bytes: Option<u64>,
    /// The bytes.
    pub chunks: BoxStream<'static, Result<Bytes, PortError>>,
}

impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBytes").field("size_bytes", &self.size_bytes).finish_non_exhaustive()
    }
}

impl FileBytes {
    /// A file that is whole already.
    pub fn whole(bytes: Bytes) -> Self {
        let size_bytes = Some(bytes.len() as u64);
        Self { size_bytes, chunks: stream::once(async { Ok(bytes) }).boxed() }
    }

    /// Looks at the first bytes, and gives the file back with them.
    ///
    /// # Errors
    /// It broke off before.
    pub async fn sniffed(mut self) -> Result<(FileKind, Self), PortError> {
        let mut head = BytesMut::new();
        while head.len() < HEAD_BYTES {
            match self.chunks.next().await {
                Some(chunk) => head.extend_from_slice(&chunk?),
                None => break,
            }
        }
        let kind = FileKind::sniffed(&head);
        let chunks = stream::once(async { Ok(head.freeze()) }).chain(self.chunks).boxed();
        Ok((kind, Self { chunks, ..self }))
    }

    /// The same, broken off behind so many bytes; and whether it was.
    pub fn bounded(self, most_bytes: u64) -> (Self, impl Fn() -> bool + Send + Sync) {
        let seen = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&seen);
        let chunks = self.chunks.map(move |chunk| {
            let chunk = chunk?;
            let before = counted.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            match before + chunk.len() as u64 > most_bytes {
                true => Err(PortError::permanent("a file", "larger than is saved")),
                false => Ok(chunk),
            }
        });
        (Self { chunks: chunks.boxed(), ..self }, move || seen.load(Ordering::SeqCst) > most_bytes)
    }
}

/// What LINE says when it is asked for the file of a message.
#[derive(Debug)]
pub enum ContentAnswer {
    /// Here it is.
    Here(FileBytes),
    /// LINE is still preparing a film or sound.
    Preparing,
    /// LINE has it no more, or never had it.
    Gone,
}

/// The files of messages, as LINE keeps them for a time that it does not say.
#[async_trait]
pub trait LineContent: Send + Sync {
    /// A message's file. What has not come by `until_ms` breaks off. Twice gives it twice, while LINE has it.
    ///
    /// # Errors
    /// LINE does not answer, or refuses for another reason than the file.
    async fn content(
        &self,
        channel: &ChannelId,
        message: &MessageId,
        until_ms: i64,
    ) -> Result<ContentAnswer, PortError>;
}

/// A CRM that keeps files of its own.
#[async_trait]
pub trait CrmFiles: Send + Sync {
    /// The file that lies there. `None`: none does.
    async fn find_file(&self, place: &FilePlace) -> Each<Option<FileId>>;

    /// Puts a file there that only people who are signed in to the CRM can see. Twice may make two: [`find_file`](Self::find_file) comes
    /// first. `Unknown` also where the bytes broke off.
    async fn save_file(&self, place: &FilePlace, kind: FileKind, bytes: FileBytes) -> Each<FileId>;

    /// Puts a file there that anybody can see who has its address, and answers with the address, which does not end. Twice makes one: what lies
    /// there already is not written again. The place is one that nobody can guess.
    async fn publish_file(&self, place: &FilePlace, kind: FileKind, bytes: Bytes) -> Each<String>;

    /// Sees to it that these files hang on the note, and the others that do stay. Twice is once.
    async fn attach_files(&self, note: &NoteId, files: &[FileId]) -> Each<()>;

    /// Deletes a file for ever, wherever it hangs. `Gone`: it is not there.
    async fn delete_file(&self, file: &FileId) -> Each<()>;

    /// An address under which the file can be fetched for some minutes, by whoever has the address.
    async fn file_address(&self, file: &FileId) -> Each<String>;

    /// A picture in a size for a page, of at most [`MOST_PREVIEW_BYTES`]. Refused where there is none.
    async fn file_preview(&self, file: &FileId) -> Each<Bytes>;
}
