//! A row or a message of another version keeps nobody else waiting.

use std::collections::BTreeMap;

use local::fake::hubspot::ExecutionState;
use local::seed::{CHANNEL_ID, LINKED_USER, NEW_USER, PORTAL_ID};
use musubi::aws::{Aws, DynamoTable, RetryPolicy};
use musubi::ports::table::{Commit, Precondition, RowKey, Table, Write};

use crate::app::{App, text_at};

/// A row as no version yet writes it.
fn from_the_future(key: RowKey) -> Write {
    Write::Put { key, body: r#"{"v":9,"kind":"dream"}"#.to_owned(), expect: Precondition::Any, expires_at_s: None }
}

async fn plant(app: &App, table: &str, key: RowKey) {
    let aws = Aws::from_environment(&app.world.environment, RetryPolicy::WORKER).expect("AWS");
    let rows = DynamoTable::new(aws.dynamodb().clone(), table);
    assert_eq!(rows.commit(vec![from_the_future(key)]).await.expect("stored"), Commit::Done);
}

fn keys(app: &App, table: &str, begins: &str) -> Vec<RowKey> {
    let rows = app.world.aws.dynamodb().rows(table).expect("rows");
    rows.into_iter().map(|row| row.key).filter(|key| key.partition.starts_with(begins)).collect()
}

/// Every kind of row that stands in a list, and the rows of one person.
async fn plant_everywhere(app: &App) {
    for partition in ["channel", "account"] {
        for sort in ["!", "~"] {
            plant(app, "channels", RowKey::new(partition, sort)).await;
        }
    }
    let now_ms = app.world.clock.now_ms();
    let lists = keys(app, "journal", "o:");
    assert!(!lists.is_empty(), "the outbox holds something");
    let list = lists[0].partition.rsplit_once(':').expect("a shard").0;
    for shard in 0..8 {
        plant(app, "journal", RowKey::new(format!("{list}:{shard}"), format!("{:013}:dream", now_ms - 60_000))).await;
    }
    for begins in ["k:", "q:", "g:"] {
        let account = list.trim_start_matches("o:");
        plant(app, "journal", RowKey::new(format!("{begins}{account}"), "dream")).await;
    }
    // What was noted of the Official Account is no reason to stop either.
    let channel = keys(app, "journal", "v:");
    assert!(!channel.is_empty(), "an event is noted");
    for sort in ["event", "refusal"] {
        plant(app, "journal", RowKey::new(&channel[0].partition, sort)).await;
    }
    // Whom the other friend is linked to, and a send that has ended.
    let links = app.world.aws.dynamodb().rows("links").expect("rows");
    let linked: Vec<RowKey> = links.into_iter().filter(|row| row.body.contains(NEW_USER)).map(|row| row.key).collect();
    let sends = keys(app, "journal", "s:");
    assert_eq!((linked.len(), sends.len()), (2, 1), "both ways, and the send");
    for key in linked {
        plant(app, "links", key).await;
    }
    for key in sends {
        plant(app, "journal", key).await;
    }
    // The other friend's conversation, whatever it holds.
    for key in keys(app, "journal", "c:") {
        plant(app, "journal", key).await;
    }
}

/// Messages as no version yet writes them.
async fn send_to_every_queue(app: &App) {
    let aws = Aws::from_environment(&app.world.environment, RetryPolicy::WORKER).expect("AWS");
    for name in ["MUSUBI_INBOX_QUEUE_URL", "MUSUBI_PUSH_QUEUE_URL", "MUSUBI_CRM_QUEUE_URL"] {
        let url = app.world.environment.demand(name).expect("a queue");
        // An envelope, and a job, of a later version.
        for body in [r#"{"v":2,"job":"?"}"#, r#"{"v":1,"as":"json","job":"eyJraW5kIjoiZHJlYW0ifQ=="}"#] {
            let send = aws.sqs().send_message().queue_url(&url).message_body(body).message_group_id("g");
            let once = url.ends_with(".fifo").then(|| format!("dream-{}", body.len()));
            send.set_message_deduplication_id(once).send().await.expect("sent");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_future_row_in_every_table_and_a_future_message_in_every_queue_stop_nobody_else() {
    let app = App::start().await;
    app.world.line.follow(CHANNEL_ID, NEW_USER).await;
    app.world.line.write_text(CHANNEL_ID, NEW_USER, "前から").await;
    app.until("the other friend", |app| app.contact_of(NEW_USER).is_some()).await;
    let other = app.contact_of(NEW_USER).expect("a contact").id;
    let fields = BTreeMap::from([("message_1".to_owned(), "前の送信".to_owned())]);
    let before = app.world.hubspot.run_workflow(PORTAL_ID, &[other], &fields).await.remove(0);
    app.until("a workflow", |app| matches!(app.execution(&before).state, ExecutionState::Done { .. })).await;
    app.at_rest_but_entries().await;
    plant_everywhere(&app).await;
    send_to_every_queue(&app).await;

    let callback = app.run_action(&[("message_1", "こんにちは")]).await;
    let now_ms = app.world.clock.now_ms();
    assert_eq!(app.post_events(&[text_at(LINKED_USER, 1, now_ms, "それでも届く")]).await, 200);
    app.until("the property", |app| app.linked("line_last_message") == "それでも届く").await;
    app.until("the workflow", |app| matches!(app.execution(&callback).state, ExecutionState::Done { .. })).await;
    app.until("the outcome", |app| app.linked("line_last_outcome") == "accepted").await;
    app.minutes_pass(16);
    app.until_moving_by(2_000, "the note", |app| app.notes().iter().any(|note| note.contains("それでも届く"))).await;

    let reasons = |queue: &str| -> Vec<String> {
        let letters = app.world.aws.sqs().messages(queue);
        letters.iter().filter_map(|letter| letter.attributes.get("reason")?.string_value.clone()).collect()
    };
    let letters: BTreeMap<&str, usize> =
        ["inbox-dlq", "push-dlq", "crm-dlq.fifo"].into_iter().map(|queue| (queue, reasons(queue).len())).collect();
    // Each of the messages, and one letter for all the rows.
    assert_eq!(letters, BTreeMap::from([("inbox-dlq", 2), ("push-dlq", 2), ("crm-dlq.fifo", 3)]));
    assert_eq!(reasons("crm-dlq.fifo").iter().filter(|reason| reason.starts_with("unreadable:")).count(), 1);
    let kept = keys(&app, "journal", "o:").iter().filter(|key| key.sort.ends_with(":dream")).count();
    assert_eq!(kept, 8, "what waits for a later version is still there");
}
