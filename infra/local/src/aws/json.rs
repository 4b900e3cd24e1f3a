//! AWS's JSON protocol, as the SDKs of today speak it: `POST /`, the operation in `X-Amz-Target`,
//! errors by `__type`. (Smithy: "AWS JSON 1.0 protocol"; SQS adds its old codes in a header.)

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What an operation answers.
pub(super) type Answer = Result<Value, AwsFault>;

/// An error as AWS sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsFault {
    /// The code that SDKs see.
    pub code: &'static str,
    /// The shape's name in the service's model, where it differs from the code.
    pub shape: &'static str,
    /// AWS's words, roughly.
    pub message: String,
}

impl AwsFault {
    /// An error whose code is its shape.
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, shape: code, message: message.into() }
    }

    /// An error of SQS, whose old code differs from the shape.
    pub(super) fn sqs(code: &'static str, shape: &'static str, message: impl Into<String>) -> Self {
        Self { code, shape, message: message.into() }
    }
}

impl IntoResponse for AwsFault {
    fn into_response(self) -> Response {
        let body = json!({ "__type": self.shape, "message": self.message }).to_string();
        let query_error = format!("{};Sender", self.code);
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amzn-query-error", &query_error)];
        (StatusCode::BAD_REQUEST, headers, body).into_response()
    }
}

/// The HTTP answer to an operation.
pub(super) fn respond(answer: Answer) -> Response {
    match answer {
        Ok(value) => ([("content-type", "application/x-amz-json-1.0")], value.to_string()).into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// Service and operation, e.g. `("AmazonSQS", "SendMessage")`.
pub(super) fn target(headers: &HeaderMap) -> Option<(&str, &str)> {
    headers.get("x-amz-target")?.to_str().ok()?.split_once('.')
}

/// The operation's input.
pub(super) fn input<T: DeserializeOwned>(body: &[u8]) -> Result<T, AwsFault> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| AwsFault::new("SerializationException", error.to_string()))
}
