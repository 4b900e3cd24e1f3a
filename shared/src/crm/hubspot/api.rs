//! One request to HubSpot: rate limit, access token, status, and what may be repeated.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method};
use reqwest::multipart::Form;
use serde_json::Value;

use super::bucket::Bucket;
use super::failure::{Heard, heard};
use super::token::Tokens;
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::CrmAppId;
use crate::http_client::HttpClient;
use crate::ports::crm::CrmFailure;
use crate::ports::{Clock, PortError, Secrets};

const TIMEOUT: Duration = Duration::from_secs(15);
/// A call that may be repeated is tried this often in all.
const TRIES: u64 = 3;
/// HubSpot's official client waits this long times the number of the try after a 5xx.
const BACKOFF_MS: u64 = 200;
/// A call that would have less time than this does not leave: its end would hardly be heard.
const LEAST_MS: u64 = 1_000;
/// Nothing was sent, because the caller's time is up.
const OUT_OF_TIME: CrmFailure = CrmFailure::Later { wait_ms: 0 };
/// Nothing was sent, because nobody listens: worth another try after this.
const NOBODY_THERE: CrmFailure = CrmFailure::Later { wait_ms: 5_000 };

/// Whether doing it twice is the same as doing it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Reads, upserts, updates, associations, completions.
    Harmless,
    /// Creations without a key of ours.
    Never,
}

/// A request.
pub(crate) struct Call {
    /// For logs: the path without IDs.
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) repeat: Repeat,
}

impl Call {
    pub(crate) fn get(name: &'static str, path: String) -> Self {
        Self { name, method: Method::GET, path, body: None, repeat: Repeat::Harmless }
    }

    pub(crate) fn post(name: &'static str, path: String, body: Value, repeat: Repeat) -> Self {
        Self { name, method: Method::POST, path, body: Some(body), repeat }
    }

    pub(crate) fn patch(name: &'static str, path: String, body: Value) -> Self {
        Self { name, method: Method::PATCH, path, body: Some(body), repeat: Repeat::Harmless }
    }

    pub(crate) fn delete(name: &'static str, path: String) -> Self {
        Self { name, method: Method::DELETE, path, body: None, repeat: Repeat::Harmless }
    }

    pub(crate) fn put(name: &'static str, path: String) -> Self {
        Self { name, method: Method::PUT, path, body: None, repeat: Repeat::Harmless }
    }
}

/// One HubSpot account, to be called: its address, access token and rate limit. One per account and environment.
pub struct Api {
    shared: Arc<Shared>,
    until_ms: i64,
}

struct Shared {
    http: HttpClient,
    base_url: String,
    account: CrmAccountKey,
    tokens: Tokens,
    bucket: Bucket,
    clock: Arc<dyn Clock>,
}

impl Api {
    /// `base_url` is the address of HubSpot's API, without a path; `room` so many calls in ten seconds as are left to others.
    pub fn new(
        http: HttpClient,
        base_url: &str,
        account: CrmAccountKey,
        app: CrmAppId,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
        room: usize,
    ) -> Self {
        let base_url = base_url.trim_end_matches('/').to_owned();
        let tokens = Tokens::new(http.clone(), &base_url, account.clone(), app, secrets, Arc::clone(&clock));
        let bucket = Bucket::new(Arc::clone(&clock), room);
        Self { shared: Arc::new(Shared { http, base_url, account, tokens, bucket, clock }), until_ms: i64::MAX }
    }

    /// The same account, its token and its rate limit, for a caller whose time is up at `until_ms`: no call outlives it. One
    /// that has not left by then answers `Later`, one that is under way `Unknown`.
    pub fn until(&self, until_ms: i64) -> Self {
        Self { shared: Arc::clone(&self.shared), until_ms }
    }

    /// How long a call may take now, in milliseconds. `None`: not long enough.
    fn left_ms(&self) -> Option<u64> {
        let left_ms = u64::try_from(self.until_ms.saturating_sub(self.shared.clock.now_ms())).unwrap_or(0);
        Some(left_ms).filter(|left_ms| *left_ms >= LEAST_MS)
    }

    pub(crate) fn is_of(&self, app: &CrmAppId) -> bool {
        self.shared.tokens.app() == app
    }

    pub(crate) async fn has_token(&self) -> Result<bool, PortError> {
        self.shared.tokens.is_stored().await
    }

    /// Makes the call. An empty body reads as null.
    ///
    /// Once an attempt's end is unknown, no later refusal is definite: the call then ends in `Unknown`.
    pub(crate) async fn call(&self, call: &Call) -> Result<Value, CrmFailure> {
        let (mut lost, mut renewed) = (0, false);
        loop {
            let failure = match self.attempt(call).await {
                Ok(body) => return Ok(body),
                Err(Miss::Unauthorised(access)) if !renewed => {
                    renewed = true;
                    match self.shared.tokens.renew(&access, self.within()).await {
                        Ok(()) => continue,
                        Err(failure) => failure,
                    }
                }
                Err(Miss::Unauthorised(_)) => CrmFailure::Disconnected,
                Err(Miss::Lost) if call.repeat == Repeat::Harmless && lost + 1 < TRIES => {
                    lost += 1;
                    self.shared.clock.sleep_ms(BACKOFF_MS * lost).await;
                    continue;
                }
                Err(Miss::Lost) => CrmFailure::Unknown,
                Err(Miss::Failed(failure)) => failure,
            };
            let definite = lost == 0 || failure == CrmFailure::Disconnected;
            return Err(if definite { failure } else { CrmFailure::Unknown });
        }
    }

