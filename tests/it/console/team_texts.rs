//! What a team says again and again, and quick replies: written once, inserted into answers in the talk and on the card.

use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, Page, asks, invited, outsiders};
use super::card::{is_as, mori};
use super::talks::{field, opened};
use crate::app::App;

const TEXTS: &str = "/console/texts";
const HOURS: &str = "10時から18時までです。";

async fn writes(browser: &mut Browser<'_>, name: &str, words: &str, quick: &str) -> Page {
    let token = browser.get(TEXTS).await.token();
    browser.post(TEXTS, &[("token", &token), ("name", name), ("words", words), ("quick", quick)]).await
}

/// The newest message of ours on Hanako's phone.
fn newest(app: &App) -> Value {
    let talk = app.world.line.talk(CHANNEL_ID, LINKED_USER);
    talk.iter().rev().find(|line| !line.by_person).map(|line| line.message.clone()).unwrap_or_default()
}

fn labels(message: &Value) -> Vec<&str> {
    let items = message["quickReply"]["items"].as_array().into_iter().flatten();
    items.filter_map(|item| item["action"]["label"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_inserted_behind_what_is_typed_and_goes_out_with_its_buttons() {
    let app = App::start().await;
    asks(&app, "質問").await;
    let mut admin = Browser::signed_in(&app, "管理", Role::Admin).await;
    assert_eq!(writes(&mut admin, "営業時間", HOURS, "予約する\r\n場所").await.status, StatusCode::SEE_OTHER);
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    let (token, name) = (page.token(), field(&page, "name"));
    let typed = [("token", &*token), ("name", &name), ("words", "佐藤です。"), ("insert", "営業時間")];
    let filled = sato.post(&path, &typed).await;
    assert!(filled.status == StatusCode::OK && filled.has(&format!("佐藤です。\n{HOURS}")), "{}", filled.html);
    assert!(filled.has("予約する\n場所</textarea>"), "{}", filled.html);
    app.until_queues_empty().await;
    assert_eq!(newest(&app), Value::Null, "nothing is sent by it");
    let words = format!("佐藤です。\r\n{HOURS}");
    let said = [("token", &*token), ("name", &name), ("words", &words), ("quick", "予約する\r\n\r\n場所")];
    for _ in 0..2 {
        assert_eq!(sato.post(&path, &said).await.status, StatusCode::SEE_OTHER);
    }
    app.until("the answer", |app| newest(app)["text"] == words.replace("\r\n", "\n")).await;
    assert_eq!(labels(&newest(&app)), ["予約する", "場所"]);
    // What LINE would not take is said, and what was typed stays.
    let long = "あ".repeat(21);
    let refused = sato.post(&path, &[("token", &token), ("name", &name), ("words", "はい"), ("quick", &long)]).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.has(&long), "{}", refused.html);

    let card = mori(&app, "talk", json!({})).await;
    is_as("talk", "open", &card);
    assert_eq!(card["texts"], json!([{"name": "営業時間", "words": HOURS, "quick": ["予約する", "場所"]}]));
    let again = mori(&app, "talk", json!({"tag": "another"})).await;
    assert_eq!(again["texts"], Value::Null, "the card has them");
    let say = json!({"name": "0190a1b2-c3d4-7000-8000-000000000001", "words": "カードから", "quick": ["はい"]});
    mori(&app, "say", say).await;
    app.until("the card's", |app| newest(app)["text"] == "カードから").await;
    assert_eq!(labels(&newest(&app)), ["はい"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_write_and_remove_texts_and_each_team_has_its_own() {
    let app = App::start().await;
    let mut admin = Browser::signed_in(&app, "管理", Role::Admin).await;
    for (name, words, quick) in [
        ("", "a", ""),
        ("a", " ", ""),
        ("長い", &*"あ".repeat(1_001), ""),
        ("ボタン", "a", &*"b\n".repeat(14)),
        ("ラベル", "a", &*"あ".repeat(21)),
    ] {
        let refused = writes(&mut admin, name, words, quick).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
    }
    for words in ["一つ目<b>", "二つ目<b>"] {
        writes(&mut admin, "お礼", words, "はい").await;
    }
    let page = admin.get(TEXTS).await;
    assert!(page.has("二つ目&lt;b&gt;") && !page.has("一つ目") && page.has("ボタン：はい"), "{}", page.html);
    let log = admin.get("/console/log").await;
    assert!(log.says("定型文「お礼」を保存しました") && !log.has("二つ目"), "{}", log.html);

    // Members read them; who is not of the team sees none, and only an admin of everything changes them.
    let mut member = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let seen = member.get(TEXTS).await;
    assert!(seen.has("二つ目") && !seen.has("<textarea"), "{}", seen.html);
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "限定", Role::Admin, Some(CHANNEL_ID)).await).await;
    for who in [&mut member, &mut limited] {
        let token = who.get("/console/people").await.token();
        for path in [TEXTS, "/console/texts/remove"] {
            let tried = who.post(path, &[("token", &token), ("name", "お礼"), ("words", "別"), ("quick", "")]).await;
            assert_eq!(tried.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let [_, mut stranger] = outsiders(&app).await;
    assert!(!stranger.get(TEXTS).await.has("二つ目"), "another team");

    let token = admin.get(TEXTS).await.token();
    for _ in 0..2 {
        let removed = admin.post("/console/texts/remove", &[("token", &token), ("name", "お礼")]).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER);
    }
    assert!(!admin.get(TEXTS).await.has("二つ目"));
    for number in 0..50 {
        writes(&mut admin, &format!("定型{number}"), "a", "").await;
    }
    assert_eq!(writes(&mut admin, "もう一つ", "a", "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(writes(&mut admin, "定型7", "b", "").await.status, StatusCode::SEE_OTHER, "one of them anew");
}
