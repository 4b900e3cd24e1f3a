//! Webhooks from the phone: shape, signature, redelivery, reply tokens, content.

use bytes::Bytes;
use local::fake::Posted;
use local::fake::line::{Friendship, event};
use serde_json::{Value, json};

use super::support::{CHANNEL, Callee, Line, got};

async fn with_callee() -> (Line, Callee) {
    let (line, callee) = (Line::start().await, Callee::start().await);
    line.fake.edit_channel(CHANNEL, |channel| channel.webhook_url = Some(callee.url()));
    (line, callee)
}

async fn reply(line: &Line, token: &str) -> u16 {
    let body = json!({"replyToken": token, "messages": [{"type": "text", "text": "re"}]});
    got(line.request("POST", "/v2/bot/message/reply").json(&body)).await.unwrap().status
}

#[tokio::test]
async fn a_text_arrives_signed_in_the_documented_shape() {
    let (line, callee) = with_callee().await;
    let webhook = line.fake.write_text(CHANNEL, &line.friend, "こんにちは 😀").await;
    assert_eq!(webhook.posted.status(), Some(200));
    let received = &callee.received()[0];
    let spec = line.fake.channel(CHANNEL).unwrap();
    let body = std::str::from_utf8(&received.body).unwrap();
    assert_eq!(received.header("x-line-signature"), event::sign(&spec.channel_secret, body));
    let body = received.json();
    assert_eq!(body["destination"], json!(spec.bot_user_id));
    let event = &body["events"][0];
    assert_eq!(event["webhookEventId"], json!(webhook.webhook_event_id));
    assert_eq!(event["webhookEventId"].as_str().unwrap().len(), 26);
    assert_eq!(event["source"], json!({"type": "user", "userId": line.friend}));
    assert_eq!(event["message"]["text"], "こんにちは 😀");
    assert_eq!(event["message"]["id"], json!(webhook.message_id));
    assert_eq!((&event["mode"], &event["deliveryContext"]), (&json!("active"), &json!({"isRedelivery": false})));
    assert!(event["replyToken"].is_string() && event["message"]["quoteToken"].is_string());
    assert_eq!(line.fake.talk(CHANNEL, &line.friend).len(), 1);
}

#[tokio::test]
async fn a_refused_webhook_is_redelivered_with_the_same_ids_and_the_mark() {
    let (line, callee) = with_callee().await;
    callee.answer(503, "");
    callee.answer(500, "");
    line.fake.write_text(CHANNEL, &line.friend, "hi").await;
    assert_eq!(line.fake.redeliver_due().await, 0);
    line.fake.clock().advance_ms(60_000);
    assert_eq!(line.fake.redeliver_due().await, 1);
    line.fake.clock().advance_ms(300_000);
    assert_eq!(line.fake.redeliver_due().await, 1);
    assert_eq!(line.fake.waiting_redeliveries(CHANNEL), 0);
    assert_eq!(line.fake.webhook_errors(CHANNEL).error_status_code, 2);
    let events: Vec<Value> = callee.received().iter().map(|received| received.json()["events"][0].clone()).collect();
    assert_eq!(events[1], events[2]);
    assert_eq!(events[1], event::redelivered(&events[0]));
    assert_ne!(events[0], events[1]);
}

#[tokio::test]
async fn without_redelivery_or_webhook_nothing_comes_again() {
    let (line, callee) = with_callee().await;
    line.fake.edit_channel(CHANNEL, |channel| channel.redelivery = false);
    callee.answer(500, "");
    line.fake.write_text(CHANNEL, &line.friend, "lost").await;
    assert_eq!(line.fake.waiting_redeliveries(CHANNEL), 0);
    line.fake.edit_channel(CHANNEL, |channel| channel.webhook_active = false);
    let webhook = line.fake.write_text(CHANNEL, &line.friend, "unsent").await;
    assert_eq!((webhook.posted, callee.received().len()), (Posted::NotSent, 1));
}

#[tokio::test]
async fn a_reply_token_works_once_within_a_minute_and_a_redelivery_renews_it() {
    let (line, callee) = with_callee().await;
    let webhook = line.fake.write_text(CHANNEL, &line.friend, "one").await;
    let token = |at: usize| callee.received()[at].json()["events"][0]["replyToken"].as_str().unwrap().to_owned();
    assert_eq!((reply(&line, &token(0)).await, reply(&line, &token(0)).await), (200, 400));
    line.fake.post_again(CHANNEL, &webhook.webhook_event_id, true).await;
    assert_eq!(reply(&line, &token(1)).await, 400, "it was used");
    let webhook = line.fake.write_text(CHANNEL, &line.friend, "two").await;
    line.fake.clock().advance_ms(61_000);
    assert_eq!(reply(&line, &token(2)).await, 400);
    line.fake.post_again(CHANNEL, &webhook.webhook_event_id, true).await;
    assert_eq!(reply(&line, &token(3)).await, 200);
    assert_eq!(line.fake.used_this_month(CHANNEL), 0, "replies are free");
    let webhook = line.fake.write_text(CHANNEL, &line.friend, "three").await;
    line.fake.clock().advance_ms(20 * 60_000 + 1);
    line.fake.post_again(CHANNEL, &webhook.webhook_event_id, true).await;
    assert_eq!(reply(&line, &token(5)).await, 400, "20 minutes after the event it is over");
}

