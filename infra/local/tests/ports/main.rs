//! The ports as AWS answers them: the real SDK, over the emulators.

use std::sync::Arc;

use async_trait::async_trait;
use local::aws::LocalAws;
use local::contract::{QueueEnd, queue_contract, rows_contract};
use local::fake::FakeClock;
use musubi::aws::envelope;
use musubi::aws::{Aws, DynamoRows, Parts, Patience, ReadableSecrets, Routing, SqsQueue};
use musubi::config::{self, Environment};
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId, CrmAppId};
use musubi::domain::job::{InboxJob, WakeUp};
use musubi::ports::Queue;
use musubi::ports::rows::{Commit, Expect, RowKey, Rows, Write};
use musubi::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Secret};

struct Stack {
    aws: LocalAws,
    clock: FakeClock,
}

async fn stack() -> Stack {
    let clock = FakeClock::new();
    let aws = LocalAws::start(Arc::new(clock.clone()), None).await.unwrap();
    Stack { aws, clock }
}

impl Stack {
    fn connect(&self) -> Aws {
        Aws::from_environment(self.aws.environment(), Patience::WORKER).unwrap()
    }

    fn parts(&self) -> Parts {
        Parts::over(self.connect(), self.aws.environment().clone(), Arc::new(self.clock.clone()))
    }
}

/// The receiving end of a queue of the emulator.
struct LocalEnd {
    aws: Arc<Stack>,
    queue: &'static str,
    dead_letters: &'static str,
}

impl LocalEnd {
    async fn drain(&self, queue: &str) -> Vec<local::aws::sqs::Message> {
        let mut all = Vec::new();
        loop {
            let received = self.aws.aws.sqs().receive(queue, 10, None, 0).await.unwrap();
            if received.is_empty() {
                return all;
            }
            for one in received {
                self.aws.aws.sqs().delete(queue, &one.receipt).unwrap();
                all.push(one.message);
            }
        }
    }
}

#[async_trait]
impl<T: serde::de::DeserializeOwned + Send + 'static> QueueEnd<T> for LocalEnd {
    async fn take(&self) -> Vec<T> {
        self.drain(self.queue).await.iter().map(|message| envelope::decode(&message.body).unwrap()).collect()
    }

    async fn take_buried(&self) -> Vec<(T, String)> {
        let buried = self.drain(self.dead_letters).await;
        let read = |message: &local::aws::sqs::Message| {
            assert!(message.attributes["buried_at"].string_value.as_ref().unwrap().parse::<i64>().is_ok());
            (envelope::decode(&message.body).unwrap(), message.attributes["reason"].string_value.clone().unwrap())
        };
        buried.iter().map(read).collect()
    }

    async fn advance_ms(&self, by_ms: i64) {
        self.aws.clock.advance_ms(by_ms);
    }
}

fn inbox_job(body: impl Into<Vec<u8>>) -> InboxJob {
    InboxJob { channel: ChannelId::new("1234567890"), accepted_at_ms: 1, tries: 0, place: None, body: body.into() }
}

/// Stands in for LINE's splitting by event: cuts at line ends.
fn split_by_line(job: &InboxJob) -> Option<Vec<InboxJob>> {
    let parts: Vec<InboxJob> =
        job.body.split(|byte| *byte == b'\n').map(|part| InboxJob { body: part.to_vec(), ..job.clone() }).collect();
    (parts.len() > 1).then_some(parts)
}

/// Text that packs badly: kanji chosen by a small generator.
fn kanji(size_bytes: usize, seed: u64) -> String {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..size_bytes / 3).filter_map(|_| char::from_u32(0x4e00 + u32::try_from(next() % 20_000).unwrap())).collect()
}

#[tokio::test]
async fn dynamodb_keeps_the_contract_of_rows() {
    let stack = stack().await;
    let client = stack.connect().dynamodb().clone();
    rows_contract(Arc::new(DynamoRows::new(client, "journal"))).await;
}

