//! What makes a message wait no more.

use local::fake::hubspot::ObjectType;
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::flow::tend::Tend;

use crate::app::App;

/// Somebody waits for an answer, with the owner's task or without.
async fn waiting(tasks: bool) -> App {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.tasks = tasks).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "お返事をください").await;
    app.until("unanswered", |app| app.linked("line_unanswered_message") == "お返事をください").await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked("line_unanswered"), "true");
    assert_eq!(app.world.hubspot.tasks(PORTAL_ID).len(), usize::from(tasks));
    app
}

async fn until_answered(app: &App) {
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    assert_eq!(app.linked("line_unanswered_message"), "");
    assert_eq!(app.linked("line_last_message"), "お返事をください", "it is still the last message");
}

/// The next one waits again.
async fn until_the_next_waits(app: &App) {
    app.minutes_pass(1);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "もう一つ").await;
    app.until("unanswered again", |app| app.linked("line_unanswered_message") == "もう一つ").await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked("line_unanswered"), "true");
}

/// The task is done, and a minute or two later that is seen: the schedule comes each minute.
async fn until_done_is_seen(app: &App) {
    app.world.hubspot.complete_task(PORTAL_ID, app.world.hubspot.tasks(PORTAL_ID)[0].id);
    let before_ms = app.world.clock.now_ms();
    app.world.clock.advance_ms(61_000);
    app.until_moving("answered", |app| app.linked("line_unanswered") == "false").await;
    let minutes = (app.world.clock.now_ms() - before_ms) / 60_000;
    assert!(minutes < 10, "it was looked at after {minutes} minutes");
    until_answered(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_done_at_once_is_seen_after_a_minute() {
    let app = waiting(true).await;
    until_done_is_seen(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_message_makes_an_old_task_young_again() {
    let app = waiting(true).await;
    for minutes in [2, 4, 5, 10, 20, 20, 60] {
        app.minutes_pass_until_looked(minutes).await;
    }
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "お返事をください").await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    until_done_is_seen(&app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_says_that_they_answered_elsewhere() {
    for tasks in [true, false] {
        let app = waiting(tasks).await;
        let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
        let channel = adapters.channels().unwrap().find(&ChannelId::new(CHANNEL_ID)).await.unwrap().unwrap();
        let answered = Tend { outbox: adapters.outbox().unwrap() };
        assert!(answered.answered(&channel, &LineUserId::new(LINKED_USER)).await.unwrap());
        until_answered(&app).await;
        assert!(!answered.answered(&channel, &LineUserId::new(LINKED_USER)).await.unwrap(), "nothing waits");
        until_the_next_waits(&app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_writes_when_they_were_answered_says_so_too() {
    for tasks in [true, false] {
        let app = waiting(tasks).await;
        let now = app.world.clock.now_ms();
        for (at, what) in [("2026-01-01T00:00:00Z".to_owned(), "before the message"), (String::new(), "nothing")] {
            app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &[("line_answered_at", &at)]);
            app.world.hubspot.deliver_webhooks().await;
            app.at_rest_but_entries().await;
            assert_eq!(app.linked("line_unanswered"), "true", "{what}");
        }
        let at = [("line_answered_at", &*now.to_string())];
        app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &at);
        app.world.hubspot.deliver_webhooks().await;
        until_answered(&app).await;
        until_the_next_waits(&app).await;
        assert_eq!(app.linked("line_answered_at"), now.to_string(), "it is theirs, not ours");
    }
}
