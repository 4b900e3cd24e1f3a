//! Answers by themselves: by keyword and out of hours, by reply token alone, and whoever asked still waits for somebody.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use local::fake::line::event::{self, Common};
use local::fake::line::{Delivered, Endpoint};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_USER, NEW_USER};
use musubi::domain::auto_reply::read_rules;
use musubi::domain::opening_hours::OpeningHours;
use musubi::domain::operator::Role;
use musubi::domain::settings::SettingFault;
use musubi::line::message;

use crate::app::{App, common, text_at};
use crate::console::browser::{Browser, pairs};
use crate::console::talks;

const HOURS: &str = "10時から18時までです。";
const CLOSED: &str = "ただいま営業時間外です。";
const RULES: &str = "exact: 営業時間\n10時から18時までです。\n\ncontains: 駐車場\n5台あります。";

/// With keywords.
async fn keywords(app: &App) {
    let rules = read_rules::<SettingFault>(RULES, |text| message::read_setting("keywords", text)).expect("rules");
    app.change_channel(|channel| channel.settings.auto_replies.keywords = rules).await;
}

fn today(app: &App) -> Date {
    let now = Timestamp::from_millisecond(app.world.clock.now_ms()).expect("a time");
    now.to_zoned(TimeZone::get("Asia/Tokyo").expect("known")).date()
}

/// Somebody is there on one day, in three days from now.
async fn closed(app: &App) {
    let day = today(app).checked_add(3.days()).expect("a day").strftime("%a").to_string();
    app.change_channel(|channel| {
        let replies = &mut channel.settings.auto_replies;
        replies.opening_hours = OpeningHours::read(&format!("{day} 00:00-24:00"));
        replies.out_of_hours = message::read_setting("away_answer", CLOSED).expect("a message");
        replies.out_of_hours_pause_ms = 10 * 60_000;
    })
    .await;
}

/// How often the phone of this person shows these words, and by which calls they came.
fn shown(app: &App, user: &str, words: &str) -> Vec<Endpoint> {
    let says = |one: &Delivered| one.to == user && one.messages.iter().any(|message| message["text"] == words);
    app.world.line.delivered().iter().filter(|one| says(one)).map(|one| one.via).collect()
}

