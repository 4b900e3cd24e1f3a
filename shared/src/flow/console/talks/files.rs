//! Pictures and files of a talk: what somebody sent, and a picture that is to be sent. The CRM keeps both.

use bytes::Bytes;

use super::{FromCrm, OpenTalk, Talks, unsaid};
use crate::domain::file::{FileKind, FileName, FilePlace};
use crate::domain::ids::FileId;
use crate::domain::operator::Operator;
use crate::ports::PortError;
use crate::ports::crm::{CrmFailure, Each};

/// A picture of some megabytes is put into the CRM within this, in milliseconds: the console's answer has 29 seconds.
const PUBLISHING_MS: i64 = 20_000;

impl Talks {
    /// The file of a message of the talk, where the CRM has it.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn file(&self, talk: &OpenTalk, name: &FileName) -> Result<Option<FileId>, PortError> {
        let file = self.read.file(&talk.key(), name).await?;
        Ok(file.and_then(|file| file.saved().cloned()))
    }

    /// Puts a picture that an operator sends, and a small one, where the person's phone can fetch them whenever it is opened: their addresses do
    /// not end, and nobody guesses them. `secret` names the picture in the talk: twice is once. Inside, `None`: the CRM does not take it.
    ///
    /// # Errors
    /// As [`file_address`](Self::file_address).
    pub async fn publish_picture(
        &self,
        by: &Operator,
        talk: &OpenTalk,
        secret: &str,
        [whole, preview]: [Bytes; 2],
    ) -> Result<FromCrm<Option<[String; 2]>>, PortError> {
        let Some(account) = self.account(by).await? else { return Ok(FromCrm::Disconnected) };
        let until_ms = self.clock.now_ms() + PUBLISHING_MS;
        let Some(crm) = self.crms.connect(&account, until_ms).await? else { return Ok(FromCrm::Disconnected) };
        let Some(files) = crm.files() else { return Ok(FromCrm::Said(None)) };
        let place = |part| FilePlace::of_sent(&talk.key(), secret, part);
        let whole = match if_there(files.publish_file(&place("picture"), FileKind::Jpeg, whole).await) {
            FromCrm::Said(Some(address)) => address,
            end => return Ok(end.without()),
        };
        Ok(match if_there(files.publish_file(&place("preview"), FileKind::Jpeg, preview).await) {
            FromCrm::Said(Some(preview)) => FromCrm::Said(Some([whole, preview])),
            end => end.without(),
        })
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

impl<T> FromCrm<Option<T>> {
    /// The same where nothing of it is left.
    fn without<U>(self) -> FromCrm<Option<U>> {
        match self {
            Self::Said(_) => FromCrm::Said(None),
            Self::Disconnected => FromCrm::Disconnected,
            Self::Silent => FromCrm::Silent,
        }
    }
}

fn if_there<T>(answer: Each<T>) -> FromCrm<Option<T>> {
    match answer {
        Ok(it) => FromCrm::Said(Some(it)),
        Err(CrmFailure::Gone | CrmFailure::Refused { .. }) => FromCrm::Said(None),
        Err(failure) => unsaid(&failure),
    }
}
