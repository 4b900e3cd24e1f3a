//! An Official Account is disconnected in the console: by whom, what is lost, what stays, and what must not stop it.

use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, CHANNEL_SECRET, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::channel::{Channel, WebhookBefore};
use musubi::domain::ids::ChannelId;
use musubi::domain::link::ContactLink;
use musubi::domain::operator::Role;
use musubi::ports::secrets::LineSecrets;
use musubi::ports::table::Commit;
use reqwest::StatusCode;

use super::browser::{Browser, Page, invited, outsiders};
use crate::app::{App, account};

pub const PATH: &str = "/console/channels/1657000001/disconnect";
const BOXES: [(&str, &str); 6] =
    [("messages", "on"), ("unnoted", "on"), ("texts", "on"), ("secrets", "on"), ("login", "on"), ("workflows", "on")];
const BEFORE: &str = "https://bot.other-tool.example/hook?key=never-shown";
/// What somebody wrote. It is on no page.
const WORDS: &str = "だれにも見せない言葉";

fn id() -> ChannelId {
    ChannelId::new(CHANNEL_ID)
}

async fn stored(app: &App) -> Option<Channel> {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    adapters.channels().expect("channels").find_versioned(&id()).await.expect("a row").map(|found| found.value)
}

async fn secrets(app: &App) -> Option<LineSecrets> {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    adapters.secrets().expect("secrets").line(&id()).await.expect("an answer")
}

async fn link(app: &App) -> Option<ContactLink> {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let user = musubi::domain::ids::LineUserId::new(LINKED_USER);
    adapters.link_reader().expect("links").of_user(&id(), &user).await.expect("an answer").map(|link| link.value)
}

/// Another tool had the webhooks before.
async fn had_another_tool(app: &App) {
    let channels = app.world.adapters(RetryPolicy::WORKER).expect("adapters").channels().expect("channels");
    let mut found = channels.find_versioned(&id()).await.expect("an answer").expect("a row");
    found.value.connecting.webhook_before = Some(WebhookBefore::new(BEFORE, true));
    assert_eq!(channels.put(&found.value, found.version).await.expect("stored"), Commit::Done);
}

fn webhook(app: &App) -> Option<String> {
    app.world.line.channel(CHANNEL_ID).expect("a channel").webhook_url
}

/// What workflows can choose.
async fn choosable(app: &App) -> Vec<ChannelId> {
    let accounts = app.world.adapters(RetryPolicy::WORKER).expect("adapters").accounts().expect("accounts");
    accounts.find(&account()).await.expect("an answer").expect("a row").value.channels
}

