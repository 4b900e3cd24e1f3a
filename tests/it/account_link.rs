//! A person links in the chat to who they are at the customer's own site, and nobody else does it for them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use local::fake::line::event;
use local::seed::{CHANNEL_ID, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::account_link::{AccountLinkSettings, LINK_DATA, LinkNonce, UNLINK_DATA};
use musubi::domain::claim::Target;
use musubi::domain::ids::{ChannelId, ContactId};
use musubi::ports::secrets::{ApiKey, Secret};
use musubi::ports::table::Commit;
use musubi::store::journal::write;
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;
use url::Url;

use crate::app::{App, common};
use crate::greeting::buttons;

mod api;

/// The customer's site: its key, and the members whom it knows.
const KEY: (&str, &str) = ("site-1", "the site's own secret");
const MEMBER: u64 = 1002;
const OTHER_MEMBER: u64 = 1003;

/// A world whose Official Account has account link, and whose CRM knows the site's members.
async fn world() -> App {
    let app = App::start().await;
    for (id, email) in [(MEMBER, "jiro@example.com"), (OTHER_MEMBER, "kenji@example.com")] {
        app.world.hubspot.create_contact_as(PORTAL_ID, id, &[("email", email)]);
    }
    let (channel, secrets) = (
        ChannelId::new(CHANNEL_ID),
        app.world.adapters(RetryPolicy::WORKER).expect("adapters").secrets().expect("secrets"),
    );
    let mut kept = secrets.line(&channel).await.expect("an answer").expect("secrets");
    kept.api_keys.push(ApiKey { id: KEY.0.to_owned(), secret: Secret::new(KEY.1) });
    secrets.store_line(&channel, &kept).await.expect("stored");
    app.change_channel(|channel| {
        let login_url = "https://shop.example/login?lang=ja".to_owned();
        let success_url = Some("https://shop.example/linked".to_owned());
        channel.settings.account_link = Some(AccountLinkSettings { login_url, success_url, welcome: None });
    })
    .await;
    app
}

fn signature(secret: &str, path: &str, ts: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(format!("POST\n{path}\n{ts}\n{body}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

async fn post(app: &App, path: &str, authorization: Option<String>, body: &str) -> (StatusCode, String) {
    let request = app.http.post(format!("{}{path}", app.world.url)).body(body.to_owned());
    let request = match authorization {
        Some(value) => request.header("authorization", value),
        None => request,
    };
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("a body"))
}

/// The site asks for a nonce.
async fn ask(app: &App, contact: Value, link_token: &str) -> (StatusCode, Value) {
    let path = format!("/line/{CHANNEL_ID}/account-link/nonces");
    let body = json!({"contact": contact, "link_token": link_token}).to_string();
    let ts = app.world.clock.now_ms();
    let sig = signature(KEY.1, &path, ts, &body);
    let (status, answer) = post(app, &path, Some(format!("Musubi key={}, ts={ts}, sig={sig}", KEY.0)), &body).await;
    (status, serde_json::from_str(&answer).unwrap_or_default())
}

/// Taps "link" in the chat and returns the link token that the login page gets.
async fn tap(app: &App, user: &str) -> String {
    let before = app.world.line.delivered().len();
    app.world.line.postback(CHANNEL_ID, user, LINK_DATA).await;
    app.until("the way to the login page", |app| app.world.line.delivered().len() > before).await;
    let address = Url::parse(buttons(app)[0]["uri"].as_str().expect("an address")).expect("an address");
    assert!(address.as_str().starts_with("https://shop.example/login?lang=ja&linkToken="));
    address.query_pairs().find(|(name, _)| name == "linkToken").expect("a link token").1.into_owned()
}

/// Walks the whole way, and returns the address of LINE's dialog.
async fn link(app: &App, user: &str, contact: Value) -> String {
    let link_token = tap(app, user).await;
    let (status, answer) = ask(app, contact, &link_token).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let redirect = answer["redirect"].as_str().expect("an address").to_owned();
    app.http.get(&redirect).send().await.expect("LINE's dialog");
    redirect
}

fn nonce_of(redirect: &str) -> String {
    let url = Url::parse(redirect).expect("an address");
    url.query_pairs().find(|(name, _)| name == "nonce").expect("a nonce").1.into_owned()
}

fn linked_to(app: &App, user: &str) -> Option<u64> {
    app.contact_of(user).map(|contact| contact.id)
}

async fn until_linked(app: &App, user: &str, contact: u64) {
    app.until_moving("the link", |app| linked_to(app, user) == Some(contact)).await;
    app.at_rest_but_entries().await;
}

/// LINE's webhook with this nonce, made by hand.
async fn bring(app: &App, user: &str, number: u64, nonce: &str) {
    let linked = event::account_link(&common(user, number, app.world.clock.now_ms()), true, nonce);
    assert_eq!(app.post_events(&[linked]).await, 200);
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_links_by_address_or_record_and_can_undo_it_in_the_chat() {
    for (who, undo_page) in [(json!({"email": "Jiro@Example.com"}), true), (json!({"id": MEMBER.to_string()}), false)] {
        let app = world().await;
        if !undo_page {
            app.change_channel(|channel| channel.login = None).await;
        }
        link(&app, NEW_USER, who).await;
        // Before the clock moves: a reply token lives a minute.
        app.until("the welcome", |app| app.world.line.delivered().len() == 2).await;
        until_linked(&app, NEW_USER, MEMBER).await;
        let buttons = buttons(&app);
        assert_eq!(buttons[0]["uri"], "https://shop.example/linked");
        if undo_page {
            assert_eq!(buttons[1]["uri"], format!("{}/line/{CHANNEL_ID}/unlink", app.world.url));
            continue;
        }
        assert_eq!(buttons[1]["data"], UNLINK_DATA);
        let unlink = app.world.line.postback(CHANNEL_ID, NEW_USER, UNLINK_DATA).await;
        app.until_moving("the end of the link", |app| linked_to(app, NEW_USER).is_none()).await;
        app.at_rest_but_entries().await;
        link(&app, NEW_USER, json!({"id": OTHER_MEMBER.to_string()})).await;
        until_linked(&app, NEW_USER, OTHER_MEMBER).await;
        app.world.line.post_again(CHANNEL_ID, &unlink.webhook_event_id, true).await;
        app.until_queues_empty().await;
        app.at_rest_but_entries().await;
        assert_eq!(linked_to(&app, NEW_USER), Some(OTHER_MEMBER), "an old unlinking undoes no newer link");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_works_once() {
    let app = world().await;
    let redirect = link(&app, NEW_USER, json!({"id": MEMBER.to_string()})).await;
    until_linked(&app, NEW_USER, MEMBER).await;
    bring(&app, LINKED_USER, 7, &nonce_of(&redirect)).await;
    assert_eq!(linked_to(&app, NEW_USER), Some(MEMBER), "another person who brings it gets nothing");
    assert_ne!(linked_to(&app, LINKED_USER), Some(MEMBER));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_token_works_once_and_a_second_nonce_for_it_links_nobody() {
    let app = world().await;
    let link_token = tap(&app, NEW_USER).await;
    for (member, opens) in [(MEMBER, true), (OTHER_MEMBER, false)] {
        let (_, answer) = ask(&app, json!({"id": member.to_string()}), &link_token).await;
        let dialog = app.http.get(answer["redirect"].as_str().expect("an address")).send().await.expect("the dialog");
        assert_eq!(dialog.status() == StatusCode::OK, opens);
        until_linked(&app, NEW_USER, MEMBER).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_that_is_old_or_made_up_or_of_another_channel_links_nobody() {
    let app = world().await;
    let (_, answer) = ask(&app, json!({"id": MEMBER.to_string()}), "any").await;
    let old = nonce_of(answer["redirect"].as_str().expect("an address"));
    let journal = app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal");
    let target = Target::Contact(ContactId::new(MEMBER.to_string()));
    let (there, later_ms) = (ChannelId::new("1657999999"), app.world.clock.now_ms() + 11 * 60_000);
    let foreign = LinkNonce::new(there, &target, "of another channel", later_ms);
    assert_eq!(
        journal.commit(vec![write::nonce("of another channel", &foreign, 0)]).await.expect("a row"),
        Commit::Done
    );
    app.minutes_pass(11);
    for (number, nonce) in [(1, old.as_str()), (2, "nobody made this one"), (3, "of another channel"), (4, "")] {
        bring(&app, NEW_USER, number, nonce).await;
        assert_ne!(linked_to(&app, NEW_USER), Some(MEMBER), "{nonce}");
    }
    assert_eq!(app.world.line.delivered().len(), 0, "nobody is welcomed");
    // The same with nothing wrong, to see that it is the wrong that counts.
    let good = LinkNonce::new(ChannelId::new(CHANNEL_ID), &target, "of this channel", app.world.clock.now_ms());
    assert_eq!(journal.commit(vec![write::nonce("of this channel", &good, 0)]).await.expect("a row"), Commit::Done);
    bring(&app, NEW_USER, 5, "of this channel").await;
    until_linked(&app, NEW_USER, MEMBER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_told_again_changes_nothing_and_keeps_no_address() {
    let app = world().await;
    let (_, answer) = ask(&app, json!({"email": "jiro@example.com"}), "any").await;
    let nonce = nonce_of(answer["redirect"].as_str().expect("an address"));
    assert_eq!(app.texts_at_rest("jiro@example.com").await, 0, "only the nonce tells it");
    let told = event::account_link(&common(NEW_USER, 1, app.world.clock.now_ms()), true, &nonce);
    assert_eq!(app.post_events(std::slice::from_ref(&told)).await, 200);
    until_linked(&app, NEW_USER, MEMBER).await;
    assert_eq!(app.texts_at_rest("jiro@example.com").await, 0, "nor is it anywhere once it is used");
    app.world.line.postback(CHANNEL_ID, NEW_USER, UNLINK_DATA).await;
    app.until_moving("the end of the link", |app| linked_to(app, NEW_USER).is_none()).await;
    assert_eq!(app.post_events(&[event::redelivered(&told)]).await, 200);
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!(linked_to(&app, NEW_USER), None);
}
