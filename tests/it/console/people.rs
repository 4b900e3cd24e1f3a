//! People on LINE, through the console: who finds them, and what each form does.

use local::fake::hubspot::{Endpoint, ObjectType};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::claim::{ClaimedBy, Target};
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::operator::Role;
use musubi::store::Journal;
use reqwest::StatusCode;

use super::browser::{Browser, Page, console, outsiders};
use crate::app::{App, account, text_at};

const PATH: &str = "/console/people";
const WORDS: &str = "だれにも見せない言葉";
const ADDRESS: &str = "sagasu.hito@example.com";
const STRANGER: &str = "U0000000000000000000000000000dada";

fn key() -> ConversationKey {
    ConversationKey::person(&ChannelId::new(CHANNEL_ID), &LineUserId::new(LINKED_USER))
}

fn journal(app: &App) -> Journal {
    app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal")
}

async fn target(app: &App) -> Option<Target> {
    let claim = journal(app).claim(&key()).await.expect("a row")?.value;
    assert_eq!(claim.by, ClaimedBy::Operator);
    Some(claim.target)
}

async fn lines(app: &App) -> usize {
    console(app).audit(&account(), 0, 100).await.expect("lines").len()
}

/// HubSpot answers nothing about contacts.
fn hubspot_away(app: &App) {
    let contact = ObjectType::Contact;
    for endpoint in [
        Endpoint::Get(contact),
        Endpoint::BatchRead(contact),
        Endpoint::Search(contact),
        Endpoint::Update(contact),
        Endpoint::BatchUpdate(contact),
        Endpoint::BatchUpsert(contact),
    ] {
        app.world.hubspot.fault(endpoint, Fault::FailBefore(500), Plan::Every(1));
    }
}

/// A hidden field of the first form that has it.
fn field(page: &Page, name: &str) -> String {
    page.fields().into_iter().find(|(field, _)| field == name).expect("the field").1
}

