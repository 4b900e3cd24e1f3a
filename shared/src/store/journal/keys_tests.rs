//! Where the journal's rows lie: parts that a caller can choose are hashed or of one length.

use proptest::prelude::*;

use super::assigned::assigned_key;
use super::away::away_key;
use super::claim::*;
use super::conversation::*;
use super::entry::*;
use super::erasing::*;
use super::former_link::*;
use super::friends::*;
use super::messages::*;
use super::noted::*;
use super::people::person_key;
use super::push::*;
use super::questions::*;
use super::talking::saying_key;
use super::words::{pending_key, refused_key};
use super::*;
use crate::domain::account::CrmKind;
use crate::domain::activity::Place;
use crate::domain::ids::{CrmAccountId, LineUserId};
use crate::domain::operator::OperatorName;
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
    let held = Effect::ReleasePush { push, conversation: key.clone() };
    let held = outbox_key(&OutboxRow::new(&account, held, 1, 1));
    let watched = outbox_key(&OutboxRow::watch(&account, &key, 1));
    vec![
        state_key(&key),
        tombstone_key(&key, &event),
        position_key(&key, &message, 1, &event),
        unsent_key(&key, &message),
        pending_key(&key, &mark),
        refused_key(&key, &mark),
        entry_key(&key, 1),
        claim_key(&key),
        away_key(&key),
        assigned_key(&account, &OperatorName::parse("佐藤").expect("a name"), &key),
        erased_key(&key),
        reply_key(&key, &event),
        handled_key(&key, &event),
        question_key(&account, &key),
        gone_key(&account, &contact, &key),
        newest_send_key(&account, &contact),
        push_key(push),
        person_key(&channel, &user),
        friends_key(&channel),
        not_linked_key(&channel),
        last_event_key(&channel),
        last_refusal_key(&channel),
        heard_key(&channel),
        sent_key(&channel),
        replied_key(&channel),
        saying_key(&key, push),
        RowKey::new(parked_partition(&account), push.to_string()),
        unreadable_key(&account),
        effect,
        held,
        watched,
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
        position_key(&key, &MessageId::new(message), 1, &EventId::new("E"))
    };
    assert_ne!(position("m"), position("n"));
}

proptest! {
    #[test]
    fn keys_are_in_the_order_of_marks_and_as_many(one in marks(), other in marks()) {
        prop_assert_eq!(key_of(&one).cmp(&key_of(&other)), one.cmp(&other), "{:?} {:?}", one, other);
    }
}
