//! LINE Login's first half: what a request may ask, and what comes back in the redirect.

use std::collections::BTreeMap;

use local::fake::line::Friendship;
use local::fake::line::login::{Consent, LoginChannelSpec, NoRedirect};
use serde_json::Value;
use url::Url;

use super::support::{CHANNEL, Callee, Got, Line, got};

pub const LOGIN: &str = "1657000002";
pub const SECRET: &str = "fedcba9876543210fedcba9876543210";
pub const CALLBACK: &str = "https://shop.example/callback";
/// The example pair of RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A platform with a LINE Login channel that is linked to the channel of [`Line`], and somebody new with an address.
pub struct Login {
    pub line: Line,
    pub person: String,
}

impl Login {
    pub async fn start() -> Self {
        let line = Line::start().await;
        line.fake.add_login_channel(LoginChannelSpec {
            callback_urls: vec![CALLBACK.to_owned()],
            linked_bot: Some(CHANNEL.to_owned()),
            email_permission: true,
            ..LoginChannelSpec::demo(LOGIN, SECRET, "provider-a")
        });
        let person = line.fake.add_person("provider-a", "Person", Some("https://example.com/p.png"));
        line.fake.set_email(&person, Some("person@example.com"));
        Self { line, person }
    }

    /// An authorize URL: the least that is needed, these parameters instead or in addition; an empty value leaves one out.
    pub fn url(&self, parameters: &[(&str, &str)]) -> String {
        let mut all = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", LOGIN),
            ("redirect_uri", CALLBACK),
            ("state", "state-1"),
            ("scope", "profile openid email"),
        ]);
        all.extend(parameters.iter().copied());
        let kept = all.into_iter().filter(|(_, value)| !value.is_empty());
        let url = format!("{}/oauth2/v2.1/authorize", self.line.served.url());
        Url::parse_with_params(&url, kept).unwrap().into()
    }

    pub fn consent(&self) -> Consent {
        Consent { user_id: self.person.clone(), email: true, add_friend: true }
    }

    /// Logs in and answers with the redirect's parameters.
    pub async fn walk(&self, parameters: &[(&str, &str)], consent: Consent) -> BTreeMap<String, String> {
        pairs(&self.line.fake.consent(&self.url(parameters), consent).await.unwrap())
    }

    pub async fn code(&self, parameters: &[(&str, &str)]) -> String {
        self.walk(parameters, self.consent()).await["code"].clone()
    }

    pub async fn form(&self, path: &str, form: &[(&str, &str)]) -> Got {
        got(self.line.client.post(format!("{}{path}", self.line.served.url())).form(form)).await.unwrap()
    }

    /// Exchanges a code, these fields instead or in addition.
    pub async fn exchange(&self, code: &str, fields: &[(&str, &str)]) -> Got {
        let mut all = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("client_id", LOGIN),
            ("client_secret", SECRET),
        ]);
        all.extend(fields.iter().copied());
        self.form("/oauth2/v2.1/token", &all.into_iter().collect::<Vec<_>>()).await
    }

    /// The claims of an ID token, checked by LINE's own endpoint.
    pub async fn claims(&self, tokens: &Value) -> Value {
        let token = tokens["id_token"].as_str().unwrap();
        let checked = self.form("/oauth2/v2.1/verify", &[("id_token", token), ("client_id", LOGIN)]).await;
        assert_eq!(checked.status, 200, "{}", checked.body);
        checked.body
    }
}

pub fn pairs(url: &str) -> BTreeMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

#[tokio::test]
async fn a_person_who_allows_comes_back_with_a_code_and_the_callers_state() {
    let login = Login::start().await;
    let url = login.line.fake.consent(&login.url(&[]), login.consent()).await.unwrap();
    assert!(url.starts_with(&format!("{CALLBACK}?")));
    let told = pairs(&url);
    assert_eq!(told["state"], "state-1");
    assert!(told["code"].len() > 20 && !told.contains_key("friendship_status_changed"), "no bot_prompt, no word of it");
    let with_query = format!("{CALLBACK}?shop=1");
    let url = login.line.fake.consent(&login.url(&[("redirect_uri", &with_query)]), login.consent()).await.unwrap();
    assert!(url.starts_with(&format!("{with_query}&code=")));
}

#[tokio::test]
async fn an_unknown_client_or_foreign_redirect_sends_nobody_anywhere() {
    let login = Login::start().await;
    let foreign = [
        ("client_id", "1657999999"),
        ("client_id", ""),
        ("redirect_uri", ""),
        ("redirect_uri", "https://shop.example/callback/"),
        ("redirect_uri", "https://shop.example/callback2"),
        ("redirect_uri", "https://shop.example/callback#x"),
        ("redirect_uri", "https://shop.example.evil.example/callback"),
        ("redirect_uri", "http://shop.example/callback"),
    ];
    for wrong in foreign {
        let url = login.url(&[wrong]);
        assert_eq!(login.line.fake.consent(&url, login.consent()).await, Err(NoRedirect), "{wrong:?}");
        let shown = login.line.client.get(&url).send().await.unwrap();
        assert_eq!((shown.status().as_u16(), shown.headers().get("location")), (400, None), "{wrong:?}");
        assert!(shown.text().await.unwrap().contains("id=\"line-error\""));
    }
    login.line.fake.edit_login_channel(LOGIN, |channel| channel.published = false);
    assert_eq!(login.line.fake.consent(&login.url(&[]), login.consent()).await, Err(NoRedirect), "still developing");
}