/// Looks for this, and goes where the answer leads.
async fn found(browser: &mut Browser<'_>, who: &str) -> (String, Page) {
    let token = browser.get(PATH).await.token();
    let answer = browser.post(PATH, &[("token", &token), ("who", who)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let address = answer.location().expect("an address").to_owned();
    let page = browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    (address, page)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_three_ways_and_neither_their_id_nor_their_address_is_in_an_address() {
    let app = App::start().await;
    let contact = LINKED_CONTACT.to_string();
    app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &[("email", ADDRESS)]);
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    for who in [&*contact, &format!(" {} ", ADDRESS.to_uppercase()), LINKED_USER] {
        let (address, page) = found(&mut taro, who).await;
        assert!(page.has("結び珈琲") && page.has(&contact) && page.has("連携先のコンタクト"), "{who}");
        for canary in [LINKED_USER, ADDRESS, "sagasu"] {
            assert!(!address.contains(canary) && !page.has(canary), "{canary} by {who}");
        }
        assert!(!page.has("消去の確認に進む"), "a member erases nobody");
    }
    let (_, page) = found(&mut taro, STRANGER).await;
    assert!(page.has("まだ知りません") && !page.has(STRANGER));
    let (_, page) = found(&mut taro, "999999").await;
    assert!(page.has("このコンタクトと連携している方はいません"));
    let token = page.token();
    for (who, says) in
        [("", "いずれかを入力"), ("花子", "いずれかを入力"), ("nobody@example.com", "HubSpotにありません")]
    {
        let answer = taro.post(PATH, &[("token", &token), ("who", who)]).await;
        assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.has(says), "{who}");
        assert!(!answer.has("nobody@example.com"));
    }
    // HubSpot away: it is said, and the other two ways go on.
    hubspot_away(&app);
    let answer = taro.post(PATH, &[("token", &token), ("who", ADDRESS)]).await;
    assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.has("応答がありません"));
    found(&mut taro, &contact).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handle_is_its_sessions_alone_and_nobody_acts_on_whom_they_do_not_see() {
    let app = App::start().await;
    let contact = LINKED_CONTACT.to_string();
    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    let (address, page) = found(&mut taro, &contact).await;
    let (person, back) = (field(&page, "person"), field(&page, "back"));
    let before = lines(&app).await;
    let mut attempts = 0;
    for mut who in outsiders(&app).await {
        assert_eq!(who.get(&address).await.status, StatusCode::NOT_FOUND, "another session's");
        let token = who.get(PATH).await.token();
        for path in ["link", "unlink", "answered", "erase", "erased"] {
            let fields = [("token", &*token), ("person", &person), ("back", &back), ("contact", "5")];
            let answer = who.post(&format!("{PATH}/{path}"), &fields).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            attempts += 1;
        }
        // Their own handles name nobody of the demo's.
        for sought in [&*contact, LINKED_USER] {
            let (_, page) = found(&mut who, sought).await;
            assert!(!page.has("結び珈琲") && !page.has("連携先のコンタクト"));
            let fields =
                [("token", &*token), ("back", &field_or(&page, "back")), ("channel", CHANNEL_ID), ("other", "5")];
            assert_ne!(who.post(&format!("{PATH}/new"), &fields).await.status, StatusCode::SEE_OTHER);
        }
    }
    assert_eq!(attempts, 10);
    let token = page.token();
    for path in ["erase", "erased"] {
        let fields = [("token", &*token), ("person", &person), ("back", &back)];
        assert_eq!(taro.post(&format!("{PATH}/{path}"), &fields).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for (token, person, status) in [
        ("", &*person, StatusCode::FORBIDDEN),
        (&token, "", StatusCode::NOT_FOUND),
        (&token, &person[1..], StatusCode::NOT_FOUND),
        (&token, &back, StatusCode::NOT_FOUND),
    ] {
        let fields = [("token", token), ("person", person), ("back", &back)];
        assert_eq!(taro.post(&format!("{PATH}/unlink"), &fields).await.status, status);
    }
    let mut again = Browser::signed_in(&app, "太郎", Role::Member).await;
    assert_eq!(again.get(&address).await.status, StatusCode::NOT_FOUND, "the next session's are others");
    for odd in ["x", "%00", &"a".repeat(4_000)] {
        assert_eq!(taro.get(&format!("{PATH}/{odd}")).await.status, StatusCode::NOT_FOUND);
    }
    let mut nobody = Browser::new(&app);
    assert_eq!(nobody.get(&address).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(target(&app).await, None);
    let since = console(&app).audit(&account(), 0, 100).await.expect("lines");
    assert!(
        !format!("{since:?}").contains("Unlinked") && lines(&app).await > before,
        "they signed in, and that is all"
    );
}

/// The same, or nothing.
fn field_or(page: &Page, name: &str) -> String {
    page.fields().into_iter().find(|(field, _)| field == name).map_or_else(String::new, |(_, value)| value)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_moved_unlinked_and_erased_by_forms_of_which_a_second_changes_nothing() {
    let app = App::start().await;
    let contact = LINKED_CONTACT.to_string();
    let now_ms = app.world.clock.now_ms();
    app.post_events(&[text_at(LINKED_USER, 1, now_ms, WORDS)]).await;
    app.until_queues_empty().await;
    // The dispatcher would act on what is said while it is looked at.
    hubspot_away(&app);
    let mut hanako = Browser::signed_in(&app, "花子", Role::Admin).await;
    let (_, page) = found(&mut hanako, &contact).await;
    assert!(page.has("返信済みにする") && !page.has(WORDS));
    let (token, person, back) = (page.token(), field(&page, "person"), field(&page, "back"));
    let base = [("token", &*token), ("person", &*person), ("back", &*back)];

    for path in ["answered", "answered"] {
        let answer = hanako.post(&format!("{PATH}/{path}"), &base).await;
        assert!(answer.location().is_some_and(|to| to.ends_with("?saved=1")));
    }
    let waits = journal(&app).conversation(&key()).await.expect("a row").expect("a state").value.unanswered_since_ms;
    assert_eq!(waits, None);
    let moved = [base[0], base[1], base[2], ("contact", "123456789")];
    for _ in 0..2 {
        assert_eq!(hanako.post(&format!("{PATH}/link"), &moved).await.status, StatusCode::SEE_OTHER);
    }
    let log = hanako.get("/console/log").await;
    assert_eq!(log.html.matches("返信済みにしました").count(), 1);
    assert_eq!(log.html.matches("コンタクト 123456789 と連携しました").count(), 1, "a second form says nothing new");
    let wrong = hanako.post(&format!("{PATH}/link"), &[base[0], base[1], base[2], ("contact", "x")]).await;
    assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.has("数字で入力"));
    assert_eq!(hanako.post(&format!("{PATH}/unlink"), &base).await.status, StatusCode::SEE_OTHER);

    let asked = hanako.post(&format!("{PATH}/erase"), &base).await;
    let name = field(&asked, "name");
    let erased = [base[0], base[1], base[2], ("name", &*name), ("lost_link", "yes"), ("lost_words", "yes")];
    let unticked = hanako.post(&format!("{PATH}/erased"), &erased).await;
    assert!(unticked.status == StatusCode::UNPROCESSABLE_ENTITY && unticked.has("まだ何も消去していません"));
    assert!(journal(&app).conversation(&key()).await.expect("a row").is_some());
    let erased = [&erased[..], &[("lost_state", "yes")]].concat();
    let answer = hanako.post(&format!("{PATH}/erased"), &erased).await;
    let receipt = answer.location().expect("a receipt").to_owned();
    assert!(journal(&app).conversation(&key()).await.expect("a row").is_none());
    assert_eq!(app.texts_at_rest(WORDS).await, 0);
    let shown = hanako.get(&receipt).await;
    assert!(shown.has("会話の状態") && shown.has("連携") && shown.has(&contact));
    let file = hanako.get(&format!("{receipt}/file")).await;
    let json: serde_json::Value = serde_json::from_str(&file.html).expect("JSON");
    assert_eq!((&json["channel_id"], &json["removed"]["links"]), (&CHANNEL_ID.into(), &1.into()));
    assert!(file.headers["content-disposition"].to_str().expect("text").starts_with("attachment"));
    for canary in [WORDS, LINKED_USER] {
        assert!(!shown.has(canary) && !file.has(canary) && !receipt.contains(canary), "{canary}");
    }
    // The same form again: the same receipt, nothing else.
    assert_eq!(hanako.post(&format!("{PATH}/erased"), &erased).await.location(), Some(&*receipt));
    assert_eq!(hanako.get(&receipt).await.html.matches("会話の状態").count(), 1);
    let log = hanako.get("/console/log").await;
    assert!(log.html.matches("情報を消去しました").count() == 1 && !log.has(LINKED_USER) && !log.has(WORDS));

    let mut taro = Browser::signed_in(&app, "太郎", Role::Member).await;
    assert_eq!(taro.get(&receipt).await.status, StatusCode::FORBIDDEN);
    for mut who in outsiders(&app).await {
        assert_eq!(who.get(&receipt).await.status, StatusCode::NOT_FOUND);
        assert_eq!(who.get(&format!("{receipt}/file")).await.status, StatusCode::NOT_FOUND);
    }
}
