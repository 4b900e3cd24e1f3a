//! A file that lies at an address goes out from the page and from the card in HubSpot by one way: fetched within limits, looked at, sent once, or
//! refused in words.

use std::collections::HashMap;

use local::fake::line::Delivered;
use local::seed::{LINKED_USER, PORTAL_ID};
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::browser::{Browser, asks};
use super::card::{asked, is_as, mori};
use super::media::{HEIC, film, machine, mp3, sound};
use super::send_file::{PNG, hidden, pictures};
use super::talks::opened;
use crate::app::App;
use crate::files::PDF;

const NAME: &str = "0190a1b2-c3d4-7000-8000-00000000000";

/// The messages that Hanako's phone shows of ours.
pub fn shown(app: &App) -> Vec<Value> {
    let ours = |one: Delivered| if one.to == LINKED_USER { one.messages } else { Vec::new() };
    app.world.line.delivered().into_iter().flat_map(ours).collect()
}

async fn files() -> String {
    let png = PNG.to_vec();
    let large = [PNG, &vec![0; 10_000_001]].concat();
    let page = b"<!doctype html><script>alert(1)</script>".to_vec();
    machine(HashMap::from([
        ("a.png", png.clone()),
        ("lie.png", page.clone()),
        ("page.html", page),
        ("large.png", large),
        ("heic.jpg", HEIC.to_vec()),
        ("film.mov", film()),
        ("sound.m4a", sound()),
        ("sound.mp3", mp3()),
        ("%E8%A6%8B%E7%A9%8D.pdf", PDF.to_vec()),
        ("a.pdf", PDF.to_vec()),
    ]))
    .await
}

