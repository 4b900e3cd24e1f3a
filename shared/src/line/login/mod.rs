//! LINE Login and LIFF, as the flows need them.
//!
//! ```text
//! on the web     authorize -> (the person at LINE) -> code -> id_token (HS256) -> friendship
//! inside LINE    (the LIFF app) -> id_token (ES256) <- keys
//! ```
//!
//! Which algorithm an ID token must have is decided by the way it came, never by the token.
//!
//! Source: LINE Login v2.1 API reference, "Verify ID token" and "Link a LINE Official Account" (2026-08).

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::RequestBuilder;
use serde::Deserialize;
use serde_json::json;

use super::api::{LineApiUrl, NoReply, Reply, exchange};
use super::token::issue;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::domain::login::LoginSettings;
use crate::http_client::HttpClient;
use crate::ports::login::{LoggedIn, Login, LoginAsk, LoginFailure};
use crate::ports::secrets::Secret;
use crate::ports::{Clock, PortError, Secrets};

mod authorize;
mod code;
mod id_token;
mod keys;

use id_token::{Expected, Fault, LiffToken, WebToken};
use keys::Keys;

/// LINE Login over HTTP.
pub struct LineLogin {
    http: HttpClient,
    api: LineApiUrl,
    access: LineApiUrl,
    secrets: Arc<dyn Secrets>,
    clock: Arc<dyn Clock>,
    keys: Keys,
}

#[derive(Deserialize)]
struct FriendshipJson {
    #[serde(rename = "friendFlag")]
    friend_flag: bool,
}

impl LineLogin {
    /// For all channels. `access` is where people log in (`https://access.line.me`); the client must not follow redirects.
    pub fn new(
        http: HttpClient,
        api: LineApiUrl,
        access: LineApiUrl,
        secrets: Arc<dyn Secrets>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { http, api, access, secrets, clock, keys: Keys::default() }
    }

    /// One request and its line in the log, which has no address: some hold tokens.
    async fn ask(&self, channel: &ChannelId, what: &'static str, request: RequestBuilder) -> Result<Reply, PortError> {
        let started_at_ms = self.clock.now_ms();
        let end = exchange(request).await;
        let (status, request_id) = end.as_ref().map_or((0, None), |reply| (reply.status, reply.request_id.as_deref()));
        let duration_ms = self.clock.now_ms() - started_at_ms;
        tracing::info!(channel.id = %channel, what, status, line.request_id = request_id, duration_ms, "line.called");
        end.map_err(|(NoReply::NotSent(error) | NoReply::Lost(error))| PortError::transient(what, error))
    }

    /// Tries the LINE Login channel's secrets, the current one first, for as long as LINE says that this is not the secret;
    /// at last those that were stored since ours were read. `attempt` gives `None` for a secret that LINE does not take. LINE's
    /// no is believed only for secrets that were read since the call began.
    async fn with_secret<T, Fut>(
        &self,
        channel: &ChannelId,
        attempt: impl Fn(Secret) -> Fut + Send,
    ) -> Result<(T, Vec<Secret>), LoginFailure>
    where
        T: Send,
        Fut: Future<Output = Result<Option<T>, LoginFailure>> + Send,
    {
        let since_ms = self.clock.now_ms();
        let (mut tried, mut is_fresh): (Vec<Secret>, bool) = (Vec::new(), false);
        for anew in [false, true] {
            let read = match anew {
                true => self.secrets.line_anew(channel).await.map(|reread| {
                    is_fresh = reread.as_of_ms >= since_ms;
                    reread.secrets
                }),
                false => self.secrets.line(channel).await,
            };
            let stored = read.map_err(LoginFailure::NotNow)?.map(|secrets| secrets.login_secrets).unwrap_or_default();
            // Whoever likes can sign with an empty key.
            let usable: Vec<Secret> = stored.into_iter().filter(|secret| !secret.expose().is_empty()).collect();
            for secret in &usable {
                if tried.contains(secret) {
                    continue;
                }
                tried.push(secret.clone());
                if let Some(taken) = attempt(secret.clone()).await? {
                    return Ok((taken, usable));
                }
            }
        }
        if !is_fresh {
            // Newer ones may be stored already, and are read within a minute.
            let what = "the LINE Login channel's secrets";
            return Err(LoginFailure::NotNow(PortError::Transient { what, source: None }));
        }
        Err(LoginFailure::NotSetUp(if tried.is_empty() {
            "no secret of the LINE Login channel is stored"
        } else {
            "LINE refuses the LINE Login channel's secret"
        }))
    }