#[tokio::test]
async fn sqs_keeps_the_contract_of_queues() {
    let stack = Arc::new(stack().await);
    let queue: Arc<dyn Queue<InboxJob>> = stack.parts().inbox_queue(split_by_line).unwrap();
    let end = Arc::new(LocalEnd { aws: stack.clone(), queue: "inbox", dead_letters: "inbox-dlq" });
    queue_contract(queue, end, [inbox_job("\u{ffff}\u{0}結び"), inbox_job(vec![0xff, 0xfe, 0x00])], true).await;

    let wake_ups: Arc<dyn Queue<WakeUp>> = stack.parts().wake_ups().unwrap();
    let wake_up = |id: &str| WakeUp::of(&CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(id) });
    let end = Arc::new(LocalEnd { aws: stack.clone(), queue: "crm.fifo", dead_letters: "crm-dlq.fifo" });
    queue_contract(wake_ups, end, [wake_up("1"), wake_up("2")], false).await;
}

#[tokio::test]
async fn nine_hundred_kilobytes_of_kanji_are_one_message() {
    let stack = Arc::new(stack().await);
    let queue = stack.parts().inbox_queue(split_by_line).unwrap();
    let job = inbox_job(kanji(900_000, 7));
    queue.send(&job).await.unwrap();
    let messages = stack.aws.sqs().messages("inbox");
    assert_eq!(messages.len(), 1);
    assert!(messages[0].body.len() > 700_000, "it packs badly: {}", messages[0].body.len());
    assert_eq!(messages[0].group.as_deref(), Some("1234567890"));
    assert_eq!(envelope::decode::<InboxJob>(&messages[0].body).unwrap(), job);
}

#[tokio::test]
async fn a_job_that_does_not_fit_is_cut_and_every_part_arrives() {
    let stack = Arc::new(stack().await);
    let queue = stack.parts().inbox_queue(split_by_line).unwrap();
    let events: Vec<String> = (0..15).map(|index| kanji(150_000, 1_000 + index)).collect();
    queue.send(&inbox_job(events.join("\n"))).await.unwrap();
    let messages = stack.aws.sqs().messages("inbox");
    let arrived: Vec<InboxJob> = messages.iter().map(|message| envelope::decode(&message.body).unwrap()).collect();
    assert_eq!(arrived, events.into_iter().map(inbox_job).collect::<Vec<_>>());

    let error = queue.send(&inbox_job(kanji(1_600_000, 3))).await.unwrap_err();
    assert!(!error.is_transient(), "what cannot be cut never fits");

    let halves = [kanji(800_000, 4), kanji(800_000, 5)];
    queue.send(&inbox_job(halves.join("\n"))).await.unwrap();
    assert_eq!(stack.aws.sqs().messages("inbox").len(), 17, "two are parts enough");
}

#[tokio::test]
async fn a_message_is_delayed_for_fifteen_minutes_at_most_and_never_in_a_fifo_queue() {
    let stack = stack().await;
    let inbox = stack.parts().inbox_queue(split_by_line).unwrap();
    for (delay_s, delayed, there) in [(0, 0, 1), (1, 1, 1), (900, 2, 1)] {
        inbox.send_later(&inbox_job("x"), delay_s).await.unwrap();
        let counts = stack.aws.sqs().counts("inbox");
        assert_eq!((counts.delayed, counts.total() - counts.delayed), (delayed, there), "{delay_s} s");
    }
    assert!(!inbox.send_later(&inbox_job("x"), 901).await.unwrap_err().is_transient());

    let wake_ups = stack.parts().wake_ups().unwrap();
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("1") };
    assert!(!wake_ups.send_later(&WakeUp::of(&account), 1).await.unwrap_err().is_transient());
    wake_ups.send_later(&WakeUp::of(&account), 0).await.unwrap();
    assert_eq!((stack.aws.sqs().counts("inbox").total(), stack.aws.sqs().counts("crm.fifo").total()), (3, 1));
}

