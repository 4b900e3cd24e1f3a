//! An operator sends a picture from the page: it reaches the phone once, without where it was taken, from an address that does not end.

use local::fake::hubspot::Endpoint as HubSpotEndpoint;
use local::fake::line::{Delivered, Endpoint};
use local::fake::{Fault, Plan};
use local::seed::{LINKED_USER, PORTAL_ID};
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};

use super::browser::{Browser, Page, asks};
use super::media::HEIC;
use super::talks::opened;
use crate::app::App;

/// A PNG of one grey pixel.
pub const PNG: &[u8] = b"\x89\x50\x4E\x47\x0D\x0A\x1A\x0A\x00\x00\x00\x0D\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3A\x7E\x9B\x55\x00\x00\x00\x0A\x49\x44\x41\x54\x78\x9C\x63\x68\x00\x00\x00\x82\x00\x81\x77\xCD\x72\xB6\x00\x00\x00\x00\x49\x45\x4E\x44\xAE\x42\x60\x82";

pub fn hidden(page: &Page, form: &str, name: &str) -> String {
    let (_, rest) = page.html.split_once(form).expect("the form");
    let (_, rest) = rest.split_once(&format!("name=\"{name}\" value=\"")).expect("the field");
    rest.split('"').next().expect("a value").to_owned()
}

/// Sends this by the form of the page.
async fn sends(browser: &mut Browser<'_>, path: &str, page: &Page, bytes: &[u8]) -> Page {
    let form = Form::new()
        .text("token", page.token())
        .text("name", hidden(page, "/file\"", "name"))
        .part("file", Part::bytes(bytes.to_vec()).file_name("IMG_0001.png").mime_str("image/png").expect("a type"));
    browser.post_form(&format!("{path}/file"), form).await
}

/// The pictures that Hanako's phone shows of ours: by which call each came, and both addresses.
pub fn pictures(app: &App) -> Vec<(Endpoint, String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let of_one = |one: &Delivered| {
        let of = one.messages.iter().filter(|it| it["type"] == "image");
        of.map(|it| (one.via, text(&it["originalContentUrl"]), text(&it["previewImageUrl"]))).collect::<Vec<_>>()
    };
    app.world.line.delivered().iter().filter(|one| one.to == LINKED_USER).flat_map(of_one).collect()
}

async fn asked() -> App {
    let app = App::start().await;
    asks(&app, "お店の写真はありますか？").await;
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_an_operator_sends_reaches_the_phone_once_and_stands_on_the_note() {
    let app = asked().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    for _ in 0..2 {
        // The same form, sent twice.
        let answer = sends(&mut sato, &path, &page, PNG).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    }
    app.until("the picture", |app| !pictures(app).is_empty()).await;
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    let [(via, whole, preview)] = &pictures(&app)[..] else { panic!("once: {:?}", pictures(&app).len()) };
    assert_eq!(*via, Endpoint::Reply, "free of charge, as any answer");
    let files = app.files();
    assert_eq!(files.len(), 2, "the picture and a small one");
    for (file, address) in files.iter().zip([whole, preview]) {
        assert!(
            address.starts_with("https://") && address.ends_with(&format!("{}/{}", file.folder, file.name)),
            "{address}"
        );
        assert_eq!((&*file.access, &*file.content_type), ("PUBLIC_NOT_INDEXABLE", "image/jpeg"));
        assert!(file.bytes.starts_with(b"\xFF\xD8\xFF"), "a JPEG, whatever came");
        assert!(file.name.len() >= 32 && !address.contains(LINKED_USER), "nobody guesses it, and it names nobody");
    }
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    app.at_rest().await;
    let note = &app.notes()[0];
    assert!(note.contains("佐藤") && note.contains("[画像]") && note.contains("files.hubspot.example"), "{note}");
    let hangs = app.world.hubspot.notes(PORTAL_ID)[0].properties.get("hs_attachment_ids").cloned();
    let picture = app.files().into_iter().find(|file| file.name.ends_with("-picture.jpg")).expect("the picture");
    assert_eq!(hangs, Some(picture.id.to_string()), "the picture hangs on it, and not its preview");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_refused_in_words_and_nothing_is_kept_or_sent() {
    let app = asked().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    let large = [PNG, &vec![0; 5_000_000]].concat();
    for (bytes, words) in [
        (b"<svg onload=alert(1)>".as_slice(), "JPEG、PNG、GIF、WebP"),
        (&PNG[..40], "読み取れませんでした"),
        (HEIC, "HEIC"),
        (b"", "ファイルを選ぶか"),
        (&large, "4 MBまで"),
    ] {
        let answer = sends(&mut sato, &path, &page, bytes).await;
        assert!(answer.status.is_client_error() && answer.has(words), "{} {}", answer.status, answer.html);
        assert!(answer.has("name=\"file\""), "the form is there again");
    }
    app.at_rest_but_entries().await;
    assert_eq!((app.files().len(), pictures(&app).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn from_another_site_or_without_its_token_nothing_is_sent() {
    let app = asked().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    sato.origin = vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.example".to_owned())];
    assert_eq!(sends(&mut sato, &path, &page, PNG).await.status, StatusCode::FORBIDDEN);
    sato.origin = Vec::new();
    let form = |token: &str, name: &str| {
        let part = Part::bytes(PNG.to_vec()).file_name("a.png");
        Form::new().text("token", token.to_owned()).text("name", name.to_owned()).part("file", part)
    };
    let name = hidden(&page, "/file\"", "name");
    for (token, name) in [("", &*name), ("forged", &name), (&page.token(), "guessable")] {
        let answer = sato.post_form(&format!("{path}/file"), form(token, name)).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
    }
    app.at_rest_but_entries().await;
    assert_eq!((app.files().len(), pictures(&app).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_hubspot_does_not_take_it_the_page_says_why_and_the_next_try_is_one_message() {
    let app = asked().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    app.world.hubspot.fault(HubSpotEndpoint::Upload, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let answer = sends(&mut sato, &path, &page, PNG).await;
    assert!(answer.has("HubSpotが応答しない"), "{}", answer.html);
    assert_eq!(pictures(&app).len(), 0);
    let answer = sends(&mut sato, &path, &page, PNG).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    app.until("the picture", |app| pictures(app).len() == 1).await;
    assert_eq!(app.files().len(), 2, "what lay there was found");
    app.world.hubspot.never_grants(PORTAL_ID, "files");
    let (path, page) = opened(&mut sato).await;
    assert!(sends(&mut sato, &path, &page, PNG).await.has("接続し直す"));
}
