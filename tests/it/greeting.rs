//! A new friend is greeted at once, free of charge, at most once; and no greeting is worth an event.

use std::time::Duration;

use local::fake::line::event::{self, Common};
use local::fake::line::{Endpoint, FakeLine};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, NEW_USER, PORTAL_ID, STRANGER};
use local::world::Options;
use musubi::domain::account_link::{AccountLinkSettings, LINK_DATA};
use musubi::domain::ids::LineUserId;
use musubi::flow::erase::Who;
use musubi::line::message;
use serde_json::Value;

use crate::app::{App, common};
use crate::erase::erase;

const WORDS: &str = "友だち追加ありがとうございます";

async fn greeting(app: &App) {
    app.change_channel(|channel| {
        channel.settings.greeting = message::parse_list("greeting", WORDS).expect("a greeting");
        channel.settings.link_button = true;
        channel.settings.login_button = true;
        let login_url = "https://shop.example/login".to_owned();
        channel.settings.account_link = Some(AccountLinkSettings { login_url, success_url: None, welcome: None });
    })
    .await;
}

fn replies(line: &FakeLine) -> usize {
    line.ledger().calls.iter().filter(|call| call.path == "/v2/bot/message/reply").count()
}

/// The buttons of the last message that reached a phone.
pub fn buttons(app: &App) -> Vec<Value> {
    let delivered = app.world.line.delivered();
    let last = delivered.last().and_then(|delivered| delivered.messages.last()).cloned().unwrap_or_default();
    last["template"]["actions"].as_array().cloned().unwrap_or_default()
}

async fn recorded(app: &App) {
    app.until("the contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_friend_is_greeted_once_whatever_is_repeated() {
    let app = App::start().await;
    greeting(&app).await;
    let follow = app.world.line.follow(CHANNEL_ID, NEW_USER).await;
    for marked in [true, false, true] {
        app.world.line.post_again(CHANNEL_ID, &follow.webhook_event_id, marked).await;
    }
    recorded(&app).await;
    let delivered = app.world.line.delivered();
    assert_eq!(delivered.len(), 1);
    assert_eq!((delivered[0].to.as_str(), delivered[0].via), (NEW_USER, Endpoint::Reply));
    assert_eq!(delivered[0].messages[0]["text"], WORDS);
    let buttons = buttons(&app);
    assert_eq!(buttons[0]["data"], LINK_DATA);
    assert_eq!(buttons[1]["uri"], format!("{}/line/{CHANNEL_ID}/login", app.world.url));
    assert_eq!(app.world.line.used_this_month(CHANNEL_ID), 0, "it is free of charge");
    app.minutes_pass(16);
    app.until_moving("the entry", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains(WORDS), "the timeline shows what the person read");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_follows_in_one_webhook_while_line_hangs_go_on_alone_in_time_and_nobody_is_lost() {
    let app = App::with(Options { inbox_patience: Duration::from_secs(2), ..Options::default() }).await;
    greeting(&app).await;
    app.world.line.fault(Endpoint::Reply, Fault::Delay(60_000), Plan::Every(1));
    let at_ms = app.world.clock.now_ms();
    let follows =
        [(NEW_USER, 1), (STRANGER, 2)].map(|(user, number)| event::follow(&common(user, number, at_ms), false));
    assert_eq!(app.post_events(&follows).await, 200);
    app.until("each goes on alone", |app| app.world.aws.sqs().counts("inbox").total() == 2).await;
    app.world.line.clear_faults();
    app.until_moving("both", |app| [NEW_USER, STRANGER].iter().all(|user| app.contact_of(user).is_some())).await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_whose_answer_is_lost_shows_once_and_the_timeline_says_that_nobody_knows() {
    let app = App::start().await;
    greeting(&app).await;
    app.world.line.fault(Endpoint::Reply, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    app.world.line.follow(CHANNEL_ID, NEW_USER).await;
    recorded(&app).await;
    assert_eq!(app.world.line.delivered().len(), 1);
    assert_eq!(replies(&app.world.line), 2, "a second try is safe, since the token works once");
    app.minutes_pass(16);
    app.until_moving("the entry", |app| app.notes().len() == 1).await;
    assert!(app.notes()[0].contains("確認できません") && !app.notes()[0].contains(WORDS), "{}", app.notes()[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_that_fails_loses_no_event() {
    for fault in [Fault::FailBefore(500), Fault::FailBefore(400), Fault::CloseBeforeEffect, Fault::RateLimited] {
        let app = App::start().await;
        greeting(&app).await;
        app.world.line.fault(Endpoint::Reply, fault, Plan::Every(1));
        app.world.line.follow(CHANNEL_ID, NEW_USER).await;
        recorded(&app).await;
        let contact = app.contact_of(NEW_USER).expect("the contact");
        assert_eq!(contact.properties.get("line_follows").map(String::as_str), Some("true"), "{fault:?}");
        assert_eq!(app.world.line.delivered().len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_greeted_in_standby_or_late_or_where_no_greeting_is_set() {
    let app = App::start().await;
    let now_ms = app.world.clock.now_ms();
    assert_eq!(app.post_events(&[event::follow(&common(NEW_USER, 1, now_ms), false)]).await, 200);
    recorded(&app).await;
    assert_eq!(replies(&app.world.line), 0, "no greeting is set");
    greeting(&app).await;
    let now_ms = app.world.clock.now_ms();
    let standby = Common { active: false, ..common(NEW_USER, 2, now_ms) };
    let mut with_token = event::follow(&standby, false);
    with_token["replyToken"] = "a token that LINE would not send in standby".into();
    let old = event::follow(&common(NEW_USER, 3, now_ms - 20 * 60_000), false);
    assert_eq!(app.post_events(&[with_token, old]).await, 200);
    app.at_rest_but_entries().await;
    assert_eq!(replies(&app.world.line), 0);
    let follow = app.world.line.follow(CHANNEL_ID, NEW_USER).await;
    app.until("the greeting", |app| app.world.line.delivered().len() == 1).await;
    assert!(!follow.webhook_event_id.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_erased_is_not_greeted_for_a_follow_from_before_that() {
    let app = App::start().await;
    greeting(&app).await;
    for (number, is_erased) in [(61, true), (62, false)] {
        let at_ms = app.world.clock.now_ms();
        app.world.clock.advance_ms(1_000);
        if is_erased {
            erase(&app, Who::User(LineUserId::new(NEW_USER))).await;
        }
        assert_eq!(app.post_events(&[event::follow(&common(NEW_USER, number, at_ms), false)]).await, 200);
        app.until_queues_empty().await;
        app.at_rest_but_entries().await;
        assert_eq!(replies(&app.world.line) > 0, !is_erased, "it would prove nothing otherwise");
        app.world.clock.advance_ms(1_000);
    }
}
