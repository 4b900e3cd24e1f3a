//! Channel access tokens: the pasted long-lived one, else stateless ones, issued when needed.
//!
//! Source: LINE docs, "Channel access token" and the reference of `POST /oauth2/v3/token` (2026-08):
//! stateless tokens live 15 minutes, any number may be issued, and none can be revoked.
//!
//! A channel secret that is reissued dies at once, while what we remember of our secrets may be a
//! minute old. LINE's no is therefore believed only for secrets that were read since the call began.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use http::HeaderValue;
use serde::Deserialize;
use thiserror::Error;

use super::api::{LineApiUrl, NoReply, exchange};
use crate::domain::ids::ChannelId;
use crate::http_client::HttpClient;
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::{Clock, PortError, Secrets};

const WHAT: &str = "LINE's token issue";
/// A token is not used in the last minute of its life.
const MARGIN_MS: i64 = 60_000;
/// LINE's documented life of a stateless token, where the answer does not say.
const LIFE_S: i64 = 900;

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenFailure {
    /// There may be one later.
    #[error("no token can be had now")]
    NotNow(#[source] PortError),
    /// Not with the secrets that are stored.
    #[error("{0}")]
    Refused(&'static str),
}

impl TokenFailure {
    /// LINE refuses what we remember; what is stored may be newer, and another try will see it.
    pub(super) fn stale() -> Self {
        Self::NotNow(PortError::Transient { what: WHAT, source: None })
    }

    fn for_now(self) -> Self {
        match self {
            Self::Refused(_) => Self::stale(),
            Self::NotNow(_) => self,
        }
    }
}

/// Whether a token comes from secrets as they are stored now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// They were read since the call began.
    Fresh,
    /// They were read within the last minute.
    MayBeStale,
}

/// The channels' tokens.
pub struct LineTokens {
    http: HttpClient,
    base: LineApiUrl,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    issued: Mutex<HashMap<ChannelId, Arc<Slot>>>,
}

/// Whoever holds it issues; the others wait for the result.
type Slot = tokio::sync::Mutex<Option<Issued>>;

struct Issued {
    token: Secret,
    use_until_ms: i64,
}

#[derive(Deserialize)]
struct IssuedJson {
    access_token: Secret,
    expires_in: Option<i64>,
}

impl LineTokens {
    /// None issued yet.
    pub fn new(http: HttpClient, base: LineApiUrl, secrets: Arc<dyn Secrets>, clock: Arc<dyn Clock>) -> Self {
        Self { http, base, secrets, clock, issued: Mutex::default() }
    }

    /// A token that should work, for a call that began at `since_ms`. Twice gives the same one, until
    /// a minute before its end.
    ///
    /// # Errors
    /// Refused: LINE takes none of the stored secrets, which were read since the call began, or there
    /// are none. Not now: it takes none, but newer ones may be stored already.
    pub async fn get(&self, channel: &ChannelId, since_ms: i64) -> Result<Secret, TokenFailure> {
        let cached = self.secrets.line(channel).await.map_err(TokenFailure::NotNow)?;
        match self.with(channel, cached.as_ref()).await {
            Err(TokenFailure::Refused(why)) => {
                let anew = self.secrets.line_anew(channel).await.map_err(TokenFailure::NotNow)?;
                let end = match anew.secrets == cached {
                    true => Err(TokenFailure::Refused(why)),
                    false => self.with(channel, anew.secrets.as_ref()).await,
                };
                if anew.as_of_ms < since_ms { end.map_err(TokenFailure::for_now) } else { end }
            }
            end => end,
        }
    }

    /// A token other than the one that LINE has refused in a call that began at `since_ms`, and
    /// whether it comes from secrets that were read since.
    ///
    /// # Errors
    /// As [`get`](Self::get). Refused also where the pasted token is the one that was refused.
    pub async fn another(
        &self,
        channel: &ChannelId,
        refused: &Secret,
        since_ms: i64,
    ) -> Result<(Secret, Freshness), TokenFailure> {
        self.forget(channel, refused).await;
        let anew = self.secrets.line_anew(channel).await.map_err(TokenFailure::NotNow)?;
        let freshness = if anew.as_of_ms < since_ms { Freshness::MayBeStale } else { Freshness::Fresh };
        let end = self.with(channel, anew.secrets.as_ref()).await.and_then(|token| match token == *refused {
            true => Err(TokenFailure::Refused("LINE refuses the channel's token")),
            false => Ok((token, freshness)),
        });
        if freshness == Freshness::MayBeStale { end.map_err(TokenFailure::for_now) } else { end }
    }

    /// Forgets an issued token. One that somebody else has issued since stays: a hundred sends that
    /// fail together must not throw away each other's new token.
    pub async fn forget(&self, channel: &ChannelId, refused: &Secret) {
        let slot = self.slot(channel);
        let mut issued = slot.lock().await;
        if issued.as_ref().is_some_and(|issued| issued.token == *refused) {
            *issued = None;
        }
    }

    async fn with(&self, channel: &ChannelId, secrets: Option<&LineSecrets>) -> Result<Secret, TokenFailure> {
        let secrets = secrets.ok_or(TokenFailure::Refused("the channel's secrets are not stored"))?;
        if let Some(pasted) = &secrets.access_token {
            return usable(Secret::new(pasted.expose().trim()));
        }
        let slot = self.slot(channel);
        let mut issued = slot.lock().await;
        let now_ms = self.clock.now_ms();
        if let Some(issued) = issued.as_ref().filter(|issued| now_ms < issued.use_until_ms) {
            return Ok(issued.token.clone());
        }
        for secret in &secrets.channel_secrets {
            let asked = issue(&self.http, &self.base, &*self.clock, channel.as_str(), secret).await;
            if let Some(new) = asked.map_err(TokenFailure::NotNow)? {
                let token = usable(new.token)?;
                *issued = Some(Issued { token: token.clone(), use_until_ms: now_ms + new.life_ms - MARGIN_MS });
                return Ok(token);
            }
        }
        Err(TokenFailure::Refused("LINE refuses the channel's secret"))
    }

    fn slot(&self, channel: &ChannelId) -> Arc<Slot> {
        let mut slots = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(channel.clone()).or_default())
    }
}

