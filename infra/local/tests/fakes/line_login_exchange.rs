//! LINE Login's second half: a code becomes tokens, and tokens show what was allowed and no more.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::fake::line::Endpoint;
use local::fake::line::login::Consent;
use local::fake::{Fault, Plan};
use serde_json::{Value, json};

use super::line_login::{CHALLENGE, LOGIN, Login, SECRET, VERIFIER};
use super::support::{CHANNEL, got};

const DAY_MS: i64 = 24 * 3_600_000;
const PKCE: [(&str, &str); 2] = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];

fn header(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn a_code_becomes_tokens_whose_scope_never_lists_the_address() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[("nonce", "n-1")]).await, &[]).await;
    assert_eq!((answer.status, &answer.body["scope"]), (200, &json!("profile openid")));
    assert_eq!((&answer.body["expires_in"], &answer.body["token_type"]), (&json!(2_592_000), &json!("Bearer")));
    assert_eq!(header(&answer.body["id_token"]), json!({"typ": "JWT", "alg": "HS256"}));
    let claims = login.claims(&answer.body).await;
    let issuer = format!("https://access.{}", "line.me");
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(issuer), &json!(LOGIN)));
    assert_eq!((&claims["sub"], &claims["nonce"]), (&json!(login.person), &json!("n-1")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3600);
    assert_eq!((&claims["name"], &claims["email"]), (&json!("Person"), &json!("person@example.com")));
    assert!(claims["amr"].is_array() && claims["picture"].is_string() && claims["auth_time"].is_null());
    let answer = login.exchange(&login.code(&[("max_age", "60")]).await, &[]).await;
    assert!(login.claims(&answer.body).await["auth_time"].is_i64());
}

