//! Talks in the console: the list, one talk, and answers that are replies while LINE lets them be.

use local::fake::hubspot::{Endpoint as HubSpotEndpoint, ObjectType};
use local::fake::line::{Delivered, Endpoint, Friendship};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, LINKED_CONTACT, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::RetryPolicy;
use musubi::domain::conversation::ConversationKey;
use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::domain::operator::Role;
use musubi::store::Journal;
use reqwest::StatusCode;

use super::browser::{Browser, Page, asks, invited, outsiders};
use crate::app::App;

pub const PATH: &str = "/console/talks";
const QUESTION: &str = "日曜日は開いていますか？";
const ANSWER: &str = "はい、10時からです。";

fn journal(app: &App) -> Journal {
    app.world.adapters(RetryPolicy::WORKER).expect("adapters").journal().expect("a journal")
}

/// Hanako asks, and it is recorded and stands on her contact.
async fn asked() -> App {
    let app = App::start().await;
    asks(&app, QUESTION).await;
    app
}

/// The page of the linked contact's talk, from the person's page, and its address.
pub async fn opened(browser: &mut Browser<'_>) -> (String, Page) {
    let token = browser.get("/console/people").await.token();
    let found = browser.post("/console/people", &[("token", &token), ("who", &LINKED_CONTACT.to_string())]).await;
    let person = browser.get(found.location().expect("an address")).await;
    let path = link(&person, PATH).expect("a link to the talk");
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    (path, page)
}

/// The first link on a page that leads below this path.
pub fn link(page: &Page, below: &str) -> Option<String> {
    let (_, rest) = page.html.split_once(&format!("href=\"{below}/"))?;
    Some(format!("{below}/{}", rest.split('"').next()?))
}

pub fn field(page: &Page, name: &str) -> String {
    page.fields().into_iter().find(|(field, _)| field == name).expect("the field").1
}

/// Says something by the form of this page.
pub async fn says(browser: &mut Browser<'_>, path: &str, page: &Page, words: &str) -> Page {
    let name = field(page, "name");
    browser.post(path, &[("token", &page.token()), ("name", &name), ("words", words)]).await
}

