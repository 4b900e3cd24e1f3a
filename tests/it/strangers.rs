//! Strangers cost nothing: no read, no row and no failure of ours before a request has a signature that can be right.

use local::fake::hubspot::{Signatures, signed_headers, webhook_headers};
use local::seed::{APP_ID, BOT_USER_ID, CHANNEL_ID, CLIENT_SECRET, STRANGER};
use local::world::Options;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use crate::app::App;
use crate::logins::browser::{Browser, query_value};

const BODY: &[u8] = br#"{"origin":{"portalId":24000001}}"#;
const ROUTES: [&str; 3] = ["action", "options", "webhook"];
const HAND_OVER: &str =
    "/console/hand-over?portalId=24000001&userId=9586504&userEmail=sato%40example.com&appId=5000001";

/// An app where nothing happens but what a stranger does: no schedule reads or writes meanwhile.
async fn undisturbed() -> App {
    App::with(Options { schedule_ms: None, ..Options::default() }).await
}

async fn post(app: &App, path: &str, headers: HeaderMap, body: &[u8]) -> u16 {
    let request = app.http.post(format!("{}{path}", app.world.url)).headers(headers).body(body.to_vec());
    request.send().await.expect("an answer").status().as_u16()
}

fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, String)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"))
    };
    pairs.iter().map(pair).collect()
}

/// Signed with a secret that somebody made up, for this route.
fn forged(app: &App, path: &str) -> HeaderMap {
    let (uri, at_ms) = (format!("{}{path}", app.world.url), app.world.clock.now_ms());
    if path.ends_with("webhook") {
        webhook_headers("made up", &uri, BODY, at_ms)
    } else {
        signed_headers("made up", &uri, BODY, at_ms, Signatures::V2)
    }
}

fn secret_reads(app: &App) -> usize {
    app.world.aws.secrets().all_reads()
}

