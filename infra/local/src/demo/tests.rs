//! The demo's HTTP face over two fakes that are connected to nobody.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use http::{Request, Response, StatusCode, header};
use musubi::domain::language::Language;
use musubi::ports::PortError;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Demo, Ours, Spoken, router};
use crate::fake::FakeClock;
use crate::fake::hubspot::{AppSpec, FakeHubSpot, ObjectType, PortalSpec};
use crate::fake::line::{ChannelSpec, FakeLine, Friendship};

const CHANNEL: &str = "2000000001";
const PORTAL: u64 = 24_000_001;

struct Idle;

#[async_trait]
impl Ours for Idle {
    async fn speak(&self, _: Language) -> Result<(), PortError> {
        Ok(())
    }

    async fn look(&self) -> Value {
        json!({"inbox": 0, "push": 0, "outbox": 0, "dead_letters": [], "parked": [], "effect_rows": []})
    }
}

struct World {
    demo: Demo,
    router: Router,
    friend: String,
    contact: u64,
}

fn world() -> World {
    let clock = FakeClock::stopped_at(1_786_000_000_000);
    let line = FakeLine::new(clock.clone());
    line.add_channel(ChannelSpec::demo(CHANNEL, "secret", "demo"));
    let friend = line.add_person("demo", "Friend", None);
    line.set_friendship(CHANNEL, &friend, Friendship::Friend);
    let hubspot = FakeHubSpot::new(clock.clone(), AppSpec::demo(77, "client-secret"));
    hubspot.add_portal(PortalSpec::demo(PORTAL));
    let contact = hubspot.create_contact(PORTAL, &[("email", "a@example.com")]);
    let (channel_id, ours, language) = (CHANNEL.to_owned(), Arc::new(Idle), Spoken::default());
    let demo = Demo { line, hubspot, clock, channel_id, portal_id: PORTAL, ours, language };
    World { router: router(demo.clone()), demo, friend, contact }
}

impl World {
    async fn get(&self, path: &str, etag: Option<&str>) -> Response<Body> {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:1");
        let request = etag.into_iter().fold(request, |request, etag| request.header(header::IF_NONE_MATCH, etag));
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        let request = Request::post(path)
            .header(header::HOST, "127.0.0.1:1")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        (answer.status(), json_of(answer).await)
    }

    async fn line(&self, what: &str, body: Value) -> (StatusCode, Value) {
        self.post(&format!("/demo/line/{}/{what}", self.friend), body).await
    }
}

async fn json_of(answer: Response<Body>) -> Value {
    let bytes = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    serde_json::from_slice(&bytes).unwrap_or(Value::Null)
}

#[tokio::test]
async fn the_world_has_the_keys_that_scripts_rely_on() {
    let world = json_of(world().get("/world.json", None).await).await;
    for pointer in ["/line/messages", "/line/calls", "/crm/contacts", "/crm/notes", "/crm/tasks", "/crm/completions"] {
        assert!(world.pointer(pointer).is_some_and(Value::is_array), "{pointer}");
    }
    for pointer in ["/line/violations", "/crm/violations"] {
        assert_eq!(world.pointer(pointer), Some(&json!([])), "{pointer}");
    }
    for pointer in ["/ours/inbox", "/ours/push", "/ours/outbox"] {
        assert!(world.pointer(pointer).is_some_and(Value::is_u64), "{pointer}");
    }
}