/// What Hanako's phone shows of ours that says this, and by which call it came.
fn shown(app: &App, words: &str) -> Vec<Endpoint> {
    let says = |one: &Delivered| one.to == LINKED_USER && one.messages.iter().any(|it| it["text"] == words);
    app.world.line.delivered().iter().filter(|one| says(one)).map(|one| one.via).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_within_the_minute_is_a_reply_that_costs_nothing_and_a_later_one_is_a_push() {
    let app = asked().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    assert!(page.has(QUESTION) && page.has("返信として送られ"), "{}", page.html);
    let used = app.world.line.used_this_month(CHANNEL_ID);
    for _ in 0..2 {
        // The same form, sent twice.
        let answer = says(&mut sato, &path, &page, ANSWER).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let back = answer.location().expect("an address");
        assert!(back.starts_with(PATH) && back.contains("?sent=") && !back.contains(LINKED_USER), "{back}");
    }
    app.until("the answer", |app| !shown(app, ANSWER).is_empty()).await;
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    app.at_rest_but_entries().await;
    assert_eq!(shown(&app, ANSWER), [Endpoint::Reply]);
    assert_eq!(app.world.line.used_this_month(CHANNEL_ID), used, "nothing is counted");
    let (path, page) = opened(&mut sato).await;
    assert!(page.has(ANSWER) && page.says("佐藤（担当者）") && page.has("1通と数えられます"), "{}", page.html);

    app.minutes_pass(2);
    let later = "お待ちしています。";
    says(&mut sato, &path, &page, later).await;
    app.until("the later answer", |app| !shown(app, later).is_empty()).await;
    app.until_queues_empty().await;
    assert_eq!(shown(&app, later), [Endpoint::Push]);
    assert_eq!(app.world.line.used_this_month(CHANNEL_ID), used + 1);
    let replied = journal(&app).replied(&ChannelId::new(CHANNEL_ID)).await.expect("a row").value;
    assert_eq!(replied.this_month(app.world.clock.now_ms()), 1, "what it saved is counted");

    // The note has all of it, in order; the page reads it back, and there is nothing new.
    app.until_moving("the note", |app| app.notes().iter().any(|note| note.contains(later))).await;
    app.at_rest_but_entries().await;
    let note = app.notes().concat();
    let places = [QUESTION, ANSWER, later].map(|words| note.find(words).expect("it stands there"));
    assert!(places.is_sorted() && note.contains("佐藤（担当者）"), "{note}");
    let (_, page) = opened(&mut sato).await;
    assert!(page.has("新しいやりとりはありません") && page.has("class=\"note\""), "{}", page.html);
    assert!([QUESTION, ANSWER, later].iter().all(|words| page.has(words)), "{}", page.html);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_who_waits_by_name_and_everybody_on_demand() {
    let app = asked().await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "こんにちは").await;
    app.until("a contact", |app| app.contact_of(NEW_USER).is_some()).await;
    app.at_rest_but_entries().await;
    let hanako = [("lastname", "山田"), ("firstname", "花子<b>")];
    app.world.hubspot.change(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT, &hanako);
    app.world.clock.advance_ms(11_000);
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let waiting = sato.get(PATH).await;
    assert!(
        waiting.has("山田 花子&lt;b&gt;") && waiting.has(QUESTION) && waiting.has("こんにちは"),
        "{}",
        waiting.html
    );
    for canary in [LINKED_USER, NEW_USER] {
        assert!(!waiting.has(canary), "nobody's ID");
    }
    // From the list to the talk.
    let (own, page) = opened(&mut sato).await;
    assert!(page.has("山田 花子&lt;b&gt;さんとのトーク") && page.has("返信せずに、返信済みにする"), "{}", page.html);
    let path = link(&waiting, PATH).expect("a link to a talk");
    assert!(sato.get(&path).await.has("さんとのトーク"));
    // Answered elsewhere: who waits no more is among all of them.
    let (token, person) = (waiting.token(), link(&page, "/console/people").expect("a link"));
    let person = sato.get(&person).await;
    assert!(person.has("返信済みにする"));
    let done = sato.post(&format!("{own}/answered"), &[("token", &token)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    app.world.clock.advance_ms(11_000);
    let waiting = sato.get(PATH).await;
    assert!(!waiting.has("山田") && waiting.has("こんにちは"), "{}", waiting.html);
    let search = async |sato: &mut Browser<'_>, words: &str| {
        let fields = [("token", &*token), ("who", "everybody"), ("words", words)];
        let page = sato.post(PATH, &fields).await;
        assert_eq!(page.status, StatusCode::OK);
        page
    };
    let all = search(&mut sato, "").await;
    assert!(all.has("山田") && all.has("こんにちは"));
    let found = search(&mut sato, "山田").await;
    assert!(found.has("花子") && !found.has("こんにちは"));
    assert!(search(&mut sato, "竹田").await.has("見つかりませんでした"));
    app.world.hubspot.fault(HubSpotEndpoint::Search(ObjectType::Contact), Fault::FailBefore(500), Plan::Every(1));
    assert!(search(&mut sato, "山田").await.has("HubSpotから応答がありません"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_or_answers_a_talk_that_they_do_not_see() {
    let app = asked().await;
    app.world.clock.advance_ms(11_000);
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    let (token, name) = (page.token(), field(&page, "name"));
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "限定", Role::Member, Some("1657999999")).await).await;
    let [kept_out, stranger] = outsiders(&app).await;
    let mut tried = 0;
    for mut who in [kept_out, stranger, limited] {
        let own = who.get("/console/people").await.token();
        assert_eq!(who.get(&path).await.status, StatusCode::NOT_FOUND, "another session's handle");
        assert_eq!(who.get(&format!("{path}/live")).await.status, StatusCode::NOT_FOUND);
        for below in ["", "/decide", "/answered"] {
            let fields = [("token", &*own), ("name", &name), ("words", "乗っ取り"), ("arrived", "again")];
            assert_eq!(who.post(&format!("{path}{below}"), &fields).await.status, StatusCode::NOT_FOUND);
        }
        for page in [who.get(PATH).await, who.post(PATH, &[("token", &own), ("who", "everybody")]).await] {
            assert!(!page.has(QUESTION) && !page.has(&LINKED_CONTACT.to_string()), "{}", page.html);
        }
        tried += 1;
    }
    assert_eq!(tried, 3);
    for (token, name, words, status) in [
        ("", &*name, "乗っ取り", StatusCode::FORBIDDEN),
        (&token, "", "乗っ取り", StatusCode::FORBIDDEN),
        (&token, "choose-me", "乗っ取り", StatusCode::FORBIDDEN),
        (&token, &name, " ", StatusCode::UNPROCESSABLE_ENTITY),
        (&token, &name, &"あ".repeat(5_001), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = sato.post(&path, &[("token", token), ("name", name), ("words", words)]).await;
        assert_eq!(answer.status, status, "{}", answer.html);
        if status == StatusCode::UNPROCESSABLE_ENTITY {
            assert!(answer.has(words.trim()), "what was typed is still there");
        }
    }
    let mut elsewhere = Browser { app: &app, session: sato.session.clone(), language: "ja", origin: Vec::new() };
    elsewhere.origin = vec![("sec-fetch-site", "cross-site".to_owned()), ("origin", "https://evil.example".to_owned())];
    let forged = elsewhere.post(&path, &[("token", &token), ("name", &name), ("words", "乗っ取り")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    app.until_queues_empty().await;
    assert_eq!(shown(&app, "乗っ取り"), []);
    // Whoever is removed reads no more.
    let console = super::browser::console(&app);
    let all = console.operators.all(&crate::app::account()).await.expect("operators");
    let id = all.into_iter().find(|it| it.name.expose() == "佐藤").expect("an operator").id;
    let mut admin = Browser::signed_in(&app, "管理", Role::Admin).await;
    let token = admin.get("/console/team").await.token();
    let removed = admin.post("/console/team/remove", &[("token", &token), ("id", id.as_str())]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.html);
    assert!(!sato.get(&path).await.has(QUESTION));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sees_one_account_alone_reads_nothing_of_another_ones_talks_in_the_list() {
    let app = asked().await;
    // Of one LINE provider, and Hanako is on one of the two alone.
    app.change_account(|account| account.channels.push(ChannelId::new("1657999999"))).await;
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let channels = adapters.channels().expect("channels");
    let mut other = channels.find(&ChannelId::new(CHANNEL_ID)).await.expect("a row").expect("a channel");
    other.id = ChannelId::new("1657999999");
    let _ = channels.put(&other, 0).await.expect("stored");
    app.world.clock.advance_ms(11_000);
    let mut limited = Browser::new(&app);
    limited.joins(&invited(&app, "限定", Role::Member, Some("1657999999")).await).await;
    let token = limited.get(PATH).await.token();
    for page in [limited.get(PATH).await, limited.post(PATH, &[("token", &token), ("who", "everybody")]).await] {
        assert!(page.status == StatusCode::OK && !page.has(QUESTION) && link(&page, PATH).is_none(), "{}", page.html);
    }
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    assert!(sato.get(PATH).await.has(QUESTION), "who sees all sees it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_of_which_nobody_knows_is_followed_by_no_push_and_said_again_only_by_hand() {
    let app = asked().await;
    // LINE takes it, and all of its answers are lost.
    app.world.line.fault(Endpoint::Reply, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    app.world.line.fault(Endpoint::Reply, Fault::CloseBeforeEffect, Plan::Every(1));
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    says(&mut sato, &path, &page, ANSWER).await;
    app.until("it is shown", |app| !shown(app, ANSWER).is_empty()).await;
    let is_parked = async || !journal(&app).parked(&crate::app::account()).await.expect("rows").found.is_empty();
    for _ in 0..2_000 {
        if is_parked().await {
            break;
        }
        app.time_passes(1_000).await;
    }
    assert!(is_parked().await, "an operator is asked");
    app.until_queues_empty().await;
    assert_eq!(shown(&app, ANSWER), [Endpoint::Reply], "no push beside it");
    let (path, page) = opened(&mut sato).await;
    assert!(page.has("届いたかどうか分かりません") && page.has(ANSWER), "{}", page.html);
    app.world.line.clear_faults();
    for _ in 0..2 {
        let fields = [("token", &*page.token()), ("send", &field(&page, "send")), ("arrived", "again")];
        let decided = sato.post(&format!("{path}/decide"), &fields).await;
        assert_eq!(decided.status, StatusCode::SEE_OTHER, "{}", decided.html);
    }
    app.until("said again", |app| shown(app, ANSWER).len() == 2).await;
    app.at_rest_but_entries().await;
    assert_eq!(shown(&app, ANSWER), [Endpoint::Reply, Endpoint::Push], "as somebody chose, once");
    let key = ConversationKey::person(&ChannelId::new(CHANNEL_ID), &LineUserId::new(LINKED_USER));
    assert_eq!(journal(&app).saying(&key).await.expect("rows"), []);
    assert!(!sato.get(&path).await.has("届いたかどうか分かりません"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_comes_without_the_page_and_nothing_comes_while_nothing_is_new() {
    let app = asked().await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, _) = opened(&mut sato).await;
    let live = format!("{path}/live");
    let first = sato.get(&live).await;
    assert!(first.status == StatusCode::OK && first.has(QUESTION) && !first.has("<textarea"), "{}", first.html);
    let tag = first.headers["etag"].to_str().expect("text").to_owned();
    let again = async |tag: &str| {
        let request = app.http.get(format!("{}{live}", app.world.url)).header("if-none-match", tag);
        let cookie = format!("{}={}", super::browser::COOKIE, sato.session.as_deref().expect("a session"));
        let answer = request.header("cookie", cookie).header("accept-language", "ja").send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    };
    assert_eq!(again(&tag).await, (StatusCode::NOT_MODIFIED, String::new()));
    let searches = app.world.hubspot.ledger().calls.len();
    asks(&app, "もう一つ").await;
    let (status, html) = again(&tag).await;
    assert!(status == StatusCode::OK && html.contains(QUESTION) && html.contains("もう一つ"));
    let calls = app.world.hubspot.ledger().calls;
    assert!(calls[searches..].iter().all(|call| !call.path.contains("search")), "HubSpot is not asked for it");
    // A note was written: it comes with what is new, once it is asked for.
    app.until_moving("the note", |app| app.notes().iter().any(|note| note.contains("もう一つ"))).await;
    app.at_rest_but_entries().await;
    assert!(!sato.get(&live).await.has(QUESTION));
    let past = sato.get(&format!("{live}?past=1")).await;
    assert!(past.has(QUESTION) && past.has("id=\"past\"") && past.has("id=\"now\""), "{}", past.html);
    // A page that asks by itself keeps nobody signed in.
    for _ in 0..4 {
        app.minutes_pass(25);
        assert_eq!(sato.get(&live).await.status, StatusCode::OK);
    }
    app.minutes_pass(25);
    assert_eq!(sato.get(&live).await.status, StatusCode::UNAUTHORIZED, "two hours without a use");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_blocks_the_account_is_shown_so_and_older_notes_that_cannot_be_read_are_named() {
    let app = asked().await;
    app.until_moving("the note", |app| app.notes().iter().any(|note| note.contains(QUESTION))).await;
    app.at_rest_but_entries().await;
    app.world.line.set_friendship(CHANNEL_ID, LINKED_USER, Friendship::Blocked);
    app.world.line.block(CHANNEL_ID, LINKED_USER).await;
    app.until("the block", |app| app.linked("line_follows") == "false").await;
    let mut sato = Browser::signed_in(&app, "佐藤", Role::Member).await;
    let (path, page) = opened(&mut sato).await;
    assert!(page.has("ブロックしているため") && !page.has("<textarea") && page.has(QUESTION), "{}", page.html);
    app.world.hubspot.fault(HubSpotEndpoint::Get(ObjectType::Note), Fault::FailBefore(500), Plan::Every(1));
    app.world.hubspot.fault(HubSpotEndpoint::BatchRead(ObjectType::Note), Fault::FailBefore(500), Plan::Every(1));
    let page = sato.get(&path).await;
    assert!(page.has("以前のやりとりを読み込めませんでした") && !page.has(QUESTION), "{}", page.html);
}
