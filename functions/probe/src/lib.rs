//! Posts a signed webhook without events to our own public address, for each Official Account. Its
//! failure, or its silence, is an alarm: everything before the queue is on the way.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use musubi::aws::AwsAdapters;
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::addresses;
use musubi::domain::channel::Channel;
use musubi::http_client::HttpClient;
use musubi::line::signature::{SIGNATURE_HEADER, sign};
use musubi::ports::{PortError, Secrets};
use musubi::store::Channels;
use serde_json::json;

/// How many Official Accounts are probed at once.
const AT_ONCE: usize = 16;
/// Longer than LINE waits for us (2 s): an answer that comes later is none.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the probe needs.
pub struct Ports {
    /// Official Accounts.
    pub channels: Channels,
    /// Channel secrets.
    pub secrets: Arc<dyn Secrets>,
    /// Our own address.
    pub public_url: String,
    /// To call it.
    pub http: HttpClient,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            channels: adapters.channels()?,
            secrets: adapters.secrets()?,
            public_url: config::public_url(environment)?,
            http: HttpClient::ready(),
        })
    }
}

/// Probes every Official Account, whatever becomes of the others: each that did not answer 200 has its line in the log.
///
/// # Errors
/// Where one or more did not answer 200, with how many: Lambda counts it, and the alarm goes.
pub async fn handle(ports: &Ports) -> Result<(), PortError> {
    let channels = ports.channels.all().await?;
    let failed = futures::stream::iter(&channels)
        .map(|channel| answers(ports, channel))
        .buffer_unordered(AT_ONCE)
        .filter(|answered| std::future::ready(!answered))
        .count()
        .await;
    // One that another version of Musubi wrote answers nobody either.
    let (failed, all) = (failed + channels.unreadable, channels.len() + channels.unreadable);
    if failed == 0 {
        return Ok(());
    }
    Err(PortError::permanent("probe", format!("{failed} of {all} channels did not answer 200")))
}

async fn answers(ports: &Ports, channel: &Channel) -> bool {
    match probe(ports, channel).await {
        Ok(()) => {
            tracing::info!(channel.id = %channel.id, "probe.answered");
            true
        }
        Err(error) => {
            tracing::error!(channel.id = %channel.id, "probe.unanswered");
            musubi::telemetry::log_chain("probe.failed", &error);
            false
        }
    }
}

async fn probe(ports: &Ports, channel: &Channel) -> Result<(), PortError> {
    let secrets = ports.secrets.line(&channel.id).await?;
    let secret = secrets.as_ref().and_then(|secrets| secrets.channel_secrets.first());
    let secret =
        secret.ok_or_else(|| PortError::permanent("probe", format!("channel {} has no secret", channel.id)))?;
    let body = json!({"destination": channel.bot_user_id.expose(), "events": []}).to_string();
    let request = ports
        .http
        .post(addresses::page(&ports.public_url, &channel.id, "webhook"))
        .header(SIGNATURE_HEADER, sign(secret, body.as_bytes()))
        .header("content-type", "application/json; charset=utf-8")
        .timeout(PATIENCE)
        .body(body);
    let status = request.send().await.map_err(|error| PortError::transient("probe", error.without_url()))?.status();
    if status.as_u16() == 200 {
        return Ok(());
    }
    Err(PortError::permanent("probe", format!("channel {} answered {status}", channel.id)))
}