/// Presses the button with these fields beside the token.
async fn presses(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Page {
    let token = browser.get("/console").await.token();
    browser.post(PATH, &[fields, &[("token", &token)]].concat()).await
}

/// From the first page to the last.
pub async fn through(browser: &mut Browser<'_>, links: &str) -> Page {
    let begun = presses(browser, &[&BOXES[..], &[("links", links)]].concat()).await;
    assert_eq!((begun.status, begun.location()), (StatusCode::SEE_OTHER, Some(PATH)), "{}", begun.html);
    browser.app.minutes_pass(2);
    presses(browser, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_account_goes_with_what_was_said_and_its_links_stay_for_the_next_time() {
    let app = App::start().await;
    had_another_tool(&app).await;
    let ours = webhook(&app).expect("ours");
    for user in [LINKED_USER, NEW_USER] {
        app.world.line.write_text(CHANNEL_ID, user, WORDS).await;
    }
    app.until("the property", |app| app.linked("line_last_message") == WORDS).await;
    app.at_rest_but_entries().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    assert!(hanako.get("/console/channels/1657000001").await.has(PATH));
    let before = stored(&app).await;
    let page = hanako.get(PATH).await;
    for words in ["QRコード", "Secrets Manager", "bot.other-tool.example", "連動アプリ", "/export", "残るもの"]
    {
        assert!(page.has(words), "{words}: said before");
    }
    assert_eq!(page.html.matches("type=\"checkbox\"").count(), BOXES.len());

    // A box left out, no choice, an odd one, no token.
    for left_out in 0..BOXES.len() {
        let mut some = BOXES.to_vec();
        some[left_out] = ("links", "keep");
        let page = presses(&mut hanako, &some).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("role=\"alert\""), "{left_out}");
    }
    for links in [("x", "x"), ("links", "x")] {
        let page = presses(&mut hanako, &[&BOXES[..], &[links]].concat()).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("連携を残すか消去するか"));
    }
    let all = [&BOXES[..], &[("links", "erase")]].concat();
    assert_eq!(hanako.post(PATH, &all).await.status, StatusCode::FORBIDDEN);
    // A member; who sees another one alone; another account's; another site's.
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    assert_eq!(taro.get(PATH).await.status, StatusCode::FORBIDDEN);
    assert_eq!(presses(&mut taro, &all).await.status, StatusCode::FORBIDDEN);
    for mut other in outsiders(&app).await {
        assert_eq!(other.get(PATH).await.status, StatusCode::NOT_FOUND);
        assert_eq!(presses(&mut other, &all).await.status, StatusCode::NOT_FOUND);
    }
    let origin = std::mem::replace(&mut hanako.origin, vec![("origin", "https://evil.example".to_owned())]);
    assert_eq!(presses(&mut hanako, &all).await.status, StatusCode::FORBIDDEN);
    hanako.origin = origin;
    assert!(stored(&app).await == before && webhook(&app).as_deref() == Some(&*ours) && secrets(&app).await.is_some());

    // It stops at once: nobody finds it, workflows cannot choose it, LINE sends elsewhere.
    let mut jiro = Browser::new(&app);
    jiro.joins(&invited(&app, "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    let begun = presses(&mut jiro, &[&BOXES[..], &[("links", "keep")]].concat()).await;
    assert_eq!((begun.status, begun.location()), (StatusCode::SEE_OTHER, Some(PATH)), "who sees it alone may");
    assert!(choosable(&app).await.is_empty() && webhook(&app).as_deref() == Some(BEFORE));
    assert_eq!(hanako.get("/console/channels/1657000001").await.status, StatusCode::NOT_FOUND);
    let home = hanako.get("/console").await;
    assert!(home.has("まだ終わっていません") && home.has(PATH));
    let waits = hanako.get(PATH).await;
    assert!(waits.has("約1分") && waits.has("again.js") && !waits.has("残りを削除して完了する"));
    assert!(hanako.get("/console/account/disconnect").await.has("1件接続されています"), "the account waits for it");
    let early = presses(&mut hanako, &[]).await;
    assert!(early.status == StatusCode::SEE_OTHER && secrets(&app).await.is_some(), "not yet");
    app.minutes_pass(2);
    // What LINE still sends, and what lies in the queue, is nobody's mistake.
    assert_eq!(app.post_events(&[crate::app::text_at(LINKED_USER, 7, app.world.clock.now_ms(), WORDS)]).await, 404);

    let done = presses(&mut hanako, &[]).await;
    assert!(done.status == StatusCode::OK && done.has("接続を解除しました"), "{}", done.html);
    assert!(done.has("2人分の連携を残しました") && done.has("いったんオフにしてから"));
    for page in [&page, &waits, &done, &home] {
        for hidden in [CHANNEL_SECRET, WORDS, LINKED_USER, "never-shown"] {
            assert!(!page.has(hidden), "{hidden}");
        }
    }
    assert!(stored(&app).await.is_none() && secrets(&app).await.is_none());
    assert_eq!(link(&app).await.map(|link| link.contact.to_string()), Some(LINKED_CONTACT.to_string()));
    assert!(hanako.get("/console/log").await.has("接続の解除を始めました（連携は残す）"));
    assert!(!hanako.get("/console/account/disconnect").await.has("1件接続されています"));
    app.minutes_pass(90);
    app.at_rest_but_entries().await;
    assert!(!app.notes().iter().any(|note| note.contains(WORDS)), "said to be lost");
    assert_eq!(app.linked("line_user_id"), LINKED_USER, "said to stay");

    // Connected again: who is known is known, and what they write next is noted.
    let typed = hanako.get("/console").await.token();
    let fields = [("token", &*typed), ("id", CHANNEL_ID), ("secret", CHANNEL_SECRET), ("access_token", "")];
    let seen = hanako.post("/console/connect", &fields).await;
    let sealed = seen.fields().into_iter().find(|(name, _)| name == "sealed").expect("what was typed").1;
    let host = "bot.other-tool.example";
    let fields = [("token", &*seen.token()), ("sealed", &*sealed), ("cuts_off", host)];
    assert_eq!(hanako.post("/console/connect/confirm", &fields).await.status, StatusCode::SEE_OTHER);
    app.minutes_pass(2);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "また来ました").await;
    app.until_moving("the note", |app| app.notes().iter().any(|note| note.contains("また来ました"))).await;
    assert_eq!(app.linked("line_last_message"), "また来ました");
}

#[tokio::test(flavor = "multi_thread")]
async fn links_can_be_erased_and_a_dead_token_or_another_tools_webhook_stops_nothing() {
    let app = App::start().await;
    had_another_tool(&app).await;
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, WORDS).await;
    app.until("the property", |app| app.linked("line_last_message") == WORDS).await;
    app.at_rest_but_entries().await;
    // A send of which LINE did not say what became of it, and one that is yet to come.
    app.world.line.fault(Endpoint::Push, Fault::FailBefore(500), Plan::Every(1));
    let tried = app.run_action(&[("message_1", WORDS)]).await;
    app.until("the first try", |app| app.world.line.ledger().calls.iter().any(|call| call.status == 500)).await;
    app.world.line.fault(Endpoint::WebhookEndpoint, Fault::FailBefore(401), Plan::Every(1));
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    hanako.language = "en";
    let done = through(&mut hanako, "erase").await;
    assert!(done.status == StatusCode::OK && done.has("neither seen nor changed"), "{}", done.html);
    assert!(done.has("1 people are erased") && !done.has(WORDS));
    app.world.line.clear_faults();
    assert!(stored(&app).await.is_none() && secrets(&app).await.is_none() && link(&app).await.is_none());
    app.until_moving("the contact is emptied", |app| app.linked("line_user_id").is_empty()).await;
    // The send ends in words, and is not sent.
    app.until_moving("the workflow goes on", |app| {
        matches!(app.execution(&tried).state, local::fake::hubspot::ExecutionState::Done { .. })
    })
    .await;
    assert!(app.world.line.delivered().is_empty());
    let refused = app.run_action(&[("message_1", WORDS)]).await;
    app.until_moving("it is refused", |app| {
        matches!(app.execution(&refused).state, local::fake::hubspot::ExecutionState::Done { .. })
    })
    .await;
    for queue in ["inbox-dlq", "push-dlq"] {
        assert_eq!(app.world.aws.sqs().counts(queue).total(), 0, "{queue}");
    }
    // A second press changes nothing.
    assert_eq!(hanako.get(PATH).await.status, StatusCode::NOT_FOUND);
    assert_eq!(presses(&mut hanako, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!hanako.get("/console").await.has(PATH));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privacy_deletion_reaches_links_that_were_kept() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    through(&mut hanako, "keep").await;
    assert!(stored(&app).await.is_none() && link(&app).await.is_some(), "it was kept");
    app.world.hubspot.gdpr_delete(PORTAL_ID, LINKED_CONTACT);
    app.looked().await;
    assert_eq!(link(&app).await, None);
}
