//! Somebody opens the console from HubSpot's settings: who comes in, as what, and who never.

use local::fake::Posted;
use local::fake::hubspot::{PageUser, Signatures, signed_headers};
use local::seed::{APP_ID, CLIENT_SECRET, EMPTY_PORTAL_ID, HUBSPOT_MEMBER, HUBSPOT_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::browser::random_secret;
use musubi::domain::account::CrmKind;
use musubi::domain::ids::{CrmAppId, CrmUserId};
use musubi::domain::operator::audit::Deed;
use musubi::domain::operator::hand_over::HANDED_OVER_MS;
use musubi::domain::operator::{Role, operator_id};
use musubi::ports::secrets::Secret;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, Page, console, invited, name, names};
use super::install::{BEGIN, installs};
use crate::app::{App, account};

const AT: &str = "/console/hand-over";
const OTHER_USER: u64 = 9_586_599;

fn of(user: (u64, &str)) -> PageUser<'_> {
    PageUser { portal_id: PORTAL_ID, user_id: user.0, email: user.1 }
}

/// What the settings page is told.
async fn asks(app: &App, user: PageUser<'_>) -> Value {
    let body = json!({"asked_at_ms": app.world.clock.now_ms(), "portalId": EMPTY_PORTAL_ID, "userId": OTHER_USER});
    let posted = app.world.hubspot.fetch(user, &format!("{}{AT}", app.world.url), &body).await.expect("permitted");
    let Posted::Answered { status: 200, body, .. } = posted else { panic!("{posted:?}") };
    serde_json::from_slice(&body).expect("JSON")
}

/// The path of the one-time address.
async fn given(app: &App, user: PageUser<'_>) -> String {
    let answer = asks(app, user).await;
    assert_eq!(answer["seconds"], 60);
    let address = answer["address"].as_str().unwrap_or_else(|| panic!("{answer}"));
    address.strip_prefix(&app.world.url).expect("an address of ours").to_owned()
}

/// Opens the address and presses its button.
async fn enters(browser: &mut Browser<'_>, path: &str) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    press(browser, path, &page.token()).await
}

async fn press(browser: &mut Browser<'_>, path: &str, token: &str) -> Page {
    let code = path.split_once("code=").map_or("", |(_, code)| code);
    browser.post("/console/enter", &[("code", code), ("token", token)]).await
}

fn is_in(page: &Page) -> bool {
    (page.status, page.location()) == (StatusCode::SEE_OTHER, Some("/console"))
}

/// An address as HubSpot calls it.
fn signed_query(portal: u64, user: u64) -> String {
    format!("{AT}?portalId={portal}&userId={user}&userEmail=mori%40example.com&appId={APP_ID}")
}

