//! To do, done, and whose a talk is: said in the console, and seen on the contact.

use local::seed::PORTAL_ID;
use musubi::domain::operator::Role;
use reqwest::StatusCode;

use super::browser::{Browser, Page, asks};
use super::talks::{PATH, link, opened};
use crate::app::App;

async fn assigns(browser: &mut Browser<'_>, to: &str) -> Page {
    let (path, page) = opened(browser).await;
    browser.post(&format!("{path}/assign"), &[("token", &page.token()), ("to", to)]).await
}

/// Whether the list of talks that are assigned to whoever asks has one.
async fn has_one(browser: &mut Browser<'_>) -> bool {
    let token = browser.get("/console/people").await.token();
    // HubSpot's search lags, and takes five questions a second.
    browser.app.world.clock.advance_ms(11_000);
    let page = browser.post(PATH, &[("token", &token), ("who", "mine")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    link(&page, PATH).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_is_given_to_somebody_who_finds_it_among_theirs_and_taken_back_is_the_owners() {
    let app = App::start().await;
    asks(&app, "日曜日は開いていますか？").await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Admin).await;
    let mut suzuki = Browser::signed_in(&app, "鈴木", Role::Member).await;
    let (_, page) = opened(&mut sato).await;
    let owner = app.world.hubspot.owners(PORTAL_ID).remove(0);
    let owner = format!("{} {}", owner.last_name, owner.first_name);
    assert!(page.has(&format!("決めない（コンタクトの担当者：{owner}）")), "{}", page.html);
    for _ in 0..2 {
        assert_eq!(assigns(&mut sato, "鈴木").await.status, StatusCode::SEE_OTHER);
        app.until("the contact", |app| app.linked("line_assigned_to") == "鈴木").await;
    }
    app.at_rest_but_entries().await;
    assert_eq!((has_one(&mut suzuki).await, has_one(&mut sato).await), (true, false));
    let (_, page) = opened(&mut suzuki).await;
    assert!(page.has("<option value=\"鈴木\" selected>"), "{}", page.html);
    assert!(sato.get("/console/log").await.has("トークの担当者を「鈴木」にしました"));

    // Nobody of this name is in the team; and one whose name is none is no name.
    for (to, status) in [("山田", StatusCode::NOT_FOUND), ("\u{7}", StatusCode::BAD_REQUEST)] {
        assert_eq!(assigns(&mut sato, to).await.status, status, "{to:?}");
    }
    assert_eq!(app.linked("line_assigned_to"), "鈴木");
    assert_eq!(assigns(&mut suzuki, "").await.status, StatusCode::SEE_OTHER);
    app.until("nobody's", |app| app.linked("line_assigned_to").is_empty()).await;
    assert!(!has_one(&mut suzuki).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_can_be_to_do_again_and_the_contact_and_the_task_follow() {
    let app = App::start().await;
    asks(&app, "日曜日は開いていますか？").await;
    let tasks = |app: &App| app.world.hubspot.tasks(PORTAL_ID).len();
    assert_eq!((app.linked("line_unanswered").as_str(), tasks(&app)), ("true", 1));
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    for (button, other, unanswered) in [("answered", "to-do", "false"), ("to-do", "answered", "true")] {
        let (path, page) = opened(&mut sato).await;
        assert!(page.has(&format!("{path}/{button}")) && !page.has(&format!("{path}/{other}\"")), "{}", page.html);
        for _ in 0..2 {
            let pressed = sato.post(&format!("{path}/{button}"), &[("token", &page.token())]).await;
            assert_eq!(pressed.status, StatusCode::SEE_OTHER);
        }
        app.until("the contact", |app| app.linked("line_unanswered") == unanswered).await;
    }
    app.at_rest_but_entries().await;
    assert_eq!(app.linked("line_unanswered_message"), "日曜日は開いていますか？");
    assert_eq!(tasks(&app), 1, "the open task is still about it");
    let log = sato.get("/console/log").await;
    assert_eq!(log.html.matches("未返信に戻しました").count(), 0, "members see no log: {}", log.html);
}