    /// Whether the person is a friend of the Official Account that is linked to the LINE Login channel. `None`: LINE does
    /// not say, perhaps because none is linked; nobody is kept from logging in by that.
    async fn is_friend(&self, channel: &ChannelId, access_token: &Secret) -> Option<bool> {
        let request = self.http.get(self.api.at(&["friendship", "v1", "status"])).bearer_auth(access_token.expose());
        let reply = self.ask(channel, "LINE's friendship", request).await.ok()?;
        let read = || serde_json::from_slice::<FriendshipJson>(&reply.body).ok();
        if reply.status == 200 { read().map(|friendship| friendship.friend_flag) } else { None }
    }
}

fn settings(channel: &Channel) -> Result<&LoginSettings, LoginFailure> {
    channel.login.as_ref().ok_or(LoginFailure::NotSetUp("the channel has no LINE Login channel"))
}

#[async_trait]
impl Login for LineLogin {
    fn authorize_url(&self, channel: &Channel, ask: &LoginAsk) -> Option<String> {
        channel.login.as_ref().map(|login| authorize::url(&self.access, login, ask))
    }

    async fn exchange(&self, channel: &Channel, ask: &LoginAsk, code: &str) -> Result<LoggedIn, LoginFailure> {
        let login = settings(channel)?;
        let (tokens, secrets) = self.redeem(channel, login, ask, code).await?;
        let id_token = tokens.id_token.ok_or(Fault::Missing)?;
        let expected = Expected { channel: &login.channel, now_ms: self.clock.now_ms(), nonce: Some(&ask.nonce) };
        let person = WebToken::read(id_token.expose())?.signed_by(&secrets)?.claims(&expected)?;
        let is_friend = self.is_friend(&channel.id, &tokens.access_token).await;
        Ok(LoggedIn { is_friend, access_token: Some(tokens.access_token), ..person })
    }

    async fn verify_liff(&self, channel: &Channel, id_token: &str) -> Result<LoggedIn, LoginFailure> {
        let login = settings(channel)?;
        let token = LiffToken::read(id_token)?;
        let certs = || self.ask(&channel.id, keys::WHAT, self.http.get(self.api.at(&["oauth2", "v2.1", "certs"])));
        let key = self.keys.find(token.key_id(), self.clock.now_ms(), certs).await?;
        let expected = Expected { channel: &login.channel, now_ms: self.clock.now_ms(), nonce: None };
        Ok(token.signed_by(&key)?.claims(&expected)?)
    }

    async fn deauthorise(&self, channel: &Channel, access_token: &Secret) -> Result<(), PortError> {
        const WHAT: &str = "LINE's deauthorisation";
        // LINE's own token for the LINE Login channel. It lives for minutes and people leave rarely: none is kept.
        let attempt = |secret: Secret| async move {
            let login = settings(channel)?;
            let asked = issue(&self.http, &self.api, &*self.clock, login.channel.as_str(), &secret).await;
            asked.map_err(LoginFailure::NotNow)
        };
        let (ours, _) = self.with_secret(&channel.id, attempt).await.map_err(|failure| match failure {
            LoginFailure::NotNow(source) => source,
            known => PortError::permanent(WHAT, known.to_string()),
        })?;
        let request = self.http.post(self.api.at(&["user", "v1", "deauthorize"])).bearer_auth(ours.token.expose());
        let request = request.json(&json!({ "userAccessToken": access_token.expose() }));
        match self.ask(&channel.id, WHAT, request).await?.status {
            // 400: it was done before.
            200 | 204 | 400 => Ok(()),
            429 | 408 | 500.. => Err(PortError::Transient { what: WHAT, source: None }),
            status => Err(PortError::permanent(WHAT, format!("status {status}"))),
        }
    }
}
