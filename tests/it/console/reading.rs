//! What an operator opens shows as read on the person's phone: at once, and never because a page asks by itself.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::browser::{Browser, asks};
use super::card::mori;
use super::talks::{opened, says};
use crate::app::App;

/// Which of Hanako's messages show as read on her phone.
fn read(app: &App) -> Vec<bool> {
    let talk = app.world.line.talk(CHANNEL_ID, LINKED_USER);
    talk.iter().filter(|line| line.by_person).map(|line| line.read).collect()
}

/// How often LINE was asked to mark something.
fn asked(app: &App) -> usize {
    app.world.line.ledger().calls.iter().filter(|call| call.path.ends_with("/chat/markAsRead")).count()
}

/// Hanako has written so many messages, and the team has an admin.
async fn wrote(messages: usize) -> App {
    let app = App::start().await;
    Browser::signed_in(&app, "管理", Role::Admin).await;
    for number in 0..messages {
        asks(&app, &format!("質問{number}")).await;
    }
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_a_talk_shows_it_as_read_once_and_a_page_that_asks_by_itself_shows_nothing() {
    let app = wrote(2).await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    assert_eq!(read(&app), [false, false]);
    let (path, page) = opened(&mut sato).await;
    assert_eq!((read(&app), asked(&app)), (vec![true, true], 1), "the newest one's token marks both");
    sato.get(&path).await;
    assert_eq!(asked(&app), 1, "nothing new is marked again");

    // It lies open in a corner, and so do cards.
    asks(&app, "もう一つ").await;
    sato.get(&format!("{path}/live")).await;
    let talk = mori(&app, "talk", json!({"tag": "another"})).await;
    assert!(talk["lines"].to_string().contains("もう一つ"));
    assert_eq!((read(&app), asked(&app)), (vec![true, true, false], 1));

    // Whoever answers has read it.
    let answer = says(&mut sato, &path, &page, "はい").await;
    sato.get(answer.location().expect("an address")).await;
    assert_eq!((read(&app), asked(&app)), (vec![true; 3], 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_the_card_or_answering_there_shows_it_as_read() {
    let app = wrote(1).await;
    mori(&app, "talk", json!({})).await;
    assert_eq!((read(&app), asked(&app)), (vec![true], 1));
    asks(&app, "もう一つ").await;
    let tag = json!({"tag": "another"});
    let shown = mori(&app, "talk", tag).await;
    assert_eq!((read(&app), asked(&app)), (vec![true, false], 1));
    let say = json!({"talk": shown["talk"], "name": "0190a1b2-c3d4-7000-8000-000000000001", "words": "はい"});
    mori(&app, "say", say).await;
    assert_eq!((read(&app), asked(&app)), (vec![true; 2], 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_line_does_not_take_it_the_operator_sees_the_talk_all_the_same() {
    let app = wrote(1).await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    // LINE is in trouble: the next opening tries again.
    app.world.line.fault(Endpoint::MarkAsRead, Fault::FailBefore(500), Plan::Next(1));
    let (path, page) = opened(&mut sato).await;
    assert!(page.has("質問0") && asked(&app) == 1 && read(&app) == [false], "{}", page.html);
    sato.get(&path).await;
    assert_eq!((read(&app), asked(&app)), (vec![true], 2));
    // LINE's chat is off, where LINE refuses and marks by itself: that token is never tried again.
    asks(&app, "もう一つ").await;
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.chat = false);
    for _ in 0..2 {
        assert_eq!(sato.get(&path).await.status, StatusCode::OK);
    }
    assert_eq!(asked(&app), 3);
    // Nor is anything marked where the Official Account does not want it.
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.chat = true);
    asks(&app, "三つ目").await;
    app.change_channel(|channel| channel.settings.mark_as_read = false).await;
    assert!(sato.get(&path).await.has("三つ目"));
    assert_eq!(asked(&app), 3);
}
