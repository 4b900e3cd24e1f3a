//! Who is linked to whom, as the dispatcher changes it: nobody else here writes a link.
//!
//! Our row is the truth, and the contact's fields follow it. A link goes only after it is enqueued that the fields of the contact
//! that loses the person are emptied, and a link that is made while its person is being erased goes again: a stop anywhere
//! leaves the old link or the new one, and a repeat brings the rest.

use super::contacts::Contacts;
use super::round::Round;
use crate::domain::claim::{Claim, Target};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId};
use crate::domain::link::ContactLink;
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::properties as property;
use crate::flow::ask::ask;
use crate::flow::load::load_or_new;
use crate::flow::unlink::{unlink, unlink_if_erased};
use crate::ports::PortError;
use crate::ports::crm::{ContactWrite, CrmFailure, Named, Properties};
use crate::ports::table::{Commit, Versioned};
use crate::store::Links;
use crate::store::journal::{AskedBecause, Question, write};

/// What goes with the link. The route stays: it says how the contact came, not who it is on LINE.
const CLEARED: [&str; 12] = [
    property::LINE_USER_ID,
    property::LINE_USER_NAME,
    property::LINE_USER_PICTURE,
    property::LINE_LINKED_AT,
    property::LINE_FOLLOWS,
    property::LINE_FOLLOWED_AT,
    property::LINE_FOLLOW_KIND,
    property::LINE_ANSWERED_AT,
    property::LINE_UNANSWERED,
    property::LINE_UNANSWERED_MESSAGE,
    property::LINE_LAST_MESSAGE,
    property::LINE_RECENT_MESSAGES,
];
/// So many deleted contacts of one person are remembered with them.
const MAX_GONE: usize = 20;

/// The fields of a contact that nobody is linked to.
pub(super) fn cleared() -> Properties {
    let mut properties = Properties::default();
    for name in CLEARED {
        properties.set(name, "");
    }
    properties
}

/// The conversation of a link's person.
pub(super) fn conversation_of(link: &ContactLink) -> ConversationKey {
    ConversationKey::person(&link.channel, &link.user)
}

/// What came of a claim on another Official Account.
enum Carried {
    /// It is claimed there, too.
    Claimed,
    /// It is not: they were erased, or an operator is asked.
    Not,
    /// Somebody changed the conversation first.
    Conflict,
}

/// An account's links, of its Official Accounts of one LINE provider.
#[derive(Clone, Copy)]
pub(super) struct AccountLinks<'a> {
    round: &'a Round<'a>,
    contacts: Contacts<'a>,
    port: &'a Links,
}

impl<'a> AccountLinks<'a> {
    pub(super) fn new(round: &'a Round<'a>, contacts: Contacts<'a>, port: &'a Links) -> Self {
        Self { round, contacts, port }
    }