#[tokio::test]
async fn a_message_that_is_no_job_is_put_aside_as_it_came() {
    let stack = stack().await;
    let queue = stack.parts().inbox_queue(split_by_line).unwrap();
    queue.bury_message("{\"v\":9}", "1234567890", "version 9\u{0}").await.unwrap();
    let buried = stack.aws.sqs().messages("inbox-dlq");
    assert_eq!(buried[0].body, "{\"v\":9}");
    assert_eq!(buried[0].attributes["reason"].string_value.as_deref(), Some("version 9 "));
}

#[tokio::test]
async fn the_sdk_receives_what_it_sent_and_a_poisoned_message_ends_in_the_dead_letter_queue() {
    let stack = stack().await;
    let sqs = stack.connect().sqs().clone();
    let url = config::inbox_queue(stack.aws.environment()).unwrap().queue;
    sqs.send_message().queue_url(&url).message_body("poison").send().await.unwrap();
    for round in 1..=20 {
        let answer = sqs
            .receive_message()
            .queue_url(&url)
            .message_system_attribute_names("ApproximateReceiveCount".into())
            .send()
            .await
            .unwrap();
        let message = &answer.messages()[0];
        assert_eq!(message.body(), Some("poison"));
        assert_eq!(message.attributes().unwrap()[&"ApproximateReceiveCount".into()], round.to_string());
        let again = sqs.receive_message().queue_url(&url).send().await.unwrap();
        assert!(again.messages().is_empty(), "it is out of sight");
        stack.clock.advance_ms(180_000);
    }
    assert!(sqs.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
    assert_eq!(stack.aws.sqs().counts("inbox").total(), 0);
    let dead = stack.aws.sqs().messages("inbox-dlq");
    assert_eq!(dead.len(), 1);
    assert!(dead[0].dead_letter_source.as_deref().unwrap().ends_with(":inbox"));
    stack.clock.advance_ms(14 * 86_400_000);
    assert_eq!(stack.aws.sqs().counts("inbox-dlq").total(), 0, "after 14 days it is gone");
}

#[tokio::test]
async fn sqs_refuses_what_sqs_refuses() {
    let stack = stack().await;
    let sqs = stack.connect().sqs().clone();
    let url = config::inbox_queue(stack.aws.environment()).unwrap().queue;
    let send = |body: String| sqs.send_message().queue_url(&url).message_body(body).send();
    let error = send("\u{ffff}".to_owned()).await.unwrap_err().into_service_error();
    assert!(error.is_invalid_message_contents(), "{error:?}");
    let error = send("x".repeat(1_048_577)).await.unwrap_err().into_service_error();
    assert_eq!(error.meta().code(), Some("InvalidParameterValue"));
    send("x".repeat(1_048_576)).await.unwrap();
    let error = sqs.send_message().queue_url("http://127.0.0.1/0/none").message_body("x").send().await.unwrap_err();
    assert!(error.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn a_fifo_group_is_worked_on_one_message_at_a_time_and_a_duplicate_is_dropped() {
    let stack = stack().await;
    let sqs = stack.connect().sqs().clone();
    let url = config::crm_queue(stack.aws.environment()).unwrap().queue;
    let send = async |group: &str, body: &str| {
        let sent = sqs
            .send_message()
            .queue_url(&url)
            .message_group_id(group)
            .message_deduplication_id(body)
            .message_body(body)
            .send();
        sent.await.unwrap().sequence_number().unwrap().to_owned()
    };
    let first = send("a", "a1").await;
    assert!(first < send("a", "a2").await);
    assert_eq!(first, send("a", "a1").await, "a duplicate within five minutes");
    send("b", "b1").await;
    let receive = async || {
        let answer = sqs.receive_message().queue_url(&url).max_number_of_messages(1).send().await.unwrap();
        answer
            .messages
            .unwrap_or_default()
            .into_iter()
            .next()
            .map(|message| (message.body.unwrap(), message.receipt_handle.unwrap()))
    };
    let (body, handle) = receive().await.unwrap();
    assert_eq!(body, "a1");
    assert_eq!(receive().await.unwrap().0, "b1", "group a waits");
    assert!(receive().await.is_none());
    sqs.delete_message().queue_url(&url).receipt_handle(handle).send().await.unwrap();
    assert_eq!(receive().await.unwrap().0, "a2");
    stack.clock.advance_ms(300_000);
    assert_ne!(first, send("a", "a1").await, "after five minutes it is a new message");
}

#[tokio::test]
async fn a_long_poll_ends_when_a_message_comes() {
    let stack = stack().await;
    let sqs = Aws::from_environment(
        stack.aws.environment(),
        Patience { attempt_ms: 30_000, total_ms: 30_000, ..Patience::WORKER },
    );
    let sqs = sqs.unwrap().sqs().clone();
    let url = config::inbox_queue(stack.aws.environment()).unwrap().queue;
    let (received, _) = tokio::join!(sqs.receive_message().queue_url(&url).wait_time_seconds(20).send(), async {
        tokio::task::yield_now().await;
        sqs.send_message().queue_url(&url).message_body("hello").send().await.unwrap();
    });
    assert_eq!(received.unwrap().messages()[0].body(), Some("hello"));
}

fn line_secrets(text: &str) -> LineSecrets {
    LineSecrets {
        channel_secrets: vec![Secret::new(text)],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
    }
}

#[tokio::test]
async fn a_secret_is_read_once_a_minute_and_a_mismatch_reads_it_at_once() {
    let stack = stack().await;
    let secrets = stack.parts().secrets().unwrap();
    let operator = stack.parts().secrets().unwrap();
    let channel = ChannelId::new("1234567890");
    let name = "musubi/local/line/1234567890";
    operator.store_line(&channel, &line_secrets("old")).await.unwrap();
    for _ in 0..5 {
        assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("old")));
    }
    assert_eq!(stack.aws.secrets().reads(name), 1);

    operator.store_line(&channel, &line_secrets("new")).await.unwrap();
    assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("old")), "within the minute");
    let asked_at_ms = stack.clock.now_ms();
    let first = secrets.line_anew(&channel).await.unwrap();
    assert_eq!(first.secrets, Some(line_secrets("new")), "a mismatch reads at once");
    assert!(first.as_of_ms >= asked_at_ms, "they are of this moment");
    stack.clock.advance_ms(30_000);
    for _ in 0..100 {
        assert_eq!(secrets.line_anew(&channel).await.unwrap(), first, "and say their age from then on");
    }
    assert_eq!(stack.aws.secrets().reads(name), 2, "forged requests cost nothing");
    stack.clock.advance_ms(30_000);
    assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("new")));
    assert_eq!(stack.aws.secrets().reads(name), 3);
}

