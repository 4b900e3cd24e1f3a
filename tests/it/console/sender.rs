//! Operators' messages come under the name and with the picture that their Official Account has for them.

use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, asks};
use super::card::mori;
use super::talks::{opened, says};
use crate::app::App;

/// Who our messages on Hanako's phone are from, in order.
fn senders(app: &App) -> Vec<Value> {
    let talk = app.world.line.talk(CHANNEL_ID, LINKED_USER);
    talk.into_iter().filter(|line| !line.by_person).map(|line| line.message["sender"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_operator_says_comes_under_the_name_that_the_account_has_for_them() {
    let app = App::start().await;
    asks(&app, "質問").await;
    let mut admin = Browser::signed_in(&app, "管理", Role::Admin).await;
    let settings = format!("/console/channels/{CHANNEL_ID}");
    let token = admin.get(&settings).await.token();
    for (name, status) in [
        ("LINE公式サポート", StatusCode::UNPROCESSABLE_ENTITY),
        ("とても長い名前のサポート担当者の一人の佐藤", StatusCode::UNPROCESSABLE_ENTITY),
        ("サポート 佐藤", StatusCode::SEE_OTHER),
    ] {
        let fields = [("token", &*token), ("was.sender_name", "none"), ("sender_name", name)];
        assert_eq!(admin.post(&settings, &fields).await.status, status, "{name}");
    }
    let (path, page) = opened(&mut admin).await;
    says(&mut admin, &path, &page, "はい").await;
    app.until("the reply", |app| senders(app).len() == 1).await;
    app.change_channel(|channel| channel.settings.sender_icon = Some("https://shop.example/sato.png".to_owned())).await;
    mori(&app, "say", json!({"name": "0190a1b2-c3d4-7000-8000-000000000001", "sticker": "446/1988"})).await;
    app.until("the push", |app| senders(app).len() == 2).await;
    app.change_channel(|channel| (channel.settings.sender_name, channel.settings.sender_icon) = (None, None)).await;
    let (path, page) = opened(&mut admin).await;
    says(&mut admin, &path, &page, "いいえ").await;
    app.until("the last", |app| senders(app).len() == 3).await;
    let both = json!({"name": "サポート 佐藤", "iconUrl": "https://shop.example/sato.png"});
    assert_eq!(senders(&app), [json!({"name": "サポート 佐藤"}), both, Value::Null]);
}
