//! A workflow's message is looked at before it is sent, and tried out on the team's own.

use local::fake::hubspot::{Endpoint as HubSpotEndpoint, ObjectType};
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, PORTAL_ID, STRANGER};
use musubi::domain::channel::WithoutQuota;
use musubi::domain::consent::Consent;
use musubi::domain::ids::ContactId;
use musubi::domain::operator::Role;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, Page, asks, outsiders};
use super::talks::{field, link};
use crate::app::App;

const PEOPLE: &str = "/console/people";
const WORDS: &str = "{{line:firstname|お客さま}}様、ご予約を承りました。";
const FILLED: &str = "花子様、ご予約を承りました。";

/// The preview's page for a contact, and its address.
pub async fn opened(browser: &mut Browser<'_>, contact: &str) -> (String, Page) {
    let token = browser.get(PEOPLE).await.token();
    let found = browser.post(PEOPLE, &[("token", &token), ("who", contact)]).await;
    let person = browser.get(found.location().expect("an address")).await;
    let path = link(&person, PEOPLE).expect("a link to the preview");
    assert!(path.ends_with("/preview"), "{path}");
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    (path, page)
}

/// What comes of looking at these words.
pub async fn looked(browser: &mut Browser<'_>, path: &str, words: &str) -> Page {
    let token = browser.get(path).await.token();
    browser.post(path, &[("token", &token), ("channel", CHANNEL_ID), ("message_1", words)]).await
}

/// How often LINE was asked about messages, and how often it was asked to send any.
fn asked(app: &App) -> (usize, usize) {
    let ledger = app.world.line.ledger();
    let to = |end: &str| ledger.calls.iter().filter(|call| call.path.ends_with(end)).count();
    (to("/message/validate/push"), to("/message/push"))
}

