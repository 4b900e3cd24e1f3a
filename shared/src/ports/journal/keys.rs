//! Where the journal's rows lie. Parts that a caller can choose are hashed or of one length.

use super::*;

pub(super) fn partition(key: &ConversationKey) -> String {
    format!("c:{}", key.hash())
}

pub(super) fn state_key(key: &ConversationKey) -> RowKey {
    state_key_of(&key.hash())
}

pub(super) fn state_key_of(hash: &str) -> RowKey {
    RowKey::new(format!("c:{hash}"), "state")
}

pub(super) fn tombstone_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("t:{event}"))
}

/// Rows of before.
pub(super) fn message_key(key: &ConversationKey, message: &MessageId) -> RowKey {
    RowKey::new(partition(key), format!("m:{message}"))
}

pub(super) fn positions_prefix(message: &MessageId) -> String {
    format!("m:{}:", fingerprint(&[message.as_str()]))
}

pub(super) fn position_key(key: &ConversationKey, message: &MessageId, mark: &Mark) -> RowKey {
    RowKey::new(partition(key), format!("{}{}", positions_prefix(message), mark_sort(mark)))
}

pub(super) fn unsent_key(key: &ConversationKey, message: &MessageId) -> RowKey {
    RowKey::new(partition(key), format!("u:{message}"))
}

pub(super) fn pending_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    RowKey::new(partition(key), format!("p:{}", mark_sort(mark)))
}

/// A mark as part of a key: keys are in the order of marks. `!` comes before all that IDs are made of.
fn mark_sort(mark: &Mark) -> String {
    let (at_ms, event) = (mark.at_ms.max(0), &mark.event);
    let Some(place) = &mark.place else { return format!("{at_ms:013}:{event}") };
    let message = place.message.as_ref().map_or("", MessageId::as_str);
    format!("{at_ms:013}:{}!{:06}!{:03}{message}!{event}", place.webhook, place.number, message.len())
}

/// In the order of marks, as those of pending activities are.
pub(super) fn refused_key(key: &ConversationKey, mark: &Mark) -> RowKey {
    let pending = pending_key(key, mark);
    RowKey { sort: pending.sort.replacen("p:", "h:", 1), ..pending }
}

pub(super) fn entry_key(key: &ConversationKey, number: u32) -> RowKey {
    RowKey::new(partition(key), format!("n:{number:08}"))
}

pub(super) fn question_partition(account: &CrmAccountKey) -> String {
    format!("q:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

pub(super) fn question_key(account: &CrmAccountKey, key: &ConversationKey) -> RowKey {
    RowKey::new(question_partition(account), key.hash())
}

pub(super) fn gone_partition(account: &CrmAccountKey, contact: &ContactId) -> String {
    format!("g:{}", fingerprint(&[account.kind.as_str(), account.id.as_str(), contact.as_str()]))
}

pub(super) fn gone_key(account: &CrmAccountKey, contact: &ContactId, key: &ConversationKey) -> RowKey {
    RowKey::new(gone_partition(account, contact), key.hash())
}

pub(super) fn newest_send_key(account: &CrmAccountKey, contact: &ContactId) -> RowKey {
    let name = fingerprint(&[account.kind.as_str(), account.id.as_str(), contact.as_str()]);
    RowKey::new(format!("w:{name}"), "outcome")
}

pub(super) fn claim_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "claim")
}

pub(super) fn erased_key(key: &ConversationKey) -> RowKey {
    RowKey::new(partition(key), "erased")
}

pub(super) fn friends_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("i:{}", fingerprint(&[channel.as_str()])), "friends")
}

pub(super) fn used_login_key(state: &str) -> RowKey {
    RowKey::new(format!("l:{}", fingerprint(&[state])), "used")
}

pub(super) fn nonce_key(nonce: &str) -> RowKey {
    RowKey::new(format!("a:{}", fingerprint(&[nonce])), "nonce")
}

pub(super) fn reply_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("r:{event}"))
}

pub(super) fn handled_key(key: &ConversationKey, event: &EventId) -> RowKey {
    RowKey::new(partition(key), format!("x:{event}"))
}

pub(super) fn push_key(id: PushId) -> RowKey {
    RowKey::new(format!("s:{id}"), "push")
}

pub(super) fn not_linked_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("d:{}", fingerprint(&[channel.as_str()])), "dropped")
}

pub(super) fn last_event_key(channel: &ChannelId) -> RowKey {
    RowKey::new(format!("v:{}", fingerprint(&[channel.as_str()])), "event")
}

pub(super) fn last_refusal_key(channel: &ChannelId) -> RowKey {
    RowKey { sort: "refusal".to_owned(), ..last_event_key(channel) }
}

