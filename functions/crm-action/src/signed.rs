//! A request's bytes as they were signed, and whether the app's secrets signed them.

use axum::body::Bytes;
use axum::extract::OriginalUri;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method};
use musubi::crm::hubspot::signature::{SignedRequest, Unverified};
use musubi::domain::account::CrmKind;
use musubi::domain::ids::CrmAppId;
use musubi::http::Refusal;
use musubi::ports::secrets::Secret;

use crate::Ports;

/// A customer's app in a CRM.
pub type App = (CrmKind, CrmAppId);

/// The bytes of a request, as they were signed.
pub struct Request {
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

/// How a kind of request is verified: the request, our public URL, the app's secrets, the time in milliseconds.
type Verify<'a, T> = fn(&SignedRequest<'a>, &str, &[Secret], i64) -> Result<T, Unverified>;

/// Verifies with the app's secrets; if none fits, once more with those of this moment.
///
/// # Errors
/// No such app, none of its secrets signed this, or the secrets cannot be read.
pub async fn verify<'a, T>(
    ports: &Ports,
    (kind, app): &App,
    request: &'a Request,
    verify: Verify<'a, T>,
) -> Result<T, Refusal> {
    let signed = SignedRequest {
        method: request.method.as_str(),
        raw_path: request.uri.path(),
        raw_query: request.uri.query(),
        headers: &request.headers,
        body: &request.body,
    };
    let verify = |secrets: &musubi::ports::secrets::CrmAppSecrets| {
        verify(&signed, &ports.public_url, &secrets.client_secrets, ports.clock.now_ms())
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
