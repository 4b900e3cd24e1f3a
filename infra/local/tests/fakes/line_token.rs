//! Channel access tokens and exact paths.

use super::support::{CHANNEL, Line, got};

async fn issue(line: &Line, secret: &str) -> super::support::Got {
    let form = [("grant_type", "client_credentials"), ("client_id", CHANNEL), ("client_secret", secret)];
    got(line.client.post(format!("{}/oauth2/v3/token", line.served.url())).form(&form)).await.unwrap()
}

#[tokio::test]
async fn a_stateless_token_works_for_fifteen_minutes_and_then_is_401() {
    let line = Line::start().await;
    let issued = issue(&line, "0123456789abcdef0123456789abcdef").await;
    assert_eq!((issued.status, issued.body["expires_in"].as_i64()), (200, Some(900)));
    let token = issued.body["access_token"].as_str().unwrap();
    let info = || got(line.client.get(format!("{}/v2/bot/info", line.served.url())).bearer_auth(token));
    let answer = info().await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["userId"].as_str().unwrap(), line.fake.channel(CHANNEL).unwrap().bot_user_id);
    assert!(answer.headers.contains_key("x-line-request-id"));
    line.fake.clock().advance_ms(899_000);
    assert_eq!(info().await.unwrap().status, 200);
    line.fake.clock().advance_ms(1_000);
    let over = info().await.unwrap();
    assert_eq!(over.status, 401);
    assert!(over.body["message"].as_str().unwrap().starts_with("Authentication failed"));
}

#[tokio::test]
async fn a_wrong_secret_gets_no_token_and_an_unknown_token_gets_401() {
    let line = Line::start().await;
    assert_eq!(issue(&line, "wrong").await.status, 400);
    let info = line.client.get(format!("{}/v2/bot/info", line.served.url())).bearer_auth("nobody");
    assert_eq!(got(info).await.unwrap().status, 401);
}

#[tokio::test]
async fn only_the_exact_path_is_answered() {
    let line = Line::start().await;
    for path in ["/v2/bot/info/", "//v2/bot/info", "/v2/bot//info", "/v3/bot/info"] {
        assert_eq!(got(line.request("GET", path)).await.unwrap().status, 404, "{path}");
    }
    assert_eq!(got(line.request("GET", "/v2/bot/info")).await.unwrap().status, 200);
}

#[tokio::test]
async fn a_profile_is_shown_of_friends_and_writers_but_never_of_who_blocked() {
    let line = Line::start().await;
    let stranger = line.fake.add_person("provider-a", "Stranger", None);
    let profile = async |id: &str| got(line.request("GET", &format!("/v2/bot/profile/{id}"))).await.unwrap();
    let shown = profile(&line.friend).await;
    assert_eq!((shown.status, shown.body["displayName"].as_str()), (200, Some("Friend")));
    assert_eq!(profile(&line.blocked).await.status, 404);
    assert_eq!(profile(&line.foreign).await.status, 404);
    assert_eq!(profile(&stranger).await.status, 404);
    line.fake.write_text(CHANNEL, &stranger, "hello").await;
    assert_eq!(profile(&stranger).await.status, 200);
}

#[tokio::test]
async fn followers_are_listed_in_pages_for_verified_channels_only() {
    let line = Line::start().await;
    let second = line.fake.add_person("provider-a", "Second", None);
    line.fake.set_friendship(CHANNEL, &second, local::fake::line::Friendship::Friend);
    let first_page = got(line.request("GET", "/v2/bot/followers/ids?limit=1")).await.unwrap();
    let next = first_page.body["next"].as_str().unwrap();
    let path = format!("/v2/bot/followers/ids?limit=1&start={next}");
    let second_page = got(line.request("GET", &path)).await.unwrap();
    assert!(second_page.body["next"].is_null());
    let mut ids = vec![first_page.body["userIds"][0].clone(), second_page.body["userIds"][0].clone()];
    let mut expected = vec![serde_json::json!(line.friend), serde_json::json!(second)];
    ids.sort_by_key(ToString::to_string);
    expected.sort_by_key(ToString::to_string);
    assert_eq!(ids, expected);
    line.fake.edit_channel(CHANNEL, |channel| channel.verified = false);
    assert_eq!(got(line.request("GET", "/v2/bot/followers/ids")).await.unwrap().status, 403);
}
