//! To do, done, and whose a talk is.

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

/// The list of the talks that are whoever asks's.
async fn mine(browser: &mut Browser<'_>) -> Page {
    let token = browser.get("/console/people").await.token();
    let page = browser.post(PATH, &[("token", &token), ("who", "mine")]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_is_given_to_somebody_who_finds_it_among_theirs_and_taken_back_is_the_contact_owners() {
    let app = App::start().await;
    asks(&app, "日曜日は開いていますか？").await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Admin).await;
    let mut suzuki = Browser::signed_in(&app, "鈴木", Role::Member).await;
    let (_, page) = opened(&mut sato).await;
    let owner = app.world.hubspot.owners(PORTAL_ID).remove(0);
    let owner = format!("{} {}", owner.last_name, owner.first_name);
    assert!(page.has(&format!("指定なし（コンタクトの担当者：{owner}）")), "{}", page.html);
    for _ in 0..2 {
        assert_eq!(assigns(&mut sato, "鈴木").await.status, StatusCode::SEE_OTHER);
    }
    let theirs = mine(&mut suzuki).await;
    assert!(theirs.has("花子") && theirs.has("担当者：鈴木") && theirs.has("未返信"), "{}", theirs.html);
    let talk = suzuki.get(&link(&theirs, PATH).expect("a talk")).await;
    assert!(talk.has("<option value=\"鈴木\" selected>"), "{}", talk.html);
    assert!(mine(&mut sato).await.has("担当しているトークはありません"));
    let log = sato.get("/console/log").await;
    assert_eq!(log.html.matches("トークの担当者を「鈴木」にしました").count(), 1, "twice is once: {}", log.html);

    // Nobody of this name is in the team; and one whose name is none is no name.
    for (to, status) in [("山田", StatusCode::NOT_FOUND), ("\u{7}", StatusCode::FORBIDDEN)] {
        assert_eq!(assigns(&mut sato, to).await.status, status, "{to:?}");
    }
    assert!(link(&mine(&mut suzuki).await, PATH).is_some());
    // What is no operator's any more is nobody's list's, and another's is theirs alone.
    assert_eq!(assigns(&mut suzuki, "佐藤").await.status, StatusCode::SEE_OTHER);
    assert!(link(&mine(&mut suzuki).await, PATH).is_none() && link(&mine(&mut sato).await, PATH).is_some());
    assert_eq!(assigns(&mut suzuki, "").await.status, StatusCode::SEE_OTHER);
    assert!(link(&mine(&mut sato).await, PATH).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_can_be_to_do_again_and_the_contact_and_the_task_follow() {
    let app = App::start().await;
    asks(&app, "日曜日は開いていますか？").await;
    let tasks = |app: &App| app.world.hubspot.tasks(PORTAL_ID);
    assert_eq!((app.linked("line_unanswered").as_str(), tasks(&app).len()), ("true", 1));
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    for (button, other, unanswered) in [("answered", "to-do", "false"), ("to-do", "answered", "true")] {
        let (path, page) = opened(&mut sato).await;
        assert!(page.has(&format!("/{button}\"")) && !page.has(&format!("/{other}\"")), "{}", page.html);
        for _ in 0..2 {
            let pressed = sato.post(&format!("{path}/{button}"), &[("token", &page.token())]).await;
            assert_eq!(pressed.status, StatusCode::SEE_OTHER);
        }
        app.until("the contact", |app| app.linked("line_unanswered") == unanswered).await;
        app.at_rest_but_entries().await;
        if button == "answered" {
            // The task is done in HubSpot, and nobody has looked since.
            let task = tasks(&app).remove(0).id;
            app.world.hubspot.complete_task(PORTAL_ID, task);
            app.world.clock.advance_ms(1_000);
        }
    }
    assert_eq!(app.linked("line_unanswered"), "true", "what was done before is not about it");
    assert_eq!(tasks(&app).len(), 2, "and another task says so");
}
