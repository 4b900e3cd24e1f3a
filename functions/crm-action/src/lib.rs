//! `POST /crm/{kind}/{app}/action`: verify, check, one durable call; and the choices of its field `channel`.

mod answer;
mod ask;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use musubi::aws::Parts;
use musubi::config::{self, ConfigError, Environment};
use musubi::crm::hubspot::action::{self, ActionUnreadable};
use musubi::crm::hubspot::signature::{self, SignedRequest, VerifiedAction};
use musubi::domain::account::{CrmAccount, CrmAccountKey, CrmKind};
use musubi::domain::ids::{CrmAccountId, CrmAppId};
use musubi::flow::accept::Accept;
use musubi::http::{MAX_BODY_BYTES, Refusal};
use musubi::ports::{Channels, Clock, Secrets};

/// What the action needs.
pub struct Ports {
    /// CRM accounts and Official Accounts.
    pub channels: Channels,
    /// The apps' client secrets.
    pub secrets: Arc<dyn Secrets>,
    /// The push queue.
    pub accept: Accept,
    /// For signatures with a time.
    pub clock: Arc<dyn Clock>,
    /// The address that the CRM signs.
    pub public_url: String,
}

impl Ports {
    /// From the function's parts.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(parts: &Parts, environment: &Environment) -> Result<Self, ConfigError> {
        let clock = parts.clock();
        Ok(Self {
            channels: parts.channels()?.remembering(Arc::clone(&clock)),
            secrets: parts.secrets()?,
            accept: Accept { push: parts.push_queue()?, clock: Arc::clone(&clock) },
            clock,
            public_url: config::public_url(environment)?,
        })
    }
}

/// The routes.
pub fn router(ports: Arc<Ports>) -> Router {
    Router::new()
        .route("/crm/{kind}/{app}/action", post(run))
        .route("/crm/{kind}/{app}/options", post(options))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(ports)
}

async fn run(State(ports): State<Arc<Ports>>, app: AppPath, request: Request) -> Result<Response, Refusal> {
    let (account, asked) = asked(&ports, app, &request, action::parse, |asked| &asked.portal).await?;
    let answer = match ask::check(&account, &asked) {
        Ok(checked) => {
            ports.accept.accept(&account, checked.clone()).await?; // Ok means: the CRM may forget.
            answer::accepted(&account, &checked)
        }
        Err(refused) => answer::refused(&account, &refused),
    };
    Ok(axum::Json(answer).into_response())
}

async fn options(State(ports): State<Arc<Ports>>, app: AppPath, request: Request) -> Result<Response, Refusal> {
    let (account, asked) = asked(&ports, app, &request, action::parse_options, |asked| &asked.portal).await?;
    let mut channels = Vec::new();
    for id in &account.channels {
        channels.extend(ports.channels.find(id).await?);
    }
    Ok(axum::Json(action::options(&channels, asked.search.as_deref())).into_response())
}

type App = (CrmKind, CrmAppId);
type AppPath = Result<Path<(String, String)>, PathRejection>;

/// What a signed request asks, and of which account: both routes begin so.
async fn asked<T>(
    ports: &Ports,
    app: AppPath,
    request: &Request,
    read: fn(&VerifiedAction<'_>) -> Result<T, ActionUnreadable>,
    portal: fn(&T) -> &CrmAccountId,
) -> Result<(CrmAccount, T), Refusal> {
    let app = app_of(app?)?;
    let verified = verify(ports, &app, request).await?;
    let asked = read(&verified).map_err(|_| Refusal::BAD_REQUEST)?;
    let account = account(ports, &app, portal(&asked)).await?;
    Ok((account, asked))
}

fn app_of(Path((kind, app)): Path<(String, String)>) -> Result<App, Refusal> {
    Ok((kind.parse().map_err(|()| Refusal::NOT_FOUND)?, CrmAppId::new(app)))
}

/// The bytes of a request, as they were signed.
struct Request {
    method: Method,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Bytes,
}

impl<S: Send + Sync> axum::extract::FromRequest<S> for Request {
    type Rejection = Refusal;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Refusal> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let uri =
            request.extensions().get::<OriginalUri>().cloned().unwrap_or_else(|| OriginalUri(request.uri().clone()));
        let body: Result<Bytes, BytesRejection> = Bytes::from_request(request, state).await;
        Ok(Self { method, uri, headers, body: body? })
    }
}

/// Verifies with the app's secrets; if none fits, once more with those of this moment.
async fn verify<'a>(ports: &Ports, (kind, app): &App, request: &'a Request) -> Result<VerifiedAction<'a>, Refusal> {
    let signed = SignedRequest {
        method: request.method.as_str(),
        raw_path: request.uri.path(),
        raw_query: request.uri.query(),
        headers: &request.headers,
        body: &request.body,
    };
    let verify = |secrets: &musubi::ports::secrets::CrmAppSecrets| {
        signature::verify(&signed, &ports.public_url, &secrets.client_secrets, ports.clock.now_ms())
    };
    let known = ports.secrets.crm_app(*kind, app).await?.ok_or(Refusal::NOT_FOUND)?;
    match verify(&known) {
        Ok(verified) => Ok(verified),
        Err(why) => {
            let anew = ports.secrets.crm_app_anew(*kind, app).await?.ok_or(Refusal::NOT_FOUND)?;
            verify(&anew).map_err(|_| {
                tracing::warn!(%why, "signature.refused");
                Refusal::UNAUTHORIZED
            })
        }
    }
}

/// The account, if it is one of this app's.
async fn account(ports: &Ports, (kind, app): &App, id: &CrmAccountId) -> Result<CrmAccount, Refusal> {
    let key = CrmAccountKey { kind: *kind, id: id.clone() };
    let account = ports.channels.account(&key).await?.map(|found| found.value);
    account.filter(|account| account.app == *app).ok_or(Refusal::NOT_FOUND)
}
