//! A person is erased: what Musubi holds about them goes, and a receipt says what went and what lies elsewhere.
//!
//! First one transaction takes the conversation's state away and leaves a mark with the time. Whoever writes for a
//! conversation writes its state too, so from then on nothing of before can be added: queued events of before leave no more
//! than that they were seen, queued sends of before end as not linked. What is said later begins a conversation anew. The
//! rest follows in several transactions, the link after the words, and the records of which notes there are last: so a call that
//! stopped finds the person again when it is repeated, by the contact, too, and its receipt names the notes.
//!
//! A send under way is in no list of its person's: it ends when its job comes by, within minutes, and takes its words along. One that is
//! held for weeks is found by the row that would bring it back, and ends here.
//! Its outcome is `not_linked` where nothing can have been shown, else `unknown`; it is not tried again.
//!
//! The dispatcher may be making a contact for the person at this very moment, and stop before it has linked it: then nothing of ours
//! knows the contact. Where the CRM has yet to hear of the person, a look is enqueued for a contact that names them, and that row
//! alone keeps the LINE user ID until the dispatcher has looked, and once more some minutes later. (Where all people of an Official
//! Account are erased, what waits for the CRM about them is not sought, and keeps it until its turn comes.)
//!
//! What stays, for 60 days: the mark (a hash and a time) and that events were seen (a hash and LINE's event IDs). Without
//! them a redelivery by LINE, or a dead letter sent back, would bring the person back. That a send happened (contact ID and
//! outcome) stays for 400 days: HubSpot's signature never expires.

use serde::{Deserialize, Serialize};
use tracing::info;

use super::held_sends::end_of_person;
use super::settle::{Ending, Settle};
use super::unlink::unlink;
use crate::domain::account::CrmAccountKey;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId, NoteId, TaskId};
use crate::domain::outbox::{Effect, OutboxRow};
use crate::domain::push::{PushId, PushState};
use crate::domain::settings::Bilingual;
use crate::ports::PortError;
use crate::ports::table::{Commit, MAX_WRITES, RowKey, Write};
use crate::store::Links;
use crate::store::journal::{ErasableRows, write};

/// Erases people. The dispatcher, too, has all of these ports.
#[derive(Clone)]
pub struct Erase {
    /// Where the link lies.
    pub links: Links,
    /// Ends parked sends, in the journal, where what was said and what is to be done lie as well; and tells the dispatcher, which
    /// empties the contact's fields.
    pub settle: Settle,
}

/// Who is to be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// This person on LINE.
    User(LineUserId),
    /// Whoever is linked to this contact, or was when it was deleted and is linked to no other one since; where nobody is (any
    /// more), nothing is removed. Of several who were, one a call.
    Contact(ContactId),
}

/// What went. Numbers alone: no name, no words, no LINE user ID.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Links to a contact.
    pub links: usize,
    /// Conversations (friendship, unanswered since when, the task).
    pub conversations: usize,
    /// Things said whose words were still here.
    pub texts: usize,
    /// Notes of where messages stood and which were taken back.
    pub messages: usize,
    /// Records of which message became part of which note.
    pub entries: usize,
    /// What somebody said of who the person is.
    pub claims: usize,
    /// Questions to operators.
    pub questions: usize,
    /// Work that waited for the CRM.
    pub effects: usize,
    /// Parked sends, which ended as unknown, and held ones, which were not sent; their words went.
    pub parked: usize,
}

/// What lies in the CRM and is left to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftInCrm {
    /// The contact. Its LINE properties are emptied by the dispatcher.
    pub contact: Option<ContactId>,
    /// Notes of the last 60 days; older ones lie at the contact, too.
    pub notes: Vec<NoteId>,
    /// Notes beside those, which are too many to be named.
    #[serde(default, skip_serializing_if = "is_none")]
    pub unnamed_notes: usize,
    /// The owner's task.
    pub task: Option<TaskId>,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What erasing did. After a call that stopped half-way, the repeat's receipt tells of the other half.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When, in milliseconds. `None`: nobody is linked to the contact.
    pub erased_at_ms: Option<i64>,
    /// What went.
    pub removed: Removed,
    /// What is left.
    pub left: LeftInCrm,
}

impl Removed {
    /// How many of what, where there were any.
    pub fn counts(&self) -> impl Iterator<Item = (Bilingual, usize)> {
        let all = [
            ("連携", "links", self.links),
            ("会話の状態", "conversations", self.conversations),
            ("メモになる前の本文", "texts", self.texts),
            ("メッセージの位置の記録", "places of messages", self.messages),
            ("メモの構成の記録", "records of notes", self.entries),
            ("連携の受付記録", "claims", self.claims),
            ("担当者への質問", "questions", self.questions),
            ("CRMへの書き込み予定", "work waiting for the CRM", self.effects),
            ("保留中と持ち越し中の送信の本文", "texts of parked and held sends", self.parked),
        ];
        let some = all.into_iter().filter(|(.., count)| *count > 0);
        some.map(|(japanese, english, count)| (Bilingual { japanese, english }, count))
    }
}

