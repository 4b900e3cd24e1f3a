//! SQS: what is sent, cut, delayed, dead-lettered and received.

use std::sync::Arc;

use async_trait::async_trait;
use local::contract::stores::{QueueEnd, kanji, queue_contract};
use musubi::aws::{Aws, RetryPolicy, Routing, SqsQueue, envelope};
use musubi::config;
use musubi::domain::account::{CrmAccountKey, CrmKind};
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::job::{InboxJob, WakeUp};
use musubi::ports::Queue;

use crate::{Stack, inbox_job, split_by_line, stack};

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

    async fn take_dead_letters(&self) -> Vec<(T, String)> {
        let dead_lettered = self.drain(self.dead_letters).await;
        let read = |message: &local::aws::sqs::Message| {
            assert!(message.attributes["dead_lettered_at"].string_value.as_ref().unwrap().parse::<i64>().is_ok());
            (envelope::decode(&message.body).unwrap(), message.attributes["reason"].string_value.clone().unwrap())
        };
        dead_lettered.iter().map(read).collect()
    }

    async fn advance_ms(&self, by_ms: i64) {
        self.aws.clock.advance_ms(by_ms);
    }
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
async fn a_message_that_is_no_job_is_dead_lettered_as_it_came() {
    let stack = stack().await;
    let queue = stack.parts().inbox_queue(split_by_line).unwrap();
    queue.dead_letter_message("{\"v\":9}", "1234567890", "version 9\u{0}").await.unwrap();
    let dead_lettered = stack.aws.sqs().messages("inbox-dlq");
    assert_eq!(dead_lettered[0].body, "{\"v\":9}");
    assert_eq!(dead_lettered[0].attributes["reason"].string_value.as_deref(), Some("version 9 "));
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
        // Longer than any queue of ours hides what it has handed out.
        stack.clock.advance_ms(3_600_000);
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
        RetryPolicy { attempt_ms: 30_000, total_ms: 30_000, ..RetryPolicy::WORKER },
    );
    let sqs = sqs.unwrap().sqs().clone();
    let url = config::inbox_queue(stack.aws.environment()).unwrap().queue;
    let (received, _) = tokio::join!(sqs.receive_message().queue_url(&url).wait_time_seconds(20).send(), async {
        tokio::task::yield_now().await;
        sqs.send_message().queue_url(&url).message_body("hello").send().await.unwrap();
    });
    assert_eq!(received.unwrap().messages()[0].body(), Some("hello"));
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

#[tokio::test]
async fn who_has_much_in_flight_does_not_hold_up_who_has_little() {
    let stack = stack().await;
    let (queue, sqs) = (stack.parts().inbox_queue(split_by_line).unwrap(), stack.aws.sqs());
    let of = |channel: &str| InboxJob { channel: ChannelId::new(channel), ..inbox_job("x") };
    for _ in 0..60 {
        queue.send(&of("1")).await.unwrap();
    }
    queue.send(&of("2")).await.unwrap();
    let mut received = Vec::new();
    for _ in 0..3 {
        received.extend(sqs.receive("inbox", 10, None, 0).await.unwrap());
    }
    let channel = |one: &local::aws::sqs::Received| one.message.group.clone().unwrap();
    assert!(received.iter().all(|one| channel(one) == "1"), "in order while nobody is noisy");

    let next = sqs.receive("inbox", 10, None, 0).await.unwrap();
    let channels: Vec<String> = next.iter().map(channel).collect();
    assert_eq!(
        (channels[0].as_str(), channels.len()),
        ("2", 10),
        "thirty of the other are in flight: the quiet one is first"
    );
    assert!(channels[1..].iter().all(|channel| channel == "1"), "and nobody waits where nobody quiet does");

    for one in received.iter().chain(&next) {
        sqs.delete("inbox", &one.receipt).unwrap();
    }
    queue.send(&of("2")).await.unwrap();
    let left: Vec<String> = sqs.receive("inbox", 10, None, 0).await.unwrap().iter().map(channel).collect();
    assert!(left.iter().all(|channel| channel == "1"), "nothing is in flight any more: in order again");
}
