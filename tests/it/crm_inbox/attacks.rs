//! Whoever is not HubSpot, or speaks for another account, sends nothing and learns a status.

use local::fake::Posted;
use local::seed::{APP_ID, LINKED_USER};
use serde_json::Value;

use super::{Desk, TOKEN};
use musubi::domain::crm_inbox::CallToken;

/// What HubSpot tells of an answer of the team's.
async fn told(desk: &Desk) -> Value {
    desk.writes(LINKED_USER, "こんにちは").await;
    desk.app.at_rest_but_entries().await;
    desk.answered(LINKED_USER, "本物です", 0).1
}

async fn status(desk: &Desk, url: &str, event: &Value) -> Option<u16> {
    desk.app.world.hubspot.tell(url, event).await.status()
}

/// What a stranger changes in it.
type Change = fn(&mut Value, &str);

fn with(event: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut event = event.clone();
    change(&mut event);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_address_a_forged_signature_and_too_large_a_body_are_refused() {
    let desk = Desk::open().await;
    let event = told(&desk).await;
    let base = format!("{}/crm/hubspot/{APP_ID}/inbox", desk.app.world.url);
    let other = CallToken::of([8; 32]);
    let forged = with(&event, |event| event["message"]["text"] = "偽物です".into());
    let forged = with(&forged, |event| event["message"]["id"] = "another".into());
    for (url, expected) in [
        (format!("{base}/{}", other.expose()), 401),
        (format!("{base}/short"), 404),
        (format!("{base}/{}", CallToken::of(TOKEN).expose().to_uppercase()), 404),
        (format!("{}/crm/hubspot/no-such-app/inbox/{}", desk.app.world.url, CallToken::of(TOKEN).expose()), 404),
        (format!("{}/crm/other/{APP_ID}/inbox/{}", desk.app.world.url, CallToken::of(TOKEN).expose()), 404),
    ] {
        assert_eq!(status(&desk, &url, &forged).await, Some(expected), "{url}");
    }
    // The right address, signed by another secret.
    let app = desk.app.world.hubspot.app();
    desk.app.world.hubspot.edit_app(|app| app.client_secret = "another".to_owned());
    assert_eq!(status(&desk, &desk.url, &forged).await, Some(401));
    desk.app.world.hubspot.edit_app(|it| *it = app);
    let large = with(&forged, |event| event["message"]["text"] = "あ".repeat(400_000).into());
    let posted = desk.app.world.hubspot.tell(&desk.url, &large).await;
    assert!(matches!(posted, Posted::Answered { status: 413, .. } | Posted::CouldNotConnect), "{posted:?}");
    desk.app.at_rest_but_entries().await;
    assert!(!desk.shown(LINKED_USER).iter().any(|text| text != "本物です"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_portal_another_channel_or_another_person_is_sent_nothing() {
    let desk = Desk::open().await;
    let event = told(&desk).await;
    let stranger = format!("U{}", "9".repeat(32));
    let changes: [(&str, Change); 5] = [
        ("portal", |event, _| event["portalId"] = "77".into()),
        ("channel account", |event, _| event["message"]["channelAccountId"] = "77".into()),
        ("channel", |event, _| event["message"]["channelId"] = "77".into()),
        ("person", |event, user| event["message"]["recipients"][0]["deliveryIdentifier"]["value"] = user.into()),
        ("author", |event, _| event["message"]["createdBy"] = "B-1".into()),
    ];
    for (number, (what, change)) in changes.into_iter().enumerate() {
        let foreign = with(&event, |event| {
            change(event, &stranger);
            event["message"]["id"] = format!("foreign-{number}").into();
            event["message"]["text"] = "よそ者です".into();
        });
        assert_eq!(status(&desk, &desk.url, &foreign).await, Some(200), "{what}: a refusal would come again for ever");
    }
    desk.app.at_rest_but_entries().await;
    assert!(!desk.shown(LINKED_USER).contains(&"よそ者です".to_owned()));
    assert!(desk.shown(&stranger).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_call_changes_nothing_and_one_without_a_signature_counts_by_its_address() {
    let desk = Desk::open().await;
    let event = told(&desk).await;
    desk.app.until("it is shown", |_| desk.shown(LINKED_USER) == ["本物です"]).await;
    desk.app.world.hubspot.switch(|switches| switches.inbox_calls_are_signed = false);
    desk.app.minutes_pass(60 * 24 * 90);
    assert_eq!(status(&desk, &desk.url, &event).await, Some(200), "months later");
    let unknown = with(&event, |event| event["message"]["id"] = "never-seen".into());
    assert_eq!(status(&desk, &desk.url, &unknown).await, Some(200));
    desk.app.world.hubspot.switch(|switches| switches.inbox_calls_are_lists = true);
    assert_eq!(status(&desk, &desk.url, &event).await, Some(200));
    desk.app.until_queues_empty().await;
    assert_eq!(desk.shown(LINKED_USER), ["本物です"], "what was written months ago is sent to nobody");
}
