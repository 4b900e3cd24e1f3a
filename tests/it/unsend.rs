//! A person takes back what they have edited again and again.

use local::fake::line::event;
use local::seed::LINKED_USER;
use serde_json::{Value, json};

use crate::app::{App, common, message_id, text_at};

const EDITS: u64 = 110;

/// A text, every edit of it, and a word that stays.
async fn say_and_edit(app: &App) -> i64 {
    let at_ms = app.world.clock.now_ms();
    let edit = |number: u64| -> Value {
        let message =
            json!({"type": "text", "id": message_id(1), "text": format!("口座番号は{number}です"), "quoteToken": "q"});
        event::event(
            &common(LINKED_USER, 100 + number, at_ms + i64::try_from(number).expect("few")),
            "messageEdited",
            json!({"message": message}),
        )
    };
    let mut events = vec![text_at(LINKED_USER, 1, at_ms, "口座番号は0です")];
    events.extend((1..=EDITS).map(edit));
    events.push(text_at(LINKED_USER, 2, at_ms + 1_000, "すみません"));
    for some in events.chunks(40) {
        assert_eq!(app.post_events(some).await, 200);
    }
    app.until_queues_empty().await;
    at_ms
}

async fn take_back(app: &App, at_ms: i64) {
    assert_eq!(app.post_events(&[event::unsend(&common(LINKED_USER, 900, at_ms), &message_id(1))]).await, 200);
    app.until_queues_empty().await;
}

async fn nothing_was_dead_lettered(app: &App) {
    for queue in ["inbox-dlq", "crm-dlq.fifo"] {
        assert_eq!(app.world.aws.sqs().counts(queue).total(), 0, "{queue}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_edited_a_hundred_times_and_taken_back_before_its_entry_is_never_shown() {
    let app = App::start().await;
    let at_ms = say_and_edit(&app).await;
    take_back(&app, at_ms + 5_000).await;
    app.until("the property", |app| !app.linked("line_recent_messages").contains("口座番号")).await;
    assert_eq!(app.texts_at_rest("口座番号").await, 0);
    app.until_moving("the entries", |app| app.notes().len() == 2).await;
    app.at_rest().await;
    assert!(!app.notes().concat().contains("口座番号") && app.notes().concat().contains("すみません"));
    nothing_was_dead_lettered(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_edited_a_hundred_times_and_taken_back_after_its_entries_leaves_them_all() {
    let app = App::start().await;
    let at_ms = say_and_edit(&app).await;
    app.until_moving("the entries", |app| app.notes().len() == 2).await;
    app.at_rest().await;
    assert_eq!(app.notes().concat().matches("口座番号").count(), 111);
    take_back(&app, at_ms + 900_000).await;
    app.until_moving("the notes without it", |app| !app.notes().concat().contains("口座番号")).await;
    app.at_rest().await;
    assert!(app.notes().concat().contains("すみません"));
    assert!(!app.linked("line_recent_messages").contains("口座番号"));
    nothing_was_dead_lettered(&app).await;
}
