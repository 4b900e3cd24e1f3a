//! Whether somebody is new, has lifted a block, or was there before, as a workflow can tell.

use local::fake::line::event::{self, Common};
use local::seed::{CHANNEL_ID, LINKED_USER, PORTAL_ID, STRANGER};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::job::WakeUp;
use musubi::flow::import_friend::{ImportFriend, ImportResult};
use musubi::ports::Queue;
use serde_json::Value;

use crate::app::{App, account, common};

fn of(app: &App, user: &str, name: &str) -> String {
    app.contact_of(user).and_then(|contact| contact.properties.get(name).cloned()).unwrap_or_default()
}

async fn until_kind(app: &App, user: &str, kind: &str) {
    app.until(kind, |app| of(app, user, "line_follow_kind") == kind).await;
    app.at_rest_but_entries().await;
    assert_eq!(of(app, user, "line_follow_kind"), kind);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_adds_the_account_is_new_and_who_lifts_a_block_is_not() {
    let app = App::start().await;
    app.world.line.follow(CHANNEL_ID, STRANGER).await;
    until_kind(&app, STRANGER, "new").await;
    let first = of(&app, STRANGER, "line_followed_at");
    assert!(!first.is_empty());
    app.minutes_pass(5);
    app.world.line.block(CHANNEL_ID, STRANGER).await;
    app.until("blocked", |app| of(app, STRANGER, "line_follows") == "false").await;
    app.at_rest_but_entries().await;
    assert_eq!(
        (of(&app, STRANGER, "line_follow_kind"), of(&app, STRANGER, "line_followed_at")),
        ("new".into(), first.clone())
    );
    app.minutes_pass(5);
    app.world.line.unblock(CHANNEL_ID, STRANGER).await;
    until_kind(&app, STRANGER, "unblocked").await;
    assert!(of(&app, STRANGER, "line_followed_at") > first);
}

#[tokio::test(flavor = "multi_thread")]
async fn redeliveries_in_any_order_and_events_that_do_not_say_come_to_the_same() {
    let at_ms = 1_790_000_000_000;
    let silent = |common: &Common| event::event(common, "follow", serde_json::json!({}));
    let events: Vec<Value> = vec![
        silent(&common(STRANGER, 1, at_ms)),
        event::unfollow(&common(STRANGER, 2, at_ms + 1_000)),
        silent(&common(STRANGER, 3, at_ms + 2_000)),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [2, 0, 1]] {
        let app = App::start().await;
        for number in order {
            assert_eq!(app.post_events(std::slice::from_ref(&events[number])).await, 200);
            app.until_queues_empty().await;
        }
        assert_eq!(app.post_events(&[event::redelivered(&events[0])]).await, 200);
        until_kind(&app, STRANGER, "unblocked").await;
        assert_eq!(of(&app, STRANGER, "line_followed_at"), "2026-09-21T14:13:22Z", "{order:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_without_ever_having_been_seen_to_follow_was_there_before_and_so_is_whom_line_lists() {
    let app = App::start().await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "前からの友だちです").await;
    until_kind(&app, LINKED_USER, "before_musubi").await;
    assert_eq!(of(&app, LINKED_USER, "line_followed_at"), "");

    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let channel = adapters.channels().unwrap().find(&ChannelId::new(CHANNEL_ID)).await.unwrap().unwrap();
    let meet = ImportFriend { outbox: adapters.outbox().unwrap() };
    assert_eq!(meet.import_friend(&channel, &LineUserId::new(STRANGER)).await.unwrap(), ImportResult::New);
    adapters.wake_ups().unwrap().send(&WakeUp::of(&account())).await.unwrap();
    until_kind(&app, STRANGER, "before_musubi").await;
    let contacts = app.world.hubspot.contacts(PORTAL_ID);
    assert!(
        contacts
            .iter()
            .all(|contact| contact.properties.get("line_follow_kind").is_none_or(|kind| kind == "before_musubi"))
    );
}
