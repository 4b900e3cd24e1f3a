//! A contact is gone: its person is unlinked, and under privacy law erased.
//!
//! That the person's contact is gone is recorded before the link goes. So a stop in between leaves a link to nothing, which
//! the next look finds, and never a person whom the next message would bring back.

use std::collections::BTreeSet;

use super::super::erase::Who;
use super::super::load::load_or_new;
use super::Dispatcher;
use super::reconcile_contact::Seen;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId};
use crate::domain::link::ContactLink;
use crate::ports::PortError;
use crate::ports::journal::write;
use crate::ports::table::{Commit, Versioned};

/// So many deleted contacts of one person are remembered with them.
const MAX_GONE: usize = 20;
/// So many people are erased for one contact and Official Account at a time: more than were ever linked to one.
const MAX_LINKED: usize = 20;

/// A row that another version wrote is looked at again after this long: perhaps that version is back.
const UNREADABLE_REST_MS: i64 = 900_000;

/// The conversation of a link's person.
pub(super) fn conversation_of(link: &ContactLink) -> ConversationKey {
    ConversationKey::person(&link.channel, &link.user)
}

impl Dispatcher<'_> {
    /// The contact of these links was deleted: each is unlinked.
    pub(super) async fn detach_all_deleted(&self, links: &[Versioned<ContactLink>]) -> Result<Seen, PortError> {
        for link in links {
            if !self.detach_deleted(link).await? {
                return Ok(Seen::Later(0));
            }
        }
        Ok(Seen::Agreed)
    }

    /// The contact was deleted in the CRM. The link goes with it; what follows depends on what the person does. Who it was is
    /// remembered: a privacy deletion may follow. `false`: somebody changed the conversation first.
    pub(super) async fn detach_deleted(&self, link: &Versioned<ContactLink>) -> Result<bool, PortError> {
        let key = conversation_of(&link.value);
        let mut loaded = load_or_new(self.journal(), &key, &self.account.key).await?;
        if !loaded.erasure.covers(link.value.linked_at_ms) {
            let now_ms = self.now_ms();
            let state = &mut loaded.state.value;
            state.contact_gone_at_ms = Some(now_ms);
            state.gone_contacts.retain(|gone| *gone != link.value.contact);
            state.gone_contacts.push(link.value.contact.clone());
            let forgotten = state.gone_contacts.len().saturating_sub(MAX_GONE);
            state.gone_contacts.drain(..forgotten);
            let mut writes = vec![
                write::unseal(&key, state.next_entry),
                write::former_link(&self.account.key, &link.value.contact, &key, now_ms),
            ];
            writes.extend(loaded.writes());
            if self.journal().commit(writes).await? == Commit::Conflict {
                return Ok(false);
            }
            tracing::warn!(crm.account = %self.account.key, conversation = key.hash(), "contact.gone");
        }
        // On a conflict the person was linked to another contact meanwhile.
        let _ = self.up.links.unlink(link).await?;
        Ok(true)
    }

    /// The contact was deleted under privacy law: whoever is linked to it on any Official Account, or was when it went, is erased.
    /// As of now: what they said since the deletion goes, too, until the CRM has told us of it.
    pub(super) async fn forget_contact(&self, contact: &ContactId) -> Result<Seen, PortError> {
        let mut channels: BTreeSet<ChannelId> = self.account.channels.iter().cloned().collect();
        let gone = self.journal().former_links(&self.account.key, contact).await?;
        let unreadable = gone.unreadable;
        channels.extend(gone.into_iter().map(|key| key.channel));
        let (erase, who) = (self.up.erase(), Who::Contact(contact.clone()));
        for channel in channels {
            for _ in 0..MAX_LINKED {
                if erase.erase(&self.account.key, &channel, &who).await?.erased_at_ms.is_none() {
                    break;
                }
            }
        }
        // Who that is, another version knows: it forgets them.
        Ok(if unreadable == 0 { Seen::Agreed } else { Seen::Later(UNREADABLE_REST_MS) })
    }
}
