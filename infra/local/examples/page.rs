//! The page over the fakes alone: a stand-in does, without any guarantee, what Musubi does. For work on the page itself.
//!
//! `cargo run -p local --example page -- [--port N] [--json]` prints the address.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use local::demo::{Demo, Ours, router};
use local::fake::hubspot::{AppSpec, FakeHubSpot, ObjectType, OwnerSpec, PortalSpec};
use local::fake::line::{ChannelSpec, FakeLine, Friendship};
use local::fake::{FakeClock, serve_on};
use serde_json::{Value, json};

const CHANNEL: &str = "2000000001";
const PORTAL: u64 = 24_000_001;

#[derive(Clone)]
struct StandIn {
    demo: Demo,
    client: reqwest::Client,
    line_url: String,
    crm_url: String,
    crm_token: String,
}

struct Nothing;

#[async_trait]
impl Ours for Nothing {
    async fn look(&self) -> Value {
        json!({"inbox": 0, "push": 0, "owed": 2, "dead_letters": [], "parked": [], "owed_rows": [
            {"kind": "entry", "due_at_ms": 4_102_444_800_000_i64, "tries": 0},
            {"kind": "task_check", "due_at_ms": 4_102_444_860_000_i64, "tries": 2},
        ]})
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().collect();
    let after = |flag: &str| arguments.iter().position(|it| it == flag).and_then(|at| arguments.get(at + 1));
    let port: u16 = after("--port").and_then(|text| text.parse().ok()).unwrap_or(0);
    let clock = FakeClock::new();
    let line = FakeLine::new(clock.clone());
    let hubspot = FakeHubSpot::new(clock.clone(), AppSpec::demo(77, "client-secret"));
    let user_ids = people(&line);
    crm(&hubspot, &user_ids[0]);
    let demo = Demo {
        line: line.clone(),
        hubspot: hubspot.clone(),
        clock,
        channel_id: CHANNEL.to_owned(),
        portal_id: PORTAL,
        ours: Arc::new(Nothing),
    };
    let (line_served, crm_served) = (line.serve().await?, hubspot.serve().await?);
    let stand_in = StandIn {
        demo: demo.clone(),
        client: reqwest::Client::new(),
        line_url: line_served.url(),
        crm_url: crm_served.url(),
        crm_token: hubspot.private_token(PORTAL),
    };
    stand_in.define_property().await;
    let hooks = Router::new().route("/line", post(heard)).route("/crm", post(asked)).with_state(stand_in);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    let served = serve_on(listener, router(demo).merge(hooks))?;
    let url = served.url();
    line.edit_channel(CHANNEL, |channel| channel.webhook_url = Some(format!("{url}/line")));
    hubspot.edit_app(|app| app.action_url = Some(format!("{url}/crm")));
    if arguments.iter().any(|it| it == "--json") {
        println!("{}", json!({"url": url, "channel_id": CHANNEL, "line_user_ids": user_ids, "portal_id": PORTAL}));
    } else {
        println!("{url}");
    }
    tokio::signal::ctrl_c().await
}

fn people(line: &FakeLine) -> [String; 2] {
    let mut channel = ChannelSpec::demo(CHANNEL, "0123456789abcdef0123456789abcdef", "demo");
    channel.name = "結び珈琲".to_owned();
    line.add_channel(channel);
    line.set_long_lived_token(CHANNEL, Some("long-lived"));
    ["田中 さくら", "山田 太郎"].map(|name| {
        let user_id = line.add_person("demo", name, None);
        line.set_friendship(CHANNEL, &user_id, Friendship::Friend);
        user_id
    })
}

fn crm(hubspot: &FakeHubSpot, linked: &str) {
    hubspot.add_portal(PortalSpec::demo(PORTAL));
    hubspot.add_owner(
        PORTAL,
        OwnerSpec {
            owner_id: 41,
            user_id: 1041,
            email: "owner@example.com".to_owned(),
            first_name: "健一".to_owned(),
            last_name: "森".to_owned(),
        },
    );
    hubspot.create_contact(
        PORTAL,
        &[
            ("lastname", "田中"),
            ("firstname", "さくら"),
            ("email", "sakura@example.com"),
            ("hubspot_owner_id", "41"),
            ("line_user_id", linked),
            ("line_user_name", "田中 さくら"),
            ("line_follows", "true"),
        ],
    );
    hubspot.create_contact(PORTAL, &[("lastname", "木村"), ("firstname", "悠"), ("email", "yu@example.com")]);
}

impl StandIn {
    async fn define_property(&self) {
        let body = json!({"name": "line_user_id", "label": "LINE", "type": "string", "fieldType": "text", "groupName": "contactinformation", "hasUniqueValue": true});
        self.post(&format!("{}/crm/properties/2026-03/contacts", self.crm_url), &self.crm_token, &body).await;
    }

    async fn post(&self, url: &str, token: &str, body: &Value) -> Option<reqwest::Response> {
        self.client.post(url).bearer_auth(token).json(body).send().await.ok()
    }

