//! Stickers in talks: shown as pictures, and sent from a small choice of LINE's own.

use local::fake::line::{Delivered, Endpoint};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::domain::operator::Role;
use musubi::line::stickers;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, Page, asks};
use super::card::mori;
use super::talks::opened;
use crate::app::App;

const NAME: &str = "0190a1b2-c3d4-7000-8000-000000000001";

/// Which stickers of ours Hanako's phone shows, and by which call each came.
fn shown(app: &App) -> Vec<(String, Endpoint)> {
    let sticker = |one: &Delivered| {
        let message = one.messages.iter().find(|message| message["type"] == "sticker")?;
        Some((format!("{}/{}", message["packageId"].as_str()?, message["stickerId"].as_str()?), one.via))
    };
    app.world.line.delivered().iter().filter(|one| one.to == LINKED_USER).filter_map(sticker).collect()
}

/// The name under which a sticker goes out from this page.
fn name(page: &Page) -> String {
    let (_, form) = page.html.split_once("id=\"stickers\"").expect("the choice");
    let (_, value) = form.split_once("name=\"name\" value=\"").expect("a name");
    value.split('"').next().unwrap_or_default().to_owned()
}

async fn presses(browser: &mut Browser<'_>, path: &str, page: &Page, sticker: &str) -> Page {
    browser.post(path, &[("token", &page.token()), ("name", &name(page)), ("sticker", sticker)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_that_came_is_a_picture_with_its_words_and_one_is_sent_back_once() {
    let app = App::start().await;
    app.world.line.write_sticker(CHANNEL_ID, LINKED_USER, "446", "1989").await;
    asks(&app, "質問").await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Admin).await;
    let (path, page) = opened(&mut sato).await;
    let picture = "https://stickershop.line-scdn.net/stickershop/v1/sticker/1989/android/sticker.png";
    assert!(page.has(&format!("src=\"{picture}\" alt=\"[スタンプ] Happy (446/1989)\"")), "{}", page.html);
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("/console/talks/ https://*.line-scdn.net;"), "{policy}");
    let card = mori(&app, "talk", json!({})).await;
    assert_eq!(card["lines"][0]["picture"], picture, "{card}");
    assert_eq!(
        (&card["lines"][0]["words"], &card["lines"][1]["picture"]),
        (&json!("[スタンプ] Happy (446/1989)"), &Value::Null)
    );

    // What is no sticker of the choice is none, from either face.
    for other in ["", "446", "1/1", "446/1988\" onerror=\"x", "11537/1988"] {
        assert_eq!(presses(&mut sato, &path, &page, other).await.status, StatusCode::FORBIDDEN, "{other}");
    }
    for _ in 0..2 {
        assert_eq!(presses(&mut sato, &path, &page, "446/1988").await.status, StatusCode::SEE_OTHER);
    }
    app.until("the sticker", |app| !shown(app).is_empty()).await;
    let say = json!({"name": NAME, "sticker": "11537/52002734"});
    for _ in 0..2 {
        mori(&app, "say", say.clone()).await;
    }
    app.until("the other one", |app| shown(app).len() > 1).await;
    app.at_rest_but_entries().await;
    let sent = [("446/1988".to_owned(), Endpoint::Reply), ("11537/52002734".to_owned(), Endpoint::Push)];
    assert_eq!(shown(&app), sent, "each once");
    let (_, page) = opened(&mut sato).await;
    assert!(page.has("/sticker/52002734/android/") && page.has("[スタンプ] (11537/52002734)"), "{}", page.html);
    // The note has words for it.
    app.until_moving("the note", |app| app.notes().concat().contains("[スタンプ] Happy")).await;
    app.at_rest_but_entries().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn line_takes_every_sticker_of_the_choice() {
    let app = App::start().await;
    asks(&app, "質問").await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let mut sent = Vec::new();
    for sticker in stickers::all(musubi::domain::language::Language::Japanese) {
        let (path, page) = opened(&mut sato).await;
        assert!(page.has(&format!("alt=\"{}\"", sticker.title.replace('&', "&amp;"))), "{}", sticker.title);
        presses(&mut sato, &path, &page, &sticker.name).await;
        sent.push(sticker.name);
    }
    app.until("all of them", |app| shown(app).len() == sent.len()).await;
    app.at_rest_but_entries().await;
    let mut arrived: Vec<String> = shown(&app).into_iter().map(|(sticker, _)| sticker).collect();
    arrived.sort();
    sent.sort();
    assert_eq!(arrived, sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_of_which_nobody_knows_is_sent_again_as_it_was_when_somebody_chooses_so() {
    let app = App::start().await;
    asks(&app, "質問").await;
    app.world.line.fault(Endpoint::Reply, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    app.world.line.fault(Endpoint::Reply, Fault::CloseBeforeEffect, Plan::Every(1));
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Admin).await;
    let (path, page) = opened(&mut sato).await;
    presses(&mut sato, &path, &page, "446/1988").await;
    let mut saying = Value::Null;
    for _ in 0..2_000 {
        saying = mori(&app, "talk", json!({})).await["saying"][0].clone();
        if saying["unknown"] == true {
            break;
        }
        app.time_passes(1_000).await;
    }
    assert!(saying["unknown"] == true && saying["picture"].is_string(), "{saying}");
    app.world.line.clear_faults();
    for _ in 0..2 {
        mori(&app, "decide", json!({"send": saying["send"], "arrived": "again"})).await;
    }
    app.until("sent again", |app| shown(app).len() == 2).await;
    app.at_rest_but_entries().await;
    assert_eq!(shown(&app)[1], ("446/1988".to_owned(), Endpoint::Push));
}
