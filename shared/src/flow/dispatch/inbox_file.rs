//! What goes into the CRM's inbox of a message's file: with its message, where the CRM has it soon enough, and else behind it.
//!
//! A message waits a moment for its file, and whatever the person says next waits with it: so they stand in order. That it goes without is
//! written down before it goes, with a look at whether anything more is known of the file by then. Whoever writes down what became of
//! the file looks at that in turn: one of the two finds the other.

use super::round::Round;
use crate::domain::activity::{Activity, Content};
use crate::domain::conversation::ConversationKey;
use crate::domain::file::{FileLoss, FileState};
use crate::domain::language::Language;
use crate::domain::words;
use crate::domain::words::crm_inbox as its_words;
use crate::ports::crm::InboxFile;
use crate::ports::table::Commit;
use crate::ports::{Crm, PortError};
use crate::store::journal::write;

/// So long a message waits for its file, in milliseconds.
const WAIT_MS: i64 = 30_000;

/// What is known of a message's file.
pub(super) enum Its {
    /// It has none that is saved.
    Nothing,
    /// The CRM has it.
    Hangs(InboxFile),
    /// The CRM has it, and does not let it hang there.
    NotTaken,
    /// It is lost.
    Lost(FileLoss),
    /// It follows.
    Follows,
}

impl Its {
    /// The file, where it hangs on the message.
    pub(super) fn file(&self) -> Option<&InboxFile> {
        match self {
            Self::Hangs(file) => Some(file),
            Self::Nothing | Self::NotTaken | Self::Lost(_) | Self::Follows => None,
        }
    }

    /// Stands behind the message's words.
    pub(super) fn words(&self, language: Language) -> &'static str {
        match self {
            Self::Nothing | Self::Hangs(_) => "",
            Self::NotTaken => its_words::file_not_shown(language),
            Self::Lost(why) => words::file_loss(*why, language),
            Self::Follows => its_words::file_follows(language),
        }
    }
}

/// Looks at files.
pub(super) struct InboxFiles<'a> {
    pub(super) round: &'a Round<'a>,
    pub(super) crm: &'a dyn Crm,
}

impl InboxFiles<'_> {
    /// Of a message that waits; `saves`: whether files are saved. `None`: not known yet, and worth a wait.
    pub(super) async fn of(
        &self,
        key: &ConversationKey,
        said: &Activity,
        saves: bool,
    ) -> Result<Option<Its>, PortError> {
        if !matches!(said.content, Content::Media { url: None, .. }) || said.message.is_none() {
            return Ok(Some(Its::Nothing));
        }
        let journal = self.round.journal;
        if journal.is_without_file(key, &said.mark).await? {
            return Ok(Some(Its::Follows));
        }
        let known = journal.file(key, &said.mark).await?;
        let version = known.as_ref().map_or(0, |known| known.version);
        let now_ms = self.round.now_ms();
        match known.map(|known| (known.value.media, known.value.state)) {
            Some((media, FileState::Saved { file, .. })) => Ok(Some(Its::Hangs(InboxFile { file, media }))),
            Some((_, FileState::Lost { why })) => Ok(Some(Its::Lost(why))),
            Some((_, FileState::Saving { .. })) | None if !saves || self.crm.files().is_none() => {
                Ok(Some(Its::Nothing))
            }
            Some((_, FileState::Saving { .. })) | None if now_ms < said.arrived_at_ms + WAIT_MS => Ok(None),
            Some((_, FileState::Saving { .. })) | None => {
                let decided =
                    vec![write::without_file(key, &said.mark, now_ms), write::file_unchanged(key, &said.mark, version)];
                let is_decided = journal.commit(decided).await? == Commit::Done;
                Ok(is_decided.then_some(Its::Follows))
            }
        }
    }
}