    fn contact_of(&self, user_id: &str) -> u64 {
        let contacts = self.demo.hubspot.contacts(PORTAL);
        let linked = contacts.iter().find(|it| it.properties.get("line_user_id").map(String::as_str) == Some(user_id));
        linked.map_or_else(
            || self.demo.hubspot.create_contact(PORTAL, &[("line_user_id", user_id), ("line_follows", "true")]),
            |it| it.id,
        )
    }

    async fn write(&self, kind: &str, to_contact: u64, contact: u64, properties: Value) {
        let body = json!({"properties": properties, "associations": [{"to": {"id": contact.to_string()}, "types": [
            {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": to_contact}]}]});
        self.post(&format!("{}/crm/objects/2026-03/{kind}", self.crm_url), &self.crm_token, &body).await;
    }
}

/// What a person did: properties, a task, and a note.
async fn heard(State(this): State<StandIn>, body: String) {
    let body: Value = serde_json::from_str(&body).unwrap_or_default();
    for event in body["events"].as_array().into_iter().flatten() {
        let contact = this.contact_of(event["source"]["userId"].as_str().unwrap_or_default());
        let set = |values: &[(&str, &str)]| this.demo.hubspot.change(PORTAL, ObjectType::Contact, contact, values);
        match event["type"].as_str() {
            Some("unfollow") => set(&[("line_follows", "false")]),
            Some("follow") => set(&[("line_follows", "true")]),
            Some("message") => {
                let words = event["message"]["text"].as_str().unwrap_or("[…]");
                let unanswered = [("line_unanswered", "true"), ("line_unanswered_message", words)];
                set(&unanswered);
                set(&[("line_last_message", words), ("line_recent_messages", words)]);
                let now = this.demo.clock.now_ms().to_string();
                let task = json!({"hs_timestamp": now, "hs_task_subject": "LINEのメッセージに返信：田中 さくら", "hs_task_status": "NOT_STARTED", "hubspot_owner_id": "41"});
                this.write("tasks", 204, contact, task).await;
                let note = format!(
                    "<h3>LINE公式アカウント「結び珈琲」での会話</h3><h4>2026年11月21日（土）</h4><p>12:00:00 <b>田中 さくら</b> {words}</p>\
                     <img src=\"https://outside.example/x.png\"><script>window.broken = 1</script>"
                );
                this.write("notes", 202, contact, json!({"hs_timestamp": now, "hs_note_body": note})).await;
            }
            _ => {}
        }
    }
}

/// A workflow's step: the push happens a moment later, then the step is completed.
async fn asked(State(this): State<StandIn>, Json(body): Json<Value>) -> Json<Value> {
    tokio::spawn(async move {
        let fields: BTreeMap<String, String> = serde_json::from_value(body["inputFields"].clone()).unwrap_or_default();
        let messages: Vec<Value> = (1..=5)
            .filter_map(|number| fields.get(&format!("message_{number}")))
            .map(|text| serde_json::from_str(text).unwrap_or_else(|_| json!({"type": "text", "text": text})))
            .collect();
        let contact = body["object"]["objectId"].as_u64().unwrap_or_default();
        let record = this.demo.hubspot.record(PORTAL, ObjectType::Contact, contact);
        let to = record.and_then(|it| it.properties.get("line_user_id").cloned()).unwrap_or_default();
        let callback = body["callbackId"].as_str().unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(300)).await;
        let key = uuid::Uuid::new_v4().to_string();
        let url = format!("{}/v2/bot/message/push", this.line_url);
        let push = json!({"to": to, "messages": messages});
        let mut request_id = None;
        for _ in 0..3 {
            let request = this.client.post(&url).bearer_auth("long-lived").header("x-line-retry-key", &key);
            if let Ok(answer) = request.json(&push).send().await {
                let id = answer.headers().get("x-line-request-id").and_then(|it| it.to_str().ok());
                request_id = id.filter(|_| answer.status().is_success() || answer.status() == 409).map(str::to_owned);
                break;
            }
            tokio::time::sleep(Duration::from_millis(900)).await;
        }
        let outputs = match request_id {
            Some(id) => {
                json!({"hs_execution_state": "SUCCESS", "outcome": "accepted", "reason": "LINEが受け付けました",
                "line_request_id": id, "sent_at": this.demo.clock.now_ms()})
            }
            None => json!({"hs_execution_state": "FAIL_CONTINUE", "outcome": "not_linked",
                "reason": "このコンタクトはLINEの友だちと連携されていません"}),
        };
        let url = format!("{}/automation/actions/callbacks/2026-03/{callback}/complete", this.crm_url);
        this.post(&url, &this.crm_token, &json!({"outputFields": outputs, "typedOutputs": {}})).await;
    });
    Json(json!({"outputFields": {"hs_execution_state": "BLOCK", "hs_expiration_duration": "PT24H"}}))
}
