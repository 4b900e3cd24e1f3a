//! What a hostile browser tries: nobody is linked, and it learns nothing.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use local::seed::{CHANNEL_ID, PORTAL_ID, STRANGER, STRANGER_WITH_EMAIL};
use sha2::{Digest, Sha256};

use musubi::domain::ids::ChannelId;
use musubi::ports::table::Commit;

use super::browser::{Browser, query_value};
use crate::app::App;

async fn nobody_is_linked(app: &App, what: &str) {
    app.until_queues_empty().await;
    app.at_rest_but_entries().await;
    assert_eq!(app.world.hubspot.contacts(PORTAL_ID).len(), 1, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_is_missing_foreign_or_used_links_nobody() {
    let app = App::start().await;
    let (victim, attacker) = (Browser::new(&app), Browser::new(&app));
    let authorize = attacker.set_out("").await;
    let back = attacker.allow(&authorize, STRANGER_WITH_EMAIL, true, false).await;

    let without = back.replace("state=", "other=");
    assert_eq!(victim.open(&without).await.status, 400, "no state and no cookie");
    assert_eq!(victim.open(&back).await.status, 400, "a state of another browser, without a cookie");
    victim.set_out("").await;
    assert_eq!(victim.open(&back).await.status, 400, "a state of another browser");
    nobody_is_linked(&app, "nothing came of it").await;

    assert_eq!(attacker.open(&back).await.status, 303, "the attempt was not spoilt for whom it belongs to");
    assert_eq!(attacker.open(&back).await.status, 409, "used");
    let exchanges = app.world.line.ledger().calls.iter().filter(|call| call.path == "/oauth2/v2.1/token").count();
    assert_eq!(exchanges, 1, "a code is exchanged once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_is_too_old_after_ten_minutes() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let authorize = browser.set_out("").await;
    app.minutes_pass(9);
    let back = browser.allow(&authorize, STRANGER, false, false).await;
    app.world.clock.advance_ms(60_001);
    assert_eq!(browser.open(&back).await.status, 410);
    nobody_is_linked(&app, "expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_of_another_attempt_proves_nothing() {
    let app = App::start().await;
    let (victim, attacker) = (Browser::new(&app), Browser::new(&app));
    let theirs = attacker.allow(&attacker.set_out("").await, STRANGER_WITH_EMAIL, true, false).await;
    let code = query_value(&theirs, "code").expect("a code");
    let state = query_value(&victim.set_out("").await, "state").expect("a state");
    let mixed = format!("/line/{CHANNEL_ID}/login/callback?code={code}&state={state}");
    assert_eq!(victim.open(&mixed).await.status, 403, "PKCE: the verifier is the victim's");
    nobody_is_linked(&app, "the attacker's code in the victim's browser").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_whose_challenge_was_taken_out_proves_nothing() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let authorize = browser.set_out("").await;
    let mut bare = reqwest::Url::parse(&authorize).expect("an address");
    let kept: Vec<(String, String)> = bare
        .query_pairs()
        .filter(|(name, _)| !name.starts_with("code_challenge"))
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    bare.query_pairs_mut().clear().extend_pairs(kept.iter().filter(|(name, _)| name != "nonce"));
    let back = browser.allow(bare.as_str(), STRANGER, false, false).await;
    assert_eq!(browser.open(&back).await.status, 403, "the nonce is demanded even where PKCE was taken out");
    nobody_is_linked(&app, "downgraded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nonce_of_another_login_is_refused() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let authorize = browser.set_out("").await;
    let nonce = query_value(&authorize, "nonce").expect("a nonce");
    let back = browser.allow(&authorize.replace(&nonce, "another"), STRANGER, false, false).await;
    assert_eq!(browser.open(&back).await.status, 403);
    nobody_is_linked(&app, "nonce").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_declines_sees_so_and_links_nobody() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    for case in ["ACCESS_DENIED", "access_denied"] {
        let state = query_value(&browser.set_out("").await, "state").expect("a state");
        let back = format!("/line/{CHANNEL_ID}/login/callback?error={case}&state={state}");
        let seen = browser.open(&back).await;
        assert!(seen.status == 200 && seen.body.contains("キャンセル"), "{}", seen.body);
    }
    nobody_is_linked(&app, "declined").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_query_is_followed_or_shown() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    for evil in [
        "redirect=https://evil.example",
        "next=//evil.example",
        "returnUrl=https:evil.example",
        "route=https://evil.example",
    ] {
        let authorize = browser.set_out(&format!("?{evil}")).await;
        let back = browser.allow(&authorize, STRANGER, false, false).await;
        let end = browser.open(&format!("{back}&{evil}")).await;
        assert_eq!(end.location, format!("/line/{CHANNEL_ID}/login/done"), "{evil}");
    }
    let script = browser
        .open(&format!("/line/{CHANNEL_ID}/login/callback?error=%3Cscript%3E&error_description=%3Cscript%3Ex&state=s"))
        .await;
    assert!(!script.body.contains("<script>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_unlinks_nobody() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    browser.log_in("", STRANGER_WITH_EMAIL, true).await;
    app.until("the contact", |app| app.contact_of(STRANGER_WITH_EMAIL).is_some()).await;
    let url = format!("{}/line/{CHANNEL_ID}/unlink", app.world.url);
    let none = browser.send(app.http.post(&url)).await;
    assert_eq!(none.status, 400, "no token");
    let foreign = browser.send(app.http.post(&url).form(&[("token", "x".repeat(43))])).await;
    assert_eq!(foreign.status, 400, "another token");
    let nobody = app.http.post(&url).form(&[("token", "x".repeat(43))]).send().await.expect("an answer");
    assert_eq!(nobody.status().as_u16(), 400, "no cookie");
    app.at_rest_but_entries().await;
    assert!(app.contact_of(STRANGER_WITH_EMAIL).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liff_token_counts_only_from_our_page_and_for_this_channel() {
    let app = App::start().await;
    let url = format!("{}/line/{CHANNEL_ID}/liff", app.world.url);
    let post = |token: &str, ours: bool| {
        let request = app.http.post(&url).json(&serde_json::json!({"id_token": token, "route": "poster"}));
        if ours { request.header("x-musubi-login", "1") } else { request }
    };
    let token = app.world.line.liff_id_token(local::seed::LIFF_ID, STRANGER).expect("a token");
    assert_eq!(post(&token, false).send().await.expect("an answer").status().as_u16(), 403, "a page of another site");
    let cut = &token[..token.len() - 4];
    assert_eq!(post(cut, true).send().await.expect("an answer").status().as_u16(), 401);
    nobody_is_linked(&app, "nothing came of it").await;
    let good = post(&token, true).send().await.expect("an answer");
    assert_eq!(good.status().as_u16(), 200);
    let answer: serde_json::Value = good.json().await.expect("JSON");
    assert_eq!(answer["redirect"], format!("/line/{CHANNEL_ID}/login/done"));
    app.until("the contact", |app| app.contact_of(STRANGER).is_some()).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.contact_of(STRANGER).expect("a contact").properties["line_route"], "poster");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_channel_and_one_without_login_are_told_apart_by_nobody() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let unknown = browser.open("/line/1999999999/login").await;
    app.change_channel(|channel| channel.login = None).await;
    let without = browser.open(&format!("/line/{CHANNEL_ID}/login")).await;
    assert_eq!((unknown.status, without.status), (404, 404));
    assert_eq!(unknown.body, without.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_was_used_proves_nothing_again() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let back = browser.allow(&browser.set_out("").await, STRANGER, false, false).await;
    assert_eq!(browser.open(&back).await.status, 303);
    let code = query_value(&back, "code").expect("a code");
    let state = query_value(&browser.set_out("").await, "state").expect("a state");
    let again = format!("/line/{CHANNEL_ID}/login/callback?code={code}&state={state}");
    assert_eq!(browser.open(&again).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_and_a_state_of_one_official_account_are_nothing_at_another() {
    const OTHER: &str = "1657000009";
    let app = App::start().await;
    let adapters = app.world.adapters(musubi::aws::RetryPolicy::WORKER).expect("adapters");
    let channels = adapters.channels().expect("channels");
    let mut other = channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel");
    other.id = ChannelId::new(OTHER);
    assert_eq!(channels.put(&other, 0).await.expect("stored"), Commit::Done);

    let browser = Browser::new(&app);
    let back = browser.allow(&browser.set_out("").await, STRANGER_WITH_EMAIL, true, false).await;
    let crossed = back.replace(CHANNEL_ID, OTHER);
    let seen = browser.open(&crossed).await;
    assert_eq!((seen.status, seen.location.as_str()), (303, "/line/1657000009/login?by_hand=1"), "begin anew, there");
    nobody_is_linked(&app, "crossed").await;
    let exchanges = app.world.line.ledger().calls.iter().filter(|call| call.path == "/oauth2/v2.1/token").count();
    assert_eq!(exchanges, 0, "the code went nowhere");
    assert_eq!(browser.open(&back).await.status, 303, "where it belongs it still holds");
}

/// What a browser makes for itself with its own secret.
fn made_by(browser: &Browser<'_>, label: &[u8], said: &[u8]) -> Vec<u8> {
    let cookie = browser.cookie.borrow().clone().expect("a cookie");
    let secret = cookie.split('=').nth(1).and_then(|value| value.split('.').next()).expect("a secret").to_owned();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(label);
    mac.update(said);
    mac.finalize().into_bytes().to_vec()
}

/// The state that a browser makes for itself: what ours would be, with other things in it.
fn sealed_by(browser: &Browser<'_>, began_at_ms: i64, route: &str) -> String {
    let mut bytes = vec![1];
    bytes.extend([7; 16]);
    bytes.extend(began_at_ms.to_be_bytes());
    bytes.extend([1, 10]);
    bytes.extend(CHANNEL_ID.as_bytes());
    bytes.extend(route.as_bytes());
    let mac = made_by(browser, b"attempt:", &bytes);
    bytes.extend(mac);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_seals_an_attempt_for_itself_gains_nothing_by_it() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    browser.set_out("").await;
    let now_ms = app.world.clock.now_ms();
    let back = |state: &str| format!("/line/{CHANNEL_ID}/login/callback?error=ACCESS_DENIED&state={state}");
    assert_eq!(browser.open(&back(&sealed_by(&browser, now_ms, "poster"))).await.status, 200, "as ours would be");
    for (began_at_ms, what) in [(now_ms - 600_001, "too old"), (now_ms + 660_000, "not begun yet"), (i64::MIN, "never")]
    {
        assert_eq!(browser.open(&back(&sealed_by(&browser, began_at_ms, ""))).await.status, 410, "{what}");
    }
    let odd = browser.open(&back(&sealed_by(&browser, now_ms, "https://evil.example"))).await;
    assert_eq!(odd.location, format!("/line/{CHANNEL_ID}/login?by_hand=1"), "no route's name: no state of ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_that_a_browser_makes_up_is_not_kept() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let authorize = browser.set_out("").await;
    let state = sealed_by(&browser, app.world.clock.now_ms(), "made-up");
    let made = |label: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(made_by(&browser, label, state.as_bytes()));
    let (nonce, verifier) = (made(b"nonce:"), made(b"verifier:"));
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let mut own = authorize.clone();
    for (name, value) in [("state", &state), ("nonce", &nonce), ("code_challenge", &challenge)] {
        own = own.replace(&query_value(&authorize, name).expect("a value"), value);
    }
    let back = browser.allow(&own, STRANGER, false, false).await;
    assert_eq!(browser.open(&back).await.status, 303, "it is they who log in");
    app.until("the contact", |app| app.contact_of(STRANGER).is_some()).await;
    app.at_rest_but_entries().await;
    let contact = app.contact_of(STRANGER).expect("a contact");
    assert_eq!(contact.properties.get("line_route").map_or("", String::as_str), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_back_at_once_with_one_code_one_is_linked() {
    let app = App::start().await;
    let browser = Browser::new(&app);
    let back = browser.allow(&browser.set_out("").await, STRANGER_WITH_EMAIL, true, false).await;
    let (one, other) = futures::join!(browser.open(&back), browser.open(&back));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert!(matches!(statuses, [303, 403 | 409]), "{statuses:?}");
}
