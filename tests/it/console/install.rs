//! The CRM's app is installed from the console, and whoever did is signed in; what nobody may bring about by it.

use local::fake::hubspot::ObjectType;
use local::seed::{CLIENT_SECRET, EMPTY_PORTAL_ID, HUBSPOT_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::browser::random_secret;
use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::operator::audit::Deed;
use musubi::domain::operator::{Role, operator_id};
use musubi::flow::console::install::AWAY_MS;
use musubi::ports::secrets::CrmToken;
use reqwest::StatusCode;
use serde_json::json;

use super::browser::{Browser, Page, console, invited_to, name};
use crate::app::{App, account};

pub const BEGIN: &str = "/console/install/begin?workflows=wait";

pub fn empty() -> CrmAccountKey {
    CrmAccountKey { id: CrmAccountId::new(EMPTY_PORTAL_ID.to_string()), ..account() }
}

pub async fn stored(app: &App, key: &CrmAccountKey) -> Option<CrmAccount> {
    let accounts = app.world.adapters(RetryPolicy::WORKER).expect("adapters").accounts().expect("accounts");
    accounts.find(key).await.expect("a row").map(|found| found.value)
}

pub async fn token(app: &App, key: &CrmAccountKey) -> Option<CrmToken> {
    let secrets = app.world.adapters(RetryPolicy::WORKER).expect("adapters").secrets().expect("secrets");
    secrets.crm_token(key).await.expect("it reads")
}

fn rows(app: &App, table: &str) -> usize {
    app.world.aws.dynamodb().rows(table).expect("rows").len()
}

/// Sets out from here.
async fn sets_out(browser: &mut Browser<'_>, path: &str) -> String {
    let begun = browser.get(path).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    begun.location().expect("the CRM's address").to_owned()
}

/// Somebody at HubSpot chooses the account and presses a button; where HubSpot sends them, as a path of ours.
async fn at_hubspot(app: &App, address: &str, portal: u64, act: &str) -> String {
    let page = app.http.get(format!("{address}&portal_id={portal}")).send().await.expect("a page");
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.expect("text");
    let screen = page.split_once("name=\"screen\" value=\"").expect("a form").1.split('"').next().expect("a value");
    let consent = format!("{}/oauth/authorize/consent", app.world.vendor_urls.1);
    let sent = app.http.post(consent).form(&[("screen", screen), ("act", act)]).send().await.expect("an answer");
    let to = sent.headers()["location"].to_str().expect("text");
    to.strip_prefix(&app.world.url).expect("an address of ours").to_owned()
}

pub async fn installs(browser: &mut Browser<'_>, portal: u64, path: &str) -> Page {
    let address = sets_out(browser, path).await;
    let back = at_hubspot(browser.app, &address, portal, "allow").await;
    browser.get(&back).await
}

pub fn is_done(page: &Page) -> bool {
    (page.status, page.location()) == (StatusCode::SEE_OTHER, Some("/console/install/done"))
}

/// Somebody in HubSpot makes a property by hand.
pub async fn property(app: &App, portal: u64, body: &serde_json::Value) {
    let url = format!("{}/crm/properties/2026-03/contacts", app.world.vendor_urls.1);
    let token = app.world.hubspot.private_token(portal);
    let made = app.http.post(url).bearer_auth(token).json(body).send().await.expect("an answer");
    assert_eq!(made.status(), StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_from_nothing_and_whoever_did_is_its_admin_and_a_second_time_changes_nothing() {
    let app = App::start().await;
    let mut sato = Browser::new(&app);
    let asked = sato.get("/console/install").await;
    assert!(asked.status == StatusCode::OK && asked.has("LINE ユーザーID") && asked.has("Musubi キー"));
    assert!(sato.session.is_none() && !asked.has("<form"), "looking leaves nothing");
    let address = sets_out(&mut sato, BEGIN).await;
    assert!(address.starts_with(&app.world.vendor_urls.1) && address.contains("automation"));
    let planted = sato.session.clone().expect("a cookie");
    let back = at_hubspot(&app, &address, EMPTY_PORTAL_ID, "allow").await;
    assert_eq!(stored(&app, &empty()).await, None);
    let page = sato.get(&back).await;
    assert!(is_done(&page), "{} {}", page.status, page.html);
    assert!(page.headers["cache-control"] == "no-store" && page.headers["referrer-policy"] == "no-referrer");

    // Fixation: what the browser had before opens nothing.
    assert_ne!(sato.session, Some(planted.clone()));
    let mut attacker = Browser::new(&app);
    attacker.session = Some(planted);
    assert_eq!(attacker.get("/console").await.status, StatusCode::UNAUTHORIZED);

    let first = stored(&app, &empty()).await.expect("an account");
    assert!(first.capabilities.workflows_wait && first.capabilities.unique_keys && first.channels.is_empty());
    assert!(matches!(token(&app, &empty()).await, Some(CrmToken::OAuth { .. })));
    let made = app.world.hubspot.property(EMPTY_PORTAL_ID, ObjectType::Contact, "line_user_id").expect("made");
    assert_eq!(made["hasUniqueValue"], true);
    let done = sato.get("/console/install/done").await;
    assert!(done.has(&EMPTY_PORTAL_ID.to_string()) && done.has("Asia/Tokyo") && done.has(HUBSPOT_USER.1));
    let home = sato.get("/console").await;
    assert!(home.has(&EMPTY_PORTAL_ID.to_string()) && !home.has(&PORTAL_ID.to_string()), "theirs and no other");
    assert_eq!(sato.get("/console/account").await.status, StatusCode::OK, "settings can be seen at any time");
    let deeds: Vec<Deed> =
        console(&app).audit(&empty(), 0, 10).await.expect("lines").into_iter().map(|it| it.deed).collect();
    assert!(deeds.contains(&Deed::ConnectedAccount) && deeds.contains(&Deed::SignedIn) && deeds.len() == 2);
    assert!(sato.get("/console/log").await.has("CRMアカウントを接続しました"));

    // The same page once more, and then all of it once more, in English and with a settings change in between.
    let again = sato.get(&back).await;
    assert!(again.status == StatusCode::BAD_REQUEST || again.status == StatusCode::GONE, "{}", again.status);
    let account_page = sato.get("/console/account").await;
    let typed = account_page.typed(&[("unfilled_tokens", "send")]);
    sato.post("/console/account", &super::browser::pairs(&typed)).await;
    let changed = stored(&app, &empty()).await.expect("an account");
    let before = sato.session.clone().expect("a session");
    sato.language = "en";
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, BEGIN).await));
    assert_eq!(stored(&app, &empty()).await, Some(changed), "settings and language stay");
    assert!(sato.get("/console/install/done").await.has("is connected"));
    let mut other = Browser::new(&app);
    other.session = Some(before);
    assert_eq!(other.get("/console").await.status, StatusCode::UNAUTHORIZED, "one session a browser");
    assert_eq!(console(&app).operators.all(&empty()).await.expect("operators").iter().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_forged_foreign_late_or_used_connects_nothing() {
    let app = App::start().await;
    let mut sato = Browser::new(&app);
    let address = sets_out(&mut sato, BEGIN).await;
    let back = at_hubspot(&app, &address, EMPTY_PORTAL_ID, "allow").await;
    let (_, state) = back.split_once("state=").expect("a state");
    let code = back.split_once("code=").expect("a code").1.split('&').next().expect("a value").to_owned();
    let callback = "/console/install/callback";
    let flipped = format!("{}{}", if state.starts_with('A') { 'B' } else { 'A' }, &state[1..]);
    let line = musubi::browser::form_token(&random_secret().expect("randomness"), "install");

    // Another browser: without a cookie, with one of its own, and somebody who is signed in.
    let mut nobody = Browser::new(&app);
    let mut somebody = Browser::new(&app);
    sets_out(&mut somebody, BEGIN).await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let hers = hanako.session.clone();
    let (calls, kept) = (exchanges(&app), rows(&app, "console"));
    for browser in [&mut nobody, &mut somebody, &mut hanako] {
        let page = browser.get(&back).await;
        assert!(page.status == StatusCode::BAD_REQUEST && page.has("別のブラウザ"));
    }
    assert_eq!(hanako.session, hers, "whoever was signed in still is");
    for odd in [
        format!("{callback}?code={code}"),
        format!("{callback}?code={code}&state="),
        format!("{callback}?code={code}&state={flipped}"),
        format!("{callback}?code={code}&state={}", &state[1..]),
        format!("{callback}?code={code}&state={line}"),
        format!("{callback}?code={code}&state={}", "A".repeat(5_000)),
        format!("{callback}?state={state}"),
        format!("{callback}?state={state}&code="),
        format!("{callback}?state={state}&code={}", "x".repeat(1_025)),
        callback.to_owned(),
    ] {
        let page = sato.get(&odd).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{odd}");
        assert!(page.has("/console/install/begin") && !page.has(&code) && !page.has(state), "a way to begin again");
    }
    assert_eq!((exchanges(&app), rows(&app, "console")), (calls, kept), "HubSpot is not asked, and nothing is written");

    app.world.clock.advance_ms(AWAY_MS + 1);
    let late = sato.get(&back).await;
    assert!(late.status == StatusCode::GONE && late.has("15分"));
    assert_eq!(exchanges(&app), calls);
    // Made up by the browser itself: it may, and HubSpot does not know the code.
    let address = sets_out(&mut sato, BEGIN).await;
    let back = at_hubspot(&app, &address, EMPTY_PORTAL_ID, "allow").await;
    let (_, state) = back.split_once("state=").expect("a state");
    let page = sato.get(&format!("{callback}?code=made-up&state={state}")).await;
    assert!(page.status == StatusCode::GONE && page.has("許可が無効"));
    assert!(stored(&app, &empty()).await.is_none() && token(&app, &empty()).await.is_none());
    assert!(is_done(&sato.get(&back).await), "the true code still works");
    // Used: neither the same again, nor the same state with another code.
    let fresh = sets_out(&mut sato, BEGIN).await;
    let other = at_hubspot(&app, &fresh, PORTAL_ID, "allow").await;
    let code = other.split_once("code=").expect("a code").1.split('&').next().expect("a value");
    let session = sato.session.clone();
    for odd in [back.clone(), format!("{callback}?code={code}&state={state}")] {
        let page = sato.get(&odd).await;
        assert!(page.status == StatusCode::BAD_REQUEST && sato.session == session, "{}", page.status);
    }
}

/// How often HubSpot was asked for a token by a code.
fn exchanges(app: &App) -> usize {
    let calls = app.world.hubspot.ledger().calls;
    let by_code = |call: &&local::fake::Call| {
        call.path.ends_with("/token") && String::from_utf8_lossy(&call.body).contains("authorization_code")
    };
    calls.iter().filter(by_code).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_or_hubspot_refuses_is_said_in_words_and_can_be_mended() {
    let app = App::start().await;
    let mut sato = Browser::new(&app);
    let address = sets_out(&mut sato, BEGIN).await;
    let cancelled = at_hubspot(&app, &address, EMPTY_PORTAL_ID, "cancel").await;
    let page = sato.get(&cancelled).await;
    assert!(page.status == StatusCode::OK && page.has("キャンセルしました") && page.has("/console/install/begin"));
    let page = sato.get("/console/install/callback?error=server_error&error_description=%3Cb%3E").await;
    assert!(page.status == StatusCode::BAD_REQUEST && page.has("中断しました") && !page.has("<b>"));
    // A foreign one: nothing of what somebody says in an address comes back.
    assert_eq!(stored(&app, &empty()).await, None);

    // Below Professional.
    app.world.hubspot.edit_portal(EMPTY_PORTAL_ID, |spec| spec.scopes.retain(|scope| scope != "automation"));
    let refused = app.http.get(format!("{address}&portal_id={EMPTY_PORTAL_ID}")).send().await.expect("a page");
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "HubSpot's own page says which permission");

    // Properties of our names are there already, and not as they must be.
    property(&app, EMPTY_PORTAL_ID, &json!({"name": "line_user_id", "label": "x", "groupName": "contactinformation", "type": "string", "fieldType": "text"})).await;
    property(&app, EMPTY_PORTAL_ID, &json!({"name": "line_route", "label": "x", "groupName": "contactinformation", "type": "number", "fieldType": "number"})).await;
    let go_on = "/console/install/begin?workflows=go-on";
    let page = installs(&mut sato, EMPTY_PORTAL_ID, go_on).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.has("line_user_id") && page.has("line_route") && page.has("number/number"), "{}", page.html);
    assert_eq!(stored(&app, &empty()).await, None, "who can be found is ready");
    assert_eq!(sato.get("/console").await.status, StatusCode::UNAUTHORIZED);
    for broken in ["line_user_id", "line_route"] {
        app.world.hubspot.archive_property(EMPTY_PORTAL_ID, ObjectType::Contact, broken);
    }
    sato.language = "en";
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, go_on).await), "put right, and connected");
}