#[tokio::test]
async fn a_missing_secret_is_remembered_too_and_a_name_that_cannot_be_is_not_asked_for() {
    let stack = stack().await;
    let secrets = stack.parts().secrets().unwrap();
    let channel = ChannelId::new("42");
    for _ in 0..3 {
        assert_eq!(secrets.line(&channel).await.unwrap(), None);
    }
    assert_eq!(stack.aws.secrets().reads("musubi/local/line/42"), 1);
    let odd = ChannelId::new("結び");
    assert_eq!(secrets.line(&odd).await.unwrap(), None);
    assert_eq!(stack.aws.secrets().reads("musubi/local/line/結び"), 0);
    assert!(secrets.store_line(&odd, &line_secrets("x")).await.is_err());
}

#[tokio::test]
async fn a_forgotten_secret_is_gone_and_can_be_stored_again() {
    let stack = stack().await;
    let secrets = stack.parts().secrets().unwrap();
    let channel = ChannelId::new("1");
    secrets.forget_line(&channel).await.unwrap();
    secrets.store_line(&channel, &line_secrets("a")).await.unwrap();
    secrets.forget_line(&channel).await.unwrap();
    secrets.forget_line(&channel).await.unwrap();
    assert_eq!(secrets.line(&channel).await.unwrap(), None);
    assert!(stack.aws.secrets().names().is_empty());
    secrets.store_line(&channel, &line_secrets("b")).await.unwrap();
    assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("b")));
}

