//! HubSpot's own inbox is opened and closed in the console.

use local::fake::hubspot::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{APP_ID, CHANNEL_ID, LINKED_USER, PORTAL_ID};
use musubi::domain::ids::ChannelId;
use musubi::domain::operator::Role;
use reqwest::StatusCode;

use super::browser::{Browser, pairs};
use super::{disconnect_account, disconnect_channel};
use crate::app::App;
use crate::crm_inbox::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_opens_the_inbox_with_a_key_that_is_kept_nowhere_and_closes_it_again() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let path = format!("/console/channels/{CHANNEL_ID}/inbox");
    let (number, key) = (APP_ID.to_string(), format!("developer-key-{APP_ID}"));

    let page = hanako.get(&path).await;
    assert!(page.has("開発者APIキー") && page.has("受信トレイに接続する"));
    let wrong = page.typed(&[("app_number", &number), ("developer_key", "another key")]);
    let refused = hanako.post(&path, &pairs(&wrong)).await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.has("［開発］▸［キー］"));
    assert!(!refused.has("another key"), "a secret is not shown again");
    let right = refused.typed(&[("app_number", &number), ("developer_key", &key)]);
    assert_eq!(hanako.post(&path, &pairs(&right)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.texts_at_rest(&key).await, 0);
    app.minutes_pass(1);

    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "届きますか").await;
    app.until("it stands in the inbox", |app| app.world.hubspot.inbox(PORTAL_ID).len() == 1).await;
    let thread = app.world.hubspot.inbox(PORTAL_ID)[0].thread.clone();
    let (id, _) = app.world.hubspot.write_in_inbox(PORTAL_ID, &thread, "届いています", 0).expect("a thread");
    let talk =
        |app: &App| app.world.line.talk(CHANNEL_ID, LINKED_USER).into_iter().filter(|line| !line.by_person).count();
    app.until("it is shown", |app| talk(app) == 1).await;

    let open = hanako.get(&path).await;
    assert!(open.has("接続しています"));
    hanako.post(&path, &pairs(&open.fields())).await;
    app.minutes_pass(1);
    assert!(!app.world.hubspot.channel_accounts(PORTAL_ID)[0].authorized);
    let (late, _) = app.world.hubspot.write_in_inbox(PORTAL_ID, &thread, "まだいますか", 0).expect("a thread");
    let status = |id: &str| app.world.hubspot.inbox(PORTAL_ID).into_iter().find(|it| it.id == id).map(|it| it.status);
    app.until("it is said", |_| status(&late).as_deref() == Some("FAILED")).await;
    assert_eq!((status(&id).as_deref(), talk(&app)), (Some("SENT"), 1));

    let again = hanako.get(&path).await;
    assert!(!again.has("開発者APIキー"), "our channel is there already");
    assert_eq!(hanako.post(&path, &pairs(&again.fields())).await.status, StatusCode::SEE_OTHER);
    assert!(app.world.hubspot.channel_accounts(PORTAL_ID)[0].authorized);
    let log = hanako.get("/console/log").await;
    assert!(log.has("受信トレイに接続しました") && log.has("受信トレイへの接続を解除しました"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_does_not_open_it_and_an_account_that_has_not_allowed_it_is_led_to_hubspot() {
    let app = App::start().await;
    let path = format!("/console/channels/{CHANNEL_ID}/inbox");
    let mut member = Browser::signed_in(&app, "太郎", Role::Member).await;
    assert_eq!(member.get(&path).await.status, StatusCode::FORBIDDEN);
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    app.world
        .hubspot
        .edit_portal(PORTAL_ID, |portal| portal.scopes.retain(|scope| !scope.starts_with("conversations")));
    app.world.hubspot.uninstall(PORTAL_ID);
    let page = hanako.get(&path).await;
    assert!(page.has("/console/install/begin?inbox=1") && !page.has("受信トレイに接続する"));
}

/// Whether messages may go in and out at HubSpot.
fn is_open(app: &App) -> bool {
    app.world.hubspot.channel_accounts(PORTAL_ID)[0].authorized
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hubspot_refuses_to_close_is_closed_on_our_side_and_said_and_its_silence_changes_nothing() {
    let desk = Desk::open().await;
    let app = &desk.app;
    let path = format!("/console/channels/{CHANNEL_ID}/inbox");
    let mut hanako = Browser::signed_in(app, "花子", Role::Admin).await;
    let open = hanako.get(&path).await;
    app.world.hubspot.fault(Endpoint::ChangeChannelAccount, Fault::FailBefore(503), Plan::Every(1));
    let silent = hanako.post(&path, &pairs(&open.fields())).await;
    assert!(silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.has("接続しています"), "{}", silent.html);
    app.world.hubspot.clear_faults();
    app.world.hubspot.fault(Endpoint::ChangeChannelAccount, Fault::FailBefore(403), Plan::Every(1));
    let refused = hanako.post(&path, &pairs(&silent.fields())).await;
    assert!(refused.status == StatusCode::OK && refused.has("HubSpotが許可しなかったため"), "{}", refused.html);
    assert!(!refused.has("接続しています") && !hanako.get(&path).await.has("接続しています"));
    app.minutes_pass(1);
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, "メモだけに").await;
    app.until_moving("the note", |app| app.notes().len() == 1).await;
    assert!(desk.entries().is_empty(), "nothing goes there any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_official_account_that_is_disconnected_gives_up_its_place_in_the_inbox() {
    let desk = Desk::open().await;
    let mut hanako = Browser::signed_in(&desk.app, "花子", Role::Admin).await;
    desk.writes(LINKED_USER, "営業時間は？").await;
    desk.app.at_rest_but_entries().await;
    assert!(hanako.get(disconnect_channel::PATH).await.has("受信トレイへの接続も解除します"), "said before");
    let done = disconnect_channel::through(&mut hanako, "keep").await;
    assert!(done.has("受信トレイへの接続を解除しました"), "{}", done.html);
    assert!(!is_open(&desk.app));
    let late = desk.answers(LINKED_USER, "まだいますか", 0);
    desk.app.until("it is said", |_| desk.entry(&late).status == "FAILED").await;
    let gone = disconnect_account::presses(&mut hanako, &[]).await;
    assert!(gone.has("接続を解除しました") && !gone.has("受信トレイへの接続"), "nothing was left of it: {}", gone.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn hubspots_no_or_silence_about_the_inbox_stops_no_disconnection_and_the_account_closes_what_is_left() {
    for (status, words) in [(403, "HubSpotが許可しなかったため"), (503, "HubSpotから応答がないため")]
    {
        let desk = Desk::open().await;
        let app = &desk.app;
        let mut hanako = Browser::signed_in(app, "花子", Role::Admin).await;
        app.world.hubspot.fault(Endpoint::ChangeChannelAccount, Fault::FailBefore(status), Plan::Every(1));
        let done = disconnect_channel::through(&mut hanako, "keep").await;
        assert!(done.status == StatusCode::OK && done.has(words) && is_open(app), "{}", done.html);
        let channels =
            app.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters").channels().expect("rows");
        assert!(channels.find_versioned(&ChannelId::new(CHANNEL_ID)).await.expect("an answer").is_none());
        if status == 503 {
            app.world.hubspot.clear_faults();
        }
        let gone = disconnect_account::presses(&mut hanako, &[]).await;
        let said = if status == 503 { "受信トレイへの接続を解除しました" } else { words };
        assert!(gone.status == StatusCode::OK && gone.has("接続を解除しました") && gone.has(said), "{}", gone.html);
        assert_eq!(is_open(app), status == 403);
        assert!(!app.world.hubspot.is_installed(PORTAL_ID));
    }
}
