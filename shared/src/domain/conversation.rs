//! A conversation: one channel and one source (a person, a group, a room), and what is in the outbox for it.
//!
//! It holds no text; it names the words that wait for their entry. Friendship lives here and not beside the contact link, so that one
//! write records an event, what it says about friendship, and what is in the outbox.

mod friendship;
mod key;
mod leaving;
mod offers;
mod open;
mod pending;
mod quoting;
mod task;
mod tending;

use serde::{Deserialize, Serialize};

pub use self::pending::PendingActivity;
pub use self::tending::FirstSinceAnswer;
use super::account::CrmAccountKey;
use super::activity::{Activity, Content, Mark, Speaker};
use super::channel::ChannelSettings;
use super::entry::Continued;
use super::follow::Following;
use super::ids::ContactId;
use super::link::ContactLink;
use super::operator::OperatorName;
use super::outbox::{Effect, OutboxRow};
use super::properties::RECENT;
use super::read_token::SealedReadToken;
use super::reply_chance::ReplyChance;

/// So many times of messages that were taken back are kept: many more than messages stand in properties.
const MAX_RETRACTED: usize = 10 * RECENT;

pub use friendship::Friendship;
pub use key::{ConversationKey, Source};
pub use open::OpenEntry;
pub use quoting::SentMessage;
pub use task::{OwnersTask, is_looked_at, next_look_ms};

/// The newest message of the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbound {
    /// Its place in the order.
    pub mark: Mark,
    /// When we received it, in milliseconds.
    pub arrived_at_ms: i64,
    /// It was taken back after it came. Others of the same millisecond may not have been.
    #[serde(default)]
    pub retracted: bool,
}

/// The state of one conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// The Official Account and the other side.
    pub key: ConversationKey,
    /// Whose outbox holds the work for it.
    pub account: CrmAccountKey,
    /// Can the person be reached?
    #[serde(default)]
    pub friendship: Friendship,
    /// Since when they follow. `None` in rows of before: nothing was noted of it.
    #[serde(default)]
    pub following: Option<Following>,
    /// The newest message of the person.
    #[serde(default)]
    pub last_inbound: Option<Inbound>,
    /// The oldest message that nobody has answered, by arrival in milliseconds.
    #[serde(default)]
    pub unanswered_since_ms: Option<i64>,
    /// The first message since the last answer: the team is told of it. `None`: none has come since, or the row is of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_since_answer: Option<FirstSinceAnswer>,
    /// What was said until then is answered, in milliseconds.
    #[serde(default)]
    pub answered_until_ms: i64,
    /// What was said since the last entry.
    #[serde(default)]
    pub open: Option<OpenEntry>,
    /// Activities whose words wait in the rows that say that they were recorded. Others wait in rows of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<PendingActivity>,
    /// The newest place that a sealed entry holds.
    #[serde(default)]
    pub sealed_until: Option<Mark>,
    /// The number of the next entry.
    #[serde(default)]
    pub next_entry: u32,
    /// How far a message is written that was too long for one entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continued: Option<Continued>,
    /// When operators were last told that the CRM refuses words of this conversation, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_told_at_ms: Option<i64>,
    /// The owner's task.
    #[serde(default)]
    pub task: Option<OwnersTask>,
    /// The number of the next task.
    #[serde(default)]
    pub next_task: u32,
    /// The name and picture should be asked from LINE.
    #[serde(default)]
    pub profile_wanted: bool,
    /// An outbox row says that the contact must follow this state.
    #[serde(default)]
    pub sync_queued: bool,
    /// An outbox row says that words wait for the CRM's inbox.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inbox_queued: bool,
    /// Times of messages that were taken back and may still stand in properties, in milliseconds, ascending.
    #[serde(default)]
    pub retracted: Vec<i64>,
    /// The contact was deleted in the CRM then, or the person was erased, in milliseconds: created anew only if the person
    /// writes after it.
    #[serde(default)]
    pub contact_gone_at_ms: Option<i64>,
    /// The contacts that were deleted under them, for whoever must find what remembers that.
    #[serde(default)]
    pub gone_contacts: Vec<ContactId>,
    /// The person or an operator unlinked them from their contact: none is made until somebody links them again.
    #[serde(default)]
    pub unlinked: bool,
    /// Of which link what follows was done: by when that one was made, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_in_link_of_ms: Option<i64>,
    /// The contact says what was known of them then, in milliseconds: the CRM has taken it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_as_of_ms: Option<i64>,
    /// Activities whose text was dropped because nobody was linked to them.
    #[serde(default)]
    pub not_linked: u64,
    /// The newest event may be answered free of charge, by whoever is first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_chance: Option<ReplyChance>,
    /// Nobody has read the newest message: this marks it, and all before it, as read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_token: Option<SealedReadToken>,
    /// What LINE took from us last: the person may quote it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentMessage>,
    /// The operator whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<OperatorName>,
    /// Somebody said last that there is still something to do, in milliseconds.
    #[serde(default)]
    pub to_do_since_ms: i64,
}

