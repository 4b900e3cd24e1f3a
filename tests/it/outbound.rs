//! A workflow acts and the person gets a LINE message, once.

use local::fake::hubspot::ExecutionState;
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::domain::ids::ChannelId;
use musubi::ports::secrets::{LineSecrets, Secret};
use serde_json::Value;

use crate::app::App;

fn outputs(app: &App, callback: &str) -> Option<Value> {
    match app.execution(callback).state {
        ExecutionState::Done { outputs } => Some(outputs),
        _ => None,
    }
}

async fn outcome(app: &App, callback: &str) -> Value {
    app.until("the workflow goes on", |app| outputs(app, callback).is_some()).await;
    outputs(app, callback).expect("outputs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_sends_two_messages_and_hears_that_line_took_them() {
    let app = App::start().await;
    let flex = r#"{"type":"flex","altText":"ご予約の確認","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"{{line:lastname}}様"}]}}}"#;
    let callback = app.run_action(&[("message_1", "ご来店ありがとうございました"), ("message_2", flex)]).await;
    let outputs = outcome(&app, &callback).await;
    assert_eq!(outputs["outcome"], "accepted");
    assert_eq!(outputs["hs_execution_state"], "SUCCESS");
    assert!(!outputs["sent_at"].as_str().unwrap_or_default().is_empty());
    let delivered = app.world.line.delivered();
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0].messages[1]["contents"]["body"]["contents"][0]["text"], "田中様");
    app.minutes_pass(16);
    app.until("the entry", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains("ご来店ありがとうございました") && app.notes()[0].contains("ご予約の確認"));
    app.until("the property", |app| app.linked("line_last_outcome") == "accepted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_user_id_alone_is_enough_and_links_the_two() {
    let app = App::start().await;
    let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "shiro@example.com")]);
    let fields = [("message_1", "はじめまして"), ("line_user_id", NEW_USER)];
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let callback = app.world.hubspot.run_workflow(PORTAL_ID, &[contact], &fields).await.remove(0);
    let outputs = outcome(&app, &callback).await;
    assert_eq!(outputs["outcome"], "accepted");
    assert!(!outputs["reason"].as_str().unwrap_or_default().contains("連携は変更していません"), "{outputs}");
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_to(NEW_USER).await, Some(contact));
    assert_eq!(app.shown(contact, "line_user_id"), NEW_USER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_user_id_that_is_given_with_somebody_elses_contact_is_sent_to_and_links_nobody() {
    let app = App::start().await;
    let callback = app.run_action(&[("message_1", "こんにちは"), ("line_user_id", NEW_USER)]).await;
    let outputs = outcome(&app, &callback).await;
    // The contact is linked to the other friend already: sent, reported, nothing overwritten.
    assert_eq!(outputs["outcome"], "accepted");
    assert!(outputs["reason"].as_str().unwrap_or_default().contains("連携は変更していません"), "{outputs}");
    assert_eq!(app.world.line.delivered()[0].to, NEW_USER);
    app.at_rest_but_entries().await;
    assert_eq!(app.linked_to(LINKED_USER).await, Some(LINKED_CONTACT));
    assert_ne!(app.linked_to(NEW_USER).await, Some(LINKED_CONTACT));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_asked_again_and_shows_once() {
    let app = App::start().await;
    app.world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(2));
    let callback = app.run_action(&[("message_1", "一度だけ")]).await;
    app.until("the first try", |app| !app.world.line.delivered().is_empty()).await;
    app.until_moving("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
    assert_eq!(outputs(&app, &callback).expect("outputs")["outcome"], "accepted");
    assert_eq!(app.world.line.delivered().len(), 1);
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_attempt_followed_by_refusals_is_not_settled_as_refused() {
    for status in [400_u16, 401, 429] {
        let app = App::start().await;
        app.world.line.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
        let callback = app.run_action(&[("message_1", "届いたかもしれない")]).await;
        app.until("the first try", |app| !app.world.line.delivered().is_empty()).await;
        app.world.line.fault(Endpoint::Push, Fault::FailBefore(status), Plan::Next(4));
        app.until_moving("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
        assert_eq!(outputs(&app, &callback).expect("outputs")["outcome"], "accepted", "{status}");
        assert_eq!(app.world.line.delivered().len(), 1, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_known_is_parked_after_23_hours_and_never_sent_again() {
    let app = App::start().await;
    app.world.line.fault(Endpoint::Push, Fault::FailBefore(500), Plan::Every(1));
    let callback = app.run_action(&[("message_1", "わからない")]).await;
    app.until("the first try", |app| app.world.line.ledger().calls.iter().any(|call| call.status == 500)).await;
    app.minutes_pass(23 * 60);
    app.until_moving("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
    assert_eq!(outputs(&app, &callback).expect("outputs")["outcome"], "unknown");
    app.world.line.clear_faults();
    let calls = app.world.line.ledger().calls.len();
    app.minutes_pass(24 * 60);
    app.at_rest_but_entries().await;
    assert_eq!(app.world.line.ledger().calls.len(), calls, "nothing is sent by itself");
    assert_eq!(app.parked().await, 1, "it waits for a person's decision");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_outcomes_with_words() {
    let app = App::start().await;
    for (fields, expected) in [
        (vec![("message_1", "{\"type\":\"text\"")], "invalid_message"),
        (vec![("message_1", "hi"), ("channel", "999")], "failed"),
        (vec![("message_1", "hi"), ("not_after", "2020-01-01")], "expired"),
        (vec![("message_1", "hi"), ("line_user_id", "Uffffffffffffffffffffffffffffffff")], "wrong_provider"),
    ] {
        let callback = app.run_action(&fields).await;
        let outputs = outcome(&app, &callback).await;
        assert_eq!(outputs["outcome"], expected, "{outputs}");
        assert_eq!(outputs["hs_execution_state"], "FAIL_CONTINUE");
        assert!(outputs["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    }
    assert_eq!(app.world.line.delivered().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reissued_channel_secret_costs_a_wait_and_no_message() {
    let app = App::start().await;
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.channel_secret = "reissued".to_owned());
    let before = app.run_action(&[("message_1", "保存の前")]).await;
    let told = outcome(&app, &before).await;
    assert_eq!(told["outcome"], "failed", "what is stored was read again and is refused");
    // Stored now; push-delivery remembers the old one and may not read again within this minute.
    let secrets = app.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").secrets().expect("secrets");
    let reissued = LineSecrets {
        channel_secrets: vec![Secret::new("reissued")],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    };
    secrets.store_line(&ChannelId::new(CHANNEL_ID), &reissued).await.expect("stored");
    let asked = || app.world.line.ledger().calls.iter().filter(|call| call.path.ends_with("/token")).count();
    let so_far = asked();
    let after = app.run_action(&[("message_1", "保存の後")]).await;
    app.until("a try with the old secret", |_| asked() > so_far).await;
    assert_eq!(app.world.line.delivered().len(), 0);
    app.until_moving("the workflow goes on", |app| outputs(app, &after).is_some()).await;
    assert_eq!(outputs(&app, &after).expect("outputs")["outcome"], "accepted");
    assert_eq!(app.world.line.delivered().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_people_are_skipped_and_reported_although_line_would_say_200() {
    let app = App::start().await;
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until("blocked", |app| app.linked("line_follows") == "false").await;
    let callback = app.run_action(&[("message_1", "見えない")]).await;
    assert_eq!(outcome(&app, &callback).await["outcome"], "blocked");
    assert!(app.world.line.ledger().calls.iter().all(|call| !call.path.ends_with("/push")));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_months_quota_is_an_outcome_and_a_rate_limit_is_a_wait() {
    let app = App::start().await;
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = Some(0));
    let callback = app.run_action(&[("message_1", "多すぎる")]).await;
    assert_eq!(outcome(&app, &callback).await["outcome"], "no_quota");
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = None);
    // What LINE said counts for a minute.
    app.minutes_pass(2);
    app.world.line.fault(Endpoint::Push, Fault::RateLimited, Plan::Next(2));
    let callback = app.run_action(&[("message_1", "少し待つ")]).await;
    app.until_moving("the workflow goes on", |app| outputs(app, &callback).is_some()).await;
    assert_eq!(outputs(&app, &callback).expect("outputs")["outcome"], "accepted");
}