#[tokio::test(flavor = "multi_thread")]
async fn less_leave_than_it_takes_replaces_nothing_and_more_is_asked_for_again() {
    let app = App::start().await;
    let mut sato = Browser::new(&app);
    app.world.hubspot.edit_portal(EMPTY_PORTAL_ID, |spec| spec.scopes.retain(|scope| scope != "automation"));
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, "/console/install/begin?workflows=go-on").await));
    let done = sato.get("/console/install/done").await;
    assert!(done.has("automation") && done.has(BEGIN), "the way to grant it later");
    let good = token(&app, &empty()).await;

    // The app asks for less than we need: somebody changed its project.
    app.world.hubspot.grant_only(Some(&["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"]));
    let page = installs(&mut sato, EMPTY_PORTAL_ID, "/console/install/begin?workflows=go-on").await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.has("crm.schemas.contacts.write") && page.has("crm.objects.owners.read") && !page.has(">oauth<"));
    assert!(token(&app, &empty()).await == good, "what works stays");
    app.world.hubspot.grant_only(None);

    app.world.hubspot.edit_portal(EMPTY_PORTAL_ID, |spec| spec.scopes.push("automation".to_owned()));
    assert!(is_done(&installs(&mut sato, EMPTY_PORTAL_ID, BEGIN).await));
    assert!(stored(&app, &empty()).await.expect("an account").capabilities.workflows_wait);
    assert!(!sato.get("/console/install/done").await.has("automation"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_installs_is_an_admin_of_that_account_alone_and_lifts_nobody_else() {
    let app = App::start().await;
    // Somebody who sees little was let in under the address of whoever installs later.
    let mut early = Browser::new(&app);
    early.joins(&invited_to(&app, account(), HUBSPOT_USER.1, Role::Member, Some("1657999999")).await).await;
    assert_eq!(early.get("/console/team").await.status, StatusCode::FORBIDDEN);
    let mut sato = Browser::new(&app);
    assert!(is_done(&installs(&mut sato, PORTAL_ID, BEGIN).await));
    assert_eq!(early.get("/console").await.status, StatusCode::UNAUTHORIZED, "an admin's name is no admin's session");
    let id = operator_id(&account(), &name(HUBSPOT_USER.1));
    let now = console(&app).operators.find(&account(), &id).await.expect("a row").expect("an operator").value;
    assert!(now.role == Role::Admin && now.channels.is_none());
    let known = stored(&app, &account()).await.expect("the demo's account");
    assert!(known.channels.contains(&ChannelId::new(local::seed::CHANNEL_ID)), "what it had stays");

    // Another person of HubSpot's, of another account, sees nothing of this one.
    app.world.hubspot.sign_in_as(77, "suzuki@example.com");
    let mut suzuki = Browser::new(&app);
    assert!(is_done(&installs(&mut suzuki, EMPTY_PORTAL_ID, BEGIN).await));
    let (home, team) = (suzuki.get("/console").await, suzuki.get("/console/team").await);
    assert!(!home.has(local::seed::CHANNEL_ID) && !team.has(HUBSPOT_USER.1) && team.has("suzuki@example.com"));

    // HubSpot does not say who: the account is connected, and nobody is signed in.
    app.world.hubspot.switch(|switches| switches.introspection_names_user = false);
    let mut nameless = Browser::new(&app);
    let page = installs(&mut nameless, EMPTY_PORTAL_ID, BEGIN).await;
    assert!(page.status == StatusCode::OK && page.has("招待"));
    assert_eq!(nameless.get("/console").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_an_install_hold_no_secret_and_load_nothing_and_strangers_leave_nothing() {
    let app = App::start().await;
    let before = rows(&app, "console");
    let mut stranger = Browser::new(&app);
    let mut pages = Vec::new();
    for language in ["ja", "en"] {
        stranger.language = language;
        for path in [
            "/console/install",
            "/console/install/begin?workflows=%FF",
            "/console/install/callback",
            "/console/install/callback?error=access_denied",
            "/console/install/callback?error=x&state=%00",
            "/console/install/done",
        ] {
            pages.push(stranger.get(path).await);
        }
    }
    for page in pages {
        assert!(page.status.as_u16() < 500, "an alarm counts those");
        if page.status == StatusCode::SEE_OTHER {
            continue;
        }
        assert!(!page.has("<script") && !page.has("style=") && !page.has(CLIENT_SECRET));
        assert!(page.headers["content-security-policy"].to_str().expect("text").contains("frame-ancestors 'none'"));
    }
    assert_eq!(rows(&app, "console"), before, "whoever only sets out leaves no row");
    // Nobody has entered the app yet.
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let stack = app.world.environment.get("MUSUBI_STACK").expect("a stack");
    let secret = format!("musubi/{stack}/hubspot/app/{}", local::seed::APP_ID);
    adapters.aws().secrets_manager().delete_secret().secret_id(secret).send().await.expect("deleted");
    app.minutes_pass(2); // Until then it is remembered.
    let mut early = Browser::new(&app);
    let page = early.get(BEGIN).await;
    assert!(page.status == StatusCode::CONFLICT && page.has("musubi hubspot app") && early.session.is_none());
}