    /// The Official Accounts that they are of.
    pub(super) fn channels(&self) -> impl Iterator<Item = &'a ChannelId> {
        self.round.account.channels_of(self.contacts.provider())
    }

    /// Whether the person is linked to anybody's contact.
    pub(super) async fn is_linked(&self, channel: &ChannelId, user: &LineUserId) -> Result<bool, PortError> {
        Ok(self.port.of_user(channel, user).await?.is_some())
    }

    /// The person's link, if it is this account's.
    pub(super) async fn of_user(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
    ) -> Result<Option<Versioned<ContactLink>>, PortError> {
        let link = self.port.of_user(channel, user).await?;
        Ok(link.filter(|link| link.value.account == self.round.account.key))
    }

    /// Who is linked to a contact on one Official Account.
    pub(super) async fn holder(
        &self,
        contact: &ContactId,
        channel: &ChannelId,
    ) -> Result<Option<Versioned<ContactLink>>, PortError> {
        self.port.of_contact(&self.round.account.key, contact, channel).await
    }

    /// Who is linked to a contact, on each of the channels. A link whose person was erased goes with them.
    pub(super) async fn of_contact(&self, contact: &ContactId) -> Result<Vec<Versioned<ContactLink>>, PortError> {
        let mut links = Vec::new();
        for channel in self.channels() {
            let Some(link) = self.holder(contact, channel).await? else { continue };
            let erasure = self.round.journal.erasure(&conversation_of(&link.value)).await?;
            if !erasure.covers(link.value.linked_at_ms) {
                links.push(link);
                continue;
            }
            // On a conflict somebody has linked them anew: whoever looks next sees who.
            let _ = self.remove(&link).await?;
        }
        Ok(links)
    }

    /// Whether the contact is linked to a person of another LINE provider.
    pub(super) async fn has_of_other_providers(&self, contact: &ContactId) -> Result<bool, PortError> {
        let account = &self.round.account;
        let all = account.channels.iter().chain(&account.former_channels);
        for channel in all.filter(|id| account.provider_of(id) != self.contacts.provider()) {
            if self.holder(contact, channel).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The person's links to other contacts, on the account's other Official Accounts of the provider: they know the person by the
    /// same LINE user ID. A link whose person was erased is none.
    pub(super) async fn elsewhere(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        contact: &ContactId,
    ) -> Result<Vec<Versioned<ContactLink>>, PortError> {
        let mut links = Vec::new();
        for other in self.channels().filter(|other| *other != channel) {
            let link = self.of_user(other, user).await?.filter(|link| link.value.contact != *contact);
            let Some(link) = link else { continue };
            if !self.round.journal.erasure(&conversation_of(&link.value)).await?.covers(link.value.linked_at_ms) {
                links.push(link);
            }
        }
        Ok(links)
    }

    /// Who a person is, said on one Official Account, holds on the account's others of the same provider: there it is claimed, too,
    /// and the contact of before gives the person up. An operator is asked where somebody else has the contact there. It is done
    /// before the link here is switched, so that a stop brings all of it again; twice is the same as once. `Conflict`: somebody
    /// changed one of the conversations first. `Err` inside: the CRM did not empty a contact, and the link here is to stay.
    pub(super) async fn carry(
        &self,
        link: &ContactLink,
        claim: &Claim,
    ) -> Result<Result<Commit, CrmFailure>, PortError> {
        for other in self.elsewhere(&link.channel, &link.user, &link.contact).await? {
            match self.carry_to(&other.value, &link.contact, claim).await? {
                Carried::Claimed => {
                    if let Err(failure) = self.give_up_contact(&other.value).await? {
                        return Ok(Err(failure));
                    }
                }
                Carried::Not => {}
                Carried::Conflict => return Ok(Ok(Commit::Conflict)),
            }
        }
        Ok(Ok(Commit::Done))
    }

    async fn carry_to(&self, there: &ContactLink, to: &ContactId, claim: &Claim) -> Result<Carried, PortError> {
        let (key, account, now_ms) = (conversation_of(there), &self.round.account.key, self.round.now_ms());
        let mut loaded = load_or_new(self.round.journal, &key, account).await?;
        if loaded.erasure.covers(claim.at_ms) {
            return Ok(Carried::Not);
        }
        if self.holder(to, &there.channel).await?.is_some() {
            let question = Question::new(&key, to, AskedBecause::NameTaken, now_ms);
            return Ok(match ask(self.round.journal, account, &question, loaded.unchanged()).await? {
                Commit::Done => Carried::Not,
                Commit::Conflict => Carried::Conflict,
            });
        }
        let waiting = self.round.journal.claim(&key).await?;
        let version = waiting.as_ref().map_or(0, |waiting| waiting.version);
        let waiting = waiting.map(|waiting| waiting.value);
        if waiting.as_ref().is_some_and(|waiting| waiting.target == Target::Contact(to.clone())) {
            return Ok(Carried::Claimed);
        }
        let carried = Claim::new(claim.by, Target::Contact(to.clone()), claim.at_ms).after(waiting);
        let mut writes = vec![write::claim(&key, &carried, version, now_ms)];
        writes.extend(loaded.state.value.enqueue_sync(now_ms).iter().map(write::enqueue));
        writes.extend(loaded.writes());
        Ok(match self.round.journal.commit(writes).await? {
            Commit::Done => Carried::Claimed,
            Commit::Conflict => Carried::Conflict,
        })
    }

    /// Links two that are free; one of the account that the channel belonged to before is replaced. Answers whether this made a
    /// link; who is linked now is to be read. The link is as old as what was known of the person when it was made.
    pub(super) async fn link(&self, link: &ContactLink) -> Result<bool, PortError> {
        let made = match self.port.of_user(&link.channel, &link.user).await? {
            Some(old) if old.value.account != link.account => self.port.relink(link, Some(&old), None).await?,
            _ => self.port.link(link).await?,
        };
        Ok(made == Commit::Done)
    }

    /// Links the two, whatever either was linked to; `old` is the person's link as it was read. `Conflict`: somebody changed one
    /// of them meanwhile.
    pub(super) async fn relink(
        &self,
        link: &ContactLink,
        old: Option<&Versioned<ContactLink>>,
    ) -> Result<Commit, PortError> {
        let of_contact = self.holder(&link.contact, &link.channel).await?;
        self.port.relink(link, old, of_contact.as_ref()).await
    }

    /// The person and the contact are two from now on. The contact is emptied at once, too: a look at one that still names the
    /// person would link them again. `Err` inside: the CRM did not empty it, and the link stays.
    pub(super) async fn unlink(&self, link: &Versioned<ContactLink>) -> Result<Result<Commit, CrmFailure>, PortError> {
        if let Err(failure) = self.give_up_contact(&link.value).await? {
            return Ok(Err(failure));
        }
        Ok(Ok(self.port.unlink(link).await?))
    }

    /// The contact of this link is to lose its person: that its fields are emptied is enqueued, and they are emptied.
    pub(super) async fn give_up_contact(&self, link: &ContactLink) -> Result<Result<(), CrmFailure>, PortError> {
        self.round.enqueue_now(Effect::clear(link)).await?;
        self.empty(&link.contact).await
    }

    /// The link goes; that its contact's fields are emptied is enqueued. `Conflict`: somebody changed it first.
    pub(super) async fn remove(&self, link: &Versioned<ContactLink>) -> Result<Commit, PortError> {
        unlink(self.round.journal, self.port, link, self.round.now_ms()).await
    }

    /// Unlinks the person from a contact to which they were linked by somebody who did not know yet that they are erased.
    pub(super) async fn remove_if_erased(&self, channel: &ChannelId, user: &LineUserId) -> Result<(), PortError> {
        unlink_if_erased(self.round.journal, self.port, (channel, user), self.round.now_ms()).await
    }

    /// Somebody erased the person after `known_at_ms`, while their link was made: it goes again. `true`: so it was.
    pub(super) async fn remove_if_erased_since(
        &self,
        key: &ConversationKey,
        known_at_ms: i64,
        link: &mut Option<Versioned<ContactLink>>,
    ) -> Result<bool, PortError> {
        if !self.round.journal.erasure(key).await?.covers(known_at_ms) {
            return Ok(false);
        }
        if let Some(link) = link.take() {
            let _ = self.remove(&link).await?;
        }
        Ok(true)
    }

    /// A merge gave the contact a new ID: the link follows. `Conflict`: somebody changed it first, or the new contact is linked to
    /// another person.
    pub(super) async fn follow_merge(
        &self,
        link: &Versioned<ContactLink>,
        to: &ContactId,
    ) -> Result<Commit, PortError> {
        self.port.follow_merge(link, to).await
    }

    /// Of two contacts that were merged the other one's person stays: this one is unlinked, and operators are asked. `false`:
    /// somebody changed the conversation first, or erased it.
    pub(super) async fn lose_to_merge(&self, link: &Versioned<ContactLink>, to: &ContactId) -> Result<bool, PortError> {
        let (key, account) = (conversation_of(&link.value), &self.round.account.key);
        let loaded = load_or_new(self.round.journal, &key, account).await?;
        if !loaded.erasure.covers(link.value.linked_at_ms) {
            let question = Question::new(&key, to, AskedBecause::Merged, self.round.now_ms());
            let asked = vec![write::question(account, &question), loaded.unchanged()];
            if self.round.journal.commit(asked).await? == Commit::Conflict {
                return Ok(false);
            }
        }
        tracing::warn!(crm.account = %account, conversation = key.hash(), contact = %to, "merge.conflict");
        crate::telemetry::count("LinkConflict", 1);
        let _ = self.port.unlink(link).await?;
        Ok(true)
    }

    /// The contact was deleted in the CRM. The link goes with it; what follows depends on what the person does. Who it was is
    /// remembered: a privacy deletion may follow. `false`: somebody changed the conversation first.
    ///
    /// That the person's contact is gone is recorded before the link goes. So a stop in between leaves a link to nothing, which
    /// the next look finds, and never a person whom the next message would bring back.
    pub(super) async fn detach_deleted(&self, link: &Versioned<ContactLink>) -> Result<bool, PortError> {
        let (key, account) = (conversation_of(&link.value), &self.round.account.key);
        let mut loaded = load_or_new(self.round.journal, &key, account).await?;
        if !loaded.erasure.covers(link.value.linked_at_ms) {
            let now_ms = self.round.now_ms();
            let state = &mut loaded.state.value;
            state.contact_gone_at_ms = Some(now_ms);
            state.gone_contacts.retain(|gone| *gone != link.value.contact);
            state.gone_contacts.push(link.value.contact.clone());
            let forgotten = state.gone_contacts.len().saturating_sub(MAX_GONE);
            state.gone_contacts.drain(..forgotten);
            let mut writes = vec![
                write::unseal(&key, state.next_entry),
                write::former_link(account, &link.value.contact, &key, now_ms),
            ];
            writes.extend(loaded.writes());
            if self.round.journal.commit(writes).await? == Commit::Conflict {
                return Ok(false);
            }
            tracing::warn!(crm.account = %account, conversation = key.hash(), "contact.gone");
        }
        // On a conflict the person was linked to another contact meanwhile.
        let _ = self.port.unlink(link).await?;
        Ok(true)
    }

    /// The CRM says that the contact of a person's link is gone. The row stays due; what follows depends on the person.
    pub(super) async fn contact_gone(&self, row: &OutboxRow, key: &ConversationKey) -> Result<(), PortError> {
        let Some(user) = key.source.user() else { return self.round.done(row).await };
        if let Some(link) = self.port.of_user(&key.channel, user).await? {
            // On a conflict it is found gone again.
            self.detach_deleted(&link).await?;
        }
        Ok(())
    }

    /// The contact of this link is to be written anew, unless its person was erased since. `false`: somebody changed the
    /// conversation first.
    pub(super) async fn enqueue_sync(&self, link: &ContactLink) -> Result<bool, PortError> {
        let mut loaded = load_or_new(self.round.journal, &conversation_of(link), &self.round.account.key).await?;
        if loaded.erasure.covers(link.linked_at_ms) {
            return Ok(true);
        }
        loaded.state.value.profile_wanted = true;
        let rows = loaded.state.value.enqueue_sync(self.round.now_ms());
        let writes = rows.iter().map(write::enqueue).chain(loaded.writes()).collect();
        Ok(self.round.journal.commit(writes).await? == Commit::Done)
    }

    /// Empties a contact's fields. Where it was merged, it is the record that is left that shows them, and only as long as
    /// nobody is linked to that one: else they are its own person's.
    pub(super) async fn empty(&self, contact: &ContactId) -> Result<Result<(), CrmFailure>, PortError> {
        let record = match self.contacts.read(std::slice::from_ref(contact), &[]).await.pop() {
            None | Some(Err(CrmFailure::Gone)) => return Ok(Ok(())),
            Some(Err(failure)) => return Ok(Err(failure)),
            Some(Ok(record)) => record,
        };
        if record.contact != *contact && !self.of_contact(&record.contact).await?.is_empty() {
            return Ok(Ok(()));
        }
        let writes = [ContactWrite { contact: record.contact, properties: cleared() }];
        Ok(match self.contacts.update(&writes).await.pop() {
            None | Some(Ok(_) | Err(CrmFailure::Gone)) => Ok(()),
            Some(Err(failure)) => Err(failure),
        })
    }

    /// Empties the contact that names the person, if nobody is linked to it and it is to be emptied.
    pub(super) async fn empty_if(
        &self,
        user: &LineUserId,
        is_to_be: impl Fn(&Named) -> bool,
    ) -> Result<Result<(), CrmFailure>, PortError> {
        match self.contacts.find_person(user).await {
            Ok(Some(named)) if is_to_be(&named) && self.of_contact(&named.contact).await?.is_empty() => {
                self.empty(&named.contact).await
            }
            Ok(_) => Ok(Ok(())),
            Err(failure) => Ok(Err(failure)),
        }
    }
}