async fn card_sends(app: &App, number: u8, address: &str) -> Value {
    mori(app, "send", json!({"name": format!("{NAME}{number}"), "address": address})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_at_an_address_goes_out_from_the_card_once_however_often_the_request_comes() {
    let app = asked().await;
    let at = files().await;
    let used = app.world.line.used_this_month(local::seed::CHANNEL_ID);
    let said = [card_sends(&app, 1, &format!("{at}/a.png")).await, card_sends(&app, 1, &format!("{at}/a.png")).await];
    is_as("say", "said", &said[0]);
    assert_eq!(said[0], said[1]);
    app.until("the picture", |app| !pictures(app).is_empty()).await;
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    // HubSpot repeats it much later, when nobody is at the address any more.
    assert_eq!(card_sends(&app, 1, "http://127.0.0.1:9/gone.png").await, said[0]);
    app.at_rest_but_entries().await;
    assert_eq!((pictures(&app).len(), app.files().len()), (1, 2), "once, and a small one beside it");
    assert!(app.files().iter().all(|file| file.bytes.starts_with(b"\xFF\xD8\xFF")), "packed anew");
    assert_eq!(app.world.line.used_this_month(local::seed::CHANNEL_ID), used, "a free reply");
    let line = mori(&app, "talk", json!({})).await["lines"][1].clone();
    let (_, whole, _) = pictures(&app).remove(0);
    assert_eq!(line["file"], json!({"name": null, "picture": true, "address": whole, "words": "画像を開く"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn films_sounds_and_documents_go_as_what_their_bytes_are() {
    let app = asked().await;
    let at = files().await;
    for (number, name, is_there) in [
        (1, "film.mov", json!({"type": "video"})),
        (2, "sound.m4a", json!({"type": "audio", "duration": 1_500})),
        (3, "sound.mp3", json!({"type": "audio", "duration": 2_612})),
        (4, "a.pdf", json!({"type": "text"})),
    ] {
        let before = shown(&app).len();
        let said = card_sends(&app, number, &format!("{at}/{name}")).await;
        assert!(said["said"].is_string(), "{name}: {said}");
        app.until(name, |app| shown(app).len() == before + 1).await;
        let message = shown(&app).pop().expect("a message");
        for (field, value) in is_there.as_object().expect("an object") {
            assert_eq!(message[field], *value, "{name}: {message}");
        }
        let address = match message["type"].as_str() {
            Some("text") => message["text"].as_str().expect("words").lines().last().expect("a link").to_owned(),
            _ => message["originalContentUrl"].as_str().expect("an address").to_owned(),
        };
        let file = app.files().into_iter().find(|file| address.ends_with(&format!("{}/{}", file.folder, file.name)));
        let file = file.unwrap_or_else(|| panic!("{name}: {address}"));
        assert_eq!(file.access, "PUBLIC_NOT_INDEXABLE");
        let (kind, bytes) = match number {
            1 => ("video/mp4", film()),
            2 => ("audio/mp4", sound()),
            3 => ("audio/mpeg", mp3()),
            _ => ("application/pdf", PDF.to_vec()),
        };
        assert_eq!((&*file.content_type, &*file.bytes), (kind, &*bytes), "{name}: as it is");
    }
    let text = shown(&app).pop().expect("the link")["text"].as_str().expect("words").to_owned();
    assert!(text.starts_with("a.pdf\nhttps://"), "{text}");
    let film = shown(&app).into_iter().find(|message| message["type"] == "video").expect("the film");
    let preview = film["previewImageUrl"].as_str().expect("a preview");
    let preview = app.files().into_iter().find(|file| preview.ends_with(&file.name)).expect("a preview");
    // A JPEG says its height and width behind the mark of its frame.
    let frame = preview.bytes.windows(2).position(|two| two == [0xFF, 0xC0]).expect("a JPEG");
    let side = |at: usize| u16::from_be_bytes([preview.bytes[frame + at], preview.bytes[frame + at + 1]]);
    assert_eq!((side(7), side(5)), (640, 360), "in the film's own proportions");
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    let note = &app.notes()[0];
    assert!(note.contains("[動画]") && note.contains("[音声]") && note.contains("a.pdf"), "{note}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_in_words_and_nothing_is_kept_or_sent() {
    let app = asked().await;
    let at = files().await;
    for (address, words, english) in [
        (format!("{at}/lie.png"), "この種類のファイルは送れません", "This kind of file"),
        (format!("{at}/page.html"), "この種類のファイルは送れません", "This kind of file"),
        (format!("{at}/large.png"), "10 MBまで", "10 MB at most"),
        (format!("{at}/heic.jpg"), "HEIC", "HEIC"),
        (format!("{at}/moved.png"), "転送されます", "leads to another one"),
        (format!("{at}/none.png"), "HTTP 404", "HTTP 404"),
        ("http://127.0.0.1:9/a.png".to_owned(), "応答がありません", "Nobody answers"),
        ("https://nobody.example/a.png".to_owned(), "応答がありません", "Nobody answers"),
        ("https://10.0.0.1/a.png".to_owned(), "公開されていない", "not on the public internet"),
        ("https://169.254.169.254/latest/meta-data".to_owned(), "公開されていない", "not on the public internet"),
        ("https://user:a@example.com/a.png".to_owned(), "https://で始まる", "begins with https://"),
        ("file:///etc/passwd".to_owned(), "https://で始まる", "begins with https://"),
        ("a.png".to_owned(), "https://で始まる", "begins with https://"),
    ] {
        for (language, words) in [("ja", words), ("en", english)] {
            let asks = json!({"name": format!("{NAME}1"), "address": address, "language": language});
            let answer = mori(&app, "send", asks).await;
            is_as("say", "mistake", &answer);
            assert!(answer["mistake"].as_str().is_some_and(|why| why.contains(words)), "{address}: {answer}");
        }
    }
    // HubSpot takes no files of this account.
    app.world.hubspot.never_grants(PORTAL_ID, "files");
    let answer = card_sends(&app, 2, &format!("{at}/a.png")).await;
    assert!(answer["mistake"].as_str().is_some_and(|why| why.contains("接続し直す")), "{answer}");
    app.at_rest_but_entries().await;
    assert_eq!((app.files().len(), shown(&app).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_form_takes_an_address_as_the_card_does() {
    let app = App::start().await;
    asks(&app, "お店の写真はありますか？").await;
    let at = files().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    let form = |address: String| {
        let empty = reqwest::multipart::Part::bytes(Vec::new()).file_name("");
        let form = Form::new().text("token", page.token()).text("name", hidden(&page, "/file\"", "name"));
        form.part("file", empty).text("address", address)
    };
    let refused = sato.post_form(&format!("{path}/file"), form(format!("{at}/none.png"))).await;
    assert!(refused.status.is_client_error() && refused.has("HTTP 404"), "{}", refused.html);
    for _ in 0..2 {
        let answer = sato.post_form(&format!("{path}/file"), form(format!(" {at}/a.png "))).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    }
    app.until("the picture", |app| !pictures(app).is_empty()).await;
    app.at_rest_but_entries().await;
    assert_eq!(pictures(&app).len(), 1);
}
