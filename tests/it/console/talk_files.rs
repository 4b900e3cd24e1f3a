//! What people sent, in the talk: a picture as a picture, everything else as a link, and nothing to anybody else.

use local::seed::{CHANNEL_ID, LINKED_USER, PORTAL_ID};
use musubi::domain::operator::Role;
use reqwest::StatusCode;

use super::browser::{Browser, Page, invited};
use super::talks::opened;
use crate::app::App;
use crate::files::{JPEG, PDF};

/// The addresses of what the page shows of files.
fn addresses(page: &Page, attribute: &str) -> Vec<String> {
    let begins = format!("{attribute}=\"");
    let found = page.html.split(&begins).skip(1).filter_map(|rest| rest.split('"').next());
    found.filter(|address| address.contains("/files/")).map(str::to_owned).collect()
}

/// Hanako has sent a picture, and HubSpot has it.
async fn a_picture_came() -> (App, String) {
    let app = App::start().await;
    let message = app.sends_a_picture(JPEG).await;
    app.until("the picture", |app| app.files().len() == 1).await;
    app.at_rest_but_entries().await;
    (app, message)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_seen_in_the_talk_before_its_note_and_after_and_opens_from_hubspot() {
    let (app, _) = a_picture_came().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    for after_the_note in [false, true] {
        if after_the_note {
            app.until_moving("the note", |app| app.notes().len() == 1).await;
            app.at_rest().await;
        }
        let (_, page) = opened(&mut sato).await;
        let (shown, linked) = (addresses(&page, "src"), addresses(&page, "href"));
        assert_eq!((shown.len(), linked.len()), (1, 1), "{}", page.html);
        assert!(!page.has(LINKED_USER), "no address names a person");
        let policy = page.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("img-src http") && policy.contains("/console/talks/ "), "{policy}");
        let picture = sato.get(&shown[0]).await;
        assert_eq!((picture.status, &*picture.bytes), (StatusCode::OK, JPEG));
        assert_eq!(picture.headers["content-type"], "image/jpeg");
        assert_eq!(picture.headers["x-content-type-options"], "nosniff");
        let whole = sato.get(&linked[0]).await;
        assert_eq!(whole.status, StatusCode::FOUND);
        let whole = app.http.get(whole.location().expect("an address")).send().await.expect("an answer");
        assert_eq!(whole.bytes().await.expect("a file"), JPEG);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_picture_is_a_link_and_is_never_given_out_as_a_page_of_ours() {
    let app = App::start().await;
    app.sends_a_picture(b"<html><script>alert(1)</script></html>").await;
    app.sends_a_file("見積書.pdf", PDF, 0).await;
    app.until("both files", |app| app.files().len() == 2).await;
    app.at_rest_but_entries().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (_, page) = opened(&mut sato).await;
    assert_eq!((addresses(&page, "src").len(), addresses(&page, "href").len()), (0, 2), "{}", page.html);
    assert!(page.has("画像を開く") && page.has("ファイルを開く"));
    for address in addresses(&page, "href") {
        assert_eq!(sato.get(&format!("{address}/preview")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_gets_it_and_nobody_at_all_once_it_is_taken_back() {
    let (app, message) = a_picture_came().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    let address = addresses(&page, "href").remove(0);
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "限定", Role::Member, Some("1657999999")).await).await;
    let mut stranger = Browser::new(&app);
    let mut colleague = Browser::signed_in(&app, "森", Role::Admin).await;
    for (who, status) in [
        (&mut stranger, StatusCode::UNAUTHORIZED),
        (&mut limited, StatusCode::NOT_FOUND),
        // An address opens in its own session alone.
        (&mut colleague, StatusCode::NOT_FOUND),
    ] {
        for address in [address.clone(), format!("{address}/preview")] {
            assert_eq!(who.get(&address).await.status, status, "{address}");
        }
    }
    for other in ["1-0123456789abcdef", "x", "1790000000000-0123456789abcdef", "-1-0123456789abcdef", "..%2f..%2flive"]
    {
        assert_eq!(sato.get(&format!("{path}/files/{other}")).await.status, StatusCode::NOT_FOUND, "{other}");
    }
    app.world.line.unsend(CHANNEL_ID, LINKED_USER, &message).await;
    app.until("it is gone", |app| app.files().is_empty()).await;
    app.at_rest_but_entries().await;
    for address in [address.clone(), format!("{address}/preview")] {
        assert_eq!(sato.get(&address).await.status, StatusCode::NOT_FOUND);
    }
    assert!(addresses(&opened(&mut sato).await.1, "href").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_deleted_in_hubspot_is_not_found_and_what_was_never_saved_says_why() {
    let (app, _) = a_picture_came().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (_, page) = opened(&mut sato).await;
    app.world.hubspot.delete_file(PORTAL_ID, app.files()[0].id);
    for address in addresses(&page, "src").iter().chain(&addresses(&page, "href")) {
        assert_eq!(sato.get(address).await.status, StatusCode::NOT_FOUND);
    }
    let line = &app.world.line;
    line.write(CHANNEL_ID, LINKED_USER, |common, id| local::fake::line::event::video(common, id, 4_000)).await;
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert!(opened(&mut sato).await.1.has("LINEに残っていないため"));
}