#[tokio::test]
async fn a_reply_with_a_retry_key_is_400() {
    let (line, callee) = with_callee().await;
    line.fake.write_text(CHANNEL, &line.friend, "one").await;
    let token = callee.received()[0].json()["events"][0]["replyToken"].clone();
    let body = json!({"replyToken": token, "messages": [{"type": "text", "text": "re"}]});
    let request = line.request("POST", "/v2/bot/message/reply").json(&body);
    let answer = got(request.header("x-line-retry-key", "7f9c24e8-3b12-4fef-91e0-000000000009")).await.unwrap();
    assert_eq!(answer.status, 400);
    assert!(line.fake.delivered().is_empty());
}

#[tokio::test]
async fn blocking_and_unblocking_send_unfollow_and_a_marked_follow() {
    let (line, callee) = with_callee().await;
    line.fake.block(CHANNEL, &line.friend).await;
    assert_eq!(line.fake.friendship(CHANNEL, &line.friend), Friendship::Blocked);
    line.fake.unblock(CHANNEL, &line.friend).await;
    let events: Vec<Value> = callee.received().iter().map(|received| received.json()["events"][0].clone()).collect();
    assert_eq!(events[0]["type"], "unfollow");
    assert!(events[0].get("replyToken").is_none());
    assert_eq!((&events[1]["type"], &events[1]["follow"]["isUnblocked"]), (&json!("follow"), &json!(true)));
}

#[tokio::test]
async fn a_picture_can_be_fetched_until_it_is_unsent() {
    let (line, callee) = with_callee().await;
    let bytes = Bytes::from_static(b"\x89PNG");
    let webhook = line.fake.write_image(CHANNEL, &line.friend, "image/png", bytes.clone()).await;
    let id = webhook.message_id.unwrap();
    let path = format!("/v2/bot/message/{id}/content");
    let answer = line.request("GET", &path).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["content-type"].as_bytes()), (200, &b"image/png"[..]));
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    line.fake.unsend(CHANNEL, &line.friend, &id).await;
    assert_eq!(got(line.request("GET", &path)).await.unwrap().status, 410);
    assert_eq!(got(line.request("GET", "/v2/bot/message/1/content")).await.unwrap().status, 404);
    assert_eq!(callee.received()[1].json()["events"][0]["unsend"], json!({"messageId": id}));
    assert!(line.fake.talk(CHANNEL, &line.friend)[0].unsent);
    line.fake.keep_content(CHANNEL, "9", "video/mp4", bytes, 1);
    let path = "/v2/bot/message/9/content";
    assert_eq!(got(line.request("GET", path)).await.unwrap().status, 202);
    assert_eq!(got(line.request("GET", path)).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_webhook_address_is_read_set_and_tested_with_no_events() {
    let (line, callee) = (Line::start().await, Callee::start().await);
    let path = "/v2/bot/channel/webhook/endpoint";
    assert_eq!(got(line.request("GET", path)).await.unwrap().status, 404);
    let set = got(line.request("PUT", path).json(&json!({"endpoint": callee.url()}))).await.unwrap();
    assert_eq!(set.status, 200);
    let read = got(line.request("GET", path)).await.unwrap();
    assert_eq!(read.body, json!({"endpoint": callee.url(), "active": true}));
    let test = || got(line.request("POST", "/v2/bot/channel/webhook/test").json(&json!({})));
    let tested = test().await.unwrap();
    assert_eq!((&tested.body["success"], &tested.body["statusCode"]), (&json!(true), &json!(200)));
    assert_eq!(callee.received()[0].json()["events"], json!([]));
    callee.answer(401, "");
    assert_eq!(test().await.unwrap().body["reason"], "ERROR_STATUS_CODE");
}

#[tokio::test]
async fn loading_and_mark_as_read_are_checked() {
    let (line, callee) = with_callee().await;
    line.fake.write_text(CHANNEL, &line.friend, "hi").await;
    let loading = |seconds: i64| {
        let body = json!({"chatId": line.friend, "loadingSeconds": seconds});
        got(line.request("POST", "/v2/bot/chat/loading/start").json(&body))
    };
    assert_eq!((loading(7).await.unwrap().status, loading(10).await.unwrap().status), (400, 202));
    assert!(line.fake.is_loading(CHANNEL, &line.friend));
    let token = callee.received()[0].json()["events"][0]["message"]["markAsReadToken"].clone();
    let mark =
        |token: Value| got(line.request("POST", "/v2/bot/chat/markAsRead").json(&json!({"markAsReadToken": token})));
    // Chat must be on; where it is off, LINE marks by itself.
    assert_eq!(mark(token.clone()).await.unwrap().status, 400);
    line.fake.edit_channel(CHANNEL, |channel| channel.chat = true);
    for text in ["two", "three"] {
        line.fake.write_text(CHANNEL, &line.friend, text).await;
    }
    let read = || line.fake.talk(CHANNEL, &line.friend).iter().map(|line| line.read).collect::<Vec<_>>();
    assert_eq!(read(), [true, false, false]);
    let second = callee.received()[1].json()["events"][0]["message"]["markAsReadToken"].clone();
    assert_eq!((mark(second).await.unwrap().status, mark(json!("x")).await.unwrap().status), (200, 400));
    assert_eq!(read(), [true, true, false], "it marks up to its message");
}
