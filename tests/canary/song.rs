//! Everything that can happen, happens: well and badly, in both directions.

use local::fake::hubspot::{self, ObjectType};
use local::fake::line;
use local::fake::line::event::{self, Common};
use local::fake::{Fault, Plan};
use local::seed::{CHANNEL_ID, CHANNEL_SECRET, LINKED_USER};
use musubi::aws::{RetryPolicy, Routing, SqsQueue};
use musubi::domain::ids::ChannelId;
use musubi::domain::job::InboxJob;
use musubi::ports::Queue;
use musubi::ports::secrets::{LineSecrets, Secret};
use serde_json::{Value, json};

use crate::app::{App, message_id};
use crate::birds::{BIRD, FOREIGN, PASTED};

/// Answers to outsiders, as they read them.
pub async fn sing(app: &App) -> Vec<String> {
    let mut answers = Vec::new();
    answers.extend(every_event(app).await);
    answers.extend(outsiders(app).await);
    poison(app).await;
    answers.extend(workflows(app).await);
    answers.extend(bad_days(app).await);
    app.minutes_pass(61);
    app.until_moving("the timeline", |app| app.notes().iter().any(|note| note.contains("canary-text"))).await;
    app.minutes_pass(24 * 60);
    rest(app).await;
    answers
}

/// Until the queues are empty, as time goes by.
async fn rest(app: &App) {
    app.until_moving("rest", |app| {
        ["inbox", "push"].iter().all(|queue| app.world.aws.sqs().counts(queue).total() == 0)
    })
    .await;
}

fn common(user: &str, number: u64, at_ms: i64) -> Common {
    Common::by_user(user, at_ms, &format!("01J{number:023}"), Some("reply-token-bird"))
}

async fn post(app: &App, path: &str, signature: &str, body: Vec<u8>) -> String {
    let request = app.http.post(format!("{}{path}", app.world.url)).header("x-line-signature", signature);
    let answer = request.body(body).send().await.expect("an answer");
    let head = format!("{} {:?}", answer.status(), answer.headers());
    format!("{head} {}", answer.text().await.expect("a body"))
}

async fn post_events(app: &App, events: &[Value]) -> String {
    let body = event::webhook_body(local::seed::BOT_USER_ID, events);
    let signature = event::sign(CHANNEL_SECRET, &body);
    post(app, &format!("/line/{CHANNEL_ID}/webhook"), &signature, body.into_bytes()).await
}

async fn every_event(app: &App) -> Vec<String> {
    let at_ms = app.world.clock.now_ms() - 60_000;
    let mut answers = Vec::new();
    for (base, user) in [(100, LINKED_USER), (200, BIRD)] {
        let c = |number: u64| common(user, base + number, at_ms + i64::try_from(number).expect("small"));
        let id = |number: u64| message_id(base + number);
        let mut external = event::image(&c(3), &id(3));
        external["message"]["contentProvider"] =
            json!({"type": "external", "originalContentUrl": "https://example.com/canary-url.png"});
        let mut edited = event::text(&c(12), &id(1), "canary-text-edited");
        edited["type"] = json!("messageEdited");
        let mut group = event::text(&c(13), &id(13), "canary-text-in-a-group");
        group["source"] = event::group_source("Ccanary-group", Some(user));
        let mut gone = event::text(&c(14), &id(14), "canary-text-without-a-source");
        gone.as_object_mut().expect("an object").remove("source");
        let events = [
            event::text(&c(1), &id(1), "canary-text カナリア"),
            event::sticker(&c(2), &id(2), "446", "1988", &["canary-keyword"]),
            external,
            event::video(&c(4), &id(4), 1_000),
            event::file(&c(5), &id(5), "canary-file.pdf", 10),
            event::location(&c(6), &id(6), "canary-place", "canary-street", 35.6, 139.7),
            event::postback(&c(7), "canary-postback", Some(json!({"datetime": "canary-params"}))),
            event::text(&c(8), &id(8), "canary-text-unsent"),
            event::unsend(&c(9), &id(8)),
            event::event(&c(10), "greatNewFeature", json!({"greatNewFeature": "canary-feature"})),
            event::event(&c(11), "accountLink", json!({"link": {"result": "ok", "nonce": "canary-nonce"}})),
            edited,
            group,
            gone,
            json!({"type": "message", "canary-key": "canary-value"}),
            json!("canary-no-object"),
        ];
        answers.push(post_events(app, &events).await);
    }
    rest(app).await;
    app.world.line.block(CHANNEL_ID, BIRD).await;
    app.world.line.follow(CHANNEL_ID, BIRD).await;
    rest(app).await;
    answers
}

