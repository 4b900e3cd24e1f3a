//! A contact is gone: its person is untied, and under privacy law forgotten.
//!
//! That the person's contact is gone is recorded before the link goes. So a stop in between leaves a link to nothing, which
//! the next look finds, and never a person whom the next message would bring back.

use super::Payer;
use super::looks::Seen;
use crate::domain::conversation::{Conversation, ConversationKey};
use crate::domain::entry::MAX_MEMBERS;
use crate::domain::ids::ContactId;
use crate::domain::link::ContactLink;
use crate::domain::owed::OwedRow;
use crate::ports::PortError;
use crate::ports::journal::write;
use crate::ports::rows::Versioned;

/// So many deleted contacts of one person are remembered with them.
const MAX_GONE: usize = 20;

/// A row that another version wrote is looked at again after this long: perhaps that version is back.
const UNREADABLE_REST_MS: i64 = 900_000;

/// The conversation of a link's person.
pub(super) fn conversation_of(link: &ContactLink) -> ConversationKey {
    ConversationKey::person(&link.channel, &link.user)
}

impl Payer<'_> {
    pub(super) async fn head_or_new(&self, key: &ConversationKey) -> Result<Versioned<Conversation>, PortError> {
        let found = self.head(key).await?;
        let account = &self.account.key;
        Ok(found.unwrap_or_else(|| Versioned { value: Conversation::new(key.clone(), account.clone()), rev: 0 }))
    }

    /// The contact of these links was deleted: each is untied.
    pub(super) async fn let_go_of(&self, links: &[Versioned<ContactLink>]) -> Result<Seen, PortError> {
        for link in links {
            if !self.let_go(link).await? {
                return Ok(Seen::Later(0));
            }
        }
        Ok(Seen::Settled)
    }

    /// The contact was deleted in the CRM. The tie goes with it; what follows depends on what the person does. Who it was is
    /// remembered: a privacy deletion may follow. `false`: somebody changed the conversation first.
    pub(super) async fn let_go(&self, link: &Versioned<ContactLink>) -> Result<bool, PortError> {
        let key = conversation_of(&link.value);
        let mut head = self.head_or_new(&key).await?;
        let now_ms = self.now_ms();
        head.value.contact_gone_at_ms = Some(now_ms);
        head.value.gone_contacts.retain(|gone| *gone != link.value.contact);
        head.value.gone_contacts.push(link.value.contact.clone());
        let forgotten = head.value.gone_contacts.len().saturating_sub(MAX_GONE);
        head.value.gone_contacts.drain(..forgotten);
        let unseal = write::unseal(&key, head.value.next_entry);
        let remember = write::once_tied(&self.account.key, &link.value.contact, &key, now_ms);
        if !self.commit_head(&mut head, vec![unseal, remember]).await? {
            return Ok(false);
        }
        tracing::warn!(crm.account = %self.account.key, conversation = key.hash(), "contact.gone");
        // On a conflict the person was tied to another contact meanwhile.
        let _ = self.up.links.untie(link).await?;
        Ok(true)
    }

    /// The contact was deleted under privacy law: whoever is tied to it, or was when it went, is forgotten.
    pub(super) async fn forget_contact(&self, contact: &ContactId) -> Result<Seen, PortError> {
        for link in self.links_of(contact).await? {
            if !self.forget(&link).await? {
                return Ok(Seen::Later(0));
            }
        }
        let once_tied = self.journal().once_tied(&self.account.key, contact).await?;
        let unreadable = once_tied.unreadable;
        for key in once_tied {
            let Some(user) = key.source.user() else { continue };
            // Whoever is tied to another contact now is that contact's.
            let tied = self.up.links.of_user(&key.channel, user).await?.is_some();
            if !tied && !self.forget_words(&key, contact).await? {
                return Ok(Seen::Later(0));
            }
        }
        // Who that is, another version knows: it forgets them.
        Ok(if unreadable == 0 { Seen::Settled } else { Seen::Later(UNREADABLE_REST_MS) })
    }

    /// Forgets the person of a link and unties them. Twice is the same as once. `false`: somebody changed the conversation
    /// first, call again.
    pub(super) async fn forget(&self, link: &Versioned<ContactLink>) -> Result<bool, PortError> {
        if !self.forget_words(&conversation_of(&link.value), &link.value.contact).await? {
            return Ok(false);
        }
        let _ = self.up.links.untie(link).await?;
        Ok(true)
    }

    /// The words that wait for an entry go, what was claimed and asked about the person goes, and no contact is made for them
    /// until they write again.
    async fn forget_words(&self, key: &ConversationKey, contact: &ContactId) -> Result<bool, PortError> {
        loop {
            let pending = self.journal().all_pending(key, MAX_MEMBERS).await?;
            let mut words = pending.iter().map(|activity| write::forget(key, &activity.mark)).collect::<Vec<_>>();
            let refused = self.journal().refused(key, MAX_MEMBERS - words.len()).await?;
            words.extend(refused.iter().map(|activity| write::forget_refused(key, &activity.mark)));
            if words.is_empty() {
                break;
            }
            // Nothing in it expects anything: it cannot conflict.
            let _ = self.journal().commit(words).await?;
        }
        let mut head = self.head_or_new(key).await?;
        let now_ms = self.now_ms();
        let mut writes = vec![
            write::unseal(key, head.value.next_entry),
            write::unsaid(key),
            write::answered(&self.account.key, key),
            write::once_tied_no_more(&self.account.key, contact, key),
        ];
        if let Some(open) = head.value.open.take() {
            let entry = OwedRow::new(&self.account.key, head.value.entry_owed(), now_ms, open.due_at_ms);
            writes.push(write::paid(&entry));
        }
        head.value.contact_gone_at_ms = Some(now_ms);
        head.value.unanswered_since_ms = None;
        head.value.retracted.clear();
        head.value.continued = None;
        head.value.task = None;
        if !self.commit_head(&mut head, writes).await? {
            return Ok(false);
        }
        tracing::warn!(crm.account = %self.account.key, conversation = key.hash(), "person.forgotten");
        Ok(true)
    }
}
