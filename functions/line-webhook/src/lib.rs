//! `POST /line/{channel}/webhook`: verify, one durable call, 200.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use musubi::aws::AwsAdapters;
use musubi::config::ConfigError;
use musubi::domain::ids::ChannelId;
use musubi::domain::job::InboxJob;
use musubi::flow::receive::Receive;
use musubi::http::{MAX_BODY_BYTES, Refusal};
use musubi::line::signature::{self, SIGNATURE_HEADER};
use musubi::line::webhook::Part;
use musubi::line::{self, Rejection};
use musubi::ports::Secrets;
use musubi::store::Channels;

/// What the webhook needs.
pub struct Ports {
    /// Official Accounts.
    pub channels: Channels,
    /// Channel secrets.
    pub secrets: Arc<dyn Secrets>,
    /// The inbox.
    pub receive: Receive,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing variable.
    pub fn of(adapters: &AwsAdapters) -> Result<Self, ConfigError> {
        let clock = adapters.clock();
        Ok(Self {
            channels: adapters.channels()?.remembering(Arc::clone(&clock)),
            secrets: adapters.secrets()?,
            receive: Receive { inbox: adapters.inbox_queue(split)?, clock },
        })
    }
}

/// A webhook too large for one queue message goes in as its events.
fn split(job: &InboxJob) -> Option<Vec<InboxJob>> {
    let parts = line::webhook::split_by_event(&job.body, job.place.as_ref());
    let part = |part: Part| InboxJob { body: part.body, place: part.place, ..job.clone() };
    (parts.len() > 1).then(|| parts.into_iter().map(part).collect())
}

/// The route.
pub fn router(ports: Arc<Ports>) -> Router {
    Router::new()
        .route("/line/{channel}/webhook", post(webhook))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(ports)
}

async fn webhook(
    State(ports): State<Arc<Ports>>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Refusal> {
    let (id, body) = (channel_id(id?)?, body?);
    let signature = the_one_signature(&headers).filter(|it| signature::is_well_formed(Some(it)));
    let signature = signature.ok_or(Refusal::UNAUTHORIZED)?; // Until here a stranger has cost no read.
    let channel = ports.channels.find(&id).await?.ok_or(Refusal::NOT_FOUND)?;
    let verified = line::authenticate(&*ports.secrets, &channel, Some(signature), body).await.map_err(refusal)?;
    if verified.events() > 0 {
        ports.receive.receive(&channel.id, verified.body().to_vec()).await?; // Ok means: LINE may forget.
    }
    Ok(StatusCode::OK)
}

/// What can be no channel's ID is not looked up.
fn channel_id(Path(id): Path<String>) -> Result<ChannelId, Refusal> {
    if ChannelId::is_well_formed(&id) { Ok(ChannelId::new(id)) } else { Err(Refusal::NOT_FOUND) }
}

/// Two signatures are as good as none.
fn the_one_signature(headers: &HeaderMap) -> Option<&[u8]> {
    let mut signatures = headers.get_all(SIGNATURE_HEADER).iter();
    signatures.next().filter(|_| signatures.next().is_none()).map(|value| value.as_bytes())
}

fn refusal(rejection: Rejection) -> Refusal {
    match rejection {
        Rejection::Unauthorized => Refusal::UNAUTHORIZED,
        Rejection::SecretMismatch => Refusal::SECRET_MISMATCH,
        Rejection::WrongDestination => Refusal::new(StatusCode::BAD_REQUEST, "wrong_destination"),
        Rejection::Unreadable => Refusal::BAD_REQUEST,
        Rejection::Secrets(error) => error.into(),
    }
}