#[tokio::test]
async fn every_other_wrong_parameter_is_told_in_the_redirect() {
    let login = Login::start().await;
    let wrong: [(&[(&str, &str)], &str); 14] = [
        (&[("response_type", "token")], "UNSUPPORTED_RESPONSE_TYPE"),
        (&[("response_type", "")], "UNSUPPORTED_RESPONSE_TYPE"),
        (&[("state", "")], "INVALID_REQUEST"),
        (&[("scope", "")], "INVALID_SCOPE"),
        (&[("scope", "profile everything")], "INVALID_SCOPE"),
        (&[("scope", "profile email")], "INVALID_SCOPE"),
        (&[("code_challenge", CHALLENGE)], "INVALID_REQUEST"),
        (&[("code_challenge", CHALLENGE), ("code_challenge_method", "plain")], "INVALID_REQUEST"),
        (&[("code_challenge", "short"), ("code_challenge_method", "S256")], "INVALID_REQUEST"),
        (&[("code_challenge_method", "S256")], "INVALID_REQUEST"),
        (&[("bot_prompt", "always")], "INVALID_REQUEST"),
        (&[("disable_auto_login", "yes")], "INVALID_REQUEST"),
        (&[("max_age", "-1")], "INVALID_REQUEST"),
        (&[("prompt", "none")], "LOGIN_REQUIRED"),
    ];
    for (parameters, error) in wrong {
        let told = login.walk(parameters, login.consent()).await;
        assert_eq!(told["error"], error, "{parameters:?}");
        assert!(!told.contains_key("code"), "{parameters:?}");
        let had_state = parameters != [("state", "")];
        assert_eq!(told.contains_key("state"), had_state, "{parameters:?}");
    }
    let twice = format!("{}&nonce=a&nonce=b", login.url(&[]));
    assert_eq!(pairs(&login.line.fake.consent(&twice, login.consent()).await.unwrap())["error"], "INVALID_REQUEST");
}

#[tokio::test]
async fn whoever_cancels_is_sent_back_with_access_denied_in_either_case() {
    let login = Login::start().await;
    let told = pairs(&login.line.fake.cancel_login(&login.url(&[])).unwrap());
    assert_eq!((told["error"].as_str(), told["state"].as_str()), ("ACCESS_DENIED", "state-1"));
    assert!(told.contains_key("error_description") && !told.contains_key("code"));
    login.line.fake.switch(|switches| switches.login_errors_in_upper_case = false);
    assert_eq!(pairs(&login.line.fake.cancel_login(&login.url(&[])).unwrap())["error"], "access_denied");
}

#[tokio::test]
async fn adding_the_account_is_told_only_where_it_was_offered_and_sends_follow() {
    let (login, callee) = (Login::start().await, Callee::start().await);
    login.line.fake.edit_channel(CHANNEL, |channel| channel.webhook_url = Some(callee.url()));
    let offered = [("bot_prompt", "normal")];
    let told = login.walk(&offered, Consent { add_friend: false, ..login.consent() }).await;
    assert_eq!(told["friendship_status_changed"], "false");
    let told = login.walk(&[], login.consent()).await;
    assert!(!told.contains_key("friendship_status_changed") && callee.received().is_empty());
    let told = login.walk(&offered, login.consent()).await;
    assert_eq!(told["friendship_status_changed"], "true");
    assert_eq!(login.line.fake.friendship(CHANNEL, &login.person), Friendship::Friend);
    let event = callee.received()[0].json()["events"][0].clone();
    assert_eq!((&event["type"], &event["source"]["userId"]), (&"follow".into(), &login.person.as_str().into()));
    assert!(event["replyToken"].is_string() && event["follow"]["isUnblocked"] == false);
    let told = login.walk(&offered, login.consent()).await;
    assert!(!told.contains_key("friendship_status_changed"), "a friend is not asked");
    let blocked = Consent { user_id: login.line.blocked.clone(), ..login.consent() };
    assert_eq!(login.walk(&[("bot_prompt", "aggressive")], blocked).await["friendship_status_changed"], "true");
    assert_eq!(callee.received()[1].json()["events"][0]["follow"]["isUnblocked"], true);
    login.line.fake.edit_login_channel(LOGIN, |channel| channel.linked_bot = None);
    login.line.fake.set_friendship(CHANNEL, &login.person, Friendship::None);
    assert!(
        !login.walk(&offered, login.consent()).await.contains_key("friendship_status_changed"),
        "no linked account"
    );
}

#[tokio::test]
async fn a_failed_automatic_login_brings_a_foreign_state_until_it_is_disabled() {
    let login = Login::start().await;
    login.line.fake.switch(|switches| switches.auto_login_fails = true);
    let told = login.walk(&[], login.consent()).await;
    assert_ne!(told["state"], "state-1");
    assert_eq!(login.exchange(&told["code"], &[]).await.status, 400);
    let told = login.walk(&[("disable_auto_login", "true")], login.consent()).await;
    assert_eq!(told["state"], "state-1");
    assert_eq!(login.exchange(&told["code"], &[]).await.status, 200);
}

#[tokio::test]
async fn nobody_of_another_provider_can_log_in() {
    let login = Login::start().await;
    let foreign = Consent { user_id: login.line.foreign.clone(), ..login.consent() };
    assert_eq!(login.line.fake.consent(&login.url(&[]), foreign).await, Err(NoRedirect));
}