#[tokio::test]
async fn the_world_is_sent_again_only_when_something_has_happened() {
    let world = world();
    let first = world.get("/world.json", None).await;
    let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    world.demo.clock.advance_ms(60_000);
    let second = world.get("/world.json", Some(&etag)).await;
    assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(second.headers()["x-now-ms"], "1786000060000");
    assert_eq!(world.line("text", json!({"text": "hello"})).await.0, StatusCode::OK);
    assert_eq!(world.get("/world.json", Some(&etag)).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_a_person_does_is_in_the_talk_until_it_is_taken_back() {
    let world = world();
    let (_, said) = world.line("text", json!({"text": "hello"})).await;
    let talk = || world.demo.line.talk(CHANNEL, &world.friend);
    assert_eq!(talk()[0].message["text"], "hello");
    assert_eq!(world.line("unsend", json!({"message_id": said["message_id"]})).await.0, StatusCode::OK);
    assert!(talk()[0].unsent);
    let again = world.line("unsend", json!({"message_id": said["message_id"]})).await;
    assert_eq!(again, (StatusCode::NOT_FOUND, json!({"error": "no_such_message"})));
}

#[tokio::test]
async fn who_blocks_cannot_write_until_they_unblock() {
    let world = world();
    assert_eq!(world.line("block", json!({})).await.0, StatusCode::OK);
    assert_eq!(world.line("text", json!({"text": "x"})).await, (StatusCode::CONFLICT, json!({"error": "blocked"})));
    assert!(world.demo.line.talk(CHANNEL, &world.friend).is_empty());
    assert_eq!(world.line("unblock", json!({})).await.0, StatusCode::OK);
    assert_eq!(world.line("picture", json!({})).await.0, StatusCode::OK);
}

#[tokio::test]
async fn strangers_and_what_is_not_there_are_refused_and_nothing_breaks() {
    let world = world();
    for (path, body) in [
        ("/demo/line/U00000000000000000000000000000000/text", json!({"text": "x"})),
        ("/demo/crm/run", json!({"contact_ids": ["1"], "fields": {}})),
        ("/demo/crm/run", json!({"contact_ids": ["x"], "fields": {}})),
        ("/demo/crm/tasks/1/complete", json!({})),
        ("/demo/crm/contacts/1", json!({"properties": {}})),
    ] {
        assert_eq!(world.post(path, body).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    for (path, body) in [
        ("/demo/clock", json!({"advance_ms": -1})),
        ("/demo/clock", json!({"advance_ms": i64::MAX})),
        ("/demo/line/people", json!({"name": " "})),
        ("/demo/faults", json!({"line_loses_answers": 1_001})),
    ] {
        assert_eq!(world.post(path, body).await.0, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
    }
    assert_eq!(world.demo.clock.now_ms(), 1_786_000_000_000);
}

#[tokio::test]
async fn a_run_takes_ids_as_text_and_as_numbers_and_leaves_empty_fields_out() {
    let world = world();
    for id in [json!(world.contact), json!(world.contact.to_string())] {
        let run = json!({"contact_ids": [id], "fields": {"message_1": "a", "tag": ""}});
        let (status, answer) = world.post("/demo/crm/run", run).await;
        assert_eq!((status, answer["callback_ids"].as_array().map(Vec::len)), (StatusCode::OK, Some(1)));
    }
    let executions = world.demo.hubspot.executions();
    assert_eq!(executions.len(), 2);
    assert!(executions.iter().all(|it| it.fields.keys().eq(["message_1"])));
}

#[tokio::test]
async fn what_is_typed_into_a_contact_is_told_to_the_webhook_as_a_persons_doing() {
    let world = world();
    world.demo.hubspot.edit_app(|app| {
        app.webhook_url = Some("http://127.0.0.1:9/".to_owned());
        app.subscribed_properties = vec!["company".to_owned()];
    });
    let (_, made) = world.post("/demo/crm/contacts", json!({"properties": {"firstname": "次郎"}})).await;
    let id: u64 = made["contact_id"].as_str().unwrap().parse().unwrap();
    let typed = json!({"properties": {"company": "U1", "firstname": ""}});
    assert_eq!(world.post(&format!("/demo/crm/contacts/{id}"), typed).await.0, StatusCode::OK);
    let contact = world.demo.hubspot.record(PORTAL, ObjectType::Contact, id).unwrap();
    assert_eq!(contact.properties.get("company").map(String::as_str), Some("U1"));
    assert_eq!(contact.properties.get("firstname").map_or("", String::as_str), "");
    let told = world.demo.hubspot.waiting_webhook_events();
    assert!(told.iter().any(|event| event["propertyValue"] == "U1" && event["changeSource"] == "CRM_UI"), "{told:?}");
}

#[tokio::test]
async fn the_form_of_a_contact_keeps_hubspots_own_rules() {
    let world = world();
    let count = || world.demo.hubspot.contacts(PORTAL).len();
    let taken = json!({"properties": {"email": "A@example.com"}});
    let refused = (StatusCode::CONFLICT, json!({"error": "value_taken"}));
    assert_eq!(world.post("/demo/crm/contacts", taken.clone()).await, refused);
    let (status, made) = world.post("/demo/crm/contacts", json!({"properties": {"email": "b@example.com"}})).await;
    assert_eq!((status, count()), (StatusCode::OK, 2));
    let other = format!("/demo/crm/contacts/{}", made["contact_id"].as_str().unwrap());
    assert_eq!(world.post(&other, taken.clone()).await, refused);
    assert_eq!(world.post(&format!("/demo/crm/contacts/{}", world.contact), taken).await.0, StatusCode::OK);
    for unfit in [json!({"no_such_property": "x"}), json!({"email": "no address"})] {
        let (status, _) = world.post(&other, json!({"properties": unfit})).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(count(), 2);
}

#[tokio::test]
async fn the_demos_names_follow_the_language_and_typed_ones_stay() {
    let world = world();
    let owned = world.demo.line.add_person("demo", "けんじ", None);
    let (_, come) = world.post("/demo/line/people", json!({})).await;
    let (hanako, typed) = (json!({"firstname": "花子", "lastname": "田中"}), json!({"firstname": "花子さん"}));
    for properties in [hanako, typed] {
        assert_eq!(world.post("/demo/crm/contacts", json!({"properties": properties})).await.0, StatusCode::OK);
    }
    let named = |world: &World| {
        let people = world.demo.line.people("demo");
        let name = |id: &str| people.iter().find(|(user, ..)| user == id).unwrap().1.clone();
        let said = |contact: &crate::fake::hubspot::RecordView| contact.properties.get("firstname").cloned();
        let contacts: Vec<_> = world.demo.hubspot.contacts(PORTAL).iter().filter_map(said).collect();
        (name(&owned), name(come["user_id"].as_str().unwrap()), name(&world.friend), contacts)
    };
    let japanese = named(&world);
    assert_eq!(json_of(world.get("/world.json", None).await).await["language"], "ja");
    assert_eq!(world.post("/demo/language", json!({"language": "en"})).await.0, StatusCode::OK);
    assert_eq!(json_of(world.get("/world.json", None).await).await["language"], "en");
    let (kenji, newcomer, friend, contacts) = named(&world);
    assert_eq!((kenji.as_str(), newcomer.as_str(), friend.as_str()), ("Kenji", "Hinata Sato", "Friend"));
    assert_eq!(contacts, ["Hanako", "花子さん"]);
    assert_eq!(world.post("/demo/language", json!({"language": "ja"})).await.0, StatusCode::OK);
    assert_eq!(named(&world), japanese);
    let odd = world.post("/demo/language", json!({"language": "fr"})).await.0;
    assert_eq!(odd, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_json_acts_no_cors_is_answered_and_foreign_names_of_this_machine_are_refused() {
    let world = world();
    let ask = |host: &str, kind: &str| {
        let request = Request::post("/demo/clock").header(header::HOST, host).header(header::CONTENT_TYPE, kind);
        world.router.clone().oneshot(request.body(Body::from(r#"{"advance_ms":1}"#)).unwrap())
    };
    assert_eq!(ask("127.0.0.1:1", "text/plain").await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(ask("evil.example", "application/json").await.unwrap().status(), StatusCode::FORBIDDEN);
    let preflight = Request::options("/demo/clock").header(header::ORIGIN, "https://evil.example");
    let answer = world.router.clone().oneshot(preflight.body(Body::empty()).unwrap()).await.unwrap();
    assert!(answer.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
    assert_eq!(world.demo.clock.now_ms(), 1_786_000_000_000);
}

#[tokio::test]
async fn every_file_that_the_page_names_is_served_from_here() {
    let world = world();
    let page = world.get("/", None).await;
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    let bytes = axum::body::to_bytes(page.into_body(), usize::MAX).await.unwrap();
    let html = String::from_utf8(bytes.to_vec()).unwrap();
    let named: Vec<&str> = html.split('"').filter(|part| part.starts_with("/page/")).collect();
    assert!(named.len() >= 6);
    for path in named {
        assert_eq!(world.get(path, None).await.status(), StatusCode::OK, "{path}");
    }
    assert!(!html.contains("http://") && !html.contains("https://"));
}
