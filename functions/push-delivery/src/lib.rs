//! The push queue: each message reaches its person, once, and the outcome is recorded.

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use musubi::aws::Parts;
use musubi::batch::{self, JobQueue};
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::push::PushJob;
use musubi::flow::deliver::Deliver;
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::PortError;

/// How many records of a batch are settled at once: LINE takes about 0.1 s for one.
const AT_ONCE: usize = 50;

/// What sending needs.
pub struct Ports {
    /// The queue itself, for what cannot be read.
    pub push: JobQueue<PushJob>,
    /// Delivers.
    pub deliver: Deliver,
}

impl Ports {
    /// From the function's parts.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(parts: &Parts, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = parts.clock();
        let push = parts.push_queue()?;
        let messenger = LineMessenger::new(
            musubi::http::client(),
            LineApiUrl::parse(&config::line_urls(environment)?.api).map_err(|_| ConfigError::Malformed {
                name: "MUSUBI_LINE_API_URL",
                expected: "an http or https address",
            })?,
            parts.secrets()?,
            Arc::clone(&clock),
            config::push_max_concurrency(environment)?,
        );
        let deliver = Deliver {
            channels: parts.channels()?.remembering(Arc::clone(&clock)),
            links: parts.links()?,
            journal: parts.journal()?,
            messenger: Arc::new(messenger),
            push: push.clone(),
            wake_ups: parts.wake_ups()?,
            clock,
        };
        Ok(Self { push, deliver })
    }
}

/// A batch of the queue.
pub async fn handle(ports: &Ports, event: SqsEvent) -> SqsBatchResponse {
    batch::each(event, AT_ONCE, |record| settle(ports, record)).await
}

async fn settle(ports: &Ports, record: SqsMessage) -> Result<(), PortError> {
    match batch::job(&ports.push, &record).await? {
        Some(job) => ports.deliver.deliver(&job).await,
        None => Ok(()),
    }
}
