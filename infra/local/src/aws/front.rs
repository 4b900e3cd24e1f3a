//! What stands before the local DynamoDB and passes on what it is asked.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

/// The DynamoDB at an address.
#[derive(Clone)]
pub(super) struct Behind {
    http: reqwest::Client,
    url: String,
}

/// An answer of DynamoDB's.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    headers: HeaderMap,
}

impl Behind {
    pub(super) fn new(url: &str) -> Self {
        Self { http: crate::fake::outgoing::client(), url: url.to_owned() }
    }

    /// Asks it.
    ///
    /// # Errors
    /// It does not answer.
    pub(super) async fn ask(&self, headers: &HeaderMap, body: impl Into<reqwest::Body>) -> reqwest::Result<Answered> {
        let mut call = self.http.post(&self.url).body(body);
        for name in ["x-amz-target", "content-type", "authorization", "x-amz-date"] {
            if let Some(value) = headers.get(name) {
                call = call.header(name, value);
            }
        }
        let answer = call.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Answered { status, headers, body: answer.bytes().await? })
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        for name in ["content-type", "x-amz-crc32", "x-amzn-requestid"] {
            if let Some(value) = self.headers.get(name) {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }
}

/// Which operation is asked for.
pub(super) fn operation(headers: &HeaderMap) -> &str {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    target.rsplit('.').next().unwrap_or_default()
}

/// Takes the tokens off transactions. The local DynamoDB keeps each for ten minutes, as AWS does, but looks at all that it keeps whenever
/// another comes: of a hundred thousand that takes longer than the writes. For bursts alone, in which nothing is repeated by the SDK.
pub(super) fn without_tokens(behind: &str) -> Router {
    let router = Router::new().fallback(forward).layer(DefaultBodyLimit::max(16 * 1024 * 1024));
    router.with_state(Behind::new(behind))
}

async fn forward(State(behind): State<Behind>, headers: HeaderMap, body: Bytes) -> Response {
    let body = if operation(&headers) == "TransactWriteItems" { untokened(&body).unwrap_or(body) } else { body };
    match behind.ask(&headers, body).await {
        Ok(answer) => answer.into_response(),
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

/// The same request without its token. `None`: it has none.
fn untokened(body: &[u8]) -> Option<Bytes> {
    let mut question: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    question.remove("ClientRequestToken")?;
    serde_json::to_vec(&question).ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_loses_its_token_and_nothing_else() {
        let asked =
            br#"{"TransactItems":[{"Put":{"Item":{"ClientRequestToken":{"S":"x"}}}}],"ClientRequestToken":"t"}"#;
        let left = untokened(asked).expect("it had one");
        assert_eq!(left, r#"{"TransactItems":[{"Put":{"Item":{"ClientRequestToken":{"S":"x"}}}}]}"#);
        assert_eq!(untokened(&left), None);
    }
}