/// What people who are linked to nobody said to one Official Account, and nobody will read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotLinked {
    /// Activities whose text was dropped, ever.
    pub dropped: u64,
}

impl Conversation {
    /// A conversation that has just begun.
    pub fn new(key: ConversationKey, account: CrmAccountKey) -> Self {
        Self {
            key,
            account,
            friendship: Friendship::default(),
            last_inbound: None,
            following: Some(Following::default()),
            unanswered_since_ms: None,
            first_since_answer: None,
            answered_until_ms: 0,
            open: None,
            pending: Vec::new(),
            sealed_until: None,
            next_entry: 0,
            continued: None,
            refused_told_at_ms: None,
            task: None,
            next_task: 0,
            profile_wanted: true,
            sync_queued: false,
            inbox_queued: false,
            retracted: Vec::new(),
            contact_gone_at_ms: None,
            gone_contacts: Vec::new(),
            unlinked: false,
            taken_in_link_of_ms: None,
            contact_as_of_ms: None,
            not_linked: 0,
            reply_chance: None,
            read_token: None,
            sent: Vec::new(),
            assigned: None,
            to_do_since_ms: 0,
        }
    }

    /// Takes in what happened, marks it late if an entry beyond it is sealed, and returns the rows to be enqueued. Call once per activity:
    /// the row that says that it was recorded sees to that, which this state names or which is written with it.
    pub fn apply(&mut self, activity: &mut Activity, settings: &ChannelSettings, now_ms: i64) -> Vec<OutboxRow> {
        activity.late = self.sealed_until.as_ref().is_some_and(|sealed| *sealed > activity.mark);
        if activity.speaker == Speaker::Person {
            self.friendship.observe(&activity.mark, activity.content == Content::Unfollow);
            self.profile_wanted |= matches!(activity.content, Content::Follow { .. });
            self.apply_follow(activity);
            if activity.message.is_some() {
                self.apply_message(activity);
            }
        }
        if self.key.source.user().is_none() {
            // No CRM record is linked to a group, a room or the channel itself: no text is kept for them.
            self.not_linked += 1;
            return Vec::new();
        }
        let entry = self.add_to_entry(activity, settings, now_ms);
        // What we say changes nothing that a contact shows of its person, unless nobody has asked yet who that is.
        let is_shown = activity.speaker == Speaker::Person || self.profile_wanted;
        let sync = if is_shown { self.enqueue_sync(now_ms) } else { None };
        sync.into_iter().chain(entry).collect()
    }

    fn apply_follow(&mut self, activity: &Activity) {
        match (&activity.content, &mut self.following) {
            (Content::Follow { unblocked }, following) => {
                following.get_or_insert_default().observe_follow(&activity.mark, *unblocked)
            }
            (Content::Unfollow, Some(following)) => following.observe_block(&activity.mark),
            (_, Some(following)) => following.observe_presence(),
            (_, None) => {}
        }
    }

    /// Somebody answered at `at_ms`, here or elsewhere: what the person said until then waits no more. Nobody has answered what
    /// is yet to be said: a time to come is now. Whether anything changed; the person's contact is to follow then.
    pub fn answered(&mut self, at_ms: i64, now_ms: i64) -> bool {
        let until_ms = at_ms.min(now_ms);
        if until_ms <= self.answered_until_ms {
            return false;
        }
        self.answered_until_ms = until_ms;
        self.first_since_answer.take_if(|first| first.at_ms <= until_ms);
        let is_all = self.last_inbound.as_ref().is_none_or(|last| last.mark.at_ms <= until_ms);
        if is_all && self.to_do_since_ms <= until_ms {
            self.unanswered_since_ms = None;
        }
        true
    }

    fn apply_message(&mut self, activity: &Activity) {
        let newest = self.last_inbound.as_ref().is_none_or(|last| last.mark < activity.mark);
        if newest {
            self.last_inbound =
                Some(Inbound { mark: activity.mark.clone(), arrived_at_ms: activity.arrived_at_ms, retracted: false });
        }
        if activity.mark.at_ms > self.answered_until_ms {
            self.unanswered_since_ms.get_or_insert(activity.arrived_at_ms);
            self.begins_to_wait(activity);
        }
    }

    fn add_to_entry(&mut self, activity: &Activity, settings: &ChannelSettings, now_ms: i64) -> Option<OutboxRow> {
        let arrived_at_ms = activity.arrived_at_ms;
        match &mut self.open {
            Some(open) => {
                open.first_arrived_at_ms = open.first_arrived_at_ms.min(arrived_at_ms);
                open.last_arrived_at_ms = open.last_arrived_at_ms.max(arrived_at_ms);
                None
            }
            None => {
                let mut open =
                    OpenEntry { first_arrived_at_ms: arrived_at_ms, last_arrived_at_ms: arrived_at_ms, due_at_ms: 0 };
                open.due_at_ms = open.ready_at_ms(settings);
                let row = OutboxRow::new(&self.account, self.write_entry(), now_ms, open.due_at_ms);
                self.open = Some(open);
                Some(row)
            }
        }
    }

