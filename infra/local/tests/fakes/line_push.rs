//! Retry keys, recipients, quota, the three 429s, shapes.

use local::fake::TokenBucket;
use local::fake::line::Endpoint;
use serde_json::json;

use super::support::{CHANNEL, HOUR_MS, Line, got};

const KEY: &str = "7f9c24e8-3b12-4fef-91e0-000000000001";

#[tokio::test]
async fn a_key_is_accepted_once_and_its_repeat_is_409_with_the_first_answer() {
    let line = Line::start().await;
    let first = line.push(Some(KEY), &line.friend, "hi").await.unwrap();
    let again = line.push(Some(KEY), &line.friend, "hi").await.unwrap();
    assert_eq!((first.status, again.status), (200, 409));
    assert_eq!(again.body["sentMessages"], first.body["sentMessages"]);
    assert_eq!(again.headers["x-line-accepted-request-id"], first.headers["x-line-request-id"]);
    assert_ne!(again.headers["x-line-request-id"], first.headers["x-line-request-id"]);
    assert_eq!(line.fake.delivered().len(), 1);
    assert!(line.fake.ledger().violations.is_empty());
}

#[tokio::test]
async fn another_body_under_a_known_key_is_refused_and_noted() {
    let line = Line::start().await;
    let body = json!({"to": line.friend, "messages": [{"type": "text", "text": "hi"}]}).to_string();
    assert_eq!(line.push_bytes(Some(KEY), body.clone()).await.unwrap().status, 200);
    // One blank more is another body.
    assert_eq!(line.push_bytes(Some(KEY), format!("{body} ")).await.unwrap().status, 400);
    assert_eq!(line.fake.ledger().violations.len(), 1);
    assert_eq!(line.fake.delivered().len(), 1);
}

#[tokio::test]
async fn after_24_hours_the_same_key_is_a_new_request_and_a_duplicate() {
    let line = Line::start().await;
    line.push(Some(KEY), &line.friend, "hi").await.unwrap();
    line.fake.clock().advance_ms(24 * HOUR_MS - 1);
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 409);
    line.fake.clock().advance_ms(1);
    assert_eq!(line.push(Some(KEY), &line.friend, "hi").await.unwrap().status, 200);
    assert_eq!(line.fake.delivered().len(), 2);
    assert_eq!(line.fake.ledger().violations.len(), 1);
}

#[tokio::test]
async fn a_key_that_is_no_uuid_is_400() {
    let line = Line::start().await;
    for key in ["1", "7f9c24e83b124fef91e0000000000001", "7f9c24e8-3b12-4fef-91e0-00000000000g"] {
        assert_eq!(line.push(Some(key), &line.friend, "hi").await.unwrap().status, 400, "{key}");
    }
    assert!(line.fake.accepted().is_empty());
}

#[tokio::test]
async fn a_push_to_who_blocked_is_200_counts_nothing_and_reaches_nobody() {
    let line = Line::start().await;
    let answer = line.push(None, &line.blocked, "hi").await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["sentMessages"].as_array().unwrap().len(), 1);
    assert_eq!((line.fake.accepted().len(), line.fake.delivered().len()), (1, 0));
    assert_eq!(line.fake.used_this_month(CHANNEL), 0);
    assert!(line.fake.talk(CHANNEL, &line.blocked).is_empty());
}

#[tokio::test]
async fn a_user_of_another_provider_is_400_and_multicast_goes_by_the_switch() {
    let line = Line::start().await;
    let push = line.push(None, &line.foreign, "hi").await.unwrap();
    assert_eq!((push.status, push.body["message"].as_str()), (400, Some("Failed to send messages")));
    let body = json!({"to": [line.friend, line.foreign], "messages": [{"type": "text", "text": "hi"}]});
    let multicast = || got(line.request("POST", "/v2/bot/message/multicast").json(&body));
    assert_eq!(multicast().await.unwrap().status, 400);
    assert!(line.fake.delivered().is_empty());
    line.fake.switch(|switches| switches.multicast_refuses_foreign_users = false);
    let answer = multicast().await.unwrap();
    assert_eq!((answer.status, answer.body), (200, json!({})));
    assert_eq!(line.fake.delivered().len(), 1);
}