fn journal_rows(app: &App) -> usize {
    app.world.aws.dynamodb().rows("journal").expect("rows").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_apps_cost_no_read_of_secrets_however_well_they_are_signed() {
    let app = undisturbed().await;
    let before = secret_reads(&app);
    for index in 0..100 {
        for route in ROUTES {
            for name in [format!("made-up-{index}"), format!("{}", 6_000_000 + index)] {
                let path = format!("/crm/hubspot/{name}/{route}");
                assert_eq!(post(&app, &path, forged(&app, &path), BODY).await, 404, "{path}");
            }
        }
    }
    for name in ["a.b", "%E3%81%82", "a%00", &"a".repeat(65), "a%2Fb"] {
        let path = format!("/crm/hubspot/{name}/action");
        assert_eq!(post(&app, &path, HeaderMap::new(), BODY).await, 404, "{name}: no app is called so");
    }
    assert_eq!(secret_reads(&app), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_signature_that_can_be_right_costs_no_read() {
    let app = undisturbed().await;
    let now_ms = app.world.clock.now_ms();
    let (v2, v3, at) = ("x-hubspot-signature", "x-hubspot-signature-v3", "x-hubspot-request-timestamp");
    let mac = "A".repeat(43) + "=";
    let table: [(&str, Vec<(&'static str, String)>); 8] = [
        ("nothing", vec![]),
        ("too short", vec![(v2, "0".repeat(63))]),
        ("no hex", vec![(v2, "g".repeat(64))]),
        ("another version", vec![(v2, "0".repeat(64)), ("x-hubspot-signature-version", "v1".to_owned())]),
        ("a stale time", vec![(v3, mac.clone()), (at, (now_ms - 360_000).to_string())]),
        ("a time to come", vec![(v3, mac.clone()), (at, (now_ms + 360_000).to_string())]),
        ("no time", vec![(v3, mac), (at, "now".to_owned())]),
        ("a MAC of another length", vec![(v3, "AAAA".to_owned()), (at, now_ms.to_string())]),
    ];
    let before = secret_reads(&app);
    for (what, pairs) in &table {
        for route in ROUTES {
            // 401 for an app that is not there as well: it was not even looked up.
            for name in [&APP_ID.to_string(), "not-here"] {
                let path = format!("/crm/hubspot/{name}/{route}");
                assert_eq!(post(&app, &path, headers(pairs), BODY).await, 401, "{what}: {path}");
            }
        }
        assert_eq!(post(&app, HAND_OVER, headers(pairs), BODY).await, 401, "{what}: {HAND_OVER}");
    }
    for signature in [None, Some(""), Some("AAAA"), Some("not base64 at all, but of the right length..")] {
        let pairs: Vec<_> = signature.map(|it| ("x-line-signature", it.to_owned())).into_iter().collect();
        for channel in [CHANNEL_ID, "1699999999"] {
            let path = format!("/line/{channel}/webhook");
            assert_eq!(post(&app, &path, headers(&pairs), b"{}").await, 401, "{signature:?}: {path}");
        }
    }
    for authorization in ["", "Bearer x", "Musubi key=a, ts=1, sig=AAAA"] {
        for channel in [CHANNEL_ID, "1699999999"] {
            let path = format!("/line/{channel}/account-link/nonces");
            let pairs = [("authorization", authorization.to_owned())];
            assert_eq!(post(&app, &path, headers(&pairs), b"{}").await, 401, "{authorization}: {path}");
        }
    }
    assert_eq!(secret_reads(&app), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_signatures_cost_two_reads_a_minute_for_a_name_that_is_there_and_none_for_others() {
    let app = undisturbed().await;
    let line = |channel: &str| format!("/line/{channel}/webhook");
    let crm = format!("/crm/hubspot/{APP_ID}/action");
    let forged_line = || headers(&[("x-line-signature", "A".repeat(43) + "=")]);
    let before = secret_reads(&app);
    for index in 0..1_100_u64 {
        assert_eq!(post(&app, &line(&format!("{}", 1_700_000_000 + index)), forged_line(), b"{}").await, 404);
    }
    assert_eq!(secret_reads(&app), before, "a channel that is not there has no secrets to read");
    for _ in 0..50 {
        assert_eq!(post(&app, &line(CHANNEL_ID), forged_line(), b"{}").await, 401);
        assert_eq!(post(&app, &crm, forged(&app, &crm), BODY).await, 401);
        assert_eq!(post(&app, HAND_OVER, forged(&app, HAND_OVER), BODY).await, 401);
    }
    // Two functions read the app's secret, each for itself.
    assert!(secret_reads(&app) - before <= 6, "{} reads", secret_reads(&app) - before);
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_out_for_line_and_coming_back_with_something_made_up_leaves_no_row() {
    let app = undisturbed().await;
    let before = journal_rows(&app);
    for index in 0..500 {
        // Each without a cookie: another browser.
        let browser = Browser::new(&app);
        let authorize = browser.set_out(if index % 2 == 0 { "?route=poster" } else { "" }).await;
        if index % 10 == 0 {
            let state = query_value(&authorize, "state").expect("a state");
            let back = format!("/line/{CHANNEL_ID}/login/callback?code=made-up-{index}&state={state}");
            assert_eq!(browser.open(&back).await.status, 403, "what proves nothing is no failure of ours");
            let back = format!("/line/{CHANNEL_ID}/login/callback?error=SERVER_ERROR&state={state}");
            assert_eq!(browser.open(&back).await.status, 403);
        }
    }
    assert_eq!(journal_rows(&app), before, "nothing is stored until LINE says who somebody is");

    let browser = Browser::new(&app);
    let page = browser.open(&format!("/line/{CHANNEL_ID}/unlink")).await;
    let token = page.body.split("name=\"token\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("one");
    let url = format!("{}/line/{CHANNEL_ID}/unlink", app.world.url);
    for _ in 0..20 {
        assert_eq!(browser.send(app.http.post(&url).form(&[("token", token)])).await.status, 200);
    }
    assert_eq!(journal_rows(&app), before);

    let back = browser.allow(&browser.set_out("").await, STRANGER, false, false).await;
    assert_eq!(browser.open(&back).await.status, 303, "and a login still ends well");
    let used = app.world.aws.dynamodb().rows("journal").expect("rows");
    assert_eq!(used.iter().filter(|row| row.key.partition.starts_with("l:")).count(), 1, "which leaves one row");
    assert_eq!(browser.open(&back).await.status, 409, "once");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_stranger_sends_counts_as_a_failure_of_ours() {
    let app = undisturbed().await;
    let everywhere = [
        format!("/line/{CHANNEL_ID}/login"),
        format!("/line/{CHANNEL_ID}/login/callback"),
        format!("/line/{CHANNEL_ID}/login/callback?state=x&code=y"),
        format!("/line/{CHANNEL_ID}/login/done"),
        format!("/line/{CHANNEL_ID}/login/qr.png?route=unknown"),
        format!("/line/{CHANNEL_ID}/liff"),
        format!("/line/{CHANNEL_ID}/unlink"),
        format!("/line/{CHANNEL_ID}/webhook"),
        format!("/line/{CHANNEL_ID}/account-link/nonces"),
        format!("/crm/hubspot/{APP_ID}/action"),
        format!("/crm/hubspot/{APP_ID}/options"),
        format!("/crm/hubspot/{APP_ID}/webhook"),
        HAND_OVER.to_owned(),
        "/console/hand-over".to_owned(),
        "/console/enter".to_owned(),
        "/console/enter?code=made-up".to_owned(),
        "/console/join?code=made-up".to_owned(),
        "/console/install".to_owned(),
        "/console/install/begin".to_owned(),
        "/console/install/callback".to_owned(),
        "/console/install/callback?state=x&code=y".to_owned(),
        "/console/install/done".to_owned(),
        "/line/1699999999/login".to_owned(),
        "/crm/nobody/x/action".to_owned(),
    ];
    let named = format!(r#"{{"destination":"{BOT_USER_ID}","events":[]}}"#);
    let bodies: [&[u8]; 5] = [b"", b"{}", br#"{"id_token":"a.b.c"}"#, b"\xff\xfe", named.as_bytes()];
    for path in &everywhere {
        let seen = Browser::new(&app).open(path).await.status;
        assert!(seen < 500, "GET {path}: {seen}");
        for body in bodies {
            for secret in ["", "made up", CLIENT_SECRET] {
                let uri = format!("{}{path}", app.world.url);
                let mut all = signed_headers(secret, &uri, body, app.world.clock.now_ms(), Signatures::V2);
                all.insert(
                    "x-line-signature",
                    HeaderValue::from_static("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                );
                all.insert("x-musubi-login", HeaderValue::from_static("1"));
                all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                let status = post(&app, path, all, body).await;
                assert!(status < 500, "POST {path}: {status}");
            }
        }
    }
}