#[tokio::test]
async fn a_code_works_once_even_if_the_exchange_failed() {
    let login = Login::start().await;
    let code = login.code(&[]).await;
    assert_eq!((login.exchange(&code, &[]).await.status, login.exchange(&code, &[]).await.status), (200, 400));
    for wrong in [("client_secret", "wrong"), ("redirect_uri", "https://shop.example/other"), ("client_id", "1")] {
        let code = login.code(&[]).await;
        assert_eq!(login.exchange(&code, &[wrong]).await.status, 400, "{wrong:?}");
        assert_eq!(login.exchange(&code, &[]).await.status, 400, "{wrong:?}: it was used up");
    }
    let code = login.code(&[]).await;
    login.line.fake.fault(Endpoint::LoginToken, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    let form = [("grant_type", "authorization_code"), ("code", &code), ("client_id", LOGIN)];
    let lost = login.line.client.post(format!("{}/oauth2/v2.1/token", login.line.served.url())).form(&form);
    assert!(got(lost).await.is_err());
    assert_eq!(login.exchange(&code, &[]).await.status, 400);
}

#[tokio::test]
async fn a_code_is_over_after_ten_minutes() {
    let login = Login::start().await;
    let (young, old) = (login.code(&[]).await, login.code(&[]).await);
    login.line.fake.clock().advance_ms(599_999);
    assert_eq!(login.exchange(&young, &[]).await.status, 200);
    login.line.fake.clock().advance_ms(1);
    let over = login.exchange(&old, &[]).await;
    assert_eq!((over.status, &over.body["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_with_a_challenge_needs_its_verifier() {
    let login = Login::start().await;
    let right = login.exchange(&login.code(&PKCE).await, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(right.status, 200);
    assert_eq!(login.exchange(&login.code(&PKCE).await, &[]).await.status, 400, "missing");
    let long = "a".repeat(129);
    for wrong in ["wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong", CHALLENGE, "short", &long, ""] {
        let answer = login.exchange(&login.code(&PKCE).await, &[("code_verifier", wrong)]).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn a_verifier_for_a_code_without_challenge_is_refused_or_ignored_by_switch() {
    let login = Login::start().await;
    let verifier = [("code_verifier", VERIFIER)];
    assert_eq!(login.exchange(&login.code(&[]).await, &verifier).await.status, 400);
    login.line.fake.switch(|switches| switches.verifier_without_challenge_is_ignored = true);
    assert_eq!(login.exchange(&login.code(&[]).await, &verifier).await.status, 200);
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_without_profile_no_name() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[("scope", "profile")]).await, &[]).await;
    assert!(answer.status == 200 && answer.body.get("id_token").is_none());
    let answer = login.exchange(&login.code(&[("scope", "openid")]).await, &[]).await;
    let claims = login.claims(&answer.body).await;
    assert!(claims["name"].is_null() && claims["picture"].is_null() && claims["nonce"].is_null());
}

#[tokio::test]
async fn the_address_needs_scope_permission_consent_and_that_there_is_one() {
    let login = Login::start().await;
    let email = async |parameters: &[(&str, &str)], consent: Consent| {
        let told = login.walk(parameters, consent).await;
        let answer = login.exchange(&told["code"], &[]).await;
        login.claims(&answer.body).await["email"].clone()
    };
    assert_eq!(email(&[], login.consent()).await, "person@example.com");
    assert!(email(&[], Consent { email: false, ..login.consent() }).await.is_null(), "no consent");
    assert!(email(&[("scope", "openid profile")], login.consent()).await.is_null(), "no scope");
    let none = Consent { user_id: login.line.friend.clone(), ..login.consent() };
    assert!(email(&[], none).await.is_null(), "no address");
    login.line.fake.edit_login_channel(LOGIN, |channel| channel.email_permission = false);
    assert!(email(&[], login.consent()).await.is_null(), "no permission");
    login.line.fake.switch(|switches| switches.email_without_permission_is_invalid_scope = true);
    assert_eq!(login.walk(&[], login.consent()).await["error"], "INVALID_SCOPE");
}

#[tokio::test]
async fn an_id_token_is_checked_with_lines_own_words() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[("nonce", "n-1")]).await, &[]).await;
    let token = answer.body["id_token"].as_str().unwrap().to_owned();
    let verify = async |token: &str, more: &[(&str, &str)]| {
        let form: Vec<(&str, &str)> = [("id_token", token)].iter().chain(more).copied().collect();
        let answer = login.form("/oauth2/v2.1/verify", &form).await;
        answer.body["error_description"].as_str().unwrap_or("fine").to_owned()
    };
    let own = ("client_id", LOGIN);
    assert_eq!(verify(&token, &[own, ("nonce", "n-1"), ("user_id", &login.person)]).await, "fine");
    assert_eq!(verify(&token, &[own, ("nonce", "n-2")]).await, "Invalid IdToken Nonce.");
    assert_eq!(verify(&token, &[own, ("user_id", &login.line.friend)]).await, "Invalid IdToken Subject Identifier.");
    assert_eq!(verify(&token, &[("client_id", "1657000003")]).await, "Invalid IdToken Audience.");
    assert_eq!(verify(&format!("{token}x"), &[own]).await, "Invalid IdToken.");
    let claims = json!({"iss": "https://evil.example", "aud": LOGIN, "sub": "U1", "exp": 9_999_999_999_i64});
    assert_eq!(verify(&login.line.fake.sign_es256(&claims), &[own]).await, "Invalid IdToken Issuer.");
    login.line.fake.switch(|switches| switches.verify_wants_the_nonce = true);
    assert_eq!(verify(&token, &[own]).await, "Invalid IdToken Nonce.");
    login.line.fake.clock().advance_ms(3_600_000);
    assert_eq!(verify(&token, &[own]).await, "IdToken expired.");
}

#[tokio::test]
async fn an_access_token_shows_what_its_scopes_allow_for_thirty_days() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[]).await, &[]).await;
    let token = answer.body["access_token"].as_str().unwrap().to_owned();
    let url = login.line.served.url();
    let get = async |path: &str| got(login.line.client.get(format!("{url}{path}")).bearer_auth(&token)).await.unwrap();
    let profile = get("/v2/profile").await.body;
    assert_eq!((&profile["userId"], &profile["displayName"]), (&json!(login.person), &json!("Person")));
    assert_eq!(get("/oauth2/v2.1/userinfo").await.body["sub"], json!(login.person));
    assert_eq!(get("/friendship/v1/status").await.body, json!({"friendFlag": false}));
    login.line.fake.follow(CHANNEL, &login.person).await;
    assert_eq!(get("/friendship/v1/status").await.body, json!({"friendFlag": true}));
    let verified = get(&format!("/oauth2/v2.1/verify?access_token={token}")).await;
    assert_eq!(verified.body, json!({"scope": "profile openid", "client_id": LOGIN, "expires_in": 2_592_000}));
    assert_eq!(get("/v2/bot/info").await.status, 401, "a person's token opens no channel");
    login.line.fake.clock().advance_ms(30 * DAY_MS);
    assert_eq!(get("/v2/profile").await.status, 401);
    assert_eq!(get(&format!("/oauth2/v2.1/verify?access_token={token}")).await.status, 400);
}

