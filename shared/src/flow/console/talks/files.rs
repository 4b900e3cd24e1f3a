//! Pictures and files of a talk: what somebody sent, and what is to be sent. The CRM keeps both.

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{FromCrm, OpenTalk, Talks, unsaid};
use crate::domain::conversation::ConversationKey;
use crate::domain::file::{FileKind, FileName, FilePlace};
use crate::domain::ids::FileId;
use crate::domain::operator::Operator;
use crate::ports::crm::{CrmFailure, Each};
use crate::ports::{CrmFiles, PortError};

/// A part of something that an operator sends.
pub struct SentPart {
    /// Which of several, and how its name ends: `picture.jpg`.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// All of it.
    pub bytes: Bytes,
}

impl Talks {
    /// The file of a message of the talk, where the CRM has it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn file(&self, talk: &OpenTalk, name: &FileName) -> Result<Option<FileId>, PortError> {
        let file = self.read.file(&talk.key(), name).await?;
        Ok(file.and_then(|file| file.saved().cloned()))
    }

    /// Puts what an operator sends where the person's phone can fetch it whenever it is opened: the addresses, one for each part, do not end,
    /// and nobody guesses them. `secret` names it in the talk: twice is once. It takes until `until_ms` at most. Inside, `None`: the CRM does
    /// not take it.
    ///
    /// # Errors
    /// As [`file_address`](Self::file_address).
    pub async fn publish(
        &self,
        by: &Operator,
        talk: &OpenTalk,
        secret: &str,
        parts: Vec<SentPart>,
        until_ms: i64,
    ) -> Result<FromCrm<Option<Vec<String>>>, PortError> {
        let Some(account) = self.account(by).await? else { return Ok(FromCrm::Disconnected) };
        let Some(crm) = self.crms.connect(&account, until_ms).await? else { return Ok(FromCrm::Disconnected) };
        let Some(files) = crm.files() else { return Ok(FromCrm::Said(None)) };
        Ok(if_there(published(files, &talk.key(), secret, parts).await))
    }

    /// An address under which a file can be fetched for some minutes. Inside, `None`: it is not there any more.
    ///
    /// # Errors
    /// The settings or the secrets cannot be read.
    pub async fn file_address(&self, by: &Operator, file: &FileId) -> Result<FromCrm<Option<String>>, PortError> {
        let Some(crm) = self.crm_of(by).await? else { return Ok(FromCrm::Disconnected) };
        let Some(files) = crm.files() else { return Ok(FromCrm::Said(None)) };
        Ok(if_there(files.file_address(file).await))
    }

    /// A picture in a size for a page. Inside, `None`: it is none, or is not there any more.
    ///
    /// # Errors
    /// As [`file_address`](Self::file_address).
    pub async fn file_preview(&self, by: &Operator, file: &FileId) -> Result<FromCrm<Option<Bytes>>, PortError> {
        let Some(crm) = self.crm_of(by).await? else { return Ok(FromCrm::Disconnected) };
        let Some(files) = crm.files() else { return Ok(FromCrm::Said(None)) };
        Ok(if_there(files.file_preview(file).await))
    }
}

/// Puts the parts of what is sent in a talk where phones fetch them: the addresses, in their order. `secret` names it: twice is once, also where
/// the first stopped between two of them.
///
/// # Errors
/// The first part's that the CRM does not take.
pub async fn published(
    files: &dyn CrmFiles,
    talk: &ConversationKey,
    secret: &str,
    parts: Vec<SentPart>,
) -> Each<Vec<String>> {
    let mut addresses = Vec::new();
    for SentPart { name, kind, bytes } in parts {
        let place = FilePlace::of_sent(talk, secret, &digest(&bytes), &name);
        addresses.push(files.publish_file(&place, kind, bytes).await?);
    }
    Ok(addresses)
}

/// What lies under an address may be another the next time: then it is another file.
fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn if_there<T>(answer: Each<T>) -> FromCrm<Option<T>> {
    match answer {
        Ok(it) => FromCrm::Said(Some(it)),
        Err(CrmFailure::Gone | CrmFailure::Refused { .. }) => FromCrm::Said(None),
        Err(failure) => unsaid(&failure),
    }
}