/// Posts it, signed so; status and body.
async fn post(app: &App, path: &str, body: &str, signed: Option<(&str, i64, Signatures)>) -> (u16, String) {
    let url = format!("{}{path}", app.world.url);
    let mut request = app.http.post(&url);
    if let Some((secret, at_ms, signatures)) = signed {
        request = request.headers(signed_headers(secret, &url, body.as_bytes(), at_ms, signatures));
    }
    let answer = request.body(body.to_owned()).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

fn rows(app: &App) -> Vec<String> {
    let rows = app.world.aws.dynamodb().rows("console").expect("rows");
    rows.iter().map(|row| format!("{} {} {} {}", row.key.partition, row.key.sort, row.version, row.body)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_an_admin_already_comes_in_as_one_and_whoever_is_new_as_a_member_once_there_is_an_admin() {
    let app = App::start().await;
    let (sato, mori) = (of(HUBSPOT_USER), of(HUBSPOT_MEMBER));
    let before = rows(&app).len();
    assert_eq!(asks(&app, mori).await, json!({"refused": "no_admin"}), "HubSpot does not say what they may");
    assert_eq!(rows(&app).len(), before);

    // Sato connects the account, which makes them an admin, and comes back by the settings page the next day.
    assert!(super::install::is_done(&installs(&mut Browser::new(&app), PORTAL_ID, BEGIN).await));
    app.world.clock.advance_ms(24 * 3_600_000);
    let mut browser = Browser::new(&app);
    let path = given(&app, sato).await;
    let asked = browser.get(&path).await;
    assert!(asked.has(HUBSPOT_USER.1) && asked.has(&PORTAL_ID.to_string()) && asked.has("管理者"));
    assert!(is_in(&enters(&mut browser, &path).await));
    assert_eq!(browser.get("/console/team").await.status, StatusCode::OK, "an admin");
    assert_eq!(names(&app).await, [HUBSPOT_USER.1], "who they were");

    let mut member = Browser::new(&app);
    member.language = "en";
    let path = given(&app, mori).await;
    assert!(is_in(&enters(&mut member, &path).await));
    let home = member.get("/console").await;
    assert!(home.has("user 9586511") && home.has(&PORTAL_ID.to_string()) && !home.has("/console/team"));
    assert_eq!(member.get("/console/team").await.status, StatusCode::FORBIDDEN, "a member");
    let log = browser.get("/console/log").await;
    assert!(log.has("HubSpotからログインしました") && log.has("user 9586511"));
    let lines = console(&app).audit(&account(), 0, 50).await.expect("lines");
    assert_eq!(lines.iter().filter(|line| line.deed == Deed::CameFromCrm).count(), 2);

    // An admin makes them one; so they are at once, and by the next hand-over.
    let id = operator_id(&account(), &name("user 9586511"));
    let asked = browser.get(&format!("/console/team/role?id={id}")).await;
    assert!(asked.says("「user 9586511」さんを管理者にしますか？"), "{}", asked.html);
    let fields = [("token", &*asked.token()), ("id", id.as_str()), ("role", "admin")];
    let changed = browser.post("/console/team/role", &fields).await;
    assert_eq!((changed.status, changed.location()), (StatusCode::SEE_OTHER, Some("/console/team")));
    assert_eq!(member.get("/console/team").await.status, StatusCode::OK);
    assert!(is_in(&enters(&mut member, &given(&app, mori).await).await));
    assert_eq!(member.get("/console/team").await.status, StatusCode::OK);
    assert!(browser.get("/console/log").await.has("「user 9586511」の権限を管理者に変更しました"));
    assert_eq!(names(&app).await.len(), 2);
    for row in rows(&app) {
        assert!(!row.contains("mori@") && !row.contains("mori%40"), "HubSpot's word of their address is not kept");
    }
}

async fn lets_nobody_in(app: &App, path: &str) {
    let mut other = Browser::new(app);
    let page = other.get(path).await;
    assert!(page.status == StatusCode::NOT_FOUND && page.has("60秒") && other.session.is_none(), "{path}");
    let secret = random_secret().expect("randomness");
    other.session = Some(secret.expose().to_owned());
    let page = press(&mut other, path, &musubi::browser::form_token(&secret, "enter")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    assert_eq!(other.get("/console").await.status, StatusCode::UNAUTHORIZED, "{path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_opens_once_in_time_by_its_own_button_and_never_the_session_that_was_planted() {
    let app = App::start().await;
    Browser::signed_in(&app, "花子", Role::Admin).await;
    let mori = of(HUBSPOT_MEMBER);
    let path = given(&app, mori).await;
    assert!(path.split_once("code=").expect("a code").1.len() >= 22, "128 bits");
    let mut scanner = Browser::new(&app);
    for _ in 0..3 {
        assert_eq!(scanner.get(&path).await.status, StatusCode::OK, "looking uses nothing up");
    }
    assert_eq!(names(&app).await, ["花子"], "and lets nobody in");
    // A planted cookie opens nothing afterwards; neither does the session that the browser had.
    let mut victim = Browser::signed_in(&app, "太郎", Role::Member).await;
    let before = victim.session.clone().expect("a session");
    assert!(is_in(&enters(&mut victim, &path).await));
    assert_ne!(victim.session, Some(before.clone()));
    assert!(victim.get("/console").await.has("user 9586511"));
    let mut attacker = Browser::new(&app);
    attacker.session = Some(before);
    assert_eq!(attacker.get("/console").await.status, StatusCode::UNAUTHORIZED);

    // Used, late, made up, none: nobody comes in, by the page or by a form made by hand.
    let late = given(&app, mori).await;
    for (path, late) in [(path, false), (late, true)] {
        if late {
            app.world.clock.advance_ms(HANDED_OVER_MS);
        }
        lets_nobody_in(&app, &path).await;
    }
    for path in ["/console/enter?code=made-up", "/console/enter"] {
        lets_nobody_in(&app, path).await;
    }
    // A form of another site, and one with another form's token, use nothing up.
    let path = given(&app, mori).await;
    let mut browser = Browser::new(&app);
    let token = browser.get(&path).await.token();
    browser.origin = vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.example".to_owned())];
    assert_eq!(press(&mut browser, &path, &token).await.status, StatusCode::FORBIDDEN);
    browser.origin = Browser::new(&app).origin;
    assert_eq!(press(&mut browser, &path, "").await.status, StatusCode::FORBIDDEN);
    assert!(is_in(&press(&mut browser, &path, &token).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_stale_or_says_two_things_lets_nobody_in_and_leaves_no_row() {
    let app = App::start().await;
    Browser::signed_in(&app, "花子", Role::Admin).await;
    let (now_ms, path) = (app.world.clock.now_ms(), signed_query(PORTAL_ID, HUBSPOT_MEMBER.0));
    let fresh = json!({ "asked_at_ms": now_ms }).to_string();
    let (both, v2) = (Signatures::V2AndV3, Signatures::V2);
    let before = rows(&app);
    let reads = app.world.aws.secrets().all_reads();
    for body in ["", "{}", &fresh] {
        assert_eq!(post(&app, &path, body, None).await, (401, String::new()), "a bare status");
    }
    assert_eq!(app.world.aws.secrets().all_reads(), reads, "and no read of a secret");
    let stale = json!({ "asked_at_ms": now_ms - 300_001 }).to_string();
    for (what, body, signed) in [
        ("another secret, version 3", fresh.as_str(), ("made up", now_ms, both)),
        ("another secret, version 2", &fresh, ("made up", now_ms, v2)),
        ("a stale time", "{}", (CLIENT_SECRET, now_ms - 360_000, both)),
        ("a time to come", "{}", (CLIENT_SECRET, now_ms + 360_000, both)),
    ] {
        assert_eq!(post(&app, &path, body, Some(signed)).await, (401, String::new()), "{what}");
    }
    // Version 2 has no time of its own: without a fresh one in the body it would be as good next year.
    for (what, body) in [("without a time", "{}"), ("an old one", &stale), ("no JSON", "[")] {
        let answer = post(&app, &path, body, Some((CLIENT_SECRET, now_ms, v2))).await;
        assert_eq!(answer, (400, String::new()), "version 2, {what}");
    }
    // Version 3 that does not fit is not mended by version 2 that does.
    let url = format!("{}{path}", app.world.url);
    let mut headers = signed_headers(CLIENT_SECRET, &url, fresh.as_bytes(), now_ms, both);
    headers.insert("x-hubspot-signature-v3", "A".repeat(43).parse().expect("a value"));
    let answer = app.http.post(&url).headers(headers).body(fresh.clone()).send().await.expect("an answer");
    assert_eq!(answer.status(), 401);
    // What HubSpot signed for one address, person or body is good for no other.
    let headers = signed_headers(CLIENT_SECRET, &url, fresh.as_bytes(), now_ms, both);
    for (path, body) in [
        (signed_query(PORTAL_ID, HUBSPOT_USER.0), fresh.as_str()),
        (signed_query(EMPTY_PORTAL_ID, HUBSPOT_MEMBER.0), &fresh),
        (path.clone(), "{}"),
    ] {
        let url = format!("{}{path}", app.world.url);
        let answer = app.http.post(url).headers(headers.clone()).body(body.to_owned()).send().await.expect("an answer");
        assert_eq!(answer.status(), 401, "{path}");
    }
    // The page writes the address, and HubSpot appends to it: of two users nobody could say which is HubSpot's.
    for path in [
        format!("{AT}?userId=1&{}", signed_query(PORTAL_ID, HUBSPOT_MEMBER.0).split_once('?').expect("a query").1),
        format!("{AT}?portalId=1&{}", signed_query(PORTAL_ID, HUBSPOT_MEMBER.0).split_once('?').expect("a query").1),
        AT.to_owned(),
    ] {
        let answer = post(&app, &path, &fresh, Some((CLIENT_SECRET, now_ms, both))).await;
        assert_eq!(answer, (400, String::new()), "{path}");
    }
    assert_eq!(rows(&app), before, "no row");
}

#[tokio::test(flavor = "multi_thread")]
async fn either_signature_and_either_secret_count_and_the_query_alone_says_who_and_where() {
    let app = App::start().await;
    Browser::signed_in(&app, "花子", Role::Admin).await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let (secrets, id) = (adapters.secrets().expect("secrets"), CrmAppId::new(APP_ID.to_string()));
    let mut known = secrets.crm_app(CrmKind::HubSpot, &id).await.expect("it reads").expect("stored");
    known.client_secrets.insert(0, Secret::new("the new one"));
    secrets.store_crm_app(CrmKind::HubSpot, &id, &known).await.expect("stored");
    app.minutes_pass(2);
    let now_ms = app.world.clock.now_ms();
    let body = json!({"asked_at_ms": now_ms, "portalId": EMPTY_PORTAL_ID, "userId": OTHER_USER}).to_string();
    let path = signed_query(PORTAL_ID, HUBSPOT_MEMBER.0);
    for (secret, signatures) in
        [(CLIENT_SECRET, Signatures::V2), (CLIENT_SECRET, Signatures::V2AndV3), ("the new one", Signatures::V2AndV3)]
    {
        let (status, answer) = post(&app, &path, &body, Some((secret, now_ms, signatures))).await;
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let path =
            answer["address"].as_str().expect("an address").strip_prefix(&app.world.url).expect("ours").to_owned();
        let mut browser = Browser::new(&app);
        assert!(is_in(&enters(&mut browser, &path).await));
        assert!(browser.get("/console").await.has("user 9586511"), "not who the body says");
    }
    // An account that is not connected here, well signed; and one of another app.
    let other = signed_query(EMPTY_PORTAL_ID, HUBSPOT_MEMBER.0);
    let answer = post(&app, &other, &body, Some((CLIENT_SECRET, now_ms, Signatures::V2AndV3))).await;
    assert_eq!(answer, (200, r#"{"refused":"not_connected"}"#.to_owned()));
    app.change_account(|account| account.app = CrmAppId::new("another")).await;
    let answer = post(&app, &path, &body, Some((CLIENT_SECRET, now_ms, Signatures::V2AndV3))).await;
    assert!(answer.1.contains("not_connected") || answer.0 == 404, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_removed_stays_out_whatever_the_crm_says_and_unused_addresses_are_few() {
    let app = App::start().await;
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let mori = of(HUBSPOT_MEMBER);
    let mut browser = Browser::new(&app);
    assert!(is_in(&enters(&mut browser, &given(&app, mori).await).await));
    // Given before, opened after: the removal holds.
    let path = given(&app, mori).await;
    let token = Browser::new(&app).get(&path).await.status;
    assert_eq!(token, StatusCode::OK);
    let mut waiting = Browser::new(&app);
    let form = waiting.get(&path).await.token();
    let id = operator_id(&account(), &name("user 9586511"));
    let token = hanako.get("/console/team").await.token();
    hanako.post("/console/team/remove", &[("token", &token), ("id", id.as_str())]).await;
    assert_eq!(browser.get("/console").await.status, StatusCode::UNAUTHORIZED, "out at once");
    let page = waiting.get(&path).await;
    assert!(page.status == StatusCode::FORBIDDEN && page.has("削除されています"));
    assert_eq!(press(&mut waiting, &path, &form).await.status, StatusCode::FORBIDDEN);
    assert_eq!(waiting.get("/console").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(asks(&app, mori).await, json!({"refused": "removed"}));
    app.world.clock.advance_ms(40 * 86_400_000);
    assert_eq!(asks(&app, mori).await, json!({"refused": "removed"}), "next month as well");
    assert_eq!(names(&app).await, ["花子"]);
    let person = console(&app).operators.person(&account(), &CrmUserId::new(HUBSPOT_MEMBER.0.to_string())).await;
    assert!(person.expect("it reads").is_some_and(|person| person.value.operator == Some(id)), "by a hash alone");
    // Invited again under the same name, they come in again.
    assert!(is_in(&Browser::new(&app).joins(&invited(&app, "user 9586511", Role::Member, None).await).await));
    assert!(is_in(&enters(&mut browser, &given(&app, mori).await).await));

    let mut addresses = Vec::new();
    for _ in 0..5 {
        addresses.push(given(&app, mori).await);
    }
    assert_eq!(asks(&app, mori).await, json!({"refused": "too_many"}));
    assert!(is_in(&enters(&mut browser, &addresses[0]).await));
    addresses.push(given(&app, mori).await);
    assert_eq!(asks(&app, mori).await, json!({"refused": "too_many"}), "a used one makes room for one");
    app.world.clock.advance_ms(HANDED_OVER_MS);
    given(&app, mori).await;
}
