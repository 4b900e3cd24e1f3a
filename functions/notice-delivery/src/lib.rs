//! The queue of notices: another system is told that a message came, the team that somebody waits. Nobody's work waits for it but other notices.

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use musubi::aws::AwsAdapters;
use musubi::batch::{self, JobQueue};
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::notice::Notice;
use musubi::flow::deliver_notice::{DeliverNotice, Told};
use musubi::outward::Outward;
use musubi::ports::{PortError, Queue};

/// How many records of a batch are handled at once: all of them, since each may take ten seconds.
const AT_ONCE: usize = 10;
/// It is told so often; then it is dead-lettered. With the waits in between that is about a day.
const MAX_TRIES: u32 = 100;

/// What telling needs.
pub struct Ports {
    /// The queue itself, for another try later.
    pub notices: JobQueue<Notice>,
    /// Tells.
    pub deliver: DeliverNotice,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = adapters.clock();
        let notices = adapters.notice_queue()?;
        let deliver = DeliverNotice {
            channels: adapters.channels()?.remembering(Arc::clone(&clock)),
            accounts: adapters.accounts()?.remembering(Arc::clone(&clock)),
            secrets: adapters.secrets()?,
            endpoints: Arc::new(Outward::new(Arc::clone(&clock))),
            team: adapters.team()?,
            public_url: config::public_url(environment)?,
            clock,
        };
        Ok(Self { notices, deliver })
    }
}

/// A batch of the queue.
pub async fn handle(ports: &Ports, event: SqsEvent) -> SqsBatchResponse {
    batch::each(event, AT_ONCE, |record| handle_record(ports, record)).await
}

/// What could not be told comes again after a while, or is dead-lettered in words.
async fn handle_record(ports: &Ports, record: SqsMessage) -> Result<(), PortError> {
    let Some(notice) = batch::job(&ports.notices, &record).await? else { return Ok(()) };
    match ports.deliver.deliver(&notice).await? {
        Told::Done => Ok(()),
        Told::Never(why) => ports.notices.dead_letter(&notice, &why.words()).await,
        Told::Again(why) if notice.tries >= MAX_TRIES => ports.notices.dead_letter(&notice, &why.words()).await,
        Told::Again(_) => {
            let next = Notice { tries: notice.tries + 1, ..notice };
            ports.notices.send_later(&next, (1_u32 << next.tries.min(10)).min(900)).await
        }
    }
}