/// What came to Hanako's phone from us.
fn on_the_phone(app: &App) -> Vec<Value> {
    let talk = app.world.line.talk(CHANNEL_ID, LINKED_USER);
    talk.into_iter().filter(|line| !line.by_person).map(|line| line.message).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_seen_as_it_would_arrive_and_nothing_is_sent() {
    let app = App::start().await;
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let (path, page) = opened(&mut taro, &LINKED_CONTACT.to_string()).await;
    assert!(page.has("通数も使いません") && !path.contains(&LINKED_CONTACT.to_string()), "{}", page.html);
    let seen = looked(&mut taro, &path, WORDS).await;
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.html);
    for words in [FILLED, "送信できる内容です", "LINEの確認も済んでいます", "1通", "結び珈琲"] {
        assert!(seen.has(words), "{words}: {}", seen.html);
    }
    assert!(seen.has("{{line:firstname|お客さま}}"), "the form keeps what was typed");
    assert_eq!((asked(&app), app.world.line.used_this_month(CHANNEL_ID)), ((1, 0), 0));

    // A property that the contact does not have takes its fallback, as in a workflow.
    app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &[("firstname", "")]);
    assert!(looked(&mut taro, &path, WORDS).await.has("お客さま様、ご予約を承りました。"));
    taro.language = "en";
    assert!(looked(&mut taro, &path, WORDS).await.has("It would be sent."));
    assert_eq!(on_the_phone(&app), [] as [Value; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_stands_in_the_way_is_told_at_once() {
    let app = App::start().await;
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let (path, _) = opened(&mut taro, &LINKED_CONTACT.to_string()).await;
    let refuses = async |taro: &mut Browser<'_>, words: &str, says: &[&str]| {
        let page = looked(taro, &path, words).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", page.html);
        assert!(page.has("このままでは送信されません"), "{}", page.html);
        says.iter().for_each(|says| assert!(page.has(says), "{says}: {}", page.html));
    };
    refuses(&mut taro, "{\"type\":\"text\"", &["message_1"]).await;
    refuses(&mut taro, "{{line:shoe_size}}", &["shoe_size"]).await;
    assert_eq!(asked(&app), (0, 0), "LINE is not asked about what we refuse ourselves");

    // LINE's own word, and none.
    app.world.line.fault(Endpoint::Validate, Fault::FailBefore(400), Plan::Next(1));
    refuses(&mut taro, WORDS, &["LINEがこの内容を受け付けません", FILLED]).await;
    app.world.line.fault(Endpoint::Validate, Fault::FailBefore(500), Plan::Next(1));
    let page = looked(&mut taro, &path, WORDS).await;
    assert!(page.status == StatusCode::OK && page.has("LINEによる確認は済んでいません"), "{}", page.html);

    // Consent, the month's messages and a block, together.
    let consent = Consent { property: "jobtitle".to_owned(), value: "yes".to_owned() };
    app.change_account(|account| account.consent = Some(consent)).await;
    app.world.line.edit_channel(CHANNEL_ID, |channel| channel.monthly_limit = Some(0));
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until("the block", |app| app.linked("line_follows") == "false").await;
    refuses(&mut taro, WORDS, &["no_consent", "通数が残っていない", "blocked", FILLED]).await;
    app.change_channel(|channel| channel.settings.without_quota = WithoutQuota::Hold).await;
    let page = looked(&mut taro, &path, WORDS).await;
    assert!(page.has("no_consent") && !page.has("no_quota"), "it would wait for the month: {}", page.html);
    let token = taro.get(&path).await.token();
    let receipt = [("token", &*token), ("channel", CHANNEL_ID), ("message_1", WORDS), ("purpose", "service")];
    assert!(!taro.post(&path, &receipt).await.has("no_consent"), "a receipt needs none");

    // A contact of whom LINE knows nobody, and one that is not there.
    let other = app.world.hubspot.create_contact(PORTAL_ID, &[("firstname", "無名")]).to_string();
    let (path, _) = opened(&mut taro, &other).await;
    let page = looked(&mut taro, &path, WORDS).await;
    assert!(page.has("not_linked") && !page.has("無名"), "nothing is read of somebody else's contact: {}", page.html);
    let (path, _) = opened(&mut taro, "999999").await;
    assert!(looked(&mut taro, &path, WORDS).await.has("not_linked"));
    let (path, _) = opened(&mut taro, &LINKED_CONTACT.to_string()).await;
    app.world.hubspot.fault(HubSpotEndpoint::BatchRead(ObjectType::Contact), Fault::FailBefore(500), Plan::Every(1));
    app.world.hubspot.fault(HubSpotEndpoint::Get(ObjectType::Contact), Fault::FailBefore(500), Plan::Every(1));
    let page = looked(&mut taro, &path, WORDS).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("HubSpotから応答がなく"), "{}", page.html);
    assert_eq!(asked(&app).1, 0, "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_to_each_tester_once_says_that_it_is_one_and_answers_nobody() {
    let app = App::start().await;
    asks(&app, "質問").await;
    let unlinked = app.world.hubspot.create_contact(PORTAL_ID, &[("firstname", "無名")]).to_string();
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let (path, _) = opened(&mut taro, &LINKED_CONTACT.to_string()).await;
    assert!(looked(&mut taro, &path, WORDS).await.has("テスト送信の宛先がありません"));

    let testers = [unlinked.clone(), LINKED_CONTACT.to_string()];
    app.change_channel(|channel| channel.settings.testers = testers.map(ContactId::new).into()).await;
    let page = looked(&mut taro, &path, WORDS).await;
    let (test, name, token) = (format!("{path}/test"), field(&page, "name"), page.token());
    let form = [("token", &*token), ("name", &*name), ("channel", CHANNEL_ID), ("message_1", WORDS)];
    for _ in 0..2 {
        let sent = taro.post(&test, &form).await;
        assert!(sent.status == StatusCode::OK && sent.has("送信を受け付けました"), "{}", sent.html);
        assert!(sent.has("送信していません") && sent.has("not_linked"), "who is not linked gets none: {}", sent.html);
    }
    app.until("the test", |app| !on_the_phone(app).is_empty()).await;
    app.at_rest_but_entries().await;
    let [message] = &on_the_phone(&app)[..] else { panic!("{:?}", on_the_phone(&app).len()) };
    assert_eq!((&message["text"], &message["sender"]), (&json!(FILLED), &json!({"name": "テスト送信"})));
    assert_eq!(app.linked("line_unanswered"), "true", "a test is no answer");
    app.minutes_pass(16);
    app.until("the note", |app| app.notes().iter().any(|note| note.contains(FILLED))).await;
    let notes = app.notes();
    assert!(notes.iter().any(|note| note.contains("テスト送信（太郎）")), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_or_tests_beyond_what_they_see() {
    let app = App::start().await;
    app.change_channel(|channel| channel.settings.testers = vec![ContactId::new(LINKED_CONTACT.to_string())]).await;
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let (path, page) = opened(&mut taro, &LINKED_CONTACT.to_string()).await;
    let name = "n".repeat(43);
    for mut who in outsiders(&app).await {
        let own = who.get(PEOPLE).await.token();
        let form = [("token", &*own), ("name", &*name), ("channel", CHANNEL_ID), ("message_1", WORDS)];
        for path in [path.clone(), format!("{path}/test")] {
            assert_eq!(who.post(&path, &form).await.status, StatusCode::NOT_FOUND, "another session's handle");
        }
    }
    // An Official Account that is not theirs, a form of another site's, a name of somebody's own.
    let token = page.token();
    let test = format!("{path}/test");
    for (at, token, name, channel, status) in [
        (&path, &*token, &*name, "1657999999", StatusCode::NOT_FOUND),
        (&test, &*token, &*name, "1657999999", StatusCode::NOT_FOUND),
        (&test, "forged", &*name, CHANNEL_ID, StatusCode::FORBIDDEN),
        (&test, &*token, "", CHANNEL_ID, StatusCode::FORBIDDEN),
    ] {
        let form = [("token", token), ("name", name), ("channel", channel), ("message_1", WORDS)];
        let page = taro.post(at, &form).await;
        assert_eq!(page.status, status, "{at}: {}", page.html);
    }
    assert_eq!(asked(&app), (0, 0));
    assert_eq!(app.world.line.talk(CHANNEL_ID, STRANGER).len(), 0);
}
