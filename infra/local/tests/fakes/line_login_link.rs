//! Account link: link tokens, the dialog, and the webhook that it sends or does not.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use serde_json::{Value, json};
use url::Url;

use super::support::{CHANNEL, Callee, Got, Line, got};

const NONCE: &str = "bm9uY2U+/w==";

struct Link {
    line: Line,
    callee: Callee,
}

impl Link {
    async fn start() -> Self {
        let (line, callee) = (Line::start().await, Callee::start().await);
        line.fake.edit_channel(CHANNEL, |channel| channel.webhook_url = Some(callee.url()));
        Self { line, callee }
    }

    async fn issue(&self, user: &str) -> Got {
        got(self.line.request("POST", &format!("/v2/bot/user/{user}/linkToken"))).await.unwrap()
    }

    async fn token(&self) -> String {
        self.issue(&self.line.friend).await.body["linkToken"].as_str().unwrap().to_owned()
    }

    /// Opens the dialog as the person's browser does.
    async fn open(&self, token: &str, nonce: &str) -> u16 {
        let url = format!("{}/dialog/bot/accountLink", self.line.served.url());
        let url = Url::parse_with_params(&url, [("linkToken", token), ("nonce", nonce)]).unwrap();
        self.line.client.get(url).send().await.unwrap().status().as_u16()
    }

    fn events(&self) -> Vec<Value> {
        self.callee.received().iter().map(|received| received.json()["events"][0].clone()).collect()
    }
}

#[tokio::test]
async fn linking_sends_the_nonce_and_a_reply_token_that_works_once() {
    let link = Link::start().await;
    assert_eq!(link.open(&link.token().await, NONCE).await, 200);
    let events = link.events();
    assert_eq!((events.len(), &events[0]["type"]), (1, &json!("accountLink")));
    assert_eq!(events[0]["link"], json!({"result": "ok", "nonce": NONCE}));
    assert_eq!(events[0]["source"], json!({"type": "user", "userId": link.line.friend}));
    let body = json!({"replyToken": events[0]["replyToken"], "messages": [{"type": "text", "text": "linked"}]});
    let reply = async || got(link.line.request("POST", "/v2/bot/message/reply").json(&body)).await.unwrap().status;
    assert_eq!((reply().await, reply().await), (200, 400));
}

#[tokio::test]
async fn reply_tokens_of_follow_and_postback_work_once_too() {
    let link = Link::start().await;
    link.line.fake.follow(CHANNEL, &link.line.friend).await;
    link.line.fake.postback(CHANNEL, &link.line.friend, "a=1").await;
    let events = link.events();
    assert_eq!(events.len(), 2);
    for event in events {
        let body = json!({"replyToken": event["replyToken"], "messages": [{"type": "text", "text": "re"}]});
        let reply = async || got(link.line.request("POST", "/v2/bot/message/reply").json(&body)).await.unwrap().status;
        assert_eq!((reply().await, reply().await), (200, 400), "{}", event["type"]);
    }
}

#[tokio::test]
async fn a_used_expired_or_unknown_token_gets_a_page_and_no_webhook_at_all() {
    let link = Link::start().await;
    let (used, old) = (link.token().await, link.token().await);
    assert_eq!((link.open(&used, NONCE).await, link.open(&used, NONCE).await), (200, 400));
    link.line.fake.clock().advance_ms(600_000);
    assert_eq!(link.open(&old, NONCE).await, 400);
    assert_eq!(link.open("nobody", NONCE).await, 400);
    assert_eq!(link.events().len(), 1, "the first one's");
}

#[tokio::test]
async fn a_token_lives_just_under_ten_minutes() {
    let link = Link::start().await;
    let token = link.token().await;
    link.line.fake.clock().advance_ms(599_999);
    assert_eq!(link.open(&token, NONCE).await, 200);
}

#[tokio::test]
async fn a_nonce_has_ten_to_two_hundred_and_fifty_five_characters() {
    let link = Link::start().await;
    let token = link.token().await;
    for wrong in ["", "123456789", &"n".repeat(256)] {
        assert_eq!(link.open(&token, wrong).await, 400, "{wrong}");
    }
    assert!(link.events().is_empty());
    assert_eq!(link.open(&token, &"n".repeat(255)).await, 200, "the token was not used up");
    assert_eq!(link.open(&link.token().await, "1234567890").await, 200);
}

#[tokio::test]
async fn only_friends_get_a_link_token() {
    let link = Link::start().await;
    for user in [&link.line.blocked, &link.line.foreign] {
        assert_eq!(link.issue(user).await.status, 400);
    }
    link.line.fake.switch(|switches| switches.link_token_for_a_stranger = 404);
    assert_eq!(link.issue(&link.line.blocked).await.status, 404);
    assert_eq!(link.issue(&link.line.friend).await.status, 200);
}

#[tokio::test]
async fn a_link_that_fails_at_lines_side_says_so_without_naming_anybody() {
    let link = Link::start().await;
    link.line.fake.switch(|switches| switches.account_link_fails = true);
    assert_eq!(link.open(&link.token().await, NONCE).await, 200);
    let event = &link.events()[0];
    assert_eq!(event["link"], json!({"result": "failed", "nonce": NONCE}));
    assert!(event.get("source").is_none() && event.get("replyToken").is_none());
}

#[tokio::test]
async fn the_webhook_leaves_even_if_the_dialogs_answer_is_lost() {
    let link = Link::start().await;
    let token = link.token().await;
    link.line.fake.fault(Endpoint::AccountLink, Fault::CloseBeforeEffect, Plan::Next(1));
    let url = format!("{}/dialog/bot/accountLink?linkToken={token}&nonce=1234567890", link.line.served.url());
    assert!(link.line.client.get(&url).send().await.is_err() && link.events().is_empty());
    link.line.fake.fault(Endpoint::AccountLink, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    assert!(link.line.client.get(&url).send().await.is_err());
    assert_eq!(link.events().len(), 1);
    let kept: Vec<String> = link.line.fake.ledger().calls.into_iter().map(|call| call.path).collect();
    assert_eq!(kept, ["/v2/bot/user/{userId}/linkToken", "/dialog/bot/accountLink", "/dialog/bot/accountLink"]);
}

#[tokio::test]
async fn a_page_of_followers_goes_on_for_a_day_and_may_be_short() {
    let link = Link::start().await;
    for name in ["b", "c", "d"] {
        let user = link.line.fake.add_person("provider-a", name, None);
        link.line.fake.set_friendship(CHANNEL, &user, local::fake::line::Friendship::Friend);
    }
    let page =
        async |query: &str| got(link.line.request("GET", &format!("/v2/bot/followers/ids{query}"))).await.unwrap();
    let first = page("?limit=2").await.body;
    let next = first["next"].as_str().unwrap().to_owned();
    assert!(!link.line.fake.people("provider-a").iter().any(|(id, ..)| *id == next), "an opaque token");
    assert_eq!(page(&format!("?limit=2&start={next}")).await.body["userIds"].as_array().unwrap().len(), 2);
    link.line.fake.clock().advance_ms(24 * 3_600_000);
    assert_eq!(page(&format!("?start={next}")).await.status, 400);
    assert_eq!(page("?start=nobody").await.status, 400);
    assert_eq!((page("?limit=0").await.status, page("?limit=1001").await.status), (400, 400));
    link.line.fake.switch(|switches| switches.follower_pages_are_short = true);
    let short = page("?limit=4").await.body;
    assert!(short["userIds"].as_array().unwrap().len() == 2 && short["next"].is_string());
}
