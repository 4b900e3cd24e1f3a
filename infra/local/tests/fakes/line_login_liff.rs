//! LIFF: ID tokens under LINE's own key, the way into an app, the server API.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::fake::line::login::LiffSpec;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::line_login::{LOGIN, Login, SECRET};
use super::support::{Got, got};

const APP: &str = "1657000002-AbcdEfgh";
const ENDPOINT: &str = "https://shop.example/liff";

async fn start() -> Login {
    let login = Login::start().await;
    login.line.fake.edit_login_channel(LOGIN, |channel| channel.liff = vec![LiffSpec::new(APP, ENDPOINT)]);
    login
}

/// Opens a path, allows as the person with these ticks, and answers with where that leads.
async fn walk(login: &Login, path: &str, ticks: &[&str]) -> Url {
    let page = login.line.client.get(format!("{}{path}", login.line.served.url())).send().await.unwrap();
    assert_eq!(page.status().as_u16(), 200);
    let page = page.text().await.unwrap();
    let screen = page.split_once("name=\"screen\" value=\"").unwrap().1.split('"').next().unwrap();
    let ticks: Vec<String> = ticks.iter().map(|tick| format!("{tick}-{}", login.person)).collect();
    let mut form = vec![("screen", screen), ("user", &login.person), ("act", "allow")];
    form.extend(ticks.iter().map(|tick| (tick.as_str(), "on")));
    let url = format!("{}/oauth2/v2.1/authorize/consent", login.line.served.url());
    let answer = login.line.client.post(url).form(&form).send().await.unwrap();
    Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap()
}

fn fragment(url: &Url) -> BTreeMap<String, String> {
    form_urlencoded::parse(url.fragment().unwrap().as_bytes()).into_owned().collect()
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

/// Whether one of the published keys made this token's signature.
async fn is_signed(login: &Login, token: &str) -> bool {
    let keys = got(login.line.client.get(format!("{}/oauth2/v2.1/certs", login.line.served.url()))).await.unwrap().body;
    let kid = &part(token, 0)["kid"];
    let Some(key) = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid) else { return false };
    assert_eq!((&key["kty"], &key["crv"], &key["alg"]), (&json!("EC"), &json!("P-256"), &json!("ES256")));
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn an_apps_id_token_is_es256_under_a_published_key_and_line_verifies_it() {
    let login = start().await;
    let token = login.line.fake.liff_id_token(APP, &login.person).unwrap();
    assert_eq!(part(&token, 0)["alg"], "ES256");
    assert!(is_signed(&login, &token).await);
    let claims = login.claims(&json!({"id_token": token})).await;
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(LOGIN), &json!(login.person)));
    assert_eq!(claims["email"], "person@example.com");
    login.line.fake.rotate_signing_key();
    let newer = login.line.fake.liff_id_token(APP, &login.person).unwrap();
    assert_ne!(part(&newer, 0)["kid"], part(&token, 0)["kid"]);
    assert!(is_signed(&login, &token).await && is_signed(&login, &newer).await, "the old key stays published");
}

#[tokio::test]
async fn an_app_without_openid_and_a_stranger_have_no_id_token() {
    let login = start().await;
    assert!(login.line.fake.liff_id_token(APP, &login.line.foreign).is_none());
    assert!(login.line.fake.liff_id_token("1657000002-nothing0", &login.person).is_none());
    login.line.fake.edit_login_channel(LOGIN, |channel| channel.liff[0].scopes = vec!["profile".to_owned()]);
    assert!(login.line.fake.liff_id_token(APP, &login.person).is_none());
    let url = walk(&login, &format!("/liff/{APP}"), &[]).await;
    let told = fragment(&url);
    assert!(told.contains_key("access_token") && !told.contains_key("id_token"));
}

#[tokio::test]
async fn opening_an_app_leads_to_its_endpoint_with_what_the_address_had_beyond_the_id() {
    let login = start().await;
    let url = walk(&login, &format!("/liff/{APP}"), &["email"]).await;
    assert!(url.as_str().starts_with(&format!("{ENDPOINT}#")));
    let told = fragment(&url);
    assert_eq!(told["client"], "line");
    assert_eq!(part(&told["id_token"], 1)["email"], "person@example.com");
    let path = format!("/oauth2/v2.1/verify?access_token={}", told["access_token"]);
    let verified = got(login.line.request("GET", &path)).await.unwrap().body;
    assert_eq!((&verified["client_id"], &verified["expires_in"]), (&json!(LOGIN), &json!(43_200)));
    let url = walk(&login, &format!("/liff/{APP}/shop/1?route=a%26b&c=d"), &[]).await;
    let query: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(query["liff.state"], "/shop/1?route=a%26b&c=d");
    assert!(part(&fragment(&url)["id_token"], 1)["email"].is_null(), "not ticked");
    let unknown = login.line.client.get(format!("{}/liff/1657000002-nothing0", login.line.served.url()));
    assert_eq!(unknown.send().await.unwrap().status().as_u16(), 400);
}

