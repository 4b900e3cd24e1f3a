//! The consent screens as a browser meets them.

use local::fake::line::Friendship;
use local::fake::line::login::Consent;
use url::Url;

use super::line_login::{CALLBACK, LOGIN, Login, pairs};
use super::support::CHANNEL;

/// The value of the first `name="..." value="..."` in a page.
fn value(page: &str, name: &str) -> String {
    let after = page.split_once(&format!("name=\"{name}\" value=\"")).expect("the field is there").1;
    after.split('"').next().unwrap().to_owned()
}

async fn open(login: &Login, parameters: &[(&str, &str)]) -> String {
    let answer = login.line.client.get(login.url(parameters)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    answer.text().await.unwrap()
}

/// Presses a button: the next page, or where it leads.
async fn press(login: &Login, page: &str, fields: &[(&str, &str)]) -> Result<String, String> {
    let screen = value(page, "screen");
    let form: Vec<(&str, &str)> = [("screen", screen.as_str())].iter().chain(fields).copied().collect();
    let url = format!("{}/oauth2/v2.1/authorize/consent", login.line.served.url());
    let answer = login.line.client.post(url).form(&form).send().await.unwrap();
    match answer.headers().get("location") {
        Some(location) => {
            assert_eq!(answer.status().as_u16(), 303);
            Ok(location.to_str().unwrap().to_owned())
        }
        None => Err(answer.text().await.unwrap()),
    }
}

#[tokio::test]
async fn the_screen_names_everybody_of_the_provider_and_nobody_else() {
    let login = Login::start().await;
    let page = open(&login, &[]).await;
    for name in ["Friend", "Blocked", "Person"] {
        assert!(page.contains(&format!("data-name=\"{name}\"")), "{name}");
    }
    assert!(!page.contains("Foreign") && !page.contains("person@example.com"));
    assert!(page.contains("lang=\"ja\"") && page.contains("許可する"));
    assert!(open(&login, &[("ui_locales", "en-US")]).await.contains(">Allow<"));
    assert_eq!(page.matches("data-tick=\"email\"").count(), 1, "one of them has an address");
    assert_eq!(page.matches("data-tick=\"friend\"").count(), 0, "friendship was not asked for");
    let page = open(&login, &[("bot_prompt", "normal")]).await;
    assert_eq!(page.matches("data-tick=\"friend\"").count(), 2, "all but the friend");
}

#[tokio::test]
async fn names_are_escaped_on_the_screen() {
    let login = Login::start().await;
    login.line.fake.add_person("provider-a", "\"><script>x</script>", None);
    assert!(!open(&login, &[]).await.contains("<script"));
}

#[tokio::test]
async fn allowing_with_both_ticks_shares_the_address_and_adds_the_account() {
    let login = Login::start().await;
    let page = open(&login, &[("bot_prompt", "normal")]).await;
    let (email, friend) = (format!("email-{}", login.person), format!("friend-{}", login.person));
    let fields = [("user", login.person.as_str()), (&email, "on"), (&friend, "on"), ("act", "allow")];
    let told = pairs(&press(&login, &page, &fields).await.unwrap());
    assert_eq!((told["state"].as_str(), told["friendship_status_changed"].as_str()), ("state-1", "true"));
    assert_eq!(login.line.fake.friendship(CHANNEL, &login.person), Friendship::Friend);
    let answer = login.exchange(&told["code"], &[]).await;
    assert_eq!(login.claims(&answer.body).await["email"], "person@example.com");
    assert!(press(&login, &page, &fields).await.unwrap_err().contains("line-error"), "a screen works once");
}

#[tokio::test]
async fn allowing_without_ticks_shares_no_address_and_adds_nothing() {
    let login = Login::start().await;
    let page = open(&login, &[("bot_prompt", "normal")]).await;
    let told = pairs(&press(&login, &page, &[("user", &login.person), ("act", "allow")]).await.unwrap());
    assert_eq!(told["friendship_status_changed"], "false");
    let answer = login.exchange(&told["code"], &[]).await;
    assert!(login.claims(&answer.body).await["email"].is_null());
}

#[tokio::test]
async fn an_aggressive_prompt_asks_on_a_screen_of_its_own() {
    let login = Login::start().await;
    let aggressive = [("bot_prompt", "aggressive")];
    for (act, changed) in [("skip", "false"), ("add", "true")] {
        let page = open(&login, &aggressive).await;
        assert!(!page.contains("data-tick=\"friend\""));
        let second = press(&login, &page, &[("user", &login.person), ("act", "allow")]).await.unwrap_err();
        assert!(second.contains("id=\"add-friend\""));
        let told = pairs(&press(&login, &second, &[("act", act)]).await.unwrap());
        assert_eq!(told["friendship_status_changed"], changed);
    }
    let page = open(&login, &aggressive).await;
    let url = press(&login, &page, &[("user", &login.person), ("act", "allow")]).await.unwrap();
    assert!(!url.contains("friendship"), "a friend is not asked again");
}

#[tokio::test]
async fn cancelling_and_strangers_get_no_code() {
    let login = Login::start().await;
    let page = open(&login, &[]).await;
    let url = press(&login, &page, &[("act", "cancel")]).await.unwrap();
    assert!(url.starts_with(CALLBACK) && url.contains("error=ACCESS_DENIED"));
    let page = open(&login, &[]).await;
    let foreign = [("user", login.line.foreign.as_str()), ("act", "allow")];
    assert!(press(&login, &page, &foreign).await.unwrap_err().contains("line-error"));
    let forged = "<input name=\"screen\" value=\"nobody\">";
    assert!(press(&login, forged, &[("act", "cancel")]).await.is_err());
}

#[tokio::test]
async fn the_demo_has_a_login_channel_with_its_people() {
    use local::seed;
    let (line, clock) = (Login::start().await.line.fake, local::fake::FakeClock::new());
    let hubspot = local::fake::hubspot::FakeHubSpot::new(clock, seed::app());
    seed::vendors(&line, &hubspot, "http://127.0.0.1:9", true);
    let url = Url::parse_with_params(
        "http://127.0.0.1:1/oauth2/v2.1/authorize",
        [
            ("response_type", "code"),
            ("client_id", seed::LOGIN_CHANNEL_ID),
            ("redirect_uri", "http://127.0.0.1:9/line/1657000001/login/callback"),
            ("state", "s"),
            ("scope", "openid profile email"),
            ("bot_prompt", "normal"),
        ],
    )
    .unwrap();
    let consent = |user: &str| Consent { user_id: user.to_owned(), email: true, add_friend: false };
    for (user, offered) in [(seed::STRANGER, true), (seed::STRANGER_WITH_EMAIL, true), (seed::NEW_USER, false)] {
        let told = pairs(&line.consent(url.as_str(), consent(user)).await.unwrap());
        assert_eq!(told.contains_key("friendship_status_changed"), offered);
    }
    assert_eq!(seed::LOGIN_CHANNEL_ID, LOGIN);
}
