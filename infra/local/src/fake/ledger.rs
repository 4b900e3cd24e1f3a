//! What a fake was asked, kept for tests and pages.

use std::fmt;

use bytes::Bytes;

/// One call to a fake. Its `Debug` shows neither body nor retry key.
#[derive(Clone)]
pub struct Call {
    /// HTTP method, upper case.
    pub method: String,
    /// Raw path, without the query.
    pub path: String,
    /// Raw query, when there was one.
    pub query: Option<String>,
    /// The status answered, or that would have been answered had the answer not been lost.
    pub status: u16,
    /// The answer never left.
    pub lost: bool,
    /// When it came, by the fake's clock, in milliseconds since 1970.
    pub at_ms: i64,
    /// LINE's `X-Line-Retry-Key`, as sent.
    pub retry_key: Option<String>,
    /// The request ID in the answer (LINE: `x-line-request-id`; HubSpot: the correlation ID).
    pub request_id: String,
    /// Whose call: LINE's channel ID or HubSpot's portal ID, where the token told.
    pub owner: Option<String>,
    /// The request's body, byte for byte.
    pub body: Bytes,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("status", &self.status)
            .field("lost", &self.lost)
            .field("at_ms", &self.at_ms)
            .field("request_id", &self.request_id)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// All calls and all broken rules of one fake.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Every call, in the order of arrival.
    pub calls: Vec<Call>,
    /// Rules that the caller broke although the vendor might not have noticed, in words without personal data.
    pub violations: Vec<String>,
}
