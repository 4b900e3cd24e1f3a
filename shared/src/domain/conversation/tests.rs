use super::*;
use crate::domain::account::CrmKind;
use crate::domain::ids::{ChannelId, LineUserId};
use crate::domain::ids::{CrmAccountId, EventId, MessageId};
use crate::domain::read_token::SealedReadToken;
use crate::domain::reply_chance::SealedReplyToken;

fn mark(at_ms: i64) -> Mark {
    Mark::at(at_ms, EventId::new(format!("E{at_ms}")))
}

pub(super) fn said(at_ms: i64, arrived_at_ms: i64) -> Activity {
    Activity {
        mark: mark(at_ms),
        arrived_at_ms,
        speaker: Speaker::Person,
        operator: None,
        message: Some(MessageId::new(at_ms.to_string())),
        quotes: None,
        content: Content::Text { text: "a".into() },
        late: false,
    }
}

pub(super) fn conversation() -> Conversation {
    let key = ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"));
    Conversation::new(key, CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") })
}

#[test]
fn many_messages_enqueue_the_contact_and_the_entry_once() {
    let mut conversation = conversation();
    let settings = ChannelSettings::default();
    assert_eq!(conversation.apply(&mut said(10, 20), &settings, 20).len(), 2);
    assert_eq!(conversation.apply(&mut said(11, 21), &settings, 21), vec![]);
    let open = conversation.open.expect("open");
    assert_eq!((open.first_arrived_at_ms, open.last_arrived_at_ms), (20, 21));
    assert_eq!(open.due_at_ms, 20 + settings.idle_window_ms);
}

#[test]
fn an_older_message_after_the_seal_is_late() {
    let mut conversation = conversation();
    conversation.sealed_until = Some(mark(100));
    let mut activity = said(50, 200);
    conversation.apply(&mut activity, &ChannelSettings::default(), 200);
    assert!(activity.late);
}

#[test]
fn an_older_unfollow_that_arrives_later_does_not_block() {
    let mut conversation = conversation();
    let settings = ChannelSettings::default();
    conversation.apply(&mut said(100, 101), &settings, 101);
    let mut unfollow = said(50, 102);
    unfollow.message = None;
    unfollow.content = Content::Unfollow;
    conversation.apply(&mut unfollow, &settings, 102);
    assert_eq!(conversation.friendship.blocked, Some(false));
}

#[test]
fn after_a_deletion_only_a_new_message_allows_a_new_contact() {
    let mut conversation = conversation();
    conversation.apply(&mut said(10, 20), &ChannelSettings::default(), 20);
    conversation.contact_gone_at_ms = Some(30);
    assert!(!conversation.may_create_contact());
    conversation.apply(&mut said(25, 35), &ChannelSettings::default(), 35);
    assert!(!conversation.may_create_contact(), "said before it, delivered after it");
    conversation.apply(&mut said(40, 41), &ChannelSettings::default(), 41);
    assert!(conversation.may_create_contact());
}

#[test]
fn what_is_answered_waits_no_more_and_what_is_said_after_it_does() {
    let settings = ChannelSettings::default();
    let mut conversation = conversation();
    conversation.apply(&mut said(100, 110), &settings, 110);
    assert!(
        conversation.answered(90, 200) && conversation.unanswered_since_ms.is_some(),
        "an answer to something older"
    );
    assert!(conversation.answered(120, 200) && conversation.unanswered_since_ms.is_none());
    assert!(!conversation.answered(120, 200), "told twice");
    conversation.apply(&mut said(115, 210), &settings, 210);
    assert_eq!(conversation.unanswered_since_ms, None, "said before the answer, it came after it");
    conversation.apply(&mut said(130, 220), &settings, 220);
    assert_eq!(conversation.unanswered_since_ms, Some(220));
    assert!(conversation.answered(9_999, 300), "nobody answers what is yet to be said");
    conversation.apply(&mut said(310, 320), &settings, 320);
    assert_eq!(conversation.unanswered_since_ms, Some(320));
}

#[test]
fn of_two_reply_tokens_the_one_that_lives_longer_is_kept_and_taken_once_while_it_is_fresh() {
    let chance = |token: &str, use_by_ms| ReplyChance { token: SealedReplyToken::new(token), use_by_ms };
    let mut conversation = conversation();
    conversation.offer_reply(Some(chance("newer", 200)), 100);
    conversation.offer_reply(Some(chance("older", 150)), 100);
    conversation.offer_reply(None, 100);
    assert_eq!(conversation.take_reply(200), Some(chance("newer", 200)));
    assert_eq!(conversation.take_reply(200), None, "it is taken");
    conversation.offer_reply(Some(chance("stale", 150)), 151);
    assert_eq!(conversation.reply_chance, None);
    conversation.offer_reply(Some(chance("fresh", 150)), 100);
    assert_eq!(conversation.take_reply(151), None);
    conversation.offer_reply(Some(chance("fresh", 150)), 100);
    conversation.offer_reply(None, 151);
    assert_eq!(conversation.reply_chance, None, "what has grown too old goes with the next write");
}

#[test]
fn a_conversation_of_before_reads_and_says_nothing_of_how_they_came() {
    let mut json = serde_json::to_value(conversation()).expect("JSON");
    for new in ["following", "answered_until_ms"] {
        json.as_object_mut().expect("an object").remove(new).expect("a new field");
    }
    let mut old: Conversation = serde_json::from_value(json).expect("readable");
    old.apply(&mut said(100, 110), &ChannelSettings::default(), 110);
    assert_eq!(old.following, None, "they may have followed when nobody noted it");
    let mut follow = said(120, 121);
    (follow.message, follow.content) = (None, Content::Follow { unblocked: Some(true) });
    old.apply(&mut follow, &ChannelSettings::default(), 121);
    assert_eq!(old.following.and_then(|following| following.at_ms()), Some(120));
}

#[test]
fn taken_to_another_account_nothing_begun_for_the_one_before_is_gone_on_with() {
    let mut before = conversation();
    before.apply(&mut said(10, 20), &ChannelSettings::default(), 20);
    (before.next_entry, before.next_task) = (4, 2);
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("10") };
    let after = before.clone().taken_to(account.clone());
    assert_eq!(
        (after.next_entry, after.next_task),
        (5, 3),
        "entry 4 may be sealed for a contact of the account before"
    );
    assert_eq!((after.account, after.open, after.sync_queued), (account, None, false));
    assert_eq!((after.friendship, after.following), (before.friendship, before.following));
}

#[test]
fn the_newest_messages_read_token_is_kept_whatever_comes_late() {
    let mut conversation = conversation();
    let settings = ChannelSettings::default();
    for (at_ms, kept) in [(10, "10"), (20, "20"), (15, "20")] {
        conversation.apply(&mut said(at_ms, 30), &settings, 30);
        conversation.offer_read(Some(SealedReadToken::new(at_ms.to_string())), &mark(at_ms));
        assert_eq!(conversation.read_token.as_ref().map(SealedReadToken::expose), Some(kept));
    }
    // An edit has no token of its own: the message before it still shows as unread.
    conversation.apply(&mut said(40, 40), &settings, 40);
    conversation.offer_read(None, &mark(40));
    assert_eq!(conversation.read_token, Some(SealedReadToken::new("20")));
    assert!(conversation.at_rest().read_token.is_none());
}
