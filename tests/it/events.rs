//! `events/`: what is handed to `sam local invoke` is what LINE, HubSpot and SQS would bring, and our own code takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use http::{HeaderMap, HeaderName, HeaderValue};
use local::seed::{
    APP_ID, BOT_USER_ID, CHANNEL_ID, CHANNEL_SECRET, CLIENT_SECRET, LINKED_CONTACT, LINKED_USER, PORTAL_ID,
};
use musubi::aws::{RetryPolicy, envelope};
use musubi::crm::hubspot::{action, signature as hubspot};
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::action::MessageInput;
use musubi::domain::channel::Channel;
use musubi::domain::ids::{BotUserId, ChannelId, CrmAccountId};
use musubi::domain::job::{InboxJob, WakeUp};
use musubi::domain::push::{PushId, PushJob};
use musubi::line::message::Tokens;
use musubi::line::signature as line;
use musubi::line::{message, webhook};
use musubi::ports::crm_caller::{Call, VerifiedCall};
use musubi::ports::secrets::Secret;
use serde_json::Value;

use crate::app::App;

fn portal() -> CrmAccountId {
    CrmAccountId::new(PORTAL_ID.to_string())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn json(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn channel() -> Channel {
    Channel::new(
        ChannelId::new(CHANNEL_ID),
        BotUserId::new(BOT_USER_ID),
        "demo",
        "@demo",
        CrmAccountKey { kind: CrmKind::HubSpot, id: portal() },
    )
}

fn headers(event: &Value) -> HeaderMap {
    let each = event["headers"].as_object().unwrap().iter();
    each.map(|(name, value)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_str(value.as_str().unwrap()).unwrap())
    })
    .collect()
}

fn verify_line(event: &Value, body: &str) -> Result<line::Verified, musubi::line::Rejection> {
    let headers = headers(event);
    let signature = headers.get(line::SIGNATURE_HEADER).map(HeaderValue::as_bytes);
    line::verify(&channel(), &[Secret::new(CHANNEL_SECRET)], signature, body.to_owned().into())
}

fn verify_hubspot<'a>(
    event: &'a Value,
    headers: &'a HeaderMap,
    body: &'a str,
) -> Result<VerifiedCall<'a>, hubspot::Unverified> {
    let env = json("events/env.json");
    let public_url = env["CrmActionFunction"]["MUSUBI_PUBLIC_URL"].as_str().unwrap();
    let request = Call {
        method: "POST",
        raw_path: event["rawPath"].as_str().unwrap(),
        raw_query: None,
        headers,
        body: body.as_bytes(),
    };
    hubspot::verify(&request, public_url, &[Secret::new(CLIENT_SECRET)], 0)
}

