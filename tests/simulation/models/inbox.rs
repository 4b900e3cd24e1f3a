//! The CRM's own inbox: a key that it has makes no second message.

use std::collections::BTreeMap;

use musubi::domain::ids::{ContactId, InboxMessageId};
use musubi::ports::crm::{Each, InboxOutcome, InboxWrite};

use super::crm::State;

/// What stands in it.
#[derive(Default)]
pub struct ModelInbox {
    /// Messages, in the order in which they came: key, contact, words.
    pub messages: Vec<(String, ContactId, String)>,
    /// What whoever wrote a message there was told of it last: why it was not sent, if it was not.
    pub told: BTreeMap<InboxMessageId, Option<String>>,
}

pub fn write(state: &mut State, message: &InboxWrite) -> Each<()> {
    state.admit(&message.text)?;
    let messages = &mut state.inbox.messages;
    if !messages.iter().any(|(key, ..)| *key == message.key) {
        messages.push((message.key.clone(), message.contact.clone(), message.text.clone()));
    }
    Ok(())
}

pub fn tell(state: &mut State, outcome: &InboxOutcome) -> Each<()> {
    state.inbox.told.insert(outcome.message.message.clone(), outcome.not_sent.clone());
    Ok(())
}
