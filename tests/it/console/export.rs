//! The people of an Official Account as files: for whom, and what is in them.

use local::seed::{CHANNEL_ID, CHANNEL_SECRET, LINKED_CONTACT, LINKED_USER, NEW_USER};
use musubi::domain::operator::Role;
use musubi::domain::operator::audit::Deed;
use reqwest::StatusCode;

use super::browser::{Browser, Page, console, outsiders};
use crate::app::{App, account};

const PATH: &str = "/console/channels/1657000001/export";

/// Has the first file made.
async fn saves(browser: &mut Browser<'_>, format: &str) -> Page {
    let token = browser.get("/console").await.token();
    browser.post(PATH, &[("token", &token), ("part", "0"), ("of", "1"), ("format", format)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_takes_the_people_out_and_nobody_else_does() {
    let app = App::start().await;
    assert!(PATH.contains(CHANNEL_ID));
    for user in [NEW_USER, LINKED_USER] {
        app.world.line.write_text(CHANNEL_ID, user, "秘密の相談").await;
    }
    app.until("a contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    assert!(hanako.get(&PATH[..PATH.len() - "/export".len()]).await.has(PATH), "its settings lead there");
    let page = hanako.get(PATH).await;
    assert!(page.status == StatusCode::OK && page.has("メッセージの本文は入りません") && page.has("BOM"));
    assert!(!page.has(NEW_USER) && !page.has(LINKED_USER), "whom it is about stands in files alone");

    let csv = saves(&mut hanako, "csv").await;
    let header = |page: &Page, name: &str| page.headers.get(name).and_then(|it| it.to_str().ok()).map(str::to_owned);
    assert_eq!(header(&csv, "content-type").as_deref(), Some("text/csv; charset=utf-8"));
    assert_eq!(header(&csv, "cache-control").as_deref(), Some("no-store"));
    let name = format!("attachment; filename=\"musubi-people-{CHANNEL_ID}.csv\"");
    assert_eq!(header(&csv, "content-disposition"), Some(name));
    assert!(csv.html.starts_with('\u{FEFF}') && csv.has(NEW_USER), "{}", csv.html);
    assert!(csv.has(&format!("{LINKED_USER},{LINKED_CONTACT},")), "{}", csv.html);
    let json: serde_json::Value = serde_json::from_str(&saves(&mut hanako, "json").await.html).expect("JSON");
    let people = json["people"].as_array().expect("people");
    let friend = people.iter().find(|person| person["line_user_id"] == NEW_USER).expect("the friend");
    assert!(friend["last_message_at"].as_str().is_some_and(|at| at.ends_with("+09:00")), "{friend}");
    for text in [csv.html, json.to_string()] {
        assert!(!text.contains("秘密の相談") && !text.contains(CHANNEL_SECRET));
    }
    let lines = console(&app).audit(&account(), 0, 10).await.expect("lines");
    assert_eq!(lines.iter().filter(|line| matches!(line.deed, Deed::Exported { .. })).count(), 2);
    assert!(hanako.get("/console/log").await.has("エクスポートしました"));

    // A member, who sees another Official Account alone, another account's; no token; no such part; no such format.
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    assert_eq!(taro.get(PATH).await.status, StatusCode::FORBIDDEN);
    assert_eq!(saves(&mut taro, "csv").await.status, StatusCode::FORBIDDEN);
    for mut other in outsiders(&app).await {
        assert_eq!(other.get(PATH).await.status, StatusCode::NOT_FOUND);
        let refused = saves(&mut other, "csv").await;
        assert!(refused.status == StatusCode::NOT_FOUND && !refused.has(NEW_USER));
    }
    let token = hanako.get("/console").await.token();
    let asked = |token: &str, part: &str, of: &str, format: &str| {
        [("token", token), ("part", part), ("of", of), ("format", format)].map(|(name, value)| (name, value.to_owned()))
    };
    for (fields, status) in [
        (asked("x", "0", "1", "csv"), StatusCode::FORBIDDEN),
        (asked(&token, "1", "1", "csv"), StatusCode::NOT_FOUND),
        (asked(&token, "0", "3", "csv"), StatusCode::NOT_FOUND),
        (asked(&token, "0", "1", "xml"), StatusCode::NOT_FOUND),
    ] {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(hanako.post(PATH, &fields).await.status, status, "{fields:?}");
    }
    hanako.origin = vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.example".to_owned())];
    assert_eq!(hanako.post(PATH, &[("token", &token), ("format", "csv")]).await.status, StatusCode::FORBIDDEN);
    let lines = console(&app).audit(&account(), 0, 50).await.expect("lines");
    assert_eq!(lines.iter().filter(|line| matches!(line.deed, Deed::Exported { .. })).count(), 2, "nothing more");
}
