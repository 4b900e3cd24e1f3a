//! Whoever types an answer is seen to: LINE shows the person that somebody is writing, and nobody else can make it.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use serde_json::json;

use super::browser::{Browser, asks, outsiders};
use super::card::mori;
use super::talks::opened;
use crate::app::App;

fn is_shown(app: &App) -> bool {
    app.world.line.is_loading(CHANNEL_ID, LINKED_USER)
}

fn asked(app: &App) -> usize {
    app.world.line.ledger().calls.iter().filter(|call| call.path.ends_with("/chat/loading/start")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_sees_that_an_operator_is_writing_for_twenty_seconds() {
    let app = App::start().await;
    asks(&app, "質問").await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Admin).await;
    let (path, page) = opened(&mut sato).await;
    let (writing, token) = (format!("{path}/writing"), page.token());
    assert!(!is_shown(&app), "opening is not writing");
    let answer = sato.post(&writing, &[("token", &token)]).await;
    assert!(answer.status == StatusCode::NO_CONTENT && is_shown(&app), "{}", answer.html);
    app.world.clock.advance_ms(20_000);
    assert!(!is_shown(&app));
    mori(&app, "writing", json!({})).await;
    assert!(is_shown(&app), "from the card, too");
    app.world.clock.advance_ms(20_000);

    // Nobody else makes it, and a card that shows another talk does not.
    for mut who in outsiders(&app).await {
        let own = who.get("/console/people").await.token();
        assert_eq!(who.post(&writing, &[("token", &own)]).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(sato.post(&writing, &[("token", "forged")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(mori(&app, "writing", json!({"talk": "another"})).await, json!({"refused": "not_found"}));
    assert!(!is_shown(&app) && asked(&app) == 2);

    // Whoever writes goes on writing, whatever LINE says; and who blocked the account is shown nothing.
    app.world.line.fault(Endpoint::Loading, Fault::FailBefore(500), Plan::Next(1));
    assert_eq!(sato.post(&writing, &[("token", &token)]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(asked(&app), 3);
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until("the block", |app| app.linked("line_follows") == "false").await;
    assert_eq!(sato.post(&writing, &[("token", &token)]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(asked(&app), 3);
}
