//! A link goes. Before it, it is enqueued that its contact's fields are emptied: a stop in between leaves both, and a repeat enqueues the same
//! again.

use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::link::ContactLink;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::ports::PortError;
use crate::ports::table::{Commit, Versioned};
use crate::store::journal::write;
use crate::store::{Journal, Links};

/// Unlinks the two. `Conflict`: somebody changed the link first. Wakes nobody.
pub(super) async fn unlink(
    journal: &Journal,
    links: &Links,
    link: &Versioned<ContactLink>,
    now_ms: i64,
) -> Result<Commit, PortError> {
    let clear = OutboxRow::new(&link.value.account, Effect::clear(&link.value), now_ms, now_ms);
    let _ = journal.commit(vec![write::enqueue(&clear)]).await?;
    links.unlink(link).await
}

/// Unlinks the person from a contact to which they were linked by somebody who did not know yet that they are erased. A link is
/// as old as what was known when it was made: see [`ContactLink::linked_at_ms`].
pub(super) async fn unlink_if_erased(
    journal: &Journal,
    links: &Links,
    (channel, user): (&ChannelId, &LineUserId),
    now_ms: i64,
) -> Result<(), PortError> {
    let erasure = journal.erasure(&ConversationKey::person(channel, user)).await?;
    let link = links.of_user(channel, user).await?;
    if let Some(link) = link.filter(|link| erasure.covers(link.value.linked_at_ms)) {
        // On a conflict somebody else has seen to it.
        let _ = unlink(journal, links, &link, now_ms).await?;
    }
    Ok(())
}