#[tokio::test]
async fn tokens_are_never_cached_and_apps_are() {
    let stack = stack().await;
    let (ours, other) = (stack.parts().secrets().unwrap(), stack.parts().secrets().unwrap());
    let account = CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("99") };
    let token = |text: &str| CrmToken::Private { access_token: Secret::new(text) };
    assert_eq!(ours.crm_token(&account).await.unwrap(), None);
    for text in ["1", "2"] {
        other.store_crm_token(&account, &token(text)).await.unwrap();
        assert_eq!(ours.crm_token(&account).await.unwrap(), Some(token(text)));
    }
    let app = CrmAppId::new("7");
    let of_app = CrmAppSecrets { client_id: "c".to_owned(), client_secrets: vec![Secret::new("s")] };
    other.store_crm_app(CrmKind::HubSpot, &app, &of_app).await.unwrap();
    assert_eq!(ours.crm_app(CrmKind::HubSpot, &app).await.unwrap(), Some(of_app.clone()));
    assert_eq!(ours.crm_app(CrmKind::HubSpot, &app).await.unwrap(), Some(of_app));
    assert_eq!(stack.aws.secrets().reads("musubi/local/hubspot/app/7"), 1);
    assert_eq!(stack.aws.secrets().names(), ["musubi/local/hubspot/account/99", "musubi/local/hubspot/app/7"]);
}

