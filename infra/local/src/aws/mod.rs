//! AWS on a laptop: DynamoDB (SQLite underneath), SQS, Secrets Manager and SNS in this process, each on
//! a free port of 127.0.0.1. `musubi::aws` and the real SDK run against them unchanged; only the
//! environment they are given differs.

pub mod dynamodb;
mod front;
mod json;
mod meter;
pub mod secrets;
mod snapshot;
pub mod sns;
pub mod sqs;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::Response;
use musubi::config::Environment;
use musubi::ports::Clock;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use self::dynamodb::LocalDynamoDb;
pub use self::json::AwsFault;
pub use self::meter::{AllUsed, Meter, Used};
pub use self::secrets::LocalSecrets;
pub use self::sns::LocalSns;
pub use self::sqs::{LocalSqs, QueueSettings, Redrive};
use crate::stack;

/// The tables' names here.
pub const TABLES: [&str; 4] = ["channels", "links", "journal", "console"];
/// The queues' names here, each with its dead-letter queue.
pub const QUEUES: [(&str, &str); 4] =
    [("inbox", "inbox-dlq"), ("push", "push-dlq"), ("crm.fifo", "crm-dlq.fifo"), ("notices", "notices-dlq")];

/// The queues in the template, in the same order.
const QUEUE_RESOURCES: [&str; 4] = ["InboxQueue", "PushQueue", "CrmQueue", "NoticesQueue"];

/// Why the emulators could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// No port, or the data directory cannot be used.
    #[error("the local AWS could not start")]
    Io(#[from] std::io::Error),
    /// The database.
    #[error("the local DynamoDB could not start")]
    Database(#[from] dynoxide::DynoxideError),
}

/// The four services, with Musubi's tables and queues. Ends when dropped.
pub struct LocalAws {
    dynamodb: LocalDynamoDb,
    sqs: LocalSqs,
    secrets: LocalSecrets,
    sns: LocalSns,
    environment: Environment,
    servers: Vec<JoinHandle<()>>,
}

impl LocalAws {
    /// Starts them by this clock. With a directory, tables, queues and secrets are kept in it (the
    /// secrets in clear text); without, they are gone when this is dropped.
    ///
    /// # Errors
    /// Where there is no free port, or the directory cannot be read or written.
    pub async fn start(clock: Arc<dyn Clock>, data_dir: Option<&Path>) -> Result<Self, StartError> {
        Self::start_on([0, 0], clock, data_dir).await
    }

    /// The same, DynamoDB on the first port, SQS, Secrets Manager and SNS on the second; 0: any free one.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub async fn start_on(
        [rows_port, others_port]: [u16; 2],
        clock: Arc<dyn Clock>,
        data_dir: Option<&Path>,
    ) -> Result<Self, StartError> {
        if let Some(dir) = data_dir {
            std::fs::create_dir_all(dir)?;
        }
        let file = |name: &str| data_dir.map(|dir| dir.join(name));
        let dynamodb = LocalDynamoDb::open(clock.clone(), file("dynamodb.sqlite").as_deref())?;
        dynamodb.make_tables(&TABLES)?;
        let sqs = LocalSqs::open(clock.clone(), file("sqs.json"))?;
        for ((name, dead_letters), resource) in QUEUES.into_iter().zip(QUEUE_RESOURCES) {
            let settings = settings(resource, dead_letters);
            sqs.make_queue(dead_letters, QueueSettings { redrive: None, ..settings.clone() });
            sqs.make_queue(name, settings);
        }
        let secrets = LocalSecrets::open(clock, file("secrets.json"))?;

        let rows = TcpListener::bind(("127.0.0.1", rows_port)).await?;
        let others = TcpListener::bind(("127.0.0.1", others_port)).await?;
        let rows_url = format!("http://{}", rows.local_addr()?);
        let others_url = format!("http://{}", others.local_addr()?);
        let sns = LocalSns::default();
        let services =
            Services { sqs: sqs.clone(), secrets: secrets.clone(), sns: sns.clone(), url: others_url.clone() };
        let router = router(services);
        let servers = vec![
            tokio::spawn(dynoxide::server::serve_on(rows, dynamodb.database().clone())),
            tokio::spawn(async move {
                if let Err(error) = axum::serve(others, router).await {
                    tracing::error!(%error, "local.aws_ended");
                }
            }),
        ];
        let environment = environment(&rows_url, &others_url);
        Ok(Self { dynamodb, sqs, secrets, sns, environment, servers })
    }

    /// What a function's environment would be: endpoints, dummy credentials, names of tables and
    /// queues. Addresses of LINE, the CRM and ourselves are for the caller to add.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The same, and what is asked of DynamoDB is counted.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn metered(self, meter: Meter) -> Result<Self, StartError> {
        self.fronted(|behind| meter::router(meter, behind)).await
    }

    /// The same, and it keeps no tokens of transactions: for bursts.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn without_tokens(self) -> Result<Self, StartError> {
        self.fronted(front::without_tokens).await
    }

    async fn fronted(mut self, front: impl FnOnce(&str) -> Router) -> Result<Self, StartError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let behind = self.environment.get("AWS_ENDPOINT_URL_DYNAMODB").unwrap_or_default();
        let router = front(&behind);
        self.servers.push(tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "local.front_ended");
            }
        }));
        self.environment = self.environment.with([("AWS_ENDPOINT_URL_DYNAMODB", url)]);
        Ok(self)
    }

    /// The tables.
    pub fn dynamodb(&self) -> &LocalDynamoDb {
        &self.dynamodb
    }

    /// The queues.
    pub fn sqs(&self) -> &LocalSqs {
        &self.sqs
    }

    /// What the team was told.
    pub fn sns(&self) -> &LocalSns {
        &self.sns
    }

    /// The secrets.
    pub fn secrets(&self) -> &LocalSecrets {
        &self.secrets
    }
}

