//! The list of talks: of one Official Account if that is asked for, and with people's pictures.

use local::fake::hubspot::ObjectType;
use local::seed::{CHANNEL_ID, LINKED_CONTACT, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::ids::ChannelId;
use musubi::domain::operator::Role;

use super::browser::{Browser, Page, asks};
use super::talks::{PATH, link};
use crate::app::App;

const OTHER: &str = "1657999999";
const QUESTION: &str = "日曜日は開いていますか？";

/// Hanako has asked one of two Official Accounts of one LINE provider.
async fn two_accounts() -> App {
    let app = App::start().await;
    asks(&app, QUESTION).await;
    app.change_account(|account| account.channels.push(ChannelId::new(OTHER))).await;
    let channels = app.world.adapters(RetryPolicy::WORKER).expect("adapters").channels().expect("channels");
    let mut other = channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel");
    (other.id, other.name) = (ChannelId::new(OTHER), "結びベーカリー".to_owned());
    let _ = channels.put(&other, 0).await.expect("stored");
    app
}

async fn chosen(browser: &mut Browser<'_>, channel: &str, who: &str) -> Page {
    let token = browser.get("/console/people").await.token();
    // HubSpot takes five searches a second.
    browser.app.world.clock.advance_ms(1_000);
    browser.post(PATH, &[("token", &token), ("channel", channel), ("who", who)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_of_one_official_account_if_that_is_asked_for_and_leads_straight_to_its_talk() {
    let app = two_accounts().await;
    app.world.clock.advance_ms(11_000);
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let all = sato.get(PATH).await;
    assert!(all.has(QUESTION) && all.has("結びベーカリー"), "both are there to choose: {}", all.html);
    for who in ["waiting", "everybody"] {
        let page = chosen(&mut sato, OTHER, who).await;
        assert!(link(&page, PATH).is_none(), "nobody is on it: {}", page.html);
        let page = chosen(&mut sato, CHANNEL_ID, who).await;
        assert!(!page.has(QUESTION), "a contact's fields do not say on which account it was said");
        let talk = sato.get(&link(&page, PATH).expect("a talk")).await;
        assert!(talk.has(QUESTION) && talk.has("結び珈琲"), "{}", talk.html);
    }
    let none = chosen(&mut sato, "1657000099", "everybody").await;
    assert!(link(&none, PATH).is_none(), "nor of one that there is not");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_have_their_pictures_from_line_alone() {
    let app = App::start().await;
    asks(&app, QUESTION).await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    for (picture, shown) in
        [("https://profile.line-scdn.net/0hanako", true), ("https://evil.example/pixel.line-scdn.net", false)]
    {
        app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &[("line_user_picture", picture)]);
        app.world.clock.advance_ms(11_000);
        let list = sato.get(PATH).await;
        let talk = sato.get(&link(&list, PATH).expect("a talk")).await;
        for page in [list, talk] {
            assert_eq!(page.has(&format!("src=\"{picture}\"")), shown, "{}", page.html);
            let policy = page.headers["content-security-policy"].to_str().expect("text");
            // A talk shows what people sent, too.
            let sources = ["img-src https://*.line-scdn.net;", "/console/talks/ https://*.line-scdn.net;"];
            assert!(sources.iter().any(|sources| policy.contains(sources)), "{policy}");
        }
    }
}
