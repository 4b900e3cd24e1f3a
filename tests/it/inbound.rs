//! A person writes on LINE and the CRM record knows.

use local::fake::line::event;
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, OWNER_ID, PORTAL_ID};
use musubi::domain::account::TimelineSurface;

use crate::app::{App, common, message_id, text_at};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_reaches_the_contact_its_owner_and_after_a_pause_the_timeline() {
    let app = App::start().await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "明日の予約はできますか？").await;

    app.until("the properties", |app| app.linked("line_last_message") == "明日の予約はできますか？").await;
    app.until("the task", |app| app.world.hubspot.tasks(PORTAL_ID).len() == 1).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked("line_unanswered"), "true");
    assert_eq!(app.linked("line_unanswered_message"), "明日の予約はできますか？");
    assert_eq!(app.linked("line_user_name"), "はなこ");
    assert_eq!(app.linked("line_follows"), "true");
    assert!(app.linked("line_recent_messages").ends_with("明日の予約はできますか？"));
    let task = &app.world.hubspot.tasks(PORTAL_ID)[0];
    assert_eq!(task.contact_ids, [LINKED_CONTACT]);
    assert_eq!(task.properties["hubspot_owner_id"], OWNER_ID.to_string());
    assert_eq!(task.properties["hs_task_subject"], "LINEのメッセージに返信してください");
    assert_eq!(app.notes().len(), 0, "the conversation may go on");

    app.minutes_pass(16);
    app.until("the entry", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains("明日の予約はできますか？"), "{}", app.notes()[0]);
    app.at_rest().await;
    assert_eq!(app.texts_at_rest("明日の予約").await, 0, "the words are forgotten once the CRM has them");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_unknown_becomes_a_contact_with_name_and_link() {
    let app = App::start().await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "はじめまして").await;
    app.until("the contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    let contact = app.contact_of(NEW_USER).expect("a contact");
    assert_eq!(contact.properties["line_user_name"], "たろう");
    assert!(!contact.properties["line_linked_at"].is_empty());
    assert!(!contact.properties.contains_key("email"), "no address is made up unless the setting says so");

    app.world.line.write_text(CHANNEL_ID, NEW_USER, "二通目です").await;
    app.until_moving("the entry", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    let with_user = app.world.hubspot.contacts(PORTAL_ID).len();
    assert_eq!(with_user, 2, "one person, one contact");
    assert_eq!(app.world.hubspot.tasks(PORTAL_ID).len(), 1, "an open task is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_task_is_done_the_message_is_answered_and_the_next_one_opens_another() {
    let app = App::start().await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "一つ目").await;
    app.until("the task", |app| app.world.hubspot.tasks(PORTAL_ID).len() == 1).await;
    app.at_rest_but_entries().await;
    app.world.hubspot.complete_task(PORTAL_ID, app.world.hubspot.tasks(PORTAL_ID)[0].id);
    app.minutes_pass(16);
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    assert_eq!(app.linked("line_unanswered_message"), "");
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "二つ目").await;
    app.until("another task", |app| app.world.hubspot.tasks(PORTAL_ID).len() == 2).await;
    app.until("unanswered", |app| app.linked("line_unanswered_message") == "二つ目").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocking_and_unblocking_is_a_property_within_seconds() {
    let app = App::start().await;
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until("blocked", |app| app.linked("line_follows") == "false").await;
    app.world.clock.advance_ms(10);
    app.world.line.follow(CHANNEL_ID, LINKED_USER).await;
    app.until("unblocked", |app| app.linked("line_follows") == "true").await;
    app.minutes_pass(61);
    app.until("the entry", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains("ブロックしました") && app.notes()[0].contains("ブロックを解除しました"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_taken_back_after_its_entry_leaves_the_note_and_the_properties() {
    let app = App::start().await;
    let at_ms = app.world.clock.now_ms();
    let events =
        [text_at(LINKED_USER, 1, at_ms, "口座番号は1234です"), text_at(LINKED_USER, 2, at_ms + 1_000, "すみません")];
    assert_eq!(app.post_events(&events).await, 200);
    app.until("the properties", |app| app.linked("line_last_message") == "すみません").await;
    app.minutes_pass(16);
    app.until("the entry", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains("口座番号"));
    app.at_rest().await;

    let unsend = event::unsend(&common(LINKED_USER, 3, at_ms + 900_000), &message_id(1));
    assert_eq!(app.post_events(&[unsend]).await, 200);
    app.until("the note without it", |app| !app.notes()[0].contains("口座番号")).await;
    app.until("the property without it", |app| !app.linked("line_recent_messages").contains("口座番号")).await;
    assert!(app.notes()[0].contains("すみません") && app.notes()[0].contains("取り消しました"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_conversations_are_app_events_a_message_taken_back_later_is_dead_lettered_once_in_words() {
    let app = App::start().await;
    let kind = "ae77_line_conversation".to_owned();
    app.world.hubspot.edit_portal(PORTAL_ID, |portal| portal.event_types = vec![kind.clone()]);
    app.change_account(|account| account.surface = TimelineSurface::AppEvents { event_type: kind }).await;
    let at_ms = app.world.clock.now_ms();
    assert_eq!(app.post_events(&[text_at(LINKED_USER, 1, at_ms, "口座番号は1234です")]).await, 200);
    app.until("the property", |app| app.linked("line_last_message") == "口座番号は1234です").await;
    app.minutes_pass(16);
    app.until("the event", |app| app.world.hubspot.timeline_events(PORTAL_ID).len() == 1).await;
    app.at_rest().await;
    assert_eq!((app.notes().len(), app.texts_at_rest("口座番号は").await), (0, 0));

    let unsend = event::unsend(&common(LINKED_USER, 3, at_ms + 900_000), &message_id(1));
    assert_eq!(app.post_events(&[unsend]).await, 200);
    app.until("the reason", |app| app.world.aws.sqs().counts("crm-dlq.fifo").total() == 1).await;
    app.at_rest().await;
    app.minutes_pass(60);
    app.at_rest().await;
    let letters = app.world.aws.sqs().messages("crm-dlq.fifo");
    assert_eq!(letters.len(), 1);
    let reason = letters[0].attributes["reason"].string_value.clone().unwrap_or_default();
    assert!(reason.contains("アプリイベント") && reason.contains("event:musubi-entry-"), "{reason}");
    assert_eq!(app.world.hubspot.timeline_events(PORTAL_ID).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_contacts_are_not_created_words_wait_seven_days_and_are_then_counted() {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.create_contacts = false).await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "だれにも結びつかない言葉").await;
    app.minutes_pass(61);
    app.until_effects("the words wait", 1).await;
    assert_eq!(app.texts_at_rest("だれにも").await, 1);
    app.minutes_pass(7 * 24 * 60);
    app.until_effects("nothing waits", 0).await;
    assert_eq!(app.texts_at_rest("だれにも").await, 0);
    assert_eq!((app.notes().len(), app.contact_of(NEW_USER).is_some()), (0, false));
}
