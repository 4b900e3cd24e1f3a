//! The writes that the journal knows: each stands by what it writes.

pub use super::assigned::{assigned, not_assigned};
pub use super::away::{away_answer, no_away_answer};
pub use super::claim::{claim, claim_applied, claim_discarded};
pub use super::conversation::{conversation, ended, event_handled, reply_recorded, tombstone, unchanged_since};
pub use super::entry::{entry, unseal, unseal_untried};
pub use super::erasing::{erased, not_erased_since};
pub use super::files::{file, file_gone, file_unchanged, not_sealed, not_unsent};
pub use super::former_link::{forget_former_link, former_link};
pub use super::friends::friends_import;
pub use super::inboxing::{
    file_followed, for_inbox, forget_refused_by_inbox, in_inbox, keep_refused_by_inbox, not_for_inbox,
    not_without_file, without_file,
};
pub use super::login::{login_used, nonce};
pub use super::messages::{message_position, unsent};
pub use super::noted::{channel_forgotten, heard, not_linked, replied};
pub use super::outbox::{LETTER_DAYS, done, enqueue, give_up_unread, is_due, is_of_outbox, taken_out, unreadable_told};
pub use super::people::{person_listed, person_unlisted};
pub use super::push::{decided, newest_send, parked, push, push_unchanged};
pub use super::questions::{denied, question, question_closed};
pub use super::talking::{said, saying};
pub use super::trial::trial;
pub use super::words::{forget_refused, keep_refused, pending, recorded_with_words};
use crate::ports::table::{Precondition, RowKey, Write};

/// The row goes, whatever it is.
pub fn remove(key: RowKey) -> Write {
    Write::Delete { key, expect: Precondition::Any }
}