#[tokio::test]
async fn a_login_from_another_browser_leads_back_to_the_app_and_nowhere_else() {
    let login = start().await;
    let back = |to: &str| {
        let query: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
        format!("/liff-login/{APP}?redirect_uri={query}")
    };
    let url = walk(&login, &back("https://shop.example/liff/deep?x=1#y"), &[]).await;
    assert!(url.as_str().starts_with("https://shop.example/liff/deep?x=1#"));
    assert_eq!(fragment(&url)["client"], "web");
    assert!(walk(&login, &format!("/liff-login/{APP}"), &[]).await.as_str().starts_with(ENDPOINT));
    for foreign in [
        "https://evil.example/liff",
        "https://shop.example/other",
        "https://shop.example/liffx",
        "http://shop.example/liff",
        "https://shop.example:444/liff",
        "javascript:alert(1)",
        "//evil.example/liff",
    ] {
        let url = format!("{}{}", login.line.served.url(), back(foreign));
        assert_eq!(login.line.client.get(url).send().await.unwrap().status().as_u16(), 400, "{foreign}");
    }
}

#[tokio::test]
async fn the_sdk_is_served_as_a_script() {
    let login = start().await;
    let answer = login.line.client.get(format!("{}/liff/sdk.js", login.line.served.url())).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/javascript; charset=utf-8");
    assert!(answer.text().await.unwrap().contains("window.liff"));
}

#[tokio::test]
async fn apps_are_added_changed_listed_and_removed_with_the_login_channels_token() {
    let login = Login::start().await;
    let form = [("grant_type", "client_credentials"), ("client_id", LOGIN), ("client_secret", SECRET)];
    let token = login.form("/oauth2/v3/token", &form).await.body["access_token"].as_str().unwrap().to_owned();
    let call = async |method: &str, path: &str, body: Value| -> Got {
        let url = format!("{}/liff/v1/apps{path}", login.line.served.url());
        let request = login.line.client.request(method.parse().unwrap(), url).bearer_auth(&token);
        got(if body.is_null() { request } else { request.json(&body) }).await.unwrap()
    };
    assert_eq!(call("GET", "", Value::Null).await.status, 404, "there is none");
    assert_eq!(got(login.line.request("GET", "/liff/v1/apps")).await.unwrap().status, 401, "the bot's token");
    let wrong = [
        json!({}),
        json!({"view": {"type": "full"}}),
        json!({"view": {"type": "huge", "url": ENDPOINT}}),
        json!({"view": {"type": "full", "url": "http://shop.example/liff"}}),
        json!({"view": {"type": "full", "url": "https://shop.example/liff#x"}}),
        json!({"view": {"type": "full", "url": ENDPOINT}, "description": "Our Line app"}),
        json!({"view": {"type": "full", "url": ENDPOINT}, "scope": ["everything"]}),
        json!({"view": {"type": "full", "url": ENDPOINT}, "botPrompt": "always"}),
    ];
    for body in wrong {
        assert_eq!(call("POST", "", body.clone()).await.status, 400, "{body}");
    }
    let added = call("POST", "", json!({"view": {"type": "full", "url": ENDPOINT}, "description": "Shop"})).await;
    let liff_id = added.body["liffId"].as_str().unwrap().to_owned();
    assert!(liff_id.starts_with("1657000002-") && liff_id.len() == 19);
    let listed = call("GET", "", Value::Null).await.body;
    assert_eq!(listed["apps"][0]["scope"], json!(["profile", "chat_message.write"]), "no openid unless asked for");
    let path = format!("/{liff_id}");
    assert_eq!(call("PUT", &path, json!({"scope": ["openid"]})).await.status, 200);
    let listed = call("GET", "", Value::Null).await.body;
    let app = &listed["apps"][0];
    assert_eq!((&app["scope"], &app["view"]["url"]), (&json!(["openid"]), &json!(ENDPOINT)));
    assert_eq!(call("PUT", "/1657000002-nothing0", json!({})).await.status, 404);
    let (gone, again) = (call("DELETE", &path, Value::Null).await, call("DELETE", &path, Value::Null).await);
    assert_eq!((gone.status, again.status), (200, 404));
    for _ in 0..30 {
        assert_eq!(call("POST", "", json!({"view": {"type": "full", "url": ENDPOINT}})).await.status, 200);
    }
    assert_eq!(
        call("POST", "", json!({"view": {"type": "full", "url": ENDPOINT}})).await.status,
        400,
        "thirty at most"
    );
}
