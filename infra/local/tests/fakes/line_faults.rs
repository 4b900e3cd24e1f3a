//! Faults as data: what the caller sees, and what really happened.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};

use super::support::Line;

const KEY: &str = "7f9c24e8-3b12-4fef-91e0-000000000002";

#[tokio::test]
async fn a_lost_answer_has_its_effect_and_the_caller_sees_a_broken_connection() {
    let line = Line::start().await;
    line.fake.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    assert!(line.push(Some(KEY), &line.friend, "hi").await.is_err());
    assert_eq!(line.fake.delivered().len(), 1);
    let call = line.fake.ledger().calls.pop().unwrap();
    assert!(call.lost && call.status == 200);
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 409);
    assert_eq!(line.fake.delivered().len(), 1);
}

#[tokio::test]
async fn an_answer_is_lost_too_where_the_router_is_served_by_other_means() {
    let line = Line::start().await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}/v2/bot/info", listener.local_addr().unwrap());
    let router = line.fake.router();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    line.fake.fault(Endpoint::BotInfo, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let info = || super::support::got(line.client.get(&url).bearer_auth("long-lived"));
    assert!(info().await.is_err());
    assert_eq!(info().await.unwrap().status, 200);
    server.abort();
}

#[tokio::test]
async fn a_connection_closed_before_the_effect_leaves_none() {
    let line = Line::start().await;
    line.fake.fault(Endpoint::Push, Fault::CloseBeforeEffect, Plan::Next(1));
    assert!(line.push(Some(KEY), &line.friend, "hi").await.is_err());
    assert!(line.fake.accepted().is_empty());
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 200);
}

#[tokio::test]
async fn failures_before_and_after_the_effect_differ_only_in_the_effect() {
    let line = Line::start().await;
    line.fake.fault(Endpoint::Push, Fault::FailBefore(500), Plan::Next(1));
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 500);
    assert!(line.fake.delivered().is_empty());
    line.fake.fault(Endpoint::Push, Fault::FailAfterEffect(502), Plan::Next(1));
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 502);
    assert_eq!(line.fake.delivered().len(), 1);
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 409);
}

#[tokio::test]
async fn a_fault_strikes_its_own_endpoint_only_and_can_be_cleared() {
    let line = Line::start().await;
    line.fake.fault(Endpoint::Profile, Fault::FailBefore(500), Plan::Every(1));
    assert_eq!(line.push(None, &line.friend, "hi").await.unwrap().status, 200);
    let path = format!("/v2/bot/profile/{}", line.friend);
    assert_eq!(super::support::got(line.request("GET", &path)).await.unwrap().status, 500);
    line.fake.clear_faults();
    assert_eq!(super::support::got(line.request("GET", &path)).await.unwrap().status, 200);
}

#[tokio::test]
async fn one_in_ten_lost_answers_and_a_retry_each_still_deliver_each_message_once() {
    let line = Line::start().await;
    line.fake.fault(Endpoint::Push, Fault::LoseAnswerAfterEffect, Plan::Share { per_mille: 100, seed: 1 });
    let mut lost = 0;
    for number in 0..200 {
        let key = format!("7f9c24e8-3b12-4fef-91e0-{number:012}");
        while line.push(Some(&key), &line.friend, &format!("message {number}")).await.is_err() {
            lost += 1;
        }
    }
    assert!(lost > 0);
    assert_eq!(line.fake.delivered().len(), 200);
}

#[tokio::test]
async fn nothing_private_shows_in_the_ledgers_debug() {
    let line = Line::start().await;
    line.push(Some(KEY), &line.friend, "a-secret-text").await.unwrap();
    let shown = format!("{:?}", line.fake.ledger());
    assert!(shown.contains("body_bytes"));
    assert!(!shown.contains("a-secret-text") && !shown.contains(&line.friend) && !shown.contains(KEY));
}
