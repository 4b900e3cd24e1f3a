//! The one dispatcher. The schedule wakes every account, and queues what was held until now; an account's wake-ups come one after the other.

pub mod schedule;

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use musubi::aws::AwsAdapters;
use musubi::batch::{self, JobQueue};
use musubi::config::{self, ConfigError, Environment};
use musubi::crm::CrmClients;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::job::WakeUp;
use musubi::flow::dispatch::{Dispatch, LastLooks};
use musubi::flow::release::Release;
use musubi::http_client::HttpClient;
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::PortError;
use serde_json::Value;

/// What dispatching needs.
pub struct Ports {
    /// Wakes accounts.
    pub wake_ups: JobQueue<WakeUp>,
    /// Does it.
    pub dispatch: Dispatch,
    /// Queues held sends whose time has come.
    pub release: Release,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = adapters.clock();
        let (http, secrets, wake_ups) = (HttpClient::ready(), adapters.secrets()?, adapters.wake_ups()?);
        let line_api = LineApiUrl::of_api(&config::line_urls(environment)?)?;
        let line = Arc::new(LineMessenger::new(http.clone(), line_api, secrets.clone(), Arc::clone(&clock), 1));
        let crms = CrmClients::new(http, &config::hubspot_api_url(environment)?, secrets, Arc::clone(&clock));
        let crms = crms.leaving_room();
        let dispatch = Dispatch {
            accounts: adapters.accounts()?,
            channels: adapters.channels()?,
            links: adapters.links()?,
            outbox: adapters.outbox()?,
            crms: Arc::new(crms),
            messenger: line.clone(),
            content: line,
            last_looks: LastLooks::default(),
        };
        let release = Release { journal: adapters.journal()?, push: adapters.push_queue()?, clock };
        Ok(Self { wake_ups, dispatch, release })
    }
}

/// The schedule, or a batch of wake-ups; works until `until_ms` at the latest.
///
/// # Errors
/// The schedule could not see to an account; all others were seen to.
pub async fn handle(ports: &Ports, event: Value, until_ms: i64) -> Result<SqsBatchResponse, PortError> {
    match serde_json::from_value::<SqsEvent>(event) {
        Ok(batch) if !batch.records.is_empty() => Ok(wake(ports, batch, until_ms).await),
        _ => schedule::round(ports, until_ms).await.tell().map(|()| SqsBatchResponse::default()),
    }
}

/// Each account that the batch names is dispatched once, all of them at the same time: nobody waits behind another's flood. A
/// wake-up is done whatever comes of it: what was not done stays in the outbox, and the schedule comes every minute. Only a record
/// comes back that cannot be read and could not be dead-lettered either, or whose work could not be enqueued again.
async fn wake(ports: &Ports, batch: SqsEvent, until_ms: i64) -> SqsBatchResponse {
    let mut accounts = BTreeSet::<CrmAccountKey>::new();
    let mut response = SqsBatchResponse::default();
    for record in batch.records {
        let id = record.message_id.clone().unwrap_or_default();
        match account_with_work(ports, &record).await {
            Ok(account) => accounts.extend(account),
            Err(error) => {
                musubi::telemetry::log_chain("record.failed", &error);
                response.batch_item_failures.push(batch::failure(id));
            }
        }
    }
    futures::future::join_all(accounts.into_iter().map(|account| async move {
        if let Err(error) = ports.dispatch.dispatch(&account, until_ms).await {
            musubi::telemetry::log_chain("dispatch.failed", &error);
        }
    }))
    .await;
    response
}

/// Whom a record wakes; what it brings back is enqueued by then. `None`: it cannot be read, and is dead-lettered.
async fn account_with_work(ports: &Ports, record: &SqsMessage) -> Result<Option<CrmAccountKey>, PortError> {
    let Some(wake_up) = batch::job(&ports.wake_ups, record).await? else { return Ok(None) };
    ports.dispatch.enqueue_again(&wake_up).await?;
    Ok(Some(wake_up.account))
}
