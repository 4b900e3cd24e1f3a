//! The writes that the journal knows.

use super::*;

/// Tombstones outlive the queue, its dead-letter queue and one redrive.
const TOMBSTONE_DAYS: i64 = 60;
/// HubSpot's v2 signature never expires: neither may the memory of an action.
const SETTLED_PUSH_DAYS: i64 = 400;
/// Stands behind the deletion that acknowledgement does.
const TEXT_DAYS: i64 = 30;
/// What lasts comes up again; what was denied is not asked again meanwhile.
const QUESTION_DAYS: i64 = 30;
/// Far longer than an attempt to log in may take.
const USED_LOGIN_DAYS: i64 = 1;
/// Far longer than a nonce can be used, so that one that comes too late is known as such.
const NONCE_DAYS: i64 = 1;

/// HubSpot keeps what was deleted for 90 days; a privacy deletion may come as late.
const GONE_DAYS: i64 = 120;
/// A dead letter lies as long (SQS's longest retention).
pub const LETTER_DAYS: i64 = 14;

/// The conversation becomes this, if nobody changed it since it was read; `version` as read, 0 for a new one.
pub fn conversation(value: &Conversation, version: u64) -> Write {
    // One that was erased may begin anew: nobody who knew the old one may take the new one for it.
    let expect = if version == 0 { Precondition::AbsentAnew } else { Precondition::Version(version) };
    Write::put(state_key(&value.key), value, expect)
}

/// The conversation's state goes, if nobody changed it since it was read at `version`.
pub fn ended(key: &ConversationKey, version: u64) -> Write {
    Write::Delete { key: state_key(key), expect: Precondition::Version(version) }
}

/// The rest happens only if the conversation was not erased (again) since this was read.
pub fn not_erased_since(key: &ConversationKey, erasure: &Erasure) -> Write {
    Write::Check { key: erased_key(key), expect: Precondition::Version(erasure.version) }
}

/// The rest happens only if the conversation's state is still the one that was read at `version`.
pub fn unchanged_since(key: &ConversationKey, version: u64) -> Write {
    Write::Check { key: state_key(key), expect: Precondition::Version(version) }
}

/// The row goes, whatever it is.
pub fn remove(key: RowKey) -> Write {
    Write::Delete { key, expect: Precondition::Any }
}