/// Stands between us and DynamoDB: passes requests on, and swallows the answers to the first ones.
async fn lossy(target: String, swallow: usize) -> String {
    use axum::http::{HeaderMap, StatusCode};
    use std::sync::atomic::Ordering::SeqCst;
    let left = Arc::new(std::sync::atomic::AtomicUsize::new(swallow));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build().unwrap();
    let handler = move |headers: HeaderMap, body: axum::body::Bytes| {
        let (left, client, target) = (left.clone(), client.clone(), target.clone());
        async move {
            let mut request = client.post(&target).body(body);
            for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
                request = request.header(name, headers[name].clone());
            }
            let answer = request.send().await.unwrap();
            let (status, type_) = (answer.status(), answer.headers()["content-type"].clone());
            let body = answer.bytes().await.unwrap();
            let lost = left.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1)).is_ok();
            if lost {
                (StatusCode::INTERNAL_SERVER_ERROR, [("content-type", type_)], axum::body::Bytes::new())
            } else {
                (status, [("content-type", type_)], body)
            }
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(handler)).await });
    url
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_not_told_that_somebody_else_was_first() {
    let stack = stack().await;
    let target = stack.aws.environment().get("AWS_ENDPOINT_URL_DYNAMODB").unwrap();
    let key = |name: &str| RowKey::new("lost", name);
    let put = |name: &str, expect| Write::put(key(name), &name, expect);
    let cases = [
        vec![put("one", Expect::Absent)],
        vec![put("two", Expect::Absent), put("three", Expect::Absent)],
        vec![put("one", Expect::Rev(1))],
    ];
    for writes in cases {
        let url = lossy(target.clone(), 2).await;
        let environment: Environment = stack.aws.environment().with([("AWS_ENDPOINT_URL_DYNAMODB", url)]);
        let aws = Aws::from_environment(&environment, Patience::WORKER).unwrap();
        let rows = DynamoRows::new(aws.dynamodb().clone(), "journal");
        assert_eq!(rows.commit(writes.clone()).await.unwrap(), Commit::Done);
        assert_eq!(rows.commit(writes).await.unwrap(), Commit::Conflict, "a second commit is another writer");
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_worth_another_try() {
    let stack = stack().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let environment = stack.aws.environment().with([
        ("AWS_ENDPOINT_URL_DYNAMODB", closed.clone()),
        ("AWS_ENDPOINT_URL_SQS", closed.clone()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", closed),
    ]);
    let parts = Parts::from_environment(&environment, Patience::EDGE).unwrap();
    parts.warm_up(ReadableSecrets::Line).await;
    let error = parts.channels().unwrap().find(&ChannelId::new("1")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let error = parts.inbox_queue(split_by_line).unwrap().send(&inbox_job("{}")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let error = parts.secrets().unwrap().line(&ChannelId::new("1")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

/// Text that cannot be packed to less than three quarters.
fn noise(length: usize) -> String {
    let mut state = 1_u64;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[(state >> 58) as usize])
    };
    (0..length).map(letter).collect()
}

#[tokio::test]
async fn a_row_that_is_too_large_is_refused_for_good() {
    let stack = stack().await;
    let rows = DynamoRows::new(stack.connect().dynamodb().clone(), "journal");
    let huge = Write::put(RowKey::new("huge", "row"), &noise(700_000), Expect::Any);
    assert!(!rows.commit(vec![huge.clone()]).await.unwrap_err().is_transient());
    let small = Write::put(RowKey::new("huge", "small"), &"x", Expect::Any);
    assert!(!rows.commit(vec![huge, small]).await.unwrap_err().is_transient());
}

#[tokio::test]
async fn expired_rows_can_be_forgotten_by_the_clock() {
    let stack = stack().await;
    let rows = DynamoRows::new(stack.connect().dynamodb().clone(), "journal");
    let now_ms = stack.clock.now_ms();
    let write = |name: &str, days| Write::put(RowKey::new("ttl", name), &name, Expect::Any).expiring(now_ms, days);
    let _ = rows.commit(vec![write("text", 30), write("tombstone", 60)]).await.unwrap();
    stack.clock.advance_ms(50 * 86_400_000);
    assert_eq!(stack.aws.dynamodb().forget_expired("journal").unwrap(), 1);
    let left = stack.aws.dynamodb().rows("journal").unwrap();
    assert_eq!(left.iter().map(|row| row.key.sort.as_str()).collect::<Vec<_>>(), ["tombstone"]);
}

#[tokio::test]
async fn what_is_kept_in_a_directory_is_there_after_a_restart() {
    let dir = std::env::temp_dir().join(format!("musubi-{}", uuid::Uuid::new_v4()));
    let clock = FakeClock::new();
    for round in 0..2 {
        let aws = LocalAws::start(Arc::new(clock.clone()), Some(&dir)).await.unwrap();
        let stack = Stack { aws, clock: clock.clone() };
        let parts = stack.parts();
        let rows = DynamoRows::new(parts.aws().dynamodb().clone(), "journal");
        let queue: Arc<SqsQueue<InboxJob>> = parts.inbox_queue(split_by_line).unwrap();
        let secrets = parts.secrets().unwrap();
        let channel = ChannelId::new("1");
        if round == 0 {
            let _ = rows.commit(vec![Write::put(RowKey::new("a", "b"), &"kept", Expect::Any)]).await.unwrap();
            queue.send(&inbox_job("kept")).await.unwrap();
            secrets.store_line(&channel, &line_secrets("kept")).await.unwrap();
        } else {
            assert!(rows.get(&RowKey::new("a", "b")).await.unwrap().is_some());
            assert_eq!(stack.aws.sqs().counts("inbox").visible, 1);
            assert_eq!(secrets.line(&channel).await.unwrap(), Some(line_secrets("kept")));
        }
    }
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn a_routing_can_be_given_for_any_kind_of_job() {
    let stack = stack().await;
    let urls = config::push_queue(stack.aws.environment()).unwrap();
    let routing = Routing::<String> { group: |_| "結び".to_owned(), split: |_| None, slot_ms: |_| None };
    let queue = SqsQueue::new(stack.connect().sqs().clone(), urls, routing, Arc::new(stack.clock.clone()));
    queue.send(&"job".to_owned()).await.unwrap();
    let message = &stack.aws.sqs().messages("push")[0];
    assert_eq!(message.group.as_ref().map(String::len), Some(32), "a group that SQS would refuse is hashed");
}