impl Drop for LocalAws {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

fn settings(resource: &str, dead_letters: &str) -> QueueSettings {
    let seconds = |key| i64::try_from(stack::number(resource, key)).expect("a time of SQS's");
    let max_receives = u32::try_from(stack::number(resource, "maxReceiveCount")).expect("a small number");
    QueueSettings {
        visibility_s: seconds("VisibilityTimeout"),
        retention_s: seconds("MessageRetentionPeriod"),
        redrive: Some(Redrive { to: dead_letters.to_owned(), max_receives }),
        ..QueueSettings::default()
    }
}

fn environment(rows_url: &str, others_url: &str) -> Environment {
    let queue = |name: &str| sqs::queue_url(others_url, name);
    let [(inbox, inbox_dlq), (push, push_dlq), (crm, crm_dlq), (notices, notices_dlq)] = QUEUES;
    let [channels, links, journal, console] = TABLES;
    Environment::of([
        ("AWS_REGION", "ap-northeast-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", rows_url.to_owned()),
        ("AWS_ENDPOINT_URL_SQS", others_url.to_owned()),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", others_url.to_owned()),
        ("AWS_ENDPOINT_URL_SNS", others_url.to_owned()),
        ("MUSUBI_STACK", "local".to_owned()),
        ("MUSUBI_CHANNELS_TABLE", channels.to_owned()),
        ("MUSUBI_LINKS_TABLE", links.to_owned()),
        ("MUSUBI_JOURNAL_TABLE", journal.to_owned()),
        ("MUSUBI_CONSOLE_TABLE", console.to_owned()),
        ("MUSUBI_INBOX_QUEUE_URL", queue(inbox)),
        ("MUSUBI_INBOX_DLQ_URL", queue(inbox_dlq)),
        ("MUSUBI_PUSH_QUEUE_URL", queue(push)),
        ("MUSUBI_PUSH_DLQ_URL", queue(push_dlq)),
        ("MUSUBI_CRM_QUEUE_URL", queue(crm)),
        ("MUSUBI_CRM_DLQ_URL", queue(crm_dlq)),
        ("MUSUBI_NOTICES_QUEUE_URL", queue(notices)),
        ("MUSUBI_NOTICES_DLQ_URL", queue(notices_dlq)),
        ("MUSUBI_TEAM_TOPIC_ARN", sns::TEAM_TOPIC.to_owned()),
        ("MUSUBI_PUSH_MAX_CONCURRENCY", "2".to_owned()),
    ])
}

#[derive(Clone)]
struct Services {
    sqs: LocalSqs,
    secrets: LocalSecrets,
    sns: LocalSns,
    url: String,
}

fn router(services: Services) -> Router {
    Router::new().fallback(serve).layer(DefaultBodyLimit::max(16 * 1024 * 1024)).with_state(services)
}

/// One call, to whichever service its target names.
async fn serve(State(services): State<Services>, headers: HeaderMap, body: Bytes) -> Response {
    if headers.get("content-type").is_some_and(|kind| kind == "application/x-www-form-urlencoded") {
        return services.sns.call(&body);
    }
    let answer = match json::target(&headers) {
        Some(("AmazonSQS", operation)) => services.sqs.call(operation, &body, &services.url).await,
        Some(("secretsmanager", operation)) => services.secrets.call(operation, &body),
        _ => Err(AwsFault::new("UnknownOperationException", "no service here is meant")),
    };
    json::respond(answer)
}
