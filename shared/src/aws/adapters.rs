//! The parts that AWS answers for, as the environment names them: a function's `main` is a list of these.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::dead_letters::SqsDeadLetters;
use super::fault::port_error;
use super::queue::{Routing, SqsQueue};
use super::sdk::{Aws, RetryPolicy};
use super::secrets::SecretsManagerSecrets;
use super::table::DynamoTable;
use super::topic::SnsTopic;
use crate::config::{self, ConfigError, Environment, QueueUrls};
use crate::domain::account::CrmKind;
use crate::domain::ids::{ChannelId, CrmAppId};
use crate::domain::job::{InboxJob, WakeUp};
use crate::domain::notice::Notice;
use crate::domain::push::PushJob;
use crate::flow::outbox::Outbox;
use crate::flow::send_back::DeadLetterQueues;
use crate::ports::clock::SystemClock;
use crate::ports::table::{RowKey, Table};
use crate::ports::{Clock, DeadLetters, Secrets, Team};
use crate::store::{
    Accounts, Channels, Findings, Hearings, Inboxes, Journal, LinkReader, Links, Operators, TrialReader,
};

/// A warm-up that takes longer than this is left alone.
const WARM_UP_MS: u64 = 1_000;

/// Hands out ports. A variable is read when the part that needs it is asked for.
pub struct AwsAdapters {
    aws: Aws,
    environment: Environment,
    clock: Arc<dyn Clock>,
    used: Mutex<Used>,
}

/// The first thing of each service that was handed out, to open its connection by: a function that
/// reads a queue asks for that one first, and may ask about it.
#[derive(Default, Clone)]
struct Used {
    table: Option<String>,
    queue: Option<String>,
    stack: Option<String>,
}

/// Secrets that a function may read, whichever kind it is: [`AwsAdapters::warm_up`] asks for nothing that
/// the function's role forbids, so that an `AccessDenied` in CloudTrail always means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadableSecrets {
    /// Official Accounts'.
    Line,
    /// CRM apps'.
    CrmApp,
}