/// The one record of a batch.
fn record(path: &str) -> String {
    let event = json(path);
    let records = event["Records"].as_array().unwrap();
    assert_eq!(records.len(), 1, "{path}");
    records[0]["body"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_committed_is_what_the_script_writes() {
    let script = root().join("events/make.py");
    let run = Command::new("python3").arg(script).arg("--check").output().expect("the tests need python3");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

#[test]
fn every_webhook_is_signed_as_line_signs_and_holds_readable_events() {
    for (case, events) in [("text", 1), ("follow", 1), ("empty", 0), ("several", 3)] {
        let event = json(&format!("events/line-webhook/{case}.json"));
        assert_eq!(event["rawPath"], format!("/line/{CHANNEL_ID}/webhook"));
        let body = event["body"].as_str().unwrap();
        let verified = verify_line(&event, body).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(verified.events(), events, "{case}");
        for event in webhook::events(verified.body(), None).unwrap() {
            event.unwrap();
        }
        assert!(verify_line(&event, &format!("{body} ")).is_err(), "{case}: one byte more and it is not LINE's");
    }
}

#[test]
fn the_action_is_signed_as_hubspot_signs_and_asks_for_two_messages() {
    let event = json("events/crm-action/text.json");
    let (headers, body) = (headers(&event), event["body"].as_str().unwrap());
    assert_eq!(event["rawPath"], format!("/crm/hubspot/{APP_ID}/action"));
    let verified = verify_hubspot(&event, &headers, body).unwrap();
    let asked = action::parse(&verified).unwrap();
    assert_eq!(asked.account, portal());
    assert_eq!(asked.contact.as_ref().map(|contact| contact.as_str()), Some(LINKED_CONTACT.to_string().as_str()));
    assert_eq!(asked.line_user_id.as_ref().map(|user| user.expose()), Some(LINKED_USER));
    let text = |input: &MessageInput| match input {
        MessageInput::Text(text) => text.clone(),
        MessageInput::List => panic!("both are texts"),
    };
    let texts: Vec<(&str, String)> = asked.messages.iter().map(|(field, input)| (*field, text(input))).collect();
    let fields: Vec<(&str, &str)> = texts.iter().map(|(field, text)| (*field, text.as_str())).collect();
    let property = |name: &str| asked.contact_properties.get(name).cloned();
    let messages = message::parse_fields(&fields, Tokens::of(&property)).unwrap();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].json.contains("花子様"), "the token is filled in");

    let forged = body.replacen("\"portalId\":24000001", "\"portalId\":24000002", 1);
    assert!(verify_hubspot(&event, &headers, &forged).is_err(), "another portal and it is not HubSpot's");
}

#[test]
fn the_inbox_record_holds_the_webhook_that_the_edge_would_have_queued() {
    let job: InboxJob = envelope::decode(&record("events/line-inbox/text.json")).unwrap();
    assert_eq!(job.channel, channel().id);
    assert_eq!(job.body, json("events/line-webhook/text.json")["body"].as_str().unwrap().as_bytes());
}

#[test]
fn the_push_record_is_the_send_that_its_execution_names_and_does_not_grow_stale() {
    let job: PushJob = envelope::decode(&record("events/push-delivery/text.json")).unwrap();
    let callback = job.callback.clone().unwrap();
    assert_eq!(job.id, PushId::of_action(CrmKind::HubSpot, &portal(), &[callback.as_str()]));
    let said = message::parse_fields(&[("message_1", "花子様、ご予約を承りました。")], Tokens::of(&|_| None)).unwrap();
    assert_eq!(job.messages, said);
    assert!(job.send_by_ms > job.accepted_at_ms && job.accepted_at_ms > 4_000_000_000_000);
}

#[test]
fn a_wake_up_names_the_account_and_the_schedule_is_the_templates() {
    let wake_up: WakeUp = envelope::decode(&record("events/timeline-flush/wake-up.json")).unwrap();
    assert_eq!(wake_up.account, channel().account);
    let schedule = json("events/timeline-flush/schedule.json");
    assert_eq!(schedule, json("tests/template/ports.json")["functions"]["timeline-flush"]["schedule"]["input"]);
    for function in ["probe", "doctor"] {
        assert_eq!(json(&format!("events/{function}/schedule.json"))["source"], "aws.events");
    }
}

#[test]
fn every_function_has_events_and_is_told_exactly_the_variables_that_the_template_declares() {
    let ports = json("tests/template/ports.json");
    let env: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_value(json("events/env.json")).unwrap();
    let names = |value: &Value| -> BTreeSet<String> { serde_json::from_value(value.clone()).unwrap() };
    let mut logical_ids = BTreeSet::new();
    for (function, ports_of) in ports["functions"].as_object().unwrap() {
        let events = std::fs::read_dir(root().join("events").join(function)).unwrap().count();
        assert!(events > 0, "{function}");
        let logical_id = ports_of["logical_id"].as_str().unwrap().to_owned();
        let told: BTreeSet<String> = env[&logical_id].keys().cloned().collect();
        let declared = &names(&ports["always"]["variables"]) | &names(&ports_of["variables"]);
        assert_eq!(told, declared, "{function}: `sam local invoke` overrides nothing else, and leaves out nothing");
        logical_ids.insert(logical_id);
    }
    assert_eq!(env.into_keys().collect::<BTreeSet<_>>(), logical_ids);
}

#[test]
fn no_variable_leads_to_a_real_address() {
    let env: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_value(json("events/env.json")).unwrap();
    for value in env.values().flat_map(BTreeMap::values).filter(|value| value.contains("://")) {
        let here = ["http://host.docker.internal:", "http://127.0.0.1:"];
        assert!(here.iter().any(|address| value.starts_with(address)), "{value}");
    }
}

/// Puts the one record of this file into a queue.
async fn enqueue(app: &App, queue: &str, path: &str) {
    let adapters = app.world.adapters(RetryPolicy::WORKER).unwrap();
    let url = app.world.environment.get(&format!("MUSUBI_{queue}_QUEUE_URL")).unwrap();
    adapters
        .aws()
        .sqs()
        .send_message()
        .queue_url(url)
        .message_body(record(path))
        .send()
        .await
        .expect("the queue takes it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_world_takes_every_webhook_and_one_text_twice_is_one_text() {
    let app = App::start().await;
    for case in ["text", "empty", "several", "text"] {
        let event = json(&format!("events/line-webhook/{case}.json"));
        let signature = event["headers"]["x-line-signature"].as_str().unwrap().to_owned();
        let body = event["body"].as_str().unwrap().as_bytes().to_vec();
        assert_eq!(app.post_signed(body, &signature).await, 200, "{case}");
    }
    enqueue(&app, "INBOX", "events/line-inbox/text.json").await;
    app.until("the properties", |app| app.linked("line_recent_messages").contains("予約を変更できますか？")).await;
    app.at_rest_but_entries().await;
    assert_eq!(app.linked("line_recent_messages").matches("予約を変更できますか？").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_world_sends_a_person_to_line_and_shows_the_pages() {
    let app = App::start().await;
    for (case, status) in [("login", 302), ("liff", 200), ("unlink", 200)] {
        let event = json(&format!("events/line-login/{case}.json"));
        let (path, query) = (event["rawPath"].as_str().unwrap(), event["rawQueryString"].as_str().unwrap());
        let answer = app.http.get(format!("{}{path}?{query}", app.world.url)).headers(headers(&event)).send().await;
        assert_eq!(answer.expect("an answer").status().as_u16(), status, "{case}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_world_sends_what_the_push_record_asks_for_once() {
    let app = App::start().await;
    for _ in 0..2 {
        enqueue(&app, "PUSH", "events/push-delivery/text.json").await;
    }
    app.until("the phone", |app| !app.world.line.delivered().is_empty()).await;
    app.until("the property", |app| app.linked("line_last_outcome") == "accepted").await;
    let delivered = app.world.line.delivered();
    assert_eq!((delivered.len(), delivered[0].to.as_str()), (1, LINKED_USER));
}
