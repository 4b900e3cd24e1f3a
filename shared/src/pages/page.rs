//! What every page has: status, headers, and a policy under which nothing but its own style and scripts applies.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

/// A page, ready to be sent; a [`Frame`](super::Frame) makes it. Never stored by anybody, never framed, no referrer goes out
/// from it.
///
/// `no-referrer` also makes a browser send `Origin: null` with a form; whoever receives a form may not ask for the origin,
/// but may ask for `Sec-Fetch-Site`.
pub struct Page {
    status: StatusCode,
    html: String,
    policy: String,
}

impl Page {
    pub(super) fn new(status: StatusCode, html: String, policy: String) -> Self {
        Self { status, html, policy }
    }

    /// The document.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The value of `Content-Security-Policy`.
    pub fn policy(&self) -> &str {
        &self.policy
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let policy =
            HeaderValue::from_str(&self.policy).expect("the policy is made of ASCII that may stand in a header");
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (self.status, headers, Html(self.html)).into_response()
    }
}