impl AwsAdapters {
    /// As a function gets them.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn from_environment(environment: &Environment, retry_policy: RetryPolicy) -> Result<Self, ConfigError> {
        Ok(Self::over(Aws::from_environment(environment, retry_policy)?, environment.clone(), Arc::new(SystemClock)))
    }

    /// Over a connection made elsewhere, and any clock.
    pub fn over(aws: Aws, environment: Environment, clock: Arc<dyn Clock>) -> Self {
        Self { aws, environment, clock, used: Mutex::default() }
    }

    /// The connection, for what no port covers (an operator's tools).
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Official Accounts, in the table of configuration.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn channels(&self) -> Result<Channels, ConfigError> {
        Ok(Channels::new(self.table(config::channels_table(&self.environment)?)))
    }

    /// CRM accounts, in the table of configuration.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn accounts(&self) -> Result<Accounts, ConfigError> {
        Ok(Accounts::new(self.table(config::channels_table(&self.environment)?)))
    }

    /// Apps' channels in their CRM's inbox, in the table of configuration.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn inboxes(&self) -> Result<Inboxes, ConfigError> {
        Ok(Inboxes::new(self.table(config::channels_table(&self.environment)?)))
    }

    /// Contact links.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn links(&self) -> Result<Links, ConfigError> {
        Ok(Links::new(self.table(config::links_table(&self.environment)?)))
    }

    /// Contact links, to be read.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn link_reader(&self) -> Result<LinkReader, ConfigError> {
        Ok(LinkReader::new(self.table(config::links_table(&self.environment)?)))
    }

    /// Test registrations, to be read.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn trials(&self) -> Result<TrialReader, ConfigError> {
        Ok(TrialReader::new(self.table(config::journal_table(&self.environment)?)))
    }

    /// The journal.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn journal(&self) -> Result<Journal, ConfigError> {
        Ok(Journal::new(self.table(config::journal_table(&self.environment)?)))
    }

    /// What is heard of Official Accounts, in the journal.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn hearings(&self) -> Result<Hearings, ConfigError> {
        Ok(Hearings::new(self.journal()?, self.clock()))
    }

    /// Who may use the console, in the console's own table.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn operators(&self) -> Result<Operators, ConfigError> {
        Ok(Operators::new(self.table(config::console_table(&self.environment)?)))
    }

    /// What the doctor found, in the console's own table.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn findings(&self) -> Result<Findings, ConfigError> {
        Ok(Findings::new(self.table(config::console_table(&self.environment)?)))
    }

    /// The journal, with the queue that tells the dispatcher of what is enqueued in it.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn outbox(&self) -> Result<Outbox, ConfigError> {
        Ok(Outbox { journal: self.journal()?, wake_ups: self.wake_ups()?, clock: self.clock() })
    }

    /// The queue of webhooks. `split` cuts a webhook that is too large for one message, by its events;
    /// it knows LINE's JSON and so comes from outside.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn inbox_queue(
        &self,
        split: fn(&InboxJob) -> Option<Vec<InboxJob>>,
    ) -> Result<Arc<SqsQueue<InboxJob>>, ConfigError> {
        Ok(self.queue(
            config::inbox_queue(&self.environment)?,
            Routing { group: |job| job.channel.to_string(), split, slot_ms: |_| None },
        ))
    }

    /// The queue of messages to send.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn push_queue(&self) -> Result<Arc<SqsQueue<PushJob>>, ConfigError> {
        Ok(self.queue(
            config::push_queue(&self.environment)?,
            Routing { group: |job| job.channel.to_string(), split: |_| None, slot_ms: |_| None },
        ))
    }

    /// The queue of notices to other systems. One Official Account's slow system holds up no other's for long.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn notice_queue(&self) -> Result<Arc<SqsQueue<Notice>>, ConfigError> {
        Ok(self.queue(
            config::notice_queue(&self.environment)?,
            Routing { group: Notice::group, split: |_| None, slot_ms: |_| None },
        ))
    }

    /// The team, by its topic.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn team(&self) -> Result<Arc<dyn Team>, ConfigError> {
        Ok(Arc::new(SnsTopic::new(self.aws.sns().clone(), config::team_topic(&self.environment)?)))
    }

    /// The queue that wakes the dispatcher: one account's wake-ups come one after the other, and one a slot of time
    /// ([`WakeUp::SLOT_MS`]), however many are sent.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn wake_ups(&self) -> Result<Arc<SqsQueue<WakeUp>>, ConfigError> {
        Ok(self.queue(
            config::crm_queue(&self.environment)?,
            Routing { group: |job| job.account.to_string(), split: |_| None, slot_ms: WakeUp::slot_ms },
        ))
    }

    /// The dead letters of each queue.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn dead_letters(&self) -> Result<DeadLetterQueues, ConfigError> {
        let letters = |urls| {
            let letters = SqsDeadLetters::new(self.aws.sqs().clone(), urls)?;
            Some(Arc::new(letters) as Arc<dyn DeadLetters>)
        };
        Ok(DeadLetterQueues {
            inbox: letters(config::inbox_queue(&self.environment)?),
            push: letters(config::push_queue(&self.environment)?),
            crm: letters(config::crm_queue(&self.environment)?),
            // A stack of before has none.
            notices: config::notice_queue(&self.environment).ok().and_then(letters),
        })
    }

    /// Secrets.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn secrets(&self) -> Result<Arc<dyn Secrets>, ConfigError> {
        let stack = config::stack(&self.environment)?;
        self.used().stack.get_or_insert_with(|| stack.clone());
        let secrets = SecretsManagerSecrets::new(self.aws.secrets_manager().clone(), stack, self.clock.clone());
        Ok(Arc::new(secrets.encrypted_by(config::key_arn(&self.environment))))
    }

    /// Opens the connections that the parts handed out so far will need, all at once, by one call
    /// each, of a kind that the function's role allows: GetItem, GetQueueAttributes, GetSecretValue
    /// of a secret that does not exist. Belongs into INIT, which has a whole processor. A failure is
    /// logged and no more: the first real call will meet it again.
    pub async fn warm_up(&self, readable: ReadableSecrets) {
        let used = self.used().clone();
        let table = async {
            let Some(table) = used.table else { return Ok(()) };
            let rows = DynamoTable::new(self.aws.dynamodb().clone(), table);
            rows.get(&RowKey::new("warm-up", "warm-up")).await.map(drop)
        };
        let queue = async {
            let Some(queue) = used.queue else { return Ok(()) };
            let asked = self.aws.sqs().get_queue_attributes().queue_url(queue).send().await;
            asked.map(drop).map_err(|error| port_error("sqs GetQueueAttributes", error))
        };
        let secrets = async {
            let Some(stack) = used.stack else { return Ok(()) };
            let secrets = SecretsManagerSecrets::new(self.aws.secrets_manager().clone(), stack, self.clock());
            match readable {
                ReadableSecrets::Line => secrets.line(&ChannelId::new("warm-up")).await.map(drop),
                ReadableSecrets::CrmApp => secrets.crm_app(CrmKind::ALL[0], &CrmAppId::new("warm-up")).await.map(drop),
            }
        };
        let all = async { tokio::join!(table, queue, secrets) };
        let Ok((table, queue, secrets)) = tokio::time::timeout(Duration::from_millis(WARM_UP_MS), all).await else {
            return;
        };
        for error in [table, queue, secrets].into_iter().filter_map(Result::err) {
            crate::telemetry::log_chain("warm_up.failed", &error);
        }
    }

    fn table(&self, table: String) -> Arc<dyn Table> {
        self.used().table.get_or_insert_with(|| table.clone());
        Arc::new(DynamoTable::new(self.aws.dynamodb().clone(), table))
    }

    fn queue<T>(&self, urls: QueueUrls, routing: Routing<T>) -> Arc<SqsQueue<T>>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync,
    {
        self.used().queue.get_or_insert_with(|| urls.queue.clone());
        Arc::new(SqsQueue::new(self.aws.sqs().clone(), urls, routing, self.clock.clone()))
    }

    fn used(&self) -> std::sync::MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