/// The event is recorded, if it was not.
pub fn tombstone(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(tombstone_key(key, event), &true, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The message, or an edit of it, stands here.
pub fn message_position(key: &ConversationKey, message: &MessageId, position: &MessagePosition, now_ms: i64) -> Write {
    Write::put(position_key(key, message, &position.mark), position, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The list of a row of before becomes this; `version` as read.
pub(super) fn old_message_positions(
    key: &ConversationKey,
    message: &MessageId,
    marks: &[Mark],
    version: u64,
    now_ms: i64,
) -> Write {
    Write::put(message_key(key, message), &marks, Precondition::Version(version)).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The message was taken back.
pub fn unsent(key: &ConversationKey, message: &MessageId, now_ms: i64) -> Write {
    Write::put(unsent_key(key, message), &true, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// So much was dropped, ever; `version` as read.
pub fn not_linked(channel: &ChannelId, value: &NotLinked, version: u64) -> Write {
    Write::put(not_linked_key(channel), value, Precondition::Version(version))
}

/// The Official Account's newest event happened then; `version` as read, 0 for the first.
pub(super) fn last_event(channel: &ChannelId, at_ms: i64, version: u64) -> Write {
    Write::put(last_event_key(channel), &at_ms, Precondition::Version(version))
}

/// The newest send that was refused is this one; `version` as read, 0 for the first.
pub(super) fn last_refusal(channel: &ChannelId, refusal: &LastRefusal, version: u64) -> Write {
    Write::put(last_refusal_key(channel), refusal, Precondition::Version(version))
}

/// The send waits for a person's decision.
pub fn parked(push: &Push) -> Write {
    Write::put(RowKey::new(parked_partition(&push.account), push.id.to_string()), &push.id, Precondition::Any)
}

/// The send waits no more.
pub fn decided(push: &Push) -> Write {
    Write::Delete { key: RowKey::new(parked_partition(&push.account), push.id.to_string()), expect: Precondition::Any }
}

/// The activity and its words wait for their entry; `version` as read, 0 for a new one.
pub fn pending(key: &ConversationKey, activity: &Activity, version: u64, now_ms: i64) -> Write {
    Write::put(pending_key(key, &activity.mark), activity, Precondition::Version(version)).expiring(now_ms, TEXT_DAYS)
}

/// The words are forgotten.
pub fn forget(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Delete { key: pending_key(key, mark), expect: Precondition::Any }
}

/// The CRM refuses the activity's words: they are kept for an operator, for as long as any words are.
pub fn keep_refused(key: &ConversationKey, activity: &Activity) -> Write {
    Write::put(refused_key(key, &activity.mark), activity, Precondition::Any)
        .expiring(activity.arrived_at_ms, TEXT_DAYS)
}

/// Words that were refused are kept no more.
pub fn forget_refused(key: &ConversationKey, mark: &Mark) -> Write {
    Write::Delete { key: refused_key(key, mark), expect: Precondition::Any }
}

/// The person is said to be this; `version` as read, 0 for a new claim.
pub fn claim(key: &ConversationKey, claim: &Claim, version: u64, now_ms: i64) -> Write {
    Write::put(claim_key(key), claim, Precondition::Version(version)).expiring(now_ms, TEXT_DAYS)
}

/// The contact follows the claim, if it is still the one that was read.
pub fn claim_applied(key: &ConversationKey, version: u64) -> Write {
    Write::Delete { key: claim_key(key), expect: Precondition::Version(version) }
}

/// The claim, whatever it is, is forgotten.
pub fn claim_discarded(key: &ConversationKey) -> Write {
    Write::Delete { key: claim_key(key), expect: Precondition::Any }
}

/// An operator is asked whether the person is this contact. What nothing but the question remembers stands until it is
/// answered.
pub fn question(account: &CrmAccountKey, question: &Question) -> Write {
    let write = Write::put(question_key(account, &question.conversation), question, Precondition::Any);
    match question.why {
        AskedBecause::Email | AskedBecause::Merged => write,
        _ => write.expiring(question.asked_at_ms, QUESTION_DAYS),
    }
}

/// The operator has said, at `now_ms`, that the person is not this contact, if the question is still the one that was read: the
/// person may be erased meanwhile.
pub fn denied(account: &CrmAccountKey, question: &Versioned<Question>, now_ms: i64) -> Write {
    let Versioned { value, version } = question;
    let denied = Question { denied: true, ..value.clone() };
    Write::put(question_key(account, &value.conversation), &denied, Precondition::Version(*version))
        .expiring(now_ms, QUESTION_DAYS)
}

/// Nothing is asked about the person, and nothing was.
pub fn question_closed(account: &CrmAccountKey, key: &ConversationKey) -> Write {
    Write::Delete { key: question_key(account, key), expect: Precondition::Any }
}

/// The person was linked to a contact that is gone.
pub fn former_link(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey, now_ms: i64) -> Write {
    Write::put(gone_key(account, contact, key), key, Precondition::Any).expiring(now_ms, GONE_DAYS)
}

/// That is forgotten.
pub fn forget_former_link(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey) -> Write {
    Write::Delete { key: gone_key(account, contact, key), expect: Precondition::Any }
}

/// The conversation was erased at `now_ms`.
pub fn erased(key: &ConversationKey, now_ms: i64) -> Write {
    Write::put(erased_key(key), &now_ms, Precondition::Any).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The attempt to log in with this state has ended well, if it had not before.
pub fn login_used(state: &str, now_ms: i64) -> Write {
    Write::put(used_login_key(state), &UsedLogin { at_ms: now_ms }, Precondition::Version(0))
        .expiring(now_ms, USED_LOGIN_DAYS)
}

/// The import of the Official Account's friends is this far, if nobody else went on since it was read.
pub fn friends_import(channel: &ChannelId, import: &FriendsImport, version: u64) -> Write {
    Write::put(friends_key(channel), import, Precondition::Version(version))
}

/// The nonce becomes this; `version` as read, 0 for a new one.
pub fn nonce(nonce: &str, value: &LinkNonce, version: u64) -> Write {
    Write::put(nonce_key(nonce), value, Precondition::Version(version)).expiring(value.made_at_ms, NONCE_DAYS)
}

/// Our answer to the event is on the timeline, if it was not.
pub fn reply_recorded(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(reply_key(key, event), &true, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

/// What the event asked for is done, if it was not.
pub fn event_handled(key: &ConversationKey, event: &EventId, now_ms: i64) -> Write {
    Write::put(handled_key(key, event), &true, Precondition::Absent).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The entry becomes this.
pub fn entry(key: &ConversationKey, entry: &Entry, version: u64, now_ms: i64) -> Write {
    Write::put(entry_key(key, entry.number), entry, Precondition::Version(version)).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The entry was not written and never will be: its activities wait for another.
pub fn unseal(key: &ConversationKey, number: u32) -> Write {
    Write::Delete { key: entry_key(key, number), expect: Precondition::Any }
}

/// The send becomes this.
pub fn push(push: &Push, version: u64, now_ms: i64) -> Write {
    // A parked send is settled before its words would have to go.
    let days = if matches!(push.state, PushState::Sending(_)) { TEXT_DAYS } else { SETTLED_PUSH_DAYS };
    Write::put(push_key(push.id), push, Precondition::Version(version)).expiring(now_ms, days)
}

/// Operators are told of outbox rows that another version wrote; `version` as read, 0 where they never were.
pub fn unreadable_told(account: &CrmAccountKey, now_ms: i64, version: u64) -> Write {
    Write::put(unreadable_key(account), &now_ms, Precondition::Version(version)).expiring(now_ms, LETTER_DAYS)
}

/// An outbox row that another version wrote goes, if it is still the one that was seen.
pub fn give_up_unread(unread: &Unread) -> Write {
    let expect = if unread.version == 0 { Precondition::Any } else { Precondition::Version(unread.version) };
    Write::Delete { key: unread.key.clone(), expect }
}

/// The newest send of the contact's becomes this; `version` as read, 0 for the first. Kept longer than any outcome waits.
pub fn newest_send(
    account: &CrmAccountKey,
    contact: &ContactId,
    send: &NewestSend,
    version: u64,
    now_ms: i64,
) -> Write {
    Write::put(newest_send_key(account, contact), send, Precondition::Version(version)).expiring(now_ms, TOMBSTONE_DAYS)
}

/// The work goes into the outbox. Rows of one name and due time are one row.
pub fn enqueue(row: &OutboxRow) -> Write {
    Write::put(outbox_key(row), row, Precondition::Any)
}

/// The work is done: its row leaves the outbox.
pub fn done(row: &OutboxRow) -> Write {
    Write::Delete { key: outbox_key(row), expect: Precondition::Any }
}
