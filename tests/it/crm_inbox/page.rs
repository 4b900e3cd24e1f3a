//! The local page that stands for HubSpot's inbox: its threads, an answer, and how it ended.

use local::seed::{CHANNEL_ID, LINKED_USER};
use reqwest::StatusCode;

use super::Desk;
use crate::app::App;

impl Desk {
    async fn page(&self) -> String {
        page(&self.app, "ja").await
    }

    /// Somebody answers on the page, from the page or from another site.
    async fn types(&self, thread: &str, words: &str, site: &str) -> StatusCode {
        let post = self.app.http.post(format!("{}/demo/hubspot/inbox", self.app.world.url));
        let form = [("thread", thread), ("words", words)];
        post.header("sec-fetch-site", site).form(&form).send().await.expect("an answer").status()
    }

    /// Until the page shows all of these words.
    async fn shows(&self, words: &[&str]) {
        for _ in 0..200 {
            let page = self.page().await;
            if words.iter().all(|words| page.contains(words)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{words:?} are never shown: {}", self.page().await);
    }
}

async fn page(app: &App, language: &str) -> String {
    let url = format!("{}/demo/hubspot/inbox", app.world.url);
    let page = app.http.get(url).header("accept-language", language).send().await.expect("an answer");
    assert_eq!(page.status(), StatusCode::OK);
    page.text().await.expect("a page")
}

#[tokio::test(flavor = "multi_thread")]
async fn before_it_is_open_the_page_says_where_to_open_it() {
    let app = App::start().await;
    for (language, words) in [("ja", "接続されていません"), ("en", "not connected")] {
        let page = page(&app, language).await;
        assert!(page.contains(words) && page.contains("developer-key-"), "{page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_on_the_page_reaches_the_phone_and_a_refusal_is_said_in_words() {
    let desk = Desk::open().await;
    desk.writes(LINKED_USER, "<b>予約</b>できますか").await;
    let page = desk.page().await;
    assert!(page.contains("&lt;b&gt;予約&lt;/b&gt;できますか") && !page.contains("接続されていません"), "{page}");
    let thread = format!("line:{CHANNEL_ID}:{LINKED_USER}");
    assert_eq!(desk.types(&thread, "よその人です", "cross-site").await, StatusCode::FORBIDDEN);
    assert_eq!(desk.types("line:1:2", "だれにも", "same-origin").await, StatusCode::NOT_FOUND);
    assert_eq!(desk.types(&thread, "できます", "same-origin").await, StatusCode::SEE_OTHER, "it leads back");
    desk.shows(&["できます", "送信済み"]).await;
    assert_eq!(desk.shown(LINKED_USER), ["できます"]);
    desk.app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    desk.app.until("blocked", |app| app.linked("line_follows") == "false").await;
    desk.types(&thread, "お待ちしています", "same-origin").await;
    desk.shows(&["お待ちしています", "送信できませんでした", "ブロックしています"]).await;
    assert_eq!(desk.shown(LINKED_USER), ["できます"]);
}
