//! The calls a vendor makes to us: webhooks and workflow actions.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

/// What came of a call that a fake made. Its `Debug` shows no body.
#[derive(Clone, PartialEq, Eq)]
pub enum Posted {
    /// There is nowhere to call, or calling is switched off.
    NotSent,
    /// An answer arrived.
    Answered {
        /// HTTP status.
        status: u16,
        /// The answer's body.
        body: Bytes,
        /// The answer's `Retry-After`, as it was written.
        retry_after: Option<String>,
    },
    /// No answer within the vendor's time limit. The callee may have seen the call.
    TimedOut,
    /// No connection, or it broke before the answer.
    CouldNotConnect,
}

impl fmt::Debug for Posted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent => f.write_str("NotSent"),
            Self::Answered { status, .. } => write!(f, "Answered({status})"),
            Self::TimedOut => f.write_str("TimedOut"),
            Self::CouldNotConnect => f.write_str("CouldNotConnect"),
        }
    }
}

impl Posted {
    /// The status, when there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Answered { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// True for an answer of 200 to 299.
    pub fn is_success(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }
}

/// The client of a fake: no redirects, no proxy.
///
/// The workspace builds reqwest without a TLS provider, and reqwest makes no client while the process has none. The fakes only
/// call plain `http://` on loopback, but they install ring's provider if nobody did before.
pub(crate) fn client() -> reqwest::Client {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .build()
        .expect("the options are constant, and a TLS provider is installed")
}

/// POSTs `body` and waits at most `limit` of real time.
pub(crate) async fn post(
    client: &reqwest::Client,
    url: &str,
    headers: HeaderMap,
    body: Bytes,
    limit: Duration,
) -> Posted {
    match client.post(url).headers(headers).body(body).timeout(limit).send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let retry_after =
                answer.headers().get("retry-after").and_then(|value| value.to_str().ok()).map(str::to_owned);
            match answer.bytes().await {
                Ok(body) => Posted::Answered { status, body, retry_after },
                Err(_) => Posted::CouldNotConnect,
            }
        }
        Err(error) if error.is_timeout() => Posted::TimedOut,
        Err(_) => Posted::CouldNotConnect,
    }
}
