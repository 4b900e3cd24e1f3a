//! A request's bytes as they were signed, and whether the app's secrets signed them.
//!
//! Strangers may call as they like. What has no signature that can be right costs no read at all, and a made-up app never costs
//! a read of secrets: apps are looked up among all that accounts came by, once for all names.

use axum::body::Bytes;
use axum::extract::OriginalUri;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, Method};
use musubi::domain::account::CrmKind;
use musubi::domain::ids::CrmAppId;
use musubi::http::Refusal;
use musubi::ports::CrmCaller;
use musubi::ports::crm_caller::{Call, CallKind, Unverified, VerifiedCall};
use musubi::ports::secrets::CrmAppSecrets;

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

/// Verifies with the app's secrets; if none fits, once more with those of this moment.
///
/// # Errors
/// No such app, none of its secrets signed this, or the secrets cannot be read.
pub async fn verify<'a>(
    ports: &Ports,
    caller: &dyn CrmCaller,
    (kind, app): &App,
    request: &'a Request,
    what: CallKind,
) -> Result<VerifiedCall<'a>, Refusal> {
    let now_ms = ports.clock.now_ms();
    caller.can_be_signed(what, &request.headers, now_ms).map_err(unauthorized)?;
    if !ports.accounts.has_app(*kind, app).await? {
        return Err(Refusal::NOT_FOUND);
    }
    let call = Call {
        method: request.method.as_str(),
        raw_path: request.uri.path(),
        raw_query: request.uri.query(),
        headers: &request.headers,
        body: &request.body,
    };
    let verify =
        |secrets: &CrmAppSecrets| caller.verify(what, &call, &ports.public_url, &secrets.client_secrets, now_ms);
    let known = ports.secrets.crm_app(*kind, app).await?.ok_or(Refusal::NOT_FOUND)?;
    match verify(&known) {
        Ok(verified) => Ok(verified),
        Err(_) => {
            let anew = ports.secrets.crm_app_anew(*kind, app).await?.ok_or(Refusal::NOT_FOUND)?;
            verify(&anew).map_err(unauthorized)
        }
    }
}

fn unauthorized(why: Unverified) -> Refusal {
    tracing::warn!(%why, "signature.refused");
    Refusal::UNAUTHORIZED
}
