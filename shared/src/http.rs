//! The HTTP edge: outsiders learn a status and no more.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, OriginalUri};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::ports::crm_caller::{Call, NotAnswered};

/// No webhook or action is larger, in bytes. A larger one is refused before it is parsed.
pub const MAX_BODY_BYTES: usize = 1_048_576;

/// Why a request is refused: a bare status for the caller, the reason in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    why: &'static str,
}

impl Refusal {
    /// Refuses with this status; `why` is for our log, and holds nothing of the request.
    pub const fn new(status: StatusCode, why: &'static str) -> Self {
        Self { status, why }
    }

    /// Whether an alarm counts it.
    pub fn is_counted(self) -> bool {
        self == Self::SECRET_MISMATCH
    }

    /// No such channel, app or account here.
    pub const NOT_FOUND: Self = Self::new(StatusCode::NOT_FOUND, "unknown");
    /// The sender is not who it says.
    pub const UNAUTHORIZED: Self = Self::new(StatusCode::UNAUTHORIZED, "bad_signature");
    /// The same to the caller; but what only LINE or the CRM knows is in the request, so it is probably they who are turned
    /// away: a secret was reissued and not stored here. An alarm counts these and no other refusal, because strangers can make
    /// as many of the others as they like.
    pub const SECRET_MISMATCH: Self = Self::new(StatusCode::UNAUTHORIZED, "secret_mismatch");
    /// It cannot be read.
    pub const BAD_REQUEST: Self = Self::new(StatusCode::BAD_REQUEST, "unreadable");
    /// We do not have it: send it again.
    pub const UNAVAILABLE: Self = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable");
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        tracing::warn!(status = self.status.as_u16(), why = self.why, "request.refused");
        if self.is_counted() {
            crate::telemetry::count("SecretMismatches", 1);
        }
        self.status.into_response()
    }
}

impl From<crate::ports::PortError> for Refusal {
    fn from(error: crate::ports::PortError) -> Self {
        crate::telemetry::log_chain("request.failed", &error);
        Self::UNAVAILABLE
    }
}

/// A CRM's call that is not answered.
impl From<NotAnswered> for Refusal {
    fn from(why: NotAnswered) -> Self {
        match why {
            NotAnswered::NoApp => Self::NOT_FOUND,
            NotAnswered::Unverified(why) => {
                tracing::warn!(%why, "signature.refused");
                Self::UNAUTHORIZED
            }
            NotAnswered::Port(error) => error.into(),
        }
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(rejection.status(), "body")
    }
}

/// A path that is no text names nothing here.
impl From<axum::extract::rejection::PathRejection> for Refusal {
    fn from(_: axum::extract::rejection::PathRejection) -> Self {
        Self::NOT_FOUND
    }
}

/// The bytes of a request, as a CRM signed them.
pub struct Request {
    method: Method,
    uri: OriginalUri,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    /// As a verifier reads it.
    pub fn call(&self) -> Call<'_> {
        Call {
            method: self.method.as_str(),
            raw_path: self.uri.path(),
            raw_query: self.uri.query(),
            headers: &self.headers,
            body: &self.body,
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Request {
    type Rejection = Refusal;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Refusal> {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let uri =
            request.extensions().get::<OriginalUri>().cloned().unwrap_or_else(|| OriginalUri(request.uri().clone()));
        let body: Result<Bytes, BytesRejection> = Bytes::from_request(request, state).await;
        Ok(Self { method, uri, headers, body: body? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_counts_no_refusal_that_strangers_can_cause() {
        for refusal in [Refusal::NOT_FOUND, Refusal::UNAUTHORIZED, Refusal::BAD_REQUEST, Refusal::UNAVAILABLE] {
            assert!(!refusal.is_counted(), "{refusal:?}");
        }
        assert!(Refusal::SECRET_MISMATCH.is_counted());
        assert_eq!(Refusal::SECRET_MISMATCH.status, Refusal::UNAUTHORIZED.status, "callers learn nothing");
    }
}
