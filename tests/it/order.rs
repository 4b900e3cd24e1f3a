//! What stands in which order, where LINE's time alone does not say.

use local::fake::line::event::{self, Common};
use local::seed::{BOT_USER_ID, CHANNEL_ID, LINKED_USER};
use musubi::aws::envelope;
use musubi::domain::ids::ChannelId;
use musubi::domain::job::InboxJob;
use serde_json::{Value, json};

use crate::app::{App, common, message_id};

/// A webhook with five texts of one millisecond, the event IDs falling.
fn five_texts() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cases/five-texts-one-millisecond.json");
    let text = std::fs::read_to_string(path).expect("the case");
    let mut webhook: Value = serde_json::from_str(&text).expect("JSON");
    let events = webhook["events"].as_array_mut().expect("events");
    for event in events.iter_mut() {
        event["source"]["userId"] = json!(LINKED_USER);
    }
    events.clone()
}

/// The numbers behind `text ` in the order in which they stand.
fn numbers(text: &str) -> Vec<u32> {
    let digit = |rest: &str| rest.chars().next().and_then(|digit| digit.to_digit(10));
    text.split("text ").skip(1).filter_map(digit).collect()
}

async fn until_the_note(app: &App) {
    app.until_moving("the entry", |app| app.notes().len() == 1).await;
    app.at_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_one_webhook_and_one_millisecond_stand_as_the_webhook_has_them() {
    let app = App::start().await;
    assert_eq!(app.post_events(&five_texts()).await, 200);
    app.until("the properties", |app| numbers(&app.linked("line_recent_messages")).len() == 5).await;
    app.at_rest_but_entries().await;
    assert_eq!(numbers(&app.linked("line_recent_messages")), [1, 2, 3, 4, 5]);
    assert_eq!(app.linked("line_last_message"), "text 5");
    assert_eq!(app.linked("line_unanswered_message"), "text 5");
    until_the_note(&app).await;
    assert_eq!(numbers(&app.notes()[0]), [1, 2, 3, 4, 5]);
    assert_eq!(app.texts_at_rest("text ").await, 0, "each was found and forgotten");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_too_large_for_the_queue_keeps_its_order() {
    let app = App::start().await;
    let mut events = five_texts();
    let mut dice = 7_u64;
    let mut printable = || {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Nothing that JSON escapes.
        let printable = u8::try_from(33 + (dice >> 40) % 94).expect("ASCII");
        if matches!(printable, b'"' | b'\\') { ' ' } else { char::from(printable) }
    };
    for event in &mut events {
        event["future"] = json!((0..202_000).map(|_| printable()).collect::<String>());
    }
    let body = event::webhook_body(BOT_USER_ID, &events);
    let job =
        InboxJob { channel: ChannelId::new(CHANNEL_ID), accepted_at_ms: 1, tries: 0, place: None, body: body.into() };
    assert!(envelope::encode(&job).len() > 1_048_576, "not even packed does it fit");
    assert_eq!(app.post_events(&events).await, 200);
    app.until("the properties", |app| numbers(&app.linked("line_recent_messages")).len() == 5).await;
    until_the_note(&app).await;
    assert_eq!(numbers(&app.notes()[0]), [1, 2, 3, 4, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_place_in_webhooks_that_begin_alike_the_message_decides() {
    let app = App::start().await;
    let at_ms = app.world.clock.now_ms();
    let text = |event_number: u64, words: &str, message: u64| {
        event::text(&common(LINKED_USER, event_number, at_ms), &message_id(message), words)
    };
    let first = text(9, "text 1", 1);
    assert_eq!(app.post_events(&[first.clone(), text(3, "text 3", 3)]).await, 200);
    app.until_queues_empty().await;
    assert_eq!(app.post_events(&[event::redelivered(&first), text(4, "text 2", 2)]).await, 200);
    until_the_note(&app).await;
    assert_eq!(numbers(&app.notes()[0]), [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_block_and_an_unblock_in_one_millisecond_the_later_in_the_webhook_stands() {
    let app = App::start().await;
    let at_ms = app.world.clock.now_ms();
    let common = |number| Common { reply_token: None, ..common(LINKED_USER, number, at_ms) };
    let events = [event::unfollow(&common(9)), event::follow(&common(8), true)];
    assert_eq!(app.post_events(&events).await, 200);
    app.until("the sign", |app| app.linked("line_follows") == "true").await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked("line_follows"), "true");
}
