//! One HTTP exchange with LINE's API, and where that is.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use thiserror::Error;
use url::Url;

use super::token::{Freshness, LineTokens, TokenFailure};
use crate::config::{ConfigError, LineUrls};
use crate::domain::ids::ChannelId;
use crate::http_client::HttpClient;
use crate::ports::secrets::Secret;
use crate::ports::{Clock, PortError, Secrets};

/// One exchange takes no longer than this.
const TIMEOUT: Duration = Duration::from_secs(8);
/// Answers are short; more than this is not kept.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Where LINE's API is: `https://api.line.me`, or a fake of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineApiUrl(Url);

/// The text is no address of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("LINE's API address must be http(s)://host, perhaps with a path, without query, fragment or login")]
pub struct BadLineApiUrl;

impl LineApiUrl {
    /// Reads `MUSUBI_LINE_API_URL`. Slashes at its end make no difference.
    ///
    /// # Errors
    /// Where no path can be put behind it.
    pub fn parse(text: &str) -> Result<Self, BadLineApiUrl> {
        let url = Url::parse(text.trim().trim_end_matches('/')).map_err(|_| BadLineApiUrl)?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
            && !url.path().contains("//");
        if is_plain { Ok(Self(url)) } else { Err(BadLineApiUrl) }
    }

    /// LINE's API, as configured.
    ///
    /// # Errors
    /// Names the variable where no path can be put behind its value.
    pub fn of_api(urls: &LineUrls) -> Result<Self, ConfigError> {
        Self::configured("MUSUBI_LINE_API_URL", &urls.api)
    }

    /// LINE Login's pages, as configured.
    ///
    /// # Errors
    /// As [`of_api`](Self::of_api).
    pub fn of_access(urls: &LineUrls) -> Result<Self, ConfigError> {
        Self::configured("MUSUBI_LINE_ACCESS_URL", &urls.access)
    }

    fn configured(name: &'static str, url: &str) -> Result<Self, ConfigError> {
        Self::parse(url).map_err(|_| ConfigError::Malformed { name, expected: "the address of an API" })
    }

    /// Where LINE gives out files: a host of its own (`api-data.line.me`), where this is LINE's; else the same.
    pub(super) fn of_data(&self) -> Self {
        let mut url = self.0.clone();
        if url.host_str() == Some("api.line.me") {
            url.set_host(Some("api-data.line.me")).expect("a name of a host");
        }
        Self(url)
    }

    /// An endpoint. LINE takes exact paths only: each part is escaped, and none can add a slash.
    pub(super) fn at(&self, path: &[&str]) -> Url {
        let mut url = self.0.clone();
        url.path_segments_mut().expect("it has a host, so it has a path").pop_if_empty().extend(path);
        url
    }
}

impl Default for LineApiUrl {
    fn default() -> Self {
        Self(Url::parse("https://api.line.me").expect("a constant"))
    }
}

/// What LINE answered.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    /// With 409: the request that was accepted before.
    pub(super) accepted_request_id: Option<String>,
    /// The header `Date`, in milliseconds.
    pub(super) at_ms: Option<i64>,
    /// As far as it came.
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// The request to ask LINE about.
    pub(super) fn names_acceptance(&self) -> Option<String> {
        self.accepted_request_id.clone().or_else(|| self.request_id.clone())
    }
}

/// Why there is no answer. Addresses are taken out of the errors: some hold user IDs.
pub(super) enum NoReply {
    /// No connection: nothing was sent.
    NotSent(reqwest::Error),
    /// LINE may have taken it.
    Lost(reqwest::Error),
}

/// Sends a request and waits for all of its answer. Once there is a status, a body that breaks off is
/// cut short and no error.
pub(super) async fn exchange(request: RequestBuilder) -> Result<Reply, NoReply> {
    exchange_within(request, TIMEOUT).await
}

/// The same in a time of one's own.
pub(super) async fn exchange_within(request: RequestBuilder, timeout: Duration) -> Result<Reply, NoReply> {
    let sent = request.timeout(timeout).send().await.map_err(reqwest::Error::without_url);
    let response = sent.map_err(|error| {
        if error.is_connect() || error.is_builder() { NoReply::NotSent(error) } else { NoReply::Lost(error) }
    })?;
    Ok(Reply {
        status: response.status().as_u16(),
        request_id: header(&response, "x-line-request-id"),
        accepted_request_id: header(&response, "x-line-accepted-request-id"),
        at_ms: header(&response, "date").and_then(|date| moment(&date)),
        body: read(response).await,
    })
}

async fn read(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    body
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    (1..=128).contains(&value.len()).then(|| value.to_owned())
}

/// A moment as HTTP writes it, in milliseconds.
fn moment(date: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(date).ok().map(|at| at.timestamp().as_millisecond())
}

/// LINE's API with the channels' tokens.
pub(super) struct LineApi {
    pub(super) http: HttpClient,
    pub(super) base: LineApiUrl,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) secrets: Arc<dyn Secrets>,
    tokens: LineTokens,
}

/// Why a call has no answer.
pub(super) enum CallFailure {
    Token(TokenFailure),
    NoReply(NoReply),
}

