//! What is large goes, or is refused in words before the workflow waits; what can never be recorded is dead-lettered in words.

use std::sync::Arc;

use async_trait::async_trait;
use local::fake::hubspot::sign_v2;
use local::fake::line::event;
use local::pollers::Kill;
use local::seed::{APP_ID, BOT_USER_ID, CHANNEL_ID, CLIENT_SECRET, LINKED_CONTACT, LINKED_USER, PORTAL_ID};
use local::world::Options;
use musubi::aws::RetryPolicy;
use musubi::domain::activity::Content;
use musubi::domain::ids::{ChannelId, ContactId, LineUserId};
use musubi::domain::job::InboxJob;
use musubi::domain::push::{OutgoingMessage, PushId, PushJob, Recipient, Sender};
use musubi::ports::table::{Commit, Row, RowKey, Table, Write};
use musubi::ports::{PortError, Queue};
use musubi::store::Journal;
use serde_json::{Value, json};

use crate::app::{App, account, text_at};

/// A valid Flex message of about 46 KB. Its texts are made of `characters`, over and over.
fn flex(characters: &[char], seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = |bytes: usize| {
        let mut text = String::new();
        while serde_json::to_string(&text).expect("JSON").len() < bytes {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.push(characters[usize::try_from(state % characters.len() as u64).expect("small")]);
        }
        text
    };
    let mut bubble = || {
        let texts: Vec<Value> = (0..11).map(|_| json!({"type": "text", "text": text(2_050)})).collect();
        json!({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": texts}})
    };
    let contents = json!({"type": "carousel", "contents": [bubble(), bubble()]});
    json!({"type": "flex", "altText": "large", "contents": contents}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_flex_messages_as_large_as_line_takes_them_are_sent() {
    let letters: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
    // Quotation marks are escaped in the message and once more where it is stored.
    for characters in [&['"', '"', '"', '"', 'a', 'b'][..], &letters] {
        let app = App::start().await;
        // It was posted here and not by the fake, which therefore knows no block of it.
        app.world.hubspot.switch(|switches| switches.unknown_block_is_404 = false);
        let messages: Vec<String> = (0..5).map(|seed| flex(characters, seed)).collect();
        assert!(messages.iter().all(|message| (44_000..50_000).contains(&message.len())));
        let names = ["message_1", "message_2", "message_3", "message_4", "message_5"];
        let fields: serde_json::Map<String, Value> =
            names.into_iter().zip(&messages).map(|(name, message)| (name.to_owned(), json!(message))).collect();
        assert_eq!(post(&app, Value::Object(fields)).await["hs_execution_state"], "BLOCK");
        app.until("the workflow hears", |app| !app.world.hubspot.completions().is_empty()).await;
        let outputs = app.world.hubspot.completions().remove(0).outputs;
        assert_eq!(outputs["outcome"], "accepted", "{outputs}");
        assert_eq!(app.world.line.delivered()[0].messages.len(), 5);
    }
}

/// Posts an action of our own making; answers with its output fields.
async fn post(app: &App, fields: Value) -> Value {
    let body = json!({
        "callbackId": "ap-large", "origin": {"portalId": PORTAL_ID, "actionDefinitionId": 1},
        "object": {"objectId": LINKED_CONTACT, "objectType": "CONTACT"}, "inputFields": fields,
    });
    let (url, body) = (format!("{}/crm/hubspot/{APP_ID}/action", app.world.url), body.to_string());
    let signature = sign_v2(CLIENT_SECRET, "POST", &url, body.as_bytes());
    let request =
        app.http.post(url).header("x-hubspot-signature", signature).header("x-hubspot-signature-version", "v2");
    let answer = request.body(body).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    answer.json::<Value>().await.expect("JSON")["outputFields"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_refused_in_words_before_the_workflow_waits() {
    let app = App::start().await;
    let undocumented = super::bad_input::kanji(900_000, 7);
    let message = json!({"type": "text", "text": "hi", "undocumented": undocumented}).to_string();
    let fields = post(&app, json!({"message_1": message})).await;
    assert_eq!(
        (&fields["outcome"], &fields["hs_execution_state"]),
        (&json!("invalid_message"), &json!("FAIL_CONTINUE"))
    );
    assert!(fields["reason"].as_str().is_some_and(|reason| reason.contains("大きすぎます")), "{fields}");
    app.until("the property", |app| app.linked("line_last_outcome") == "invalid_message").await;
    app.at_rest_but_entries().await;
    assert_eq!(app.world.line.delivered().len(), 0);
    assert_eq!(app.world.aws.sqs().counts("push-dlq").total(), 0);
}

/// What a journal refuses that does not refuse everything.
const UNWANTED: &str = "not-to-be-stored";

/// A journal that refuses to write what holds a word, for good or for now.
struct Refuses {
    inner: Arc<dyn Table>,
    for_good: bool,
    /// Empty: whatever it is.
    word: &'static str,
}

#[async_trait]
impl Table for Refuses {
    async fn get(&self, key: &RowKey) -> Result<Option<Row>, PortError> {
        self.inner.get(key).await
    }

    async fn range(&self, partition: &str, from: &str, to: &str, limit: usize) -> Result<Vec<Row>, PortError> {
        self.inner.range(partition, from, to, limit).await
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<Commit, PortError> {
        match writes.iter().any(|write| matches!(write, Write::Put { body, .. } if body.contains(self.word))) {
            true if self.for_good => Err(PortError::permanent("test", "it never will")),
            true => Err(PortError::transient("test", "not now")),
            false => self.inner.commit(writes).await,
        }
    }
}

async fn refusing(for_good: bool) -> App {
    let sabotage = move |ports: &mut push_delivery::Ports, _: Kill| {
        ports.deliver.outbox.journal =
            Journal::new(Arc::new(Refuses { inner: ports.deliver.outbox.journal.table(), for_good, word: "" }));
    };
    App::with(Options { sabotage: Some(Box::new(sabotage)), ..Options::default() }).await
}

/// The reason that a job in the dead-letter queue bears.
fn reason(app: &App) -> Option<String> {
    let letters = app.world.aws.sqs().messages("push-dlq");
    letters.into_iter().next()?.attributes.get("reason")?.string_value.clone()
}

/// A job that has been tried so often.
async fn queue(app: &App, tries: u32) {
    let account = account();
    let now_ms = app.world.clock.now_ms();
    let job = PushJob {
        sender: Sender::Workflow,
        id: PushId::of_action(account.kind, &account.id, &["a"]),
        account,
        callback: None,
        waits: false,
        contact: Some(ContactId::new(LINKED_CONTACT.to_string())),
        channel: ChannelId::new(CHANNEL_ID),
        to: Recipient::Linked { user: LineUserId::new(LINKED_USER), since_ms: 0 },
        messages: vec![OutgoingMessage {
            json: r#"{"type":"text","text":"hi"}"#.to_owned(),
            said: Content::Text { text: "hi".to_owned() },
        }],
        purpose: Default::default(),
        tag: None,
        accepted_at_ms: now_ms,
        send_by_ms: now_ms + 86_400_000,
        not_after_ms: None,
        expires_at_ms: now_ms + 86_400_000,
        refused: None,
        tries,
        inbox: None,
    };
    app.world
        .adapters(RetryPolicy::WORKER)
        .expect("adapters")
        .push_queue()
        .expect("a queue")
        .send(&job)
        .await
        .expect("sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_recorded_is_dead_lettered_in_words_and_its_neighbours_are_recorded() {
    // For good; and for now, in its last try and in its first.
    for (for_good, tries, aside) in [(true, 0, 1), (false, 100, 1), (false, 0, 0)] {
        let app = App::start().await;
        let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
        let mut ports = line_inbox::Ports::of(&adapters, &app.world.environment).expect("ports");
        ports.record.outbox.journal =
            Journal::new(Arc::new(Refuses { inner: ports.record.outbox.journal.table(), for_good, word: UNWANTED }));
        let now_ms = app.world.clock.now_ms();
        let events = ["before it", UNWANTED, "behind it"];
        let events: Vec<Value> =
            (1..).zip(events).map(|(number, words)| text_at(LINKED_USER, number, now_ms, words)).collect();
        let body = event::webhook_body(BOT_USER_ID, &events).into_bytes();
        let channel = ChannelId::new(CHANNEL_ID);
        let job = InboxJob { channel, accepted_at_ms: now_ms, tries, place: None, body };
        let batch = json!({"Records": [{"messageId": "1", "body": musubi::aws::envelope::encode(&job)}]});
        let batch = serde_json::from_value(batch).expect("a batch");
        let response = line_inbox::handle(&ports, batch, std::time::Duration::from_secs(60)).await;
        assert_eq!(response.batch_item_failures.len(), 0, "the batch is done");
        let letters = app.world.aws.sqs().messages("inbox-dlq");
        let reasons: Vec<_> =
            letters.iter().filter_map(|letter| letter.attributes.get("reason")?.string_value.clone()).collect();
        assert_eq!((reasons.len(), letters.len()), (aside, aside), "{for_good} {tries}");
        assert!(reasons.iter().all(|reason| reason.contains("記録できませんでした")), "{reasons:?}");
        assert_eq!(app.world.aws.sqs().counts("inbox").total(), 1 - aside, "what passes comes again");
        app.until("its neighbours", |app| app.linked("line_last_message") == "behind it").await;
        assert!(app.linked("line_recent_messages").contains("before it"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_that_cannot_be_recorded_is_dead_lettered_in_words_at_once_or_after_a_day() {
    // For good; and for now, in its last try and in its first.
    for (for_good, tries, aside) in [(true, 0, 1), (false, 100, 1), (false, 0, 0)] {
        let app = refusing(for_good).await;
        queue(&app, tries).await;
        app.until("an end", |app| {
            let counts = |queue| app.world.aws.sqs().counts(queue);
            counts("push-dlq").total() == 1 || counts("push").delayed == 1
        })
        .await;
        assert_eq!(app.world.aws.sqs().counts("push-dlq").total(), aside, "{for_good} {tries}");
        assert_eq!(
            reason(&app).is_some_and(|reason| reason.contains("記録できません")),
            aside == 1,
            "{:?}",
            reason(&app)
        );
        assert_eq!(app.world.line.delivered().len(), 0);
    }
}
