use super::*;
use crate::domain::account::CrmKind;
use crate::domain::ids::{CrmAccountId, EventId, MessageId};

fn mark(at_ms: i64) -> Mark {
    Mark::at(at_ms, EventId::new(format!("E{at_ms}")))
}

fn said(at_ms: i64, arrived_at_ms: i64) -> Activity {
    Activity {
        mark: mark(at_ms),
        arrived_at_ms,
        speaker: Speaker::Person,
        message: Some(MessageId::new(at_ms.to_string())),
        content: Content::Text { text: "a".into() },
        late: false,
    }
}

fn conversation() -> Conversation {
    let key = ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"));
    Conversation::new(key, CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") })
}

#[test]
fn many_messages_owe_the_person_and_the_entry_once() {
    let mut conversation = conversation();
    let settings = ChannelSettings::default();
    assert_eq!(conversation.take(&mut said(10, 20), &settings, 20).len(), 2);
    assert_eq!(conversation.take(&mut said(11, 21), &settings, 21), vec![]);
    let open = conversation.open.expect("open");
    assert_eq!((open.first_arrived_at_ms, open.last_arrived_at_ms), (20, 21));
    assert_eq!(open.due_at_ms, 20 + settings.idle_window_ms);
}

#[test]
fn an_older_message_after_the_seal_is_late() {
    let mut conversation = conversation();
    conversation.sealed_until = Some(mark(100));
    let mut activity = said(50, 200);
    conversation.take(&mut activity, &ChannelSettings::default(), 200);
    assert!(activity.late);
}

#[test]
fn an_older_unfollow_that_arrives_later_does_not_block() {
    let mut conversation = conversation();
    let settings = ChannelSettings::default();
    conversation.take(&mut said(100, 101), &settings, 101);
    let mut unfollow = said(50, 102);
    unfollow.message = None;
    unfollow.content = Content::Unfollow;
    conversation.take(&mut unfollow, &settings, 102);
    assert_eq!(conversation.friendship.blocked, Some(false));
}

#[test]
fn after_a_deletion_only_a_new_message_allows_a_new_contact() {
    let mut conversation = conversation();
    conversation.take(&mut said(10, 20), &ChannelSettings::default(), 20);
    conversation.contact_gone_at_ms = Some(30);
    assert!(!conversation.may_create_contact());
    conversation.take(&mut said(40, 41), &ChannelSettings::default(), 41);
    assert!(conversation.may_create_contact());
}
