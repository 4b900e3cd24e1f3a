//! What a workflow sends does not begin once the month's messages are used up, and LINE has the last word.

use local::fake::hubspot::ExecutionState;
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::CHANNEL_ID;
use musubi::domain::channel::WithoutQuota;
use musubi::domain::quota::held_until_ms;
use serde_json::Value;

use crate::app::App;

fn limit(app: &App, limit: Option<u32>) {
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = limit);
}

fn outputs(app: &App, callback: &str) -> Option<Value> {
    match app.execution(callback).state {
        ExecutionState::Done { outputs } => Some(outputs),
        _ => None,
    }
}

/// How a workflow's message ends.
async fn sent(app: &App, words: &str) -> Value {
    let callback = app.run_action(&[("message_1", words)]).await;
    app.until("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
    outputs(app, &callback).expect("outputs")["outcome"].clone()
}

/// How often LINE was asked at an address that ends so.
fn asked(app: &App, end: &str) -> usize {
    app.world.line.ledger().calls.iter().filter(|call| call.path.ends_with(end)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_messages_left_nothing_begins_and_line_is_asked_once_a_minute_how_many_there_are() {
    let app = App::start().await;
    limit(&app, Some(0));
    for words in ["ひとつ", "ふたつ", "みっつ"] {
        assert_eq!(sent(&app, words).await, "no_quota");
    }
    assert_eq!((asked(&app, "/push"), asked(&app, "/quota"), asked(&app, "/consumption")), (0, 1, 1));
    assert_eq!(app.texts_at_rest("みっつ").await, 0, "its words are not kept");
    limit(&app, Some(10));
    app.minutes_pass(2);
    assert_eq!(sent(&app, "よっつ").await, "accepted");
    assert_eq!((asked(&app, "/push"), asked(&app, "/quota")), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_began_since_line_was_asked_counts() {
    let app = App::start().await;
    limit(&app, Some(2));
    for outcome in ["accepted", "accepted", "no_quota"] {
        assert_eq!(sent(&app, "数える").await, outcome);
    }
    assert_eq!((asked(&app, "/push"), asked(&app, "/quota")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_line_does_not_tell_how_many_are_left_its_refusal_is_the_truth() {
    let app = App::start().await;
    app.world.line.fault(Endpoint::QuotaConsumption, Fault::FailBefore(500), Plan::Every(1));
    assert_eq!(sent(&app, "届く").await, "accepted");
    limit(&app, Some(1));
    assert_eq!(sent(&app, "届かない").await, "no_quota");
    assert_eq!(asked(&app, "/push"), 2, "LINE refused it");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_have_arrived_is_never_stopped() {
    let app = App::start().await;
    limit(&app, Some(1));
    app.world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let callback = app.run_action(&[("message_1", "一度だけ")]).await;
    app.until("the first try", |app| !app.world.line.delivered().is_empty()).await;
    limit(&app, Some(0));
    app.until_moving("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
    assert_eq!(outputs(&app, &callback).expect("outputs")["outcome"], "accepted");
    assert_eq!((app.world.line.delivered().len(), asked(&app, "/push")), (1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_goes_out_on_the_next_months_first_morning_and_once() {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.without_quota = WithoutQuota::Hold).await;
    let minutes_until = |at_ms: i64| (at_ms - app.world.clock.now_ms()) / 60_000;
    let next_month = || held_until_ms(app.world.clock.now_ms()).expect("a time");
    // Whatever day it is, no workflow waits from here until the month is over.
    app.minutes_pass(minutes_until(next_month()) + 5 * 24 * 60);
    let until_ms = next_month();
    limit(&app, Some(0));

    let callback = app.run_action(&[("message_1", "来月でも届く")]).await;
    app.until("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
    let told = outputs(&app, &callback).expect("outputs");
    assert_eq!((&told["outcome"], &told["hs_execution_state"]), (&"queued".into(), &"SUCCESS".into()), "{told}");
    assert!(told["reason"].as_str().is_some_and(|reason| reason.contains("翌月")), "{told}");
    app.until("the property", |app| app.linked("line_last_outcome") == "queued").await;
    assert!(app.texts_at_rest("来月でも届く").await > 0, "it is kept");

    limit(&app, Some(10));
    app.minutes_pass(minutes_until(until_ms) - 2);
    app.until_nothing_due().await;
    assert_eq!((app.world.line.delivered().len(), asked(&app, "/push")), (0, 0), "not before");
    app.minutes_pass(3);
    app.until_moving("the message", |app| !app.world.line.delivered().is_empty()).await;
    app.until_moving("the property", |app| app.linked("line_last_outcome") == "accepted").await;
    app.at_rest_but_entries().await;
    assert_eq!((app.world.line.delivered().len(), asked(&app, "/push")), (1, 1));
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
}