/// What waits for the CRM about a person.
#[derive(Clone, Copy)]
enum Outboxed {
    /// It is sought and goes with them.
    Sought,
    /// It ends when its turn comes.
    Left,
}

impl Receipt {
    /// Whether there was nothing to remove.
    pub fn is_empty(&self) -> bool {
        self.removed == Removed::default()
    }
}

impl Erase {
    /// Erases a person for one Official Account of this CRM account. Twice is the same as once; the second receipt says that
    /// nothing was left.
    ///
    /// # Errors
    /// As the ports'. What went has gone; a repeat removes the rest.
    pub async fn erase(&self, account: &CrmAccountKey, channel: &ChannelId, who: &Who) -> Result<Receipt, PortError> {
        let mut receipt = Receipt::default();
        let Some(user) = self.user(account, channel, who).await? else { return Ok(receipt) };
        let key = ConversationKey::person(channel, &user);
        let linked = self.links.of_user(channel, &user).await?.map(|link| link.value.contact);
        let erasable = self.end(account, &key, who, &mut receipt).await?;
        receipt.removed.parked += end_of_person(&self.settle, account, &key).await?;
        self.remove(erasable.texts.iter().chain(&erasable.messages), &erasable.effects).await?;
        self.end_parked(account, channel, &user, &mut receipt).await?;
        self.unlink(channel, &user, linked, &mut receipt).await?;
        // They name the notes: until all else is done, a repeat can tell of them again.
        self.remove(erasable.noted.iter().chain(&erasable.entries), &[]).await?;
        if let Who::Contact(contact) = who {
            let _ = self.settle.outbox.journal.commit(vec![write::forget_former_link(account, contact, &key)]).await?;
        }
        info!(channel.id = %channel, conversation = key.hash(), removed = ?receipt.removed, "person.erased");
        self.settle.outbox.wake(account).await;
        Ok(receipt)
    }

    /// Erases one of all people of an Official Account that is disconnected. What waits for the CRM about them is left to the
    /// dispatcher, which finds nobody there; parked sends are the caller's. Twice is the same as once.
    ///
    /// # Errors
    /// As [`erase`](Self::erase).
    pub(super) async fn erase_of_all(
        &self,
        account: &CrmAccountKey,
        channel: &ChannelId,
        user: &LineUserId,
    ) -> Result<(), PortError> {
        let (key, who) = (ConversationKey::person(channel, user), Who::User(user.clone()));
        let attempt = || self.try_end(account, &key, &who, Outboxed::Left);
        let (mut receipt, erasable) = self.settle.outbox.retry("erase", attempt).await?;
        let keys = erasable.texts.iter().chain(&erasable.messages).chain(&erasable.noted).chain(&erasable.entries);
        self.remove(keys, &[]).await?;
        self.unlink(channel, user, None, &mut receipt).await?;
        let _ = self.settle.outbox.journal.commit(write::person_unlisted(&key).into_iter().collect()).await?;
        Ok(())
    }

    async fn user(
        &self,
        account: &CrmAccountKey,
        channel: &ChannelId,
        who: &Who,
    ) -> Result<Option<LineUserId>, PortError> {
        match who {
            Who::User(user) => Ok(Some(user.clone())),
            Who::Contact(contact) => {
                if let Some(link) = self.links.of_contact(account, contact, channel).await? {
                    return Ok(Some(link.value.user));
                }
                for key in self.settle.outbox.journal.former_links(account, contact).await? {
                    let Some(user) = key.source.user().filter(|_| key.channel == *channel) else { continue };
                    // Whoever is linked to another contact now is that contact's.
                    if self.links.of_user(channel, user).await?.is_none() {
                        return Ok(Some(user.clone()));
                    }
                }
                Ok(None)
            }
        }
    }

    /// The conversation ends, marked. Returns what of it is still to be removed: exactly that, so that nothing that is said
    /// from now on goes with it.
    async fn end(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        who: &Who,
        receipt: &mut Receipt,
    ) -> Result<ErasableRows, PortError> {
        let outbox = &self.settle.outbox;
        let (erased, erasable) = outbox.retry("erase", || self.try_end(account, key, who, Outboxed::Sought)).await?;
        receipt.erased_at_ms = erased.erased_at_ms;
        receipt.removed = erased.removed;
        receipt.left = erased.left;
        Ok(erasable)
    }

