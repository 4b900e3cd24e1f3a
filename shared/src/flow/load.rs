//! A conversation is found, or begins: never out of what was said before it was erased.

use crate::domain::account::CrmAccountKey;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::erasure::Erasure;
use crate::ports::PortError;
use crate::ports::table::{Versioned, Write};
use crate::store::Journal;
use crate::store::journal::write;

/// A conversation to be written to.
pub(super) struct Loaded {
    /// As found; version 0 where it begins.
    pub(super) state: Versioned<Conversation>,
    /// Whether it was erased: whoever writes drops what is from before.
    pub(super) erasure: Erasure,
}

/// The conversation, begun if there is none.
///
/// The state is read first, then whether it was erased: an erasure takes the state away in the same transaction in which it
/// leaves its mark, so that whoever reads a state of before either sees the mark or is refused at the commit.
pub(super) async fn load_or_new(
    journal: &Journal,
    key: &ConversationKey,
    account: &CrmAccountKey,
) -> Result<Loaded, PortError> {
    let state = journal.conversation(key).await?;
    let erasure = journal.erasure(key).await?;
    let gone_at_ms = erasure.at_ms();
    let state = match state {
        Some(Versioned { value, version }) if value.account != *account => Versioned {
            value: Conversation { contact_gone_at_ms: gone_at_ms, ..value.taken_to(account.clone()) },
            version,
        },
        Some(state) => state,
        None => {
            // As after a deletion in the CRM: no contact is made until the person writes again.
            let new = Conversation::new(key.clone(), account.clone());
            Versioned { value: Conversation { contact_gone_at_ms: gone_at_ms, ..new }, version: 0 }
        }
    };
    Ok(Loaded { state, erasure })
}

impl Loaded {
    /// The conversation's new state, and with one that begins, that nobody has erased it meanwhile and that its person is listed.
    pub(super) fn writes(&self) -> Vec<Write> {
        let Versioned { value, version } = &self.state;
        let begins = (*version == 0).then(|| write::not_erased_since(&value.key, &self.erasure));
        let listed = if *version == 0 { write::person_listed(&value.key) } else { None };
        [write::conversation(value, *version)].into_iter().chain(begins).chain(listed).collect()
    }

    /// Nothing changes, but what is written with it is written only if nobody has changed or erased the conversation since.
    pub(super) fn unchanged(&self) -> Write {
        let Versioned { value, version } = &self.state;
        match version {
            0 => write::not_erased_since(&value.key, &self.erasure),
            version => write::unchanged_since(&value.key, *version),
        }
    }
}
