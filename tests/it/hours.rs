//! Sending hours: what a workflow asks for at night reaches the person in the morning, and the preview says so.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use local::fake::hubspot::ExecutionState;
use local::seed::LINKED_CONTACT;
use musubi::domain::opening_hours::OpeningHours;
use musubi::domain::operator::Role;
use reqwest::StatusCode;

use crate::app::App;
use crate::console::browser::Browser;
use crate::console::preview::{looked, opened};

const WORDS: &str = "おやすみのあとに";

fn outcome(app: &App, callback: &str) -> Option<String> {
    match app.execution(callback).state {
        ExecutionState::Done { outputs } => outputs["outcome"].as_str().map(str::to_owned),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_workflow_asks_for_at_night_arrives_in_the_morning_and_a_receipt_at_once() {
    let app = App::start().await;
    let now = Timestamp::from_millisecond(app.world.clock.now_ms()).expect("a time");
    let zone = TimeZone::get(&app.account().await.time_zone).expect("a time zone");
    // Two hours from now they begin, wherever that is on the clock.
    let begins = now.to_zoned(zone).time().hour() + 2;
    let begins = if begins >= 24 { begins - 24 } else { begins };
    let hours = OpeningHours::read(&format!("daily {begins:02}:00-{:02}:00", begins + 1));
    app.change_channel(|channel| channel.settings.send_hours = hours).await;

    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let (path, _) = opened(&mut taro, &LINKED_CONTACT.to_string()).await;
    let page = looked(&mut taro, &path, WORDS).await;
    assert!(page.status == StatusCode::OK && page.has(&format!("{begins:02}:00:00")), "{}", page.html);
    assert!(page.has("送信時間帯外のため"));

    let callback = app.run_action(&[("message_1", WORDS)]).await;
    let receipt = app.run_action(&[("message_1", "受付番号"), ("purpose", "service")]).await;
    app.until("the receipt", |app| outcome(app, &receipt).as_deref() == Some("accepted")).await;
    app.until_queues_empty().await;
    assert_eq!(app.world.line.delivered().len(), 1, "the other waits");
    assert!(app.texts_at_rest(WORDS).await > 0, "it is kept");
    assert_eq!(outcome(&app, &callback), None, "its workflow waits for the end");
    app.minutes_pass(121);
    app.until_moving("the message", |app| app.world.line.delivered().len() == 2).await;
    app.until_moving("the end", |app| outcome(app, &callback).as_deref() == Some("accepted")).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.world.line.delivered().len(), 2);
    assert_eq!(app.world.line.ledger().violations, Vec::<String>::new());
}