    async fn try_end(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        who: &Who,
        effects: Outboxed,
    ) -> Result<Option<(Receipt, ErasableRows)>, PortError> {
        let (journal, now_ms) = (&self.settle.outbox.journal, self.settle.outbox.clock.now_ms());
        let state = journal.conversation(key).await?;
        let claimed = journal.claim(key).await?.is_some();
        let asked = journal.is_asked(account, key).await?;
        let erasable = match effects {
            Outboxed::Sought => journal.erasable_rows(account, key).await?,
            Outboxed::Left => journal.erasable_rows_but_effects(key).await?,
        };
        let mut writes = vec![
            write::erased(key, now_ms),
            write::ended(key, state.as_ref().map_or(0, |state| state.version)),
            write::claim_discarded(key),
            write::question_closed(account, key),
        ];
        // Of all, whoever is not through is found by the list again.
        writes.extend(write::person_unlisted(key).filter(|_| matches!(effects, Outboxed::Sought)));
        let assigned = state.as_ref().and_then(|state| state.value.assigned.as_ref());
        writes.extend(assigned.map(|to| write::not_assigned(account, to, key)));
        let gone = state.iter().flat_map(|state| &state.value.gone_contacts);
        let gone = gone.filter(|contact| *who != Who::Contact((*contact).clone()));
        writes.extend(gone.map(|contact| write::forget_former_link(account, contact, key)));
        if let Who::Contact(contact) = who {
            // It goes last: a repeat finds the person by it again, even where somebody has unlinked them meanwhile.
            writes.push(write::former_link(account, contact, key, now_ms));
        }
        let clear = Effect::ClearErasedPerson { conversation: key.clone() };
        let is_awaited = state.as_ref().is_some_and(|state| state.value.sync_queued);
        let effects: Vec<_> = is_awaited.then(|| OutboxRow::new(account, clear, now_ms, now_ms)).into_iter().collect();
        if self.settle.outbox.commit(account, writes, &effects).await? == Commit::Conflict {
            return Ok(None);
        }
        let removed = Removed {
            conversations: usize::from(state.is_some()),
            texts: erasable.texts.len(),
            messages: erasable.messages.len() + erasable.noted.len(),
            entries: erasable.entries.len(),
            claims: usize::from(claimed),
            questions: usize::from(asked),
            effects: erasable.effects.iter().filter(|row| !row.effect.is_release()).count(),
            ..Removed::default()
        };
        let task = state.and_then(|state| state.value.task?.id);
        let left = LeftInCrm { notes: erasable.notes.clone(), task, ..LeftInCrm::default() };
        Ok(Some((Receipt { erased_at_ms: Some(now_ms), removed, left }, erasable)))
    }

    /// In this order: words first.
    async fn remove(&self, keys: impl Iterator<Item = &RowKey>, effects: &[OutboxRow]) -> Result<(), PortError> {
        let writes: Vec<Write> =
            keys.map(|key| write::remove(key.clone())).chain(effects.iter().map(write::taken_out)).collect();
        for some in writes.chunks(MAX_WRITES) {
            let _ = self.settle.outbox.journal.commit(some.to_vec()).await?;
        }
        Ok(())
    }

    /// Parked sends to the person end as unknown, which is the truth; the workflow has been told so already.
    async fn end_parked(
        &self,
        account: &CrmAccountKey,
        channel: &ChannelId,
        user: &LineUserId,
        receipt: &mut Receipt,
    ) -> Result<(), PortError> {
        for id in self.settle.outbox.journal.parked(account).await? {
            receipt.removed.parked += usize::from(self.end_one(id, channel, user).await?);
        }
        Ok(())
    }

    async fn end_one(&self, id: PushId, channel: &ChannelId, user: &LineUserId) -> Result<bool, PortError> {
        let Some(push) = self.settle.outbox.journal.push(id).await? else { return Ok(false) };
        match &push.value.state {
            PushState::Parked(sending) if sending.to == *user && push.value.channel == *channel => {}
            _ => return Ok(false),
        }
        self.settle.settle(id, &Ending::Erased { at_ms: self.settle.outbox.clock.now_ms() }).await
    }

    /// `linked`: the contact that the person was linked to when erasing began. The dispatcher lets go of whoever is erased, and may come
    /// first: that link went, too, and its contact is named.
    async fn unlink(
        &self,
        channel: &ChannelId,
        user: &LineUserId,
        linked: Option<ContactId>,
        receipt: &mut Receipt,
    ) -> Result<(), PortError> {
        let outbox = &self.settle.outbox;
        let attempt = || async move {
            let Some(link) = self.links.of_user(channel, user).await? else { return Ok(Some(None)) };
            let gone = unlink(&outbox.journal, &self.links, &link, outbox.clock.now_ms()).await?;
            Ok((gone == Commit::Done).then_some(Some(link.value.contact)))
        };
        if let Some(contact) = outbox.retry("erase link", attempt).await?.or(linked) {
            receipt.removed.links = 1;
            receipt.left.contact = Some(contact);
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "erase_tests.rs"]
mod tests;
