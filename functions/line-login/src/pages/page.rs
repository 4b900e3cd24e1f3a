//! What every page has: status, headers, and a policy under which only its own style applies.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The one stylesheet; it stands in each page.
pub(super) const STYLE: &str = include_str!("style.css");

/// `style-src` by hash: no other style applies, and none of ours needs to be fetched.
static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE.as_bytes()))));

/// A page, ready to be sent. Never stored by anybody, never framed, no referrer goes out from it.
///
/// `no-referrer` also makes a browser send `Origin: null` with a form; whoever receives a form may not ask for the origin,
/// but may ask for `Sec-Fetch-Site`.
pub struct Page {
    status: StatusCode,
    html: String,
    scripts: Option<Scripts>,
}

/// What the scripts of a page may do.
pub(super) struct Scripts {
    /// Marks the page's own scripts.
    pub nonce: Nonce,
    /// Where they may send requests, beside this host.
    pub connect: Vec<String>,
}

/// A number used for one page only. Random bytes come in from outside.
#[derive(Clone)]
pub struct Nonce(String);

impl Nonce {
    /// Of 16 random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The text, for the attribute.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Page {
    pub(super) fn new(status: StatusCode, html: String) -> Self {
        Self { status, html, scripts: None }
    }

    /// With scripts that bear the nonce, and what those load themselves.
    pub(super) fn with_scripts(self, scripts: Scripts) -> Self {
        Self { scripts: Some(scripts), ..self }
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
    pub fn policy(&self) -> String {
        let mut policy = format!("default-src 'none'; style-src '{}'", *STYLE_HASH);
        if let Some(Scripts { nonce, connect }) = &self.scripts {
            // `strict-dynamic`: LINE's SDK may load parts of itself.
            policy.push_str(&format!("; script-src 'nonce-{}' 'strict-dynamic'", nonce.as_str()));
            policy.push_str("; connect-src 'self'");
            for origin in connect {
                policy.push_str(&format!(" {origin}"));
            }
        }
        policy + "; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    }
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let policy =
            HeaderValue::from_str(&self.policy()).expect("the policy is made of ASCII that may stand in a header");
        let headers = [
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (self.status, headers, Html(self.html)).into_response()
    }
}