    /// Sends a form whose bytes come once: it is never repeated. It takes as long as the caller has time.
    pub(crate) async fn upload(&self, name: &'static str, path: String, form: Form) -> Result<Value, CrmFailure> {
        let call = Call { name, method: Method::POST, path, body: None, repeat: Repeat::Never };
        match self.exchange(&call, Sent::Form(form)).await {
            Ok(body) => Ok(body),
            // The next try has a new token.
            Err(Miss::Unauthorised(access)) => {
                self.shared.tokens.renew(&access, self.within()).await?;
                Err(CrmFailure::Later { wait_ms: 0 })
            }
            Err(Miss::Lost) => Err(CrmFailure::Unknown),
            Err(Miss::Failed(failure)) => Err(failure),
        }
    }

    /// What lies at an address that HubSpot gave out, which needs no token; no more than so many bytes.
    pub(crate) async fn fetch(
        &self,
        name: &'static str,
        address: &str,
        most_bytes: usize,
    ) -> Result<Bytes, CrmFailure> {
        let request = self.shared.http.get(address).timeout(self.within().min(TIMEOUT));
        let mut answer = request.send().await.map_err(|_| CrmFailure::Unknown)?;
        let status = answer.status().as_u16();
        tracing::info!(crm.account = %self.shared.account, crm.endpoint = name, http.status = status, "crm.called");
        match status {
            200 => {}
            403 | 404 | 410 => return Err(CrmFailure::Gone),
            _ => return Err(CrmFailure::Unknown),
        }
        let mut bytes = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| CrmFailure::Unknown)? {
            if bytes.len() + chunk.len() > most_bytes {
                return Err(CrmFailure::Refused { code: "TOO_LARGE".to_owned() });
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.freeze())
    }

    async fn attempt(&self, call: &Call) -> Result<Value, Miss> {
        self.exchange(call, Sent::Json).await
    }

    async fn exchange(&self, call: &Call, sent: Sent) -> Result<Value, Miss> {
        let out_of_time = || Miss::Failed(OUT_OF_TIME);
        let longest_ms = self.left_ms().ok_or_else(out_of_time)? - LEAST_MS;
        let shared = &*self.shared;
        shared.bucket.take(longest_ms).await.map_err(|wait_ms| Miss::Failed(CrmFailure::Later { wait_ms }))?;
        let access = shared.tokens.access(self.within()).await.map_err(Miss::Failed)?;
        self.left_ms().ok_or_else(out_of_time)?;
        let url = format!("{}{}", shared.base_url, call.path);
        let request = shared.http.request(call.method.clone(), url).bearer_auth(access.expose());
        let request = match (sent, &call.body) {
            (Sent::Form(form), _) => request.timeout(self.within()).multipart(form),
            (Sent::Json, Some(body)) => request.timeout(self.within().min(TIMEOUT)).json(body),
            (Sent::Json, None) => request.timeout(self.within().min(TIMEOUT)),
        };
        let started_ms = shared.clock.now_ms();
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let connected = !error.is_connect();
                tracing::warn!(crm.account = %shared.account, crm.endpoint = call.name, connected, "crm.no_answer");
                return Err(if connected { Miss::Lost } else { Miss::Failed(NOBODY_THERE) });
            }
        };
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await;
        self.log(call, status, &headers, shared.clock.now_ms() - started_ms);
        shared.bucket.hear(&headers);
        let body = body.map(|bytes| serde_json::from_slice(&bytes).unwrap_or(Value::Null));
        match heard(status, &headers, body.as_ref().unwrap_or(&Value::Null)) {
            Heard::Done => body.map_err(|_| Miss::Lost),
            Heard::Unauthorised => Err(Miss::Unauthorised(access)),
            Heard::Lost => Err(Miss::Lost),
            Heard::TooFast { wait_ms } => {
                shared.bucket.block_ms(wait_ms);
                Err(Miss::Failed(CrmFailure::Later { wait_ms }))
            }
            Heard::Failed(failure) => Err(Miss::Failed(failure)),
        }
    }

    /// The same as [`left_ms`](Self::left_ms); no time at all where that is too little.
    fn within(&self) -> Duration {
        Duration::from_millis(self.left_ms().unwrap_or(0))
    }

    fn log(&self, call: &Call, status: u16, headers: &HeaderMap, duration_ms: i64) {
        let correlation_id = headers.get("x-hubspot-correlation-id").and_then(|id| id.to_str().ok()).unwrap_or("");
        tracing::info!(
            crm.account = %self.shared.account,
            crm.endpoint = call.name,
            http.method = %call.method,
            http.status = status,
            crm.correlation_id = correlation_id,
            duration_ms,
            "crm.called"
        );
    }
}

/// What is sent with a call.
enum Sent {
    /// Its own body.
    Json,
    /// A form.
    Form(Form),
}

/// Why an attempt gave no answer to use.
enum Miss {
    Unauthorised(crate::ports::secrets::Secret),
    Lost,
    Failed(CrmFailure),
}