#[tokio::test]
async fn a_refresh_token_stays_the_same_and_ends_after_ninety_days() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[]).await, &[]).await;
    let token = answer.body["refresh_token"].as_str().unwrap().to_owned();
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", token.as_str()),
        ("client_id", LOGIN),
        ("client_secret", SECRET),
    ];
    login.line.fake.clock().advance_ms(89 * DAY_MS);
    let refreshed = login.form("/oauth2/v2.1/token", &form).await;
    assert_eq!((refreshed.status, &refreshed.body["refresh_token"]), (200, &json!(token)));
    assert!(refreshed.body.get("id_token").is_none());
    login.line.fake.clock().advance_ms(DAY_MS);
    assert_eq!(login.form("/oauth2/v2.1/token", &form).await.status, 400);
}

#[tokio::test]
async fn deauthorizing_ends_every_token_once_and_needs_the_login_channels_own_token() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[]).await, &[]).await;
    let user_token = answer.body["access_token"].as_str().unwrap().to_owned();
    let issue = async |id: &str, secret: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        login.form("/oauth2/v3/token", &form).await.body["access_token"].as_str().unwrap().to_owned()
    };
    let deauthorize = async |bearer: &str| {
        let request = login.line.client.post(format!("{}/user/v1/deauthorize", login.line.served.url()));
        got(request.bearer_auth(bearer).json(&json!({"userAccessToken": user_token}))).await.unwrap().status
    };
    let bots = issue(CHANNEL, "0123456789abcdef0123456789abcdef").await;
    assert_eq!(deauthorize(&bots).await, 401, "the bot's token is not the login channel's");
    let own = issue(LOGIN, SECRET).await;
    assert_eq!((deauthorize(&own).await, deauthorize(&own).await), (204, 400));
    let profile = login.line.client.get(format!("{}/v2/profile", login.line.served.url())).bearer_auth(&user_token);
    assert_eq!(got(profile).await.unwrap().status, 401);
    let info = login.line.client.get(format!("{}/v2/bot/info", login.line.served.url())).bearer_auth(&own);
    assert_eq!(got(info).await.unwrap().status, 401, "nor is the login channel's the bot's");
}

#[tokio::test]
async fn a_revoked_token_is_dead_and_an_unknown_one_is_answered_by_switch() {
    let login = Login::start().await;
    let answer = login.exchange(&login.code(&[]).await, &[]).await;
    let token = answer.body["access_token"].as_str().unwrap();
    let revoke = async |token: &str, secret: &str| {
        let form = [("access_token", token), ("client_id", LOGIN), ("client_secret", secret)];
        login.form("/oauth2/v2.1/revoke", &form).await.status
    };
    assert_eq!((revoke(token, "wrong").await, revoke(token, SECRET).await), (400, 200));
    let path = format!("/oauth2/v2.1/verify?access_token={token}");
    assert_eq!(got(login.line.request("GET", &path)).await.unwrap().status, 400);
    assert_eq!(revoke("nobody", SECRET).await, 200);
    login.line.fake.switch(|switches| switches.revoking_an_unknown_token_succeeds = false);
    assert_eq!(revoke("nobody", SECRET).await, 400);
}

#[tokio::test]
async fn the_ledger_keeps_no_code_token_or_person_of_a_login() {
    let login = Login::start().await;
    let code = login.code(&[]).await;
    let answer = login.exchange(&code, &[]).await;
    let token = answer.body["access_token"].as_str().unwrap();
    let path = format!("/oauth2/v2.1/verify?access_token={token}");
    got(login.line.request("GET", &path)).await.unwrap();
    got(login.line.client.get(login.url(&[("nonce", "a-nonce")]))).await.unwrap();
    let calls = login.line.fake.ledger().calls;
    assert_eq!(calls.len(), 3);
    assert_eq!(calls[1].query.as_deref(), Some("access_token"));
    for call in calls {
        let kept = format!("{} {} {}", call.path, call.query.unwrap_or_default(), String::from_utf8_lossy(&call.body));
        for secret in [code.as_str(), token, SECRET, &login.person, "a-nonce", "state-1"] {
            assert!(!kept.contains(secret), "{kept}");
        }
    }
}
