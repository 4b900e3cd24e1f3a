//! The ports as AWS answers them: the real SDK, over the emulators.

mod queues;
mod rows;
mod secrets;

use std::sync::Arc;

use local::aws::LocalAws;
use local::fake::FakeClock;
use musubi::aws::{Aws, AwsAdapters, DynamoTable, ReadableSecrets, RetryPolicy, SqsQueue};
use musubi::domain::ids::ChannelId;
use musubi::domain::job::InboxJob;
use musubi::ports::Queue;
use musubi::ports::secrets::{LineSecrets, Secret};
use musubi::ports::table::{Precondition, RowKey, Table, Write};

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
        Aws::from_environment(self.aws.environment(), RetryPolicy::WORKER).unwrap()
    }

    fn parts(&self) -> AwsAdapters {
        AwsAdapters::over(self.connect(), self.aws.environment().clone(), Arc::new(self.clock.clone()))
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

fn line_secrets(text: &str) -> LineSecrets {
    LineSecrets {
        channel_secrets: vec![Secret::new(text)],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
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
    let parts = AwsAdapters::from_environment(&environment, RetryPolicy::EDGE).unwrap();
    parts.warm_up(ReadableSecrets::Line).await;
    let error = parts.channels().unwrap().find(&ChannelId::new("1")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let error = parts.inbox_queue(split_by_line).unwrap().send(&inbox_job("{}")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    let error = parts.secrets().unwrap().line(&ChannelId::new("1")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
}

#[tokio::test]
async fn what_is_kept_in_a_directory_is_there_after_a_restart() {
    let dir = std::env::temp_dir().join(format!("musubi-{}", uuid::Uuid::new_v4()));
    let clock = FakeClock::new();
    for round in 0..2 {
        let aws = LocalAws::start(Arc::new(clock.clone()), Some(&dir)).await.unwrap();
        let stack = Stack { aws, clock: clock.clone() };
        let parts = stack.parts();
        let rows = DynamoTable::new(parts.aws().dynamodb().clone(), "journal");
        let queue: Arc<SqsQueue<InboxJob>> = parts.inbox_queue(split_by_line).unwrap();
        let secrets = parts.secrets().unwrap();
        let channel = ChannelId::new("1");
        if round == 0 {
            let _ = rows.commit(vec![Write::put(RowKey::new("a", "b"), &"kept", Precondition::Any)]).await.unwrap();
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