/// Requests that are refused.
async fn outsiders(app: &App) -> Vec<String> {
    let body = br#"{"destination":"canary-bot","events":["canary-event"]}"#.to_vec();
    let own = format!("/line/{CHANNEL_ID}/webhook");
    let signed = event::sign(CHANNEL_SECRET, &String::from_utf8_lossy(&body));
    let broken = event::sign(CHANNEL_SECRET, "{\"canary-broken");
    vec![
        post(app, &own, "canary-signature", body.clone()).await,
        post(app, &own, &event::sign("canary-secret", "x"), body.clone()).await,
        post(app, &own, &signed, body.clone()).await,
        post(app, &own, &broken, b"{\"canary-broken".to_vec()).await,
        post(app, &own, "x", vec![b'x'; 1_100_000]).await,
        post(app, "/line/canary-channel/webhook", "x", body.clone()).await,
        post(app, "/line/%FFcanary-channel/webhook", "x", body.clone()).await,
        post(app, "/line/1657009999/webhook?canary-query=1", "x", body.clone()).await,
        post(app, "/crm/hubspot/canary-app/action", "x", body.clone()).await,
        post(app, "/crm/canary-crm/1/action", "x", body.clone()).await,
        post(app, &format!("/crm/hubspot/{}/action?canary-query=1", local::seed::APP_ID), "x", body.clone()).await,
        post(app, "/canary-path", "x", body).await,
    ]
}

/// Records that are no jobs, jobs that are no webhooks, and a channel that is gone.
async fn poison(app: &App) {
    let aws = musubi::aws::Aws::from_environment(&app.world.environment, RetryPolicy::WORKER).expect("AWS");
    let raw = |name: &'static str| musubi::config::QueueUrls {
        queue: app.world.environment.demand(name).expect("a queue"),
        dead_letters: None,
    };
    for name in ["MUSUBI_INBOX_QUEUE_URL", "MUSUBI_PUSH_QUEUE_URL", "MUSUBI_CRM_QUEUE_URL"] {
        let url = raw(name).queue;
        for body in ["canary-poison", r#"{"v":99,"job":"canary-poison"}"#, r#"{"v":1,"as":"json","job":"Y2FuYXJ5"}"#] {
            let send = aws.sqs().send_message().queue_url(&url).message_body(body).message_group_id("g");
            let send =
                if url.ends_with(".fifo") { send.message_deduplication_id(body.len().to_string()) } else { send };
            send.send().await.expect("sent");
        }
    }
    let routing = Routing { group: |job: &InboxJob| job.channel.to_string(), split: |_| None, slot_ms: |_| None };
    let inbox = SqsQueue::new(aws.sqs().clone(), raw("MUSUBI_INBOX_QUEUE_URL"), routing, app.world.time());
    for (channel, body) in [(CHANNEL_ID, &b"canary-no-webhook \xFF"[..]), ("1657009999", b"canary-words")] {
        let job = InboxJob {
            channel: ChannelId::new(channel),
            accepted_at_ms: 1,
            tries: 0,
            place: None,
            body: body.to_vec(),
        };
        inbox.send(&job).await.expect("sent");
    }
    rest(app).await;
}

