//! The one payer. The schedule wakes every account; an account's wake-ups come one after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_lambda_events::event::sqs::SqsEvent;
use musubi::aws::Parts;
use musubi::batch::{self, JobQueue};
use musubi::config::{self, ConfigError, Environment};
use musubi::crm::CrmClients;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::job::WakeUp;
use musubi::flow::settle_up::SettleUp;
use musubi::line::{LineApiUrl, LineMessenger};
use musubi::ports::{PortError, Queue};
use serde_json::Value;

/// What paying needs.
pub struct Ports {
    /// Wakes accounts.
    pub wake_ups: JobQueue<WakeUp>,
    /// Pays.
    pub settle_up: SettleUp,
}

impl Ports {
    /// From the function's parts.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(parts: &Parts, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = parts.clock();
        let (http, secrets, wake_ups) = (musubi::http::client(), parts.secrets()?, parts.wake_ups()?);
        let line_api = LineApiUrl::of_api(&config::line_urls(environment)?)?;
        let messenger = LineMessenger::new(http.clone(), line_api, secrets.clone(), Arc::clone(&clock), 1);
        let crms = CrmClients::new(http, &config::hubspot_api_url(environment)?, secrets, Arc::clone(&clock));
        let settle_up = SettleUp {
            channels: parts.channels()?,
            links: parts.links()?,
            journal: parts.journal()?,
            crms: Arc::new(crms),
            messenger: Arc::new(messenger),
            wake_ups: wake_ups.clone(),
            clock,
        };
        Ok(Self { wake_ups, settle_up })
    }
}

/// The schedule, or a batch of wake-ups; works until `until_ms` at the latest.
///
/// # Errors
/// The schedule could not read or wake the accounts.
pub async fn handle(ports: &Ports, event: Value, until_ms: i64) -> Result<(), PortError> {
    match serde_json::from_value::<SqsEvent>(event) {
        Ok(batch) if !batch.records.is_empty() => wake(ports, batch, until_ms).await,
        _ => schedule(ports).await,
    }
}

/// Each account that the batch names is paid once. A wake-up is done whatever comes of it: what was
/// not paid is owed still, and the schedule comes every minute.
async fn wake(ports: &Ports, batch: SqsEvent, until_ms: i64) -> Result<(), PortError> {
    let mut accounts = BTreeSet::<CrmAccountKey>::new();
    for record in batch.records {
        let Some(wake_up) = batch::job(&ports.wake_ups, &record).await? else { continue };
        ports.settle_up.owe_again(&wake_up).await?;
        accounts.insert(wake_up.account);
    }
    for account in accounts {
        if let Err(error) = ports.settle_up.settle_up(&account, until_ms).await {
            musubi::telemetry::log_chain("settle_up.failed", &error);
        }
    }
    Ok(())
}

/// How many owed rows the schedule looks at for the oldest.
const LOOKED_AT: usize = 800;
/// What waits longer than a failed try would waits by design (for a pause, for a link): it is not late.
const LONGEST_RETRY_MS: i64 = 900_000;

/// Wakes every account, and says how old the oldest owed work is.
async fn schedule(ports: &Ports) -> Result<(), PortError> {
    let now_ms = ports.settle_up.clock.now_ms();
    let mut oldest_ms = 0;
    for account in ports.settle_up.channels.accounts().await? {
        for row in ports.settle_up.journal.due(&account.key, now_ms + LONGEST_RETRY_MS, LOOKED_AT).await? {
            oldest_ms = oldest_ms.max(now_ms - row.value.since_ms);
        }
        ports.wake_ups.send(&WakeUp::of(&account.key)).await?;
    }
    musubi::telemetry::seconds("OldestOwedSeconds", u64::try_from(oldest_ms / 1000).unwrap_or(0));
    Ok(())
}
