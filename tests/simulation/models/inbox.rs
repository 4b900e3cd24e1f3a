//! The CRM's own inbox: a key that it has makes no second message.

use std::collections::BTreeMap;

use musubi::domain::ids::{ContactId, FileId, InboxMessageId};
use musubi::ports::crm::{CrmFailure, Each, InboxFile, InboxOutcome, InboxWrite};

use super::crm::State;

/// What stands in it.
#[derive(Default)]
pub struct ModelInbox {
    /// Messages, in the order in which they came: key, contact, words.
    pub messages: Vec<(String, ContactId, String)>,
    /// The file that hangs on a message, by the message's key.
    pub files: BTreeMap<String, FileId>,
    /// It lets no file hang on a message.
    pub refuses_files: bool,
    /// What whoever wrote a message there was told of it last: why it was not sent, if it was not.
    pub told: BTreeMap<InboxMessageId, Option<String>>,
}

pub fn write(state: &mut State, message: &InboxWrite) -> Each<()> {
    state.admit(&message.text)?;
    if state.inbox.messages.iter().any(|(key, ..)| *key == message.key) {
        return Ok(());
    }
    if let Some(InboxFile { file, .. }) = &message.file {
        if state.inbox.refuses_files || !state.files.contains_key(file) {
            return Err(CrmFailure::Refused { code: "ATTACHMENT".to_owned() });
        }
        state.inbox.files.insert(message.key.clone(), file.clone());
    }
    state.inbox.messages.push((message.key.clone(), message.contact.clone(), message.text.clone()));
    Ok(())
}

pub fn tell(state: &mut State, outcome: &InboxOutcome) -> Each<()> {
    state.inbox.told.insert(outcome.message.message.clone(), outcome.not_sent.clone());
    Ok(())
}