async fn workflows(app: &App) -> Vec<String> {
    let flex = r#"{"type":"flex","altText":"canary-alt","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"{{line:lastname}}"}]}}}"#;
    for fields in [
        vec![("message_1", "canary-push カナリア"), ("message_2", flex), ("tag", "unit")],
        vec![("message_1", "canary-push"), ("line_user_id", BIRD)],
        vec![("message_1", "canary-push"), ("line_user_id", FOREIGN)],
        vec![("message_1", "canary-push"), ("line_user_id", "Ucanary-malformed")],
        vec![("message_1", "{\"type\":\"text\",\"text\":\"canary-broken")],
        vec![("message_1", r#"{"type":"text","canary-key":1,"text":["canary-list"]}"#)],
        vec![("message_1", "canary-push"), ("channel", "canary-channel")],
        vec![("message_1", "canary-push"), ("not_after", "canary-time")],
        vec![("message_1", "canary-push"), ("tag", "canary-tag with blanks")],
    ] {
        app.run_action(&fields).await;
    }
    rest(app).await;
    app.world.hubspot.completions().iter().map(|told| told.outputs.to_string()).collect()
}

/// LINE and HubSpot refuse, break off and lose answers.
async fn bad_days(app: &App) -> Vec<String> {
    let (line, hubspot) = (&app.world.line, &app.world.hubspot);
    for fault in [
        Fault::LoseAnswerAfterEffect,
        Fault::CloseBeforeEffect,
        Fault::RateLimited,
        Fault::FailBefore(400),
        Fault::FailBefore(401),
        Fault::FailBefore(403),
        Fault::FailBefore(500),
    ] {
        line.fault(line::Endpoint::Push, fault, Plan::Next(1));
        app.run_action(&[("message_1", "canary-push-on-a-bad-day")]).await;
        app.until("its attempt", |_| true).await;
        for endpoint in [
            hubspot::Endpoint::BatchUpdate(ObjectType::Contact),
            hubspot::Endpoint::BatchUpsert(ObjectType::Contact),
            hubspot::Endpoint::BatchUpsert(ObjectType::Note),
            hubspot::Endpoint::BatchUpsert(ObjectType::Task),
            hubspot::Endpoint::BatchRead(ObjectType::Contact),
            hubspot::Endpoint::CompleteBatch,
        ] {
            hubspot.fault(endpoint, fault, Plan::Next(1));
        }
        line.fault(line::Endpoint::Profile, fault, Plan::Next(1));
        line.write_text(CHANNEL_ID, BIRD, "canary-text-on-a-bad-day").await;
        line.follow(CHANNEL_ID, BIRD).await;
        app.minutes_pass(20);
    }
    rest(app).await;
    // Refusals that nothing has met by now would give up what follows: a refusal is believed the third time.
    line.clear_faults();
    hubspot.clear_faults();
    tokens(app).await;
    app.world.hubspot.completions().iter().map(|told| told.outputs.to_string()).collect()
}

/// LINE gives no token, takes none, and takes a pasted one.
async fn tokens(app: &App) {
    let (line, secrets) =
        (&app.world.line, app.world.adapters(RetryPolicy::WORKER).expect("parts").secrets().expect("secrets"));
    line.fault(line::Endpoint::Token, Fault::FailBefore(400), Plan::Next(1));
    line.expire_tokens(CHANNEL_ID);
    app.world.hubspot.expire_access_tokens(local::seed::PORTAL_ID);
    app.world.hubspot.fault(hubspot::Endpoint::Token, Fault::FailBefore(400), Plan::Next(1));
    app.run_action(&[("message_1", "canary-push-without-a-token")]).await;
    let pasted = |known: bool| {
        let store = LineSecrets {
            channel_secrets: vec![Secret::new(CHANNEL_SECRET)],
            access_token: Some(Secret::new(PASTED)),
            login_secrets: Vec::new(),
            api_keys: Vec::new(),
            webhook_secrets: Vec::new(),
        };
        line.set_long_lived_token(CHANNEL_ID, known.then_some(PASTED));
        store
    };
    for known in [false, true] {
        secrets.store_line(&ChannelId::new(CHANNEL_ID), &pasted(known)).await.expect("stored");
        app.minutes_pass(2);
        let callback = app.run_action(&[("message_1", "canary-push-with-a-pasted-token")]).await;
        app.until_moving("its outcome", |app| {
            matches!(app.execution(&callback).state, hubspot::ExecutionState::Done { .. })
        })
        .await;
    }
}
