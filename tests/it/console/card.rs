//! The card on the contact's record in HubSpot: reading and answering a talk there, and who may not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local::fake::Posted;
use local::fake::hubspot::{ObjectType, PageUser, Signatures, signed_headers};
use local::fake::line::Endpoint;
use local::fake::{Fault, Plan};
use local::seed::{
    APP_ID, CHANNEL_ID, CLIENT_SECRET, EMPTY_PORTAL_ID, HUBSPOT_MEMBER, HUBSPOT_USER, LINKED_CONTACT, PORTAL_ID,
};
use musubi::domain::operator::{Role, operator_id};
use musubi::qr::Qr;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, asks, name, names};
use crate::app::{App, account};

const QUESTION: &str = "日曜日は開いていますか？";
const ANSWER: &str = "はい、10時からです。";
const NAME: &str = "0190a1b2-c3d4-7000-8000-000000000001";

pub fn of(user: (u64, &str)) -> PageUser<'_> {
    PageUser { portal_id: PORTAL_ID, user_id: user.0, email: user.1 }
}

/// Hanako has asked; the team has an admin.
pub async fn asked() -> App {
    let app = App::start().await;
    Browser::signed_in(&app, "管理", Role::Admin).await;
    asks(&app, QUESTION).await;
    app
}

/// What the card of this contact is told.
pub async fn told(app: &App, user: PageUser<'_>, what: &str, contact: &str, more: Value) -> (u16, Value) {
    let mut body = json!({"asked_at_ms": app.world.clock.now_ms(), "language": "ja", "contact": contact});
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    let url = format!("{}/console/card/{what}", app.world.url);
    let Posted::Answered { status, body, .. } = app.world.hubspot.fetch(user, &url, &body).await.expect("permitted")
    else {
        panic!("no answer")
    };
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// The same of the linked contact. What is said or decided is of the talk that the card shows.
pub async fn mori(app: &App, what: &str, mut more: Value) -> Value {
    if what != "talk" && more.get("talk").is_none() {
        let shown = told(app, of(HUBSPOT_MEMBER), "talk", &LINKED_CONTACT.to_string(), json!({})).await.1;
        more["talk"] = shown["talk"].clone();
    }
    let (status, answer) = told(app, of(HUBSPOT_MEMBER), what, &LINKED_CONTACT.to_string(), more).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn shown(app: &App, words: &str) -> Vec<Endpoint> {
    let delivered = app.world.line.delivered();
    let says = delivered.iter().filter(|one| one.messages.iter().any(|message| message["text"] == words));
    says.map(|one| one.via).collect()
}

fn words(answer: &Value) -> Vec<&str> {
    answer["lines"].as_array().expect("lines").iter().filter_map(|line| line["words"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_read_on_the_record_and_answered_once_by_a_reply_however_often_the_request_comes() {
    let app = asked().await;
    let talk = mori(&app, "talk", json!({})).await;
    assert_eq!((talk["is"].as_str(), talk["channel"]["name"].as_str()), (Some("open"), Some("結び珈琲")), "{talk}");
    assert_eq!(words(&talk), [QUESTION]);
    is_as("talk", "open", &talk);
    assert!(talk["free_until_ms"].is_i64() && talk["blocked"] == false && talk["quota_out"] == false);
    let used = app.world.line.used_this_month(CHANNEL_ID);
    let say = json!({"name": NAME, "words": ANSWER, "channel": CHANNEL_ID});
    let said = [mori(&app, "say", say.clone()).await, mori(&app, "say", say.clone()).await];
    is_as("say", "said", &said[0]);
    assert!(said[0]["said"].is_string() && said[0] == said[1], "{said:?}");
    app.until("the answer", |app| !shown(app, ANSWER).is_empty()).await;
    app.until("answered", |app| app.linked("line_unanswered") == "false").await;
    mori(&app, "say", say).await;
    app.at_rest_but_entries().await;
    assert_eq!(shown(&app, ANSWER), [Endpoint::Reply]);
    assert_eq!(app.world.line.used_this_month(CHANNEL_ID), used);
    let after = mori(&app, "talk", json!({})).await;
    assert_eq!(words(&after), [QUESTION, ANSWER]);
    assert_eq!(after["lines"][1]["who"], "operator");
    assert!(after["lines"][1]["by"].as_str().is_some_and(|by| by.contains("（担当者）")), "{after}");
    assert_eq!(after["free_until_ms"], Value::Null, "the token is used");
    // As HubSpot calls her; who has no name there stands as in the team.
    let sato = app
        .world
        .hubspot
        .owners(PORTAL_ID)
        .into_iter()
        .find(|owner| owner.user_id == HUBSPOT_USER.0)
        .expect("an owner");
    let called = format!("{} {}（担当者）", sato.last_name, sato.first_name);
    let shown_talk = told(&app, of(HUBSPOT_USER), "talk", &LINKED_CONTACT.to_string(), json!({})).await.1;
    let by_sato = json!({"name": format!("{NAME}-3"), "words": "佐藤です", "talk": shown_talk["talk"]});
    told(&app, of(HUBSPOT_USER), "say", &LINKED_CONTACT.to_string(), by_sato).await;
    app.until("her answer", |app| !shown(app, "佐藤です").is_empty()).await;
    app.at_rest_but_entries().await;
    let lines = mori(&app, "talk", json!({})).await["lines"].clone();
    assert_eq!(lines[2]["by"].as_str(), Some(called.as_str()), "{lines}");
    assert!(lines[1]["by"].as_str().is_some_and(|by| by.starts_with("user 9586511")), "{lines}");
    assert!(names(&app).await.contains(&"user 9586511".to_owned()), "an admin sees who answers in HubSpot");

    // Nor does it go to whoever the contact is linked to since: the card shows another talk.
    for talk in [json!("of somebody else"), Value::Null] {
        let other = json!({"name": format!("{NAME}-2"), "words": "別の方へ", "talk": talk});
        assert_eq!(mori(&app, "say", other).await, json!({"refused": "not_found"}));
    }
    app.until_queues_empty().await;
    assert_eq!(shown(&app, "別の方へ"), []);

    // What is not a message is said in words, in the reader's language.
    let refused = mori(&app, "say", json!({"name": NAME, "words": " \n"})).await;
    assert!(refused["mistake"].as_str().is_some_and(|words| !words.is_ascii()), "{refused}");
    is_as("say", "mistake", &refused);
    let english = json!({"name": NAME, "words": "a".repeat(5_001), "language": "en"});
    let refused = mori(&app, "say", english).await;
    assert!(refused["mistake"].as_str().is_some_and(str::is_ascii), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_card_asks_hubspot_for_nothing_while_it_waits_and_reads_notes_back_when_they_are_written() {
    let app = asked().await;
    let first = mori(&app, "talk", json!({})).await;
    let known = |talk: &Value| json!({"talk": talk["talk"], "tag": talk["tag"], "entry": talk["entry"]});
    let before = app.world.hubspot.ledger().calls.len();
    // Other work for HubSpot goes on; no contact, no note is read for the card.
    let reads = |app: &App| {
        let calls = app.world.hubspot.ledger().calls;
        let reads = calls[before..]
            .iter()
            .filter(|call| call.path.contains("contacts/batch/read") || call.path.contains("/notes"));
        reads.count()
    };
    for _ in 0..100 {
        assert_eq!(mori(&app, "talk", known(&first)).await, json!({"is": "same"}));
    }
    assert_eq!(reads(&app), 0, "a hundred open cards");
    asks(&app, "もう一つ").await;
    let before_poll = reads(&app);
    let second = mori(&app, "talk", known(&first)).await;
    assert_eq!(words(&second), [QUESTION, "もう一つ"]);
    assert!(second["older"].is_null() && reads(&app) == before_poll, "the notes are as they were");
    app.until_moving("the note", |app| app.notes().iter().any(|note| note.contains("もう一つ"))).await;
    app.at_rest_but_entries().await;
    let third = mori(&app, "talk", known(&second)).await;
    assert_eq!(words(&third), [""; 0]);
    let note = third["older"]["notes"][0].to_string();
    assert!(note.contains(QUESTION) && note.contains("もう一つ"), "{third}");
    is_as("talk", "open", &third);
    is_as("talk", "same", &mori(&app, "talk", known(&third)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_linked_to_nobody_gets_the_ways_to_link_and_what_is_not_there_is_said() {
    let app = asked().await;
    let contact = app.world.hubspot.create_contact(PORTAL_ID, &[("email", "taro@example.com")]);
    let (_, answer) = told(&app, of(HUBSPOT_MEMBER), "talk", &contact.to_string(), json!({})).await;
    assert_eq!(answer["is"], "not_linked", "{answer}");
    is_as("talk", "not_linked", &answer);
    let way = &answer["channels"][0];
    assert_eq!(way["login"], format!("{}/line/{CHANNEL_ID}/login", app.world.url));
    assert!(way["add"].as_str().is_some_and(|add| add.contains("/R/ti/p/@")), "{answer}");
    // Decoders read it in the tests of `musubi::qr`.
    let code = Qr::of(way["login"].as_str().expect("an address")).expect("a code").png();
    assert_eq!(way["qr"], format!("data:image/png;base64,{}", STANDARD.encode(code)));
    let (_, said) =
        told(&app, of(HUBSPOT_MEMBER), "say", &contact.to_string(), json!({"name": NAME, "words": "x"})).await;
    assert_eq!(said, json!({"refused": "not_found"}));
    let (_, answer) = told(&app, of(HUBSPOT_MEMBER), "talk", "999999999", json!({})).await;
    assert_eq!(answer, example("talk", "refused"));
    // A contact that was deleted in HubSpot is not shown, linked or not.
    app.world.hubspot.delete(PORTAL_ID, ObjectType::Contact, LINKED_CONTACT);
    assert_eq!(mori(&app, "talk", json!({})).await, json!({"refused": "not_found"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_of_which_nobody_knows_is_said_again_from_the_card_and_only_from_its_own() {
    let app = asked().await;
    app.world.line.fault(Endpoint::Reply, Fault::LoseAnswerAfterEffect, Plan::Next(1));
    app.world.line.fault(Endpoint::Reply, Fault::CloseBeforeEffect, Plan::Every(1));
    mori(&app, "say", json!({"name": NAME, "words": ANSWER})).await;
    let (mut talk, mut saying) = (Value::Null, Value::Null);
    for _ in 0..2_000 {
        talk = mori(&app, "talk", json!({})).await;
        saying = talk["saying"][0].clone();
        if saying["unknown"] == true {
            break;
        }
        app.time_passes(1_000).await;
    }
    assert_eq!((&saying["unknown"], saying["words"].as_str()), (&json!(true), Some(ANSWER)), "{saying}");
    is_as("talk", "unknown", &talk);
    app.world.line.clear_faults();
    let decide = json!({"send": saying["send"], "arrived": "again"});
    // Another contact's card decides nothing about it.
    let other = app.world.hubspot.create_contact(PORTAL_ID, &[]).to_string();
    let (_, answer) = told(&app, of(HUBSPOT_MEMBER), "decide", &other, decide.clone()).await;
    assert_eq!(answer, json!({"refused": "not_found"}));
    for _ in 0..2 {
        assert_eq!(mori(&app, "decide", decide.clone()).await, example("decide", "done"));
    }
    app.until("said again", |app| shown(app, ANSWER).len() == 2).await;
    app.at_rest_but_entries().await;
    assert_eq!(shown(&app, ANSWER), [Endpoint::Reply, Endpoint::Push]);
}

/// The examples that the card's own tests read.
pub fn example(what: &str, which: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/hubspot/tests/answers.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the examples")).expect("JSON");
    all[what][which].clone()
}

/// Where two answers are of different shapes: in names or kinds of value, not in the values. `null` stands for whatever may be there.
fn differs(path: &str, example: &Value, answer: &Value) -> Vec<String> {
    match (example, answer) {
        (Value::Object(one), Value::Object(other)) => {
            let names: std::collections::BTreeSet<_> = one.keys().chain(other.keys()).collect();
            let each = |name: &&String| {
                let path = format!("{path}.{name}");
                match (one.get(*name), other.get(*name)) {
                    (Some(one), Some(other)) => differs(&path, one, other),
                    _ => vec![path],
                }
            };
            names.iter().flat_map(each).collect()
        }
        (Value::Array(one), Value::Array(other)) => match (one.first(), other.first()) {
            (Some(one), Some(other)) => differs(&format!("{path}[]"), one, other),
            _ => Vec::new(),
        },
        (Value::Null, _) | (_, Value::Null) => Vec::new(),
        (one, other) if std::mem::discriminant(one) == std::mem::discriminant(other) => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

pub fn is_as(what: &str, which: &str, answer: &Value) {
    let (example, none): (Value, Vec<String>) = (example(what, which), Vec::new());
    assert!(example.is_object(), "{what} {which}");
    assert_eq!(differs("", &example, answer), none, "{what} {which}: {answer}");
}

/// Posts as HubSpot signs it, or not; status and body.
async fn post(app: &App, what: &str, query: &str, body: &str, signed: Option<(&str, i64)>) -> (u16, String) {
    let url = format!("{}/console/card/{what}{query}", app.world.url);
    let mut request = app.http.post(&url);
    if let Some((secret, at_ms)) = signed {
        request = request.headers(signed_headers(secret, &url, body.as_bytes(), at_ms, Signatures::V2AndV3));
    }
    let answer = request.body(body.to_owned()).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a body"))
}

fn query(portal: u64, user: u64) -> String {
    format!("?portalId={portal}&userId={user}&userEmail=mori%40example.com&appId={APP_ID}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_forged_replayed_foreign_oversized_or_from_somebody_who_left_is_shown_nothing_and_sends_nothing() {
    let app = asked().await;
    let (now_ms, own) = (app.world.clock.now_ms(), query(PORTAL_ID, HUBSPOT_MEMBER.0));
    let contact = LINKED_CONTACT.to_string();
    let body = json!({"asked_at_ms": now_ms, "contact": contact, "name": NAME, "words": "乗っ取り", "send": NAME,
        "arrived": "yes", "tend": "mine", "files": ["a"], "address": "http://127.0.0.1:9/", "portalId": PORTAL_ID, "userId": HUBSPOT_USER.0});
    let text = body.to_string();
    let reads = app.world.aws.secrets().all_reads();
    for what in ["talk", "say", "decide", "tend", "pictures", "file", "send"] {
        assert_eq!(post(&app, what, &own, &text, None).await, (401, String::new()), "{what}: a bare status");
    }
    assert_eq!(app.world.aws.secrets().all_reads(), reads, "and no read of a secret");
    for what in ["talk", "say", "decide", "tend", "pictures", "file", "send"] {
        for (why, signed) in [
            ("another secret", ("made up", now_ms)),
            ("replayed after five minutes", (CLIENT_SECRET, now_ms - 360_000)),
            ("of a time to come", (CLIENT_SECRET, now_ms + 360_000)),
        ] {
            assert_eq!(post(&app, what, &own, &text, Some(signed)).await, (401, String::new()), "{what}: {why}");
        }
        // Another account, whose app this is not: whatever contact the body names and whatever it says of the account.
        let foreign =
            post(&app, what, &query(EMPTY_PORTAL_ID, HUBSPOT_MEMBER.0), &text, Some((CLIENT_SECRET, now_ms))).await;
        assert_eq!(foreign, (200, r#"{"refused":"not_connected"}"#.to_owned()), "{what}");
        for contact in ["", "../1001", "1001/notes", "1001 OR 1=1", "-1", &"9".repeat(65)] {
            let mut bad = body.clone();
            bad["contact"] = json!(contact);
            let answer = post(&app, what, &own, &bad.to_string(), Some((CLIENT_SECRET, now_ms))).await;
            assert_eq!(answer, (400, String::new()), "{what}: {contact}");
        }
        let mut large = body.clone();
        large["words"] = json!("あ".repeat(40_000));
        let answer = post(&app, what, &own, &large.to_string(), Some((CLIENT_SECRET, now_ms))).await;
        assert_eq!(answer.0, 413, "{what}: {}", answer.1);
        let answer = post(&app, what, &own, "[", Some((CLIENT_SECRET, now_ms))).await;
        assert_eq!(answer, (400, String::new()), "{what}: no JSON");
        let got = app.http.get(format!("{}/console/card/{what}{own}", app.world.url)).send().await.expect("an answer");
        assert_eq!(got.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
    for name in ["", "short", &"a".repeat(65), "with spaces in it too", "名前名前名前名前名前"] {
        let mut bad = body.clone();
        bad["name"] = json!(name);
        assert_eq!(post(&app, "say", &own, &bad.to_string(), Some((CLIENT_SECRET, now_ms))).await.0, 400, "{name}");
    }
    // A portal that is connected, and a contact of another: its links are of its own account.
    let (status, answer) =
        told(&app, of(HUBSPOT_MEMBER), "say", "1001000", json!({"name": NAME, "words": "乗っ取り"})).await;
    assert_eq!((status, answer), (200, json!({"refused": "not_found"})));

    // Who was removed reads and says nothing any more.
    assert_eq!(mori(&app, "talk", json!({})).await["is"], "open");
    let mut admin = Browser::signed_in(&app, "管理", Role::Admin).await;
    let (token, id) = (admin.get("/console/team").await.token(), operator_id(&account(), &name("user 9586511")));
    let removed = admin.post("/console/team/remove", &[("token", &token), ("id", id.as_str())]).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.html);
    for what in ["talk", "say", "decide", "tend", "pictures", "file", "send"] {
        let more = json!({"name": NAME, "words": "乗っ取り", "send": NAME, "arrived": "yes", "tend": "mine", "files": ["a"], "address": "http://127.0.0.1:9/"});
        assert_eq!(mori(&app, what, more).await, json!({"refused": "removed"}), "{what}");
    }
    app.until_queues_empty().await;
    assert_eq!(shown(&app, "乗っ取り"), []);
}