impl LineApi {
    pub(super) fn new(http: HttpClient, base: LineApiUrl, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        let tokens = LineTokens::new(http.clone(), base.clone(), Arc::clone(&secrets), Arc::clone(&clock));
        Self { http, base, clock, secrets, tokens }
    }

    /// The channel's token.
    pub(super) async fn token(&self, channel: &ChannelId, since_ms: i64) -> Result<Secret, TokenFailure> {
        self.tokens.get(channel, since_ms).await
    }

    /// Another one, after LINE has refused this.
    pub(super) async fn another_token(
        &self,
        channel: &ChannelId,
        refused: &Secret,
        since_ms: i64,
    ) -> Result<Secret, TokenFailure> {
        self.tokens.another(channel, refused, since_ms).await.map(|(token, _)| token)
    }

    /// Attempts with the channel's token; after a 401 once more with another one, if there is one.
    /// A 401 is a definite end of its request: nothing happened. The answer is a 401 only if newer
    /// secrets cannot help; while they may, it is [`TokenFailure::NotNow`].
    pub(super) async fn authorised<F, Fut>(&self, channel: &ChannelId, attempt: F) -> Result<Reply, CallFailure>
    where
        F: Fn(Secret) -> Fut + Send,
        Fut: Future<Output = Result<Reply, NoReply>> + Send,
    {
        let since_ms = self.clock.now_ms();
        let token = self.tokens.get(channel, since_ms).await.map_err(CallFailure::Token)?;
        let refused = match attempt(token.clone()).await {
            Ok(reply) if reply.status == 401 => reply,
            end => return end.map_err(CallFailure::NoReply),
        };
        match self.tokens.another(channel, &token, since_ms).await {
            Ok((another, freshness)) => match attempt(another).await {
                Ok(reply) if reply.status == 401 && freshness == Freshness::MayBeStale => {
                    Err(CallFailure::Token(TokenFailure::stale()))
                }
                end => end.map_err(CallFailure::NoReply),
            },
            Err(TokenFailure::Refused(_)) => Ok(refused),
            Err(later) => Err(CallFailure::Token(later)),
        }
    }

    /// A call whose answer is a value, not an outcome: everything but 200 (and what `also` names) is an error.
    pub(super) async fn call(
        &self,
        channel: &ChannelId,
        what: &'static str,
        also: &[u16],
        request: impl Fn(&reqwest::Client, &LineApiUrl) -> RequestBuilder + Send + Sync,
    ) -> Result<Reply, PortError> {
        let started_at_ms = self.clock.now_ms();
        let attempt = |token: Secret| exchange(request(&self.http, &self.base).bearer_auth(token.expose()));
        let end = self.authorised(channel, attempt).await;
        let (status, request_id) = match &end {
            Ok(reply) => (reply.status, reply.request_id.as_deref()),
            Err(_) => (0, None),
        };
        let duration_ms = self.clock.now_ms() - started_at_ms;
        tracing::info!(channel.id = %channel, what, status, line.request_id = request_id, duration_ms, "line.called");
        let reply = end.map_err(|failure| match failure {
            CallFailure::Token(TokenFailure::NotNow(source)) => source,
            CallFailure::Token(TokenFailure::Refused(why)) => PortError::permanent(what, why),
            CallFailure::NoReply(NoReply::NotSent(error) | NoReply::Lost(error)) => PortError::transient(what, error),
        })?;
        match reply.status {
            200 => Ok(reply),
            status if also.contains(&status) => Ok(reply),
            429 | 408 | 500.. => Err(PortError::Transient { what, source: None }),
            status => Err(PortError::permanent(what, format!("status {status}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_ever_has_two_slashes_or_one_at_its_end() {
        for base in ["https://api.line.me", "https://api.line.me/", "http://127.0.0.1:9/", "http://127.0.0.1:9/line//"]
        {
            let url = LineApiUrl::parse(base).unwrap().at(&["v2", "bot", "profile", "a/../b ?#"]);
            assert!(!url.path().contains("//") && !url.path().ends_with('/'), "{url}");
            assert!(url.path().ends_with("/v2/bot/profile/a%2F..%2Fb%20%3F%23"), "{url}");
        }
        assert_eq!(LineApiUrl::default().at(&["v2"]).as_str(), "https://api.line.me/v2");
    }

    #[test]
    fn files_come_from_lines_other_host_and_a_fakes_own() {
        let of_data = |base| LineApiUrl::parse(base).unwrap().of_data().at(&["v2"]).to_string();
        assert_eq!(of_data("https://api.line.me"), "https://api-data.line.me/v2");
        assert_eq!(of_data("http://127.0.0.1:9/line"), "http://127.0.0.1:9/line/v2");
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(moment("Thu, 01 Jan 1970 00:01:00 GMT"), Some(60_000));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn what_is_no_address_of_an_api_is_refused() {
        for bad in [
            "",
            "api.line.me",
            "ftp://a",
            "https://",
            "https://a/?x=1",
            "https://a/#x",
            "https://u:p@a",
            "https://a/b//c",
        ] {
            assert_eq!(LineApiUrl::parse(bad), Err(BadLineApiUrl), "{bad}");
        }
    }
}