/// The linked friend writes, and it is recorded.
async fn writes(app: &App, words: &str) -> String {
    let wrote = app.world.line.write_text(CHANNEL_ID, LINKED_USER, words).await;
    app.until("it is recorded", |app| app.linked("line_last_message") == words).await;
    app.at_rest_but_entries().await;
    wrote.webhook_event_id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyword_is_answered_once_by_reply_whatever_is_repeated_and_the_message_still_waits() {
    let app = App::start().await;
    keywords(&app).await;
    let event = writes(&app, "営業時間").await;
    for marked in [true, false, true] {
        app.world.line.post_again(CHANNEL_ID, &event, marked).await;
    }
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!(shown(&app, LINKED_USER, HOURS), [Endpoint::Reply]);
    assert_eq!(app.world.line.used_this_month(CHANNEL_ID), 0, "it is free of charge");
    assert_eq!(
        (app.linked("line_unanswered").as_str(), app.linked("line_unanswered_message").as_str()),
        ("true", "営業時間")
    );
    writes(&app, "ちゅうしゃじょうは？").await;
    writes(&app, "駐車場はありますか").await;
    assert_eq!(shown(&app, LINKED_USER, "5台あります。"), [Endpoint::Reply]);
    app.minutes_pass(16);
    app.until_moving("the note", |app| app.notes().concat().contains("5台あります。")).await;
    let note = app.notes().concat();
    let (asked, answered) = (note.find("営業時間").expect("asked"), note.find(HOURS).expect("answered"));
    assert!(asked < answered && note[asked..answered].contains("自動送信"), "{note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automatic_answer_uses_the_token_up_so_an_operators_is_a_push_and_without_one_it_is_a_reply() {
    let app = App::start().await;
    keywords(&app).await;
    for (words, via) in [("営業時間", Endpoint::Push), ("こんにちは", Endpoint::Reply)] {
        writes(&app, words).await;
        let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
        let says = format!("{words}のご返信です。");
        let (path, page) = talks::opened(&mut sato).await;
        talks::says(&mut sato, &path, &page, &says).await;
        app.until("the answer", |app| !shown(app, LINKED_USER, &says).is_empty()).await;
        app.until_queues_empty().await;
        assert_eq!(shown(&app, LINKED_USER, &says), [via], "{words}");
        app.minutes_pass(2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_in_standby_in_a_group_late_or_for_what_is_no_message() {
    let app = App::start().await;
    keywords(&app).await;
    closed(&app).await;
    let now_ms = app.world.clock.now_ms();
    let standby = Common { active: false, ..common(NEW_USER, 1, now_ms) };
    let group = Common {
        source: Some(event::group_source("C0123456789abcdef0123456789abcdef", Some(NEW_USER))),
        ..common(NEW_USER, 2, now_ms)
    };
    let mut in_standby = event::text(&standby, "500000000000000001", "営業時間");
    in_standby["replyToken"] = "a token that LINE would not send in standby".into();
    let events = [
        in_standby,
        event::text(&group, "500000000000000002", "営業時間"),
        text_at(NEW_USER, 3, now_ms - 20 * 60_000, "営業時間"),
        event::postback(&common(NEW_USER, 4, now_ms), "営業時間", None),
    ];
    assert_eq!(app.post_events(&events).await, 200);
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    let replies = app.world.line.ledger().calls.iter().filter(|call| call.path == "/v2/bot/message/reply").count();
    assert_eq!((replies, app.world.line.delivered().len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn by_setting_a_group_is_answered_as_one_person_and_nothing_of_it_is_kept() {
    let app = App::start().await;
    keywords(&app).await;
    closed(&app).await;
    let group = app.world.line.add_group(CHANNEL_ID, &[LINKED_USER, NEW_USER]);
    let source = event::group_source(&group, Some(NEW_USER));
    let in_group = async |user: &str, words: &str| {
        let make = |common: &Common, id: &str| {
            event::text(&Common { source: Some(source.clone()), ..common.clone() }, id, words)
        };
        let wrote = app.world.line.write(CHANNEL_ID, user, make).await;
        app.world.line.post_again(CHANNEL_ID, &wrote.webhook_event_id, true).await;
        app.until_queues_empty().await;
    };
    in_group(NEW_USER, "営業時間").await;
    assert_eq!(app.world.line.delivered().len(), 0, "unless it is set");
    app.change_channel(|channel| channel.settings.auto_replies.in_groups = true).await;
    in_group(NEW_USER, "営業時間").await;
    for words in ["ほかの話", "もう一つ"] {
        in_group(LINKED_USER, words).await;
    }
    app.at_rest_but_entries().await;
    let told = app.world.line.delivered();
    let says = |words: &str| told.iter().filter(|one| one.messages.iter().any(|it| it["text"] == words)).count();
    assert_eq!(
        (says(HOURS), says(CLOSED), told.len()),
        (1, 1, 2),
        "each once, however often LINE delivers the message"
    );
    assert_eq!((app.texts_at_rest(HOURS).await, app.texts_at_rest("ほかの話").await), (1, 0), "the settings' own");
    assert_eq!(app.linked("line_last_message"), "", "and the contact knows nothing of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_hours_a_person_is_told_once_in_a_while_and_every_person_is_told() {
    let app = App::start().await;
    closed(&app).await;
    writes(&app, "一").await;
    writes(&app, "二").await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "三").await;
    app.until("the other one is told", |app| shown(app, NEW_USER, CLOSED).len() == 1).await;
    assert_eq!(shown(&app, LINKED_USER, CLOSED), [Endpoint::Reply]);
    assert_eq!(app.linked("line_unanswered"), "true");
    app.at_rest_but_entries().await;
    app.minutes_pass(8);
    writes(&app, "四").await;
    assert_eq!(shown(&app, LINKED_USER, CLOSED).len(), 1);
    app.minutes_pass(3);
    app.world.line.write_sticker(CHANNEL_ID, LINKED_USER, "446", "1988").await;
    app.until("told again, of a sticker", |app| shown(app, LINKED_USER, CLOSED).len() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn within_hours_nobody_is_told_on_holidays_they_are_and_a_keyword_goes_first() {
    let app = App::start().await;
    keywords(&app).await;
    closed(&app).await;
    app.change_channel(|channel| channel.settings.auto_replies.opening_hours = OpeningHours::read("daily 00:00-24:00"))
        .await;
    writes(&app, "一").await;
    assert_eq!(shown(&app, LINKED_USER, CLOSED).len(), 0, "somebody is there");
    let days: BTreeSet<Date> = [0, 1].map(|days| today(&app).checked_add(days.days()).expect("a day")).into();
    app.change_channel(|channel| channel.settings.auto_replies.holidays = days).await;
    writes(&app, "営業時間").await;
    assert_eq!((shown(&app, LINKED_USER, CLOSED).len(), shown(&app, LINKED_USER, HOURS).len()), (0, 1));
    writes(&app, "二").await;
    assert_eq!(shown(&app, LINKED_USER, CLOSED).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_fails_loses_no_message_and_the_next_one_is_answered() {
    let app = App::start().await;
    closed(&app).await;
    app.world.line.fault(Endpoint::Reply, Fault::FailBefore(400), Plan::Next(1));
    writes(&app, "一").await;
    assert_eq!(shown(&app, LINKED_USER, CLOSED).len(), 0);
    writes(&app, "二").await;
    assert_eq!(shown(&app, LINKED_USER, CLOSED).len(), 1, "nobody was told before");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_console_takes_keywords_and_hours_as_people_write_them_and_shows_them_again() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}");
    let page = hanako.get(&path).await;
    let typed = [
        ("keywords", "完全一致：営業時間\r\n10時から18時までです。"),
        ("opening_hours", "月～金 10:00～18:00、土 10:00～15:00"),
        ("holidays", "2027-01-01、2026-12-31"),
        ("away_answer", CLOSED),
    ];
    let saved = hanako.post(&path, &pairs(&page.typed(&typed))).await;
    let shown = hanako.get(saved.location().expect("it is saved")).await;
    let fields = shown.fields();
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    assert_eq!(field("keywords"), Some("exact: 営業時間\n10時から18時までです。"));
    assert_eq!(field("opening_hours"), Some("mon-fri 10:00-18:00, sat 10:00-15:00"));
    assert_eq!(field("holidays"), Some("2026-12-31,2027-01-01"));
    for (typed, says) in [
        (("keywords", "営業時間"), "exact: "),
        (("keywords", "exact: a\n{\"type\":\"text\"}"), "text"),
        (("opening_hours", "いつでも"), "opening_hours"),
        (("opening_hours", ""), "opening_hours"),
        (("holidays", "元日"), "holidays"),
        (("away_pause", "1s"), "away_pause"),
        (("keywords", &format!("exact: a\n{}", "あ".repeat(5_001))), "keywords"),
    ] {
        let answer = hanako.post(&path, &pairs(&shown.typed(&[typed]))).await;
        assert!(answer.status == 422 && answer.has(says), "{typed:?}: {}", answer.html);
    }
    // Four answers of 5,000 characters of three bytes fill it up.
    let rule = |number: usize| format!("exact: {number}\n{}\n", "あ".repeat(4_900));
    let rules = |count: usize| (0..count).map(rule).collect::<String>();
    for (count, status) in [(4, 303), (5, 422)] {
        let answer = hanako.post(&path, &pairs(&shown.typed(&[("keywords", &rules(count))]))).await;
        assert_eq!(answer.status.as_u16(), status, "{count} rules");
    }
}