#[tokio::test]
async fn the_month_ends_in_429_and_the_next_month_is_free_again() {
    let line = Line::start().await;
    line.fake.edit_channel(CHANNEL, |channel| channel.monthly_limit = Some(2));
    for expected in [200, 200, 429] {
        let answer = line.push(None, &line.friend, "hi").await.unwrap();
        assert_eq!(answer.status, expected);
        if expected == 429 {
            assert_eq!(answer.body["message"], "You have reached your monthly limit.");
        }
    }
    let consumption = got(line.request("GET", "/v2/bot/message/quota/consumption")).await.unwrap();
    let quota = got(line.request("GET", "/v2/bot/message/quota")).await.unwrap();
    assert_eq!((consumption.body, quota.body), (json!({"totalUsage": 2}), json!({"type": "limited", "value": 2})));
    line.fake.clock().advance_ms(32 * 24 * HOUR_MS);
    assert_eq!(line.push(None, &line.friend, "hi").await.unwrap().status, 200);
}

#[tokio::test]
async fn a_rate_429_was_not_accepted_and_the_same_key_goes_through_later() {
    let line = Line::start().await;
    line.fake.set_rate(Endpoint::Push, 1, 60_000);
    assert_eq!(line.push(None, &line.friend, "a").await.unwrap().status, 200);
    let limited = line.push(Some(KEY), &line.friend, "b").await.unwrap();
    assert_eq!(limited.status, 429);
    assert!(limited.body["message"].as_str().unwrap().starts_with("The API rate limit"));
    line.fake.clock().advance_ms(60_000);
    assert_eq!(line.push(Some(KEY), &line.friend, "b").await.unwrap().status, 200);
    assert_eq!(line.fake.delivered().len(), 2);
}

#[tokio::test]
async fn too_many_messages_to_one_user_is_a_third_429_where_switched_on() {
    let line = Line::start().await;
    line.fake.switch(|switches| switches.messages_per_user_and_minute = Some(1));
    assert_eq!(line.push(None, &line.friend, "a").await.unwrap().status, 200);
    let third = line.push(None, &line.friend, "b").await.unwrap();
    assert_eq!(third.status, 429);
    let message = third.body["message"].as_str().unwrap();
    assert!(!message.contains("rate limit") && !message.contains("monthly"), "{message}");
    line.fake.clock().advance_ms(61_000);
    assert_eq!(line.push(None, &line.friend, "b").await.unwrap().status, 200);
}

#[test]
fn a_bucket_refills_evenly_and_a_clock_that_jumps_back_adds_nothing() {
    let mut bucket = TokenBucket::new(2, 1_000, 0);
    let taken = [0, 0, 0, 500, 100, 600].map(|now_ms| bucket.take(now_ms));
    assert_eq!(taken, [true, true, false, true, false, true]);
}

#[tokio::test]
async fn bad_message_objects_are_400_in_push_and_in_validate() {
    let line = Line::start().await;
    let text = |length: usize| json!({"type": "text", "text": "あ".repeat(length)});
    let rows = [
        (json!([]), 400),
        (json!([text(1), text(1), text(1), text(1), text(1)]), 200),
        (json!([text(1), text(1), text(1), text(1), text(1), text(1)]), 400),
        (json!([text(5000)]), 200),
        (json!([text(5001)]), 400),
        // Each of these counts two UTF-16 units.
        (json!([{"type": "text", "text": "😀".repeat(2501)}]), 400),
        (json!([{"type": "text", "text": ""}]), 400),
        (json!([{"type": "telepathy"}]), 400),
        (json!([{"type": "image", "originalContentUrl": "http://x/a.png", "previewImageUrl": "https://x/a.png"}]), 400),
    ];
    for (messages, expected) in rows {
        let body = json!({"messages": messages});
        let validated = got(line.request("POST", "/v2/bot/message/validate/push").json(&body)).await.unwrap();
        assert_eq!(validated.status, expected, "{}", messages.to_string().len());
        let body = json!({"to": line.friend, "messages": messages});
        assert_eq!(line.push_bytes(None, body.to_string()).await.unwrap().status, expected);
    }
}

#[tokio::test]
async fn a_body_above_two_megabytes_is_413() {
    let line = Line::start().await;
    let answer = line.push_bytes(None, " ".repeat((2 << 20) + 1)).await.unwrap();
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn five_hundred_recipients_are_taken_and_one_more_is_not() {
    let line = Line::start().await;
    for (count, expected) in [(500, 200), (501, 400), (0, 400)] {
        let to = vec![line.friend.clone(); count];
        let body = json!({"to": to, "messages": [{"type": "text", "text": "hi"}]});
        assert_eq!(got(line.request("POST", "/v2/bot/message/multicast").json(&body)).await.unwrap().status, expected);
    }
}