/// A stateless token, just issued.
pub(super) struct Stateless {
    pub(super) token: Secret,
    pub(super) life_ms: i64,
}

/// Asks LINE for a stateless token of a channel of any kind. `None`: not with this secret.
pub(super) async fn issue(
    http: &HttpClient,
    base: &LineApiUrl,
    clock: &dyn Clock,
    channel: &str,
    secret: &Secret,
) -> Result<Option<Stateless>, PortError> {
    let form = [("grant_type", "client_credentials"), ("client_id", channel), ("client_secret", secret.expose())];
    let started_at_ms = clock.now_ms();
    let end = exchange(http.post(base.at(&["oauth2", "v3", "token"])).form(&form)).await;
    let (status, request_id) = end.as_ref().map_or((0, None), |reply| (reply.status, reply.request_id.as_deref()));
    let duration_ms = clock.now_ms() - started_at_ms;
    tracing::info!(channel.id = channel, status, line.request_id = request_id, duration_ms, "token.asked");
    let later = |source| PortError::Transient { what: WHAT, source };
    match end {
        Ok(reply) if reply.status == 200 => {
            let read = serde_json::from_slice::<IssuedJson>(&reply.body).map_err(|_| later(None))?;
            let life_ms = read.expires_in.unwrap_or(LIFE_S).clamp(0, 86_400) * 1000;
            Ok(Some(Stateless { token: read.access_token, life_ms }))
        }
        Ok(reply) if matches!(reply.status, 400 | 401 | 403 | 404) => Ok(None),
        Ok(_) => Err(later(None)),
        Err(NoReply::NotSent(error) | NoReply::Lost(error)) => Err(later(Some(error.into()))),
    }
}

/// A token that cannot stand in a header is no token.
fn usable(token: Secret) -> Result<Secret, TokenFailure> {
    let fits = !token.expose().is_empty() && HeaderValue::from_str(token.expose()).is_ok();
    if fits { Ok(token) } else { Err(TokenFailure::Refused("the channel's token has characters that no token has")) }
}
