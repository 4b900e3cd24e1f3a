//! A CRM account is disconnected in the console: by whom, what is lost, and what must not stop it.

use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, EMPTY_PORTAL_ID, HUBSPOT_USER, PORTAL_ID};
use musubi::domain::operator::Role;
use musubi::domain::operator::audit::Deed;
use reqwest::StatusCode;

use super::browser::{Browser, console, invited_to, pairs};
use super::install::{BEGIN, empty, installs, is_done, stored, token};
use crate::app::{App, account};

const PATH: &str = "/console/account/disconnect";

/// All boxes ticked, and these fields.
pub async fn presses(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> super::browser::Page {
    let token = browser.get("/console").await.token();
    let boxes = [("token", &*token), ("app", "on"), ("access", "on"), ("team", "on")];
    browser.post(PATH, &[&boxes[..], more].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_goes_with_its_app_token_and_team_and_can_be_connected_again() {
    let app = App::start().await;
    let mut sato = Browser::new(&app);
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, BEGIN).await));
    let mut taro = Browser::new(&app);
    taro.joins(&invited_to(&app, empty(), "太郎", Role::Member, None).await).await;
    let before = stored(&app, &empty()).await;
    assert!(sato.get("/console/account").await.has(PATH));
    let page = sato.get(PATH).await;
    for words in ["アンインストール", "コンソールを使えなくなります", "残るもの", "操作の記録（400日間）"]
    {
        assert!(page.has(words), "{words}: said before");
    }
    assert_eq!(stored(&app, &empty()).await, before, "looking changes nothing");

    // A member, another account's admin, no token, a box left out.
    let theirs = taro.get("/console").await.token();
    let boxes = [("app", "on"), ("access", "on"), ("team", "on")];
    assert_eq!(taro.get(PATH).await.status, StatusCode::FORBIDDEN);
    assert_eq!(taro.post(PATH, &[&boxes[..], &[("token", &theirs)]].concat()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(sato.post(PATH, &boxes).await.status, StatusCode::FORBIDDEN);
    let ours = sato.get(PATH).await.token();
    for left_out in 0..3 {
        let mut some = boxes.to_vec();
        some[left_out] = ("token", &ours);
        let page = sato.post(PATH, &some).await;
        assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("role=\"alert\""), "{left_out}");
    }
    assert!(stored(&app, &empty()).await == before && app.world.hubspot.is_installed(EMPTY_PORTAL_ID));

    let (open, theirs) = (sato.session.clone(), taro.session.clone());
    let done = presses(&mut sato, &[]).await;
    assert!(done.status == StatusCode::OK && done.has("アンインストールしました") && done.has("残っているもの"));
    assert!(sato.session.is_none() && !app.world.hubspot.is_installed(EMPTY_PORTAL_ID));
    assert!(stored(&app, &empty()).await.is_none() && token(&app, &empty()).await.is_none());
    (sato.session, taro.session) = (open.clone(), theirs.clone());
    assert_eq!(sato.get("/console").await.status, StatusCode::UNAUTHORIZED, "nobody is signed in");
    assert_eq!(taro.get("/console").await.status, StatusCode::UNAUTHORIZED);
    assert!(stored(&app, &account()).await.is_some() && app.world.hubspot.is_installed(PORTAL_ID), "its alone");
    assert!(app.world.hubspot.property(EMPTY_PORTAL_ID, ObjectType::Contact, "line_user_id").is_some(), "said to stay");

    // Connected again: found as it was left, and what was open before stays shut.
    sato.session = None;
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, BEGIN).await));
    assert!(token(&app, &empty()).await.is_some());
    (taro.session, sato.session) = (theirs, open);
    assert_eq!(taro.get("/console").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sato.get("/console").await.status, StatusCode::UNAUTHORIZED);
    let deeds = console(&app).audit(&empty(), 0, 20).await.expect("lines");
    assert!(deeds.iter().any(|line| line.deed == Deed::DisconnectedAccount), "who did it is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn official_accounts_go_first_and_an_app_that_is_gone_or_silent_wedges_nothing() {
    let app = App::start().await;
    // The demo's account has an Official Account.
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    assert!(hanako.get(PATH).await.has("1件接続されています"));
    let page = presses(&mut hanako, &[]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("先にLINE公式アカウント"));
    assert!(stored(&app, &account()).await.is_some() && app.world.hubspot.is_installed(PORTAL_ID));

    let mut sato = Browser::new(&app);
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, BEGIN).await));
    // An admin who sees some Official Accounts alone.
    let mut jiro = Browser::new(&app);
    jiro.joins(&invited_to(&app, empty(), "次郎", Role::Admin, Some(CHANNEL_ID)).await).await;
    let page = presses(&mut jiro, &[]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("すべてのLINE公式アカウント"));

    // HubSpot does not answer: nothing is changed, and there is a way on.
    app.world.hubspot.fault(Endpoint::Uninstall, Fault::FailBefore(503), Plan::Every(1));
    let page = presses(&mut sato, &[]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("keep_app"), "{}", page.html);
    assert!(stored(&app, &empty()).await.is_some() && token(&app, &empty()).await.is_some());
    let done = presses(&mut sato, &[("keep_app", "on")]).await;
    assert!(done.status == StatusCode::OK && done.has("アプリはHubSpotに残っています"));
    assert!(stored(&app, &empty()).await.is_none() && app.world.hubspot.is_installed(EMPTY_PORTAL_ID));
    app.world.hubspot.clear_faults();

    // An admin of HubSpot's has uninstalled it there: the token is dead.
    let mut again = Browser::new(&app);
    assert!(is_done(&installs(&mut again, EMPTY_PORTAL_ID, BEGIN).await));
    app.world.hubspot.uninstall(EMPTY_PORTAL_ID);
    again.language = "en";
    let done = presses(&mut again, &[]).await;
    assert!(done.status == StatusCode::OK && done.has("not there any more"), "{}", done.html);
    assert!(stored(&app, &empty()).await.is_none() && token(&app, &empty()).await.is_none());
    let nobody = Browser::new(&app).post(PATH, &pairs(&[])).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert!(!done.has(HUBSPOT_USER.1));
}