    /// The message that stands there was taken back: properties that show it must follow.
    pub fn retract(&mut self, mark: &Mark, now_ms: i64) -> Option<OutboxRow> {
        if let Err(at) = self.retracted.binary_search(&mark.at_ms) {
            self.retracted.insert(at, mark.at_ms);
        }
        if let Some(last) = self.last_inbound.as_mut().filter(|last| last.mark == *mark) {
            last.retracted = true;
        }
        // Only the newest messages stand in properties: what is older than these stands there no more.
        let shown_no_more = self.retracted.len().saturating_sub(MAX_RETRACTED);
        self.retracted.drain(..shown_no_more);
        self.enqueue_sync(now_ms)
    }

    /// Whether what follows from this link was done: see [`Conversation::take_in`].
    pub fn has_taken_in(&self, link: &ContactLink) -> bool {
        !link.is_new || self.taken_in_link_of_ms == Some(link.linked_at_ms)
    }

    /// The person was linked: what waited for that is due. Returns rows to remove and to enqueue. Twice: nothing waits any more.
    pub fn take_in(&mut self, link: &ContactLink, now_ms: i64) -> (Vec<OutboxRow>, Vec<OutboxRow>) {
        self.taken_in_link_of_ms = Some(link.linked_at_ms);
        self.profile_wanted = true;
        self.unlinked = false;
        let mut rows: Vec<OutboxRow> = self.enqueue_sync(now_ms).into_iter().collect();
        let mut removed = Vec::new();
        let entry = self.write_entry();
        if let Some(open) = self.open.as_mut().filter(|open| open.due_at_ms > now_ms) {
            removed.push(OutboxRow::new(&self.account, entry.clone(), now_ms, open.due_at_ms));
            open.due_at_ms = now_ms;
            rows.push(OutboxRow::new(&self.account, entry, now_ms, now_ms));
        }
        // Of two rows the one that is served behind the other finds nothing left.
        rows.extend(self.inbox_queued.then(|| OutboxRow::new(&self.account, self.write_to_inbox(), now_ms, now_ms)));
        (removed, rows)
    }

    /// The row that says the contact must follow this state; none where one already lies there.
    pub fn enqueue_sync(&mut self, now_ms: i64) -> Option<OutboxRow> {
        if self.sync_queued || self.key.source.user().is_none() {
            return None;
        }
        self.sync_queued = true;
        Some(OutboxRow::new(&self.account, Effect::SyncContact { conversation: self.key.clone() }, now_ms, now_ms))
    }

    /// The row that says that words wait for the CRM's inbox; none where one already lies there.
    pub fn enqueue_inbox(&mut self, now_ms: i64) -> Option<OutboxRow> {
        let is_new = !std::mem::replace(&mut self.inbox_queued, true);
        is_new.then(|| OutboxRow::new(&self.account, self.write_to_inbox(), now_ms, now_ms))
    }

    /// The rows that this state says are in the outbox, since `since_ms` and due then where it does not say when.
    pub fn queued(&self, since_ms: i64) -> Vec<OutboxRow> {
        let row = |effect, due_at_ms| OutboxRow::new(&self.account, effect, since_ms, due_at_ms);
        let sync = self.sync_queued.then(|| row(Effect::SyncContact { conversation: self.key.clone() }, since_ms));
        let entry = self.open.as_ref().map(|open| row(self.write_entry(), open.due_at_ms));
        let inbox = self.inbox_queued.then(|| row(self.write_to_inbox(), since_ms));
        sync.into_iter().chain(entry).chain(inbox).collect()
    }

    /// When the newest event that LINE sent happened, in milliseconds. What we learned of the person in another way is none: it
    /// has no place in a webhook.
    pub fn last_event_at_ms(&self) -> Option<i64> {
        let signs = self.friendship.as_of.iter().chain(self.last_inbound.as_ref().map(|last| &last.mark));
        signs.filter(|mark| mark.place.is_some()).map(|mark| mark.at_ms).max()
    }

    /// The effect that turns what was said into an entry.
    pub fn write_entry(&self) -> Effect {
        Effect::WriteEntry { conversation: self.key.clone() }
    }

    /// The effect that brings what was said into the CRM's inbox.
    pub fn write_to_inbox(&self) -> Effect {
        Effect::WriteToInbox { conversation: self.key.clone() }
    }

    /// Whether a contact may be made for this person now, where the channel's setting allows it:
    /// after a deletion only once they have written again, after an unlinking not by itself.
    pub fn may_create_contact(&self) -> bool {
        if self.unlinked {
            return false;
        }
        match (self.contact_gone_at_ms, &self.last_inbound) {
            (None, _) => true,
            // By the message's own time: a copy of an older one that arrives late is no new word.
            (Some(gone), Some(last)) => last.mark.at_ms.min(last.arrived_at_ms) > gone,
            (Some(_), None) => false,
        }
    }
}

#[cfg(test)]
mod tests;
