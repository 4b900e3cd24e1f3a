//! The push queue: each message reaches its person, once, and the outcome is recorded.

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use musubi::aws::AwsAdapters;
use musubi::batch::{self, JobQueue};
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::push::PushJob;
use musubi::flow::deliver::Deliver;
use musubi::http_client::HttpClient;
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::{PortError, Queue};

/// How many records of a batch are handled at once: LINE takes about 0.1 s for one.
const AT_ONCE: usize = 50;

/// A job that fails is sent on so often; then it is dead-lettered. With the waits in between that is about a day.
const MAX_TRIES: u32 = 100;

/// What sending needs.
pub struct Ports {
    /// The queue itself, for what cannot be read.
    pub push: JobQueue<PushJob>,
    /// Delivers.
    pub deliver: Deliver,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = adapters.clock();
        let push = adapters.push_queue()?;
        let messenger = LineMessenger::new(
            HttpClient::ready(),
            LineApiUrl::of_api(&config::line_urls(environment)?)?,
            adapters.secrets()?,
            Arc::clone(&clock),
            config::push_max_concurrency(environment)?,
        );
        let deliver = Deliver {
            accounts: adapters.accounts()?.remembering(Arc::clone(&clock)),
            channels: adapters.channels()?.remembering(Arc::clone(&clock)),
            messenger: Arc::new(messenger),
            push: push.clone(),
            outbox: adapters.outbox()?,
        };
        Ok(Self { push, deliver })
    }
}

/// A batch of the queue. Repeats of one send are handled in turn: what was asked first is sent.
pub async fn handle(ports: &Ports, event: SqsEvent) -> SqsBatchResponse {
    let name = |job: &PushJob| (job.id, job.accepted_at_ms);
    batch::each_in_turn(event, AT_ONCE, &ports.push, name, |job| handle_record(ports, job)).await
}

/// What could not be handled is sent on by ourselves, or dead-lettered in words: SQS's own redrive gives no reason.
async fn handle_record(ports: &Ports, job: PushJob) -> Result<(), PortError> {
    let Err(error) = ports.deliver.deliver(&job).await else { return Ok(()) };
    musubi::telemetry::log_chain("push.postponed", &error);
    let job = PushJob { tries: job.tries + 1, ..job };
    if job.tries > MAX_TRIES || !error.is_transient() {
        let why = format!("The send could not be recorded / 送信を記録できませんでした: {error}");
        return ports.push.dead_letter(&job, &why).await;
    }
    ports.push.send_later(&job, (1_u32 << job.tries.min(10)).min(900)).await
}