pub(super) fn parked_partition(account: &CrmAccountKey) -> String {
    format!("k:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

pub(super) fn unreadable_key(account: &CrmAccountKey) -> RowKey {
    RowKey::new(format!("z:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()])), "unreadable")
}

pub(super) fn outbox_partition(account: &CrmAccountKey, shard: u32) -> String {
    format!("o:{}:{shard}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

pub(super) fn outbox_key(row: &OutboxRow) -> RowKey {
    RowKey::new(
        outbox_partition(&row.account, row.effect.shard()),
        format!("{:013}:{}", row.due_at_ms.max(0), row.effect.name()),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::account::CrmKind;
    use crate::domain::activity::Place;
    use crate::domain::ids::{CrmAccountId, LineUserId};
    use crate::domain::outbox::Effect;

    fn key_of(mark: &Mark) -> String {
        pending_key(&ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1")), mark).sort
    }

    fn marks() -> impl Strategy<Value = Mark> {
        let event = || "[01AB]{1,3}(-[01])?".prop_map(EventId::new);
        let message = proptest::option::of("[0-9]{1,3}".prop_map(MessageId::new));
        let place = (event(), 0_u32..3, message);
        let place = place.prop_map(|(webhook, number, message)| Place { webhook, number, message });
        (0_i64..3, event(), proptest::option::of(place)).prop_map(|(at_ms, event, place)| Mark { at_ms, event, place })
    }

    #[test]
    fn an_activity_that_was_stored_without_a_place_is_found_where_it_lies() {
        assert_eq!(key_of(&Mark::at(10, EventId::new("01B"))), "p:0000000000010:01B");
    }

    /// Every kind of row there is of somebody, of their account and of their channel.
    fn places(channel: &str, user: &str, account: &str, message: &str) -> Vec<RowKey> {
        let (channel, user, message) = (ChannelId::new(channel), LineUserId::new(user), MessageId::new(message));
        let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(account) };
        let (key, contact) = (ConversationKey::person(&channel, &user), ContactId::new("7"));
        let (event, mark) = (EventId::new("E"), Mark::at(1, EventId::new("E")));
        let push = PushId::of_action(account.kind, &account.id, &["execution"]);
        let effect = Effect::SyncContact { conversation: key.clone() };
        let effect = outbox_key(&OutboxRow::new(&account, effect, 1, 1));
        vec![
            state_key(&key),
            tombstone_key(&key, &event),
            position_key(&key, &message, &mark),
            unsent_key(&key, &message),
            pending_key(&key, &mark),
            refused_key(&key, &mark),
            entry_key(&key, 1),
            claim_key(&key),
            erased_key(&key),
            reply_key(&key, &event),
            handled_key(&key, &event),
            question_key(&account, &key),
            gone_key(&account, &contact, &key),
            newest_send_key(&account, &contact),
            push_key(push),
            friends_key(&channel),
            not_linked_key(&channel),
            last_event_key(&channel),
            last_refusal_key(&channel),
            RowKey::new(parked_partition(&account), push.to_string()),
            unreadable_key(&account),
            effect,
        ]
    }

    #[test]
    fn no_two_rows_lie_in_one_place() {
        let all = [places("1", "U1", "9", "m"), places("2", "U2", "8", "m")].concat();
        let mut seen = std::collections::BTreeSet::new();
        for row in &all {
            assert!(!row.partition.is_empty() && !row.sort.is_empty(), "{row:?}");
            assert!(seen.insert((row.partition.clone(), row.sort.clone())), "{row:?}");
        }
        // The same person, contact and send, in another account of the CRM.
        let of_account = |id: &str| {
            let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(id) };
            let key = ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"));
            let row = OutboxRow::new(&account, Effect::SyncContact { conversation: key.clone() }, 1, 1);
            let contact = ContactId::new("7");
            let keys = [question_key(&account, &key), gone_key(&account, &contact, &key), outbox_key(&row)];
            keys.map(|key| key.partition).into_iter().chain([parked_partition(&account)]).collect::<Vec<_>>()
        };
        for (one, other) in of_account("9").iter().zip(of_account("8")) {
            assert_ne!(*one, other);
        }
        let position = |message| {
            let key = ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"));
            position_key(&key, &MessageId::new(message), &Mark::at(1, EventId::new("E")))
        };
        assert_ne!(position("m"), position("n"));
    }

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_marks_and_as_many(one in marks(), other in marks()) {
            prop_assert_eq!(key_of(&one).cmp(&key_of(&other)), one.cmp(&other), "{:?} {:?}", one, other);
        }
    }
}
