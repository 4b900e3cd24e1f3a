//! HubSpot's OAuth: where to send a person who connects an account, and what tokens are exchanged for what.
//!
//! Source: HubSpot's OAuth API (version 2026-03) and its guide on working with OAuth. All values go in the body, none in the query.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use thiserror::Error;
use url::Url;

use super::VERSION;
use crate::domain::ids::CrmAccountId;
use crate::ports::secrets::{CrmToken, Secret};

/// Scopes that every account must grant; the project declares the same.
pub const REQUIRED_SCOPES: [&str; 7] = [
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.owners.read",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "files",
];
/// Lets workflows wait for the outcome. Not every subscription can grant it, so it is asked for as optional.
pub const AUTOMATION_SCOPE: &str = "automation";
/// Lets conversations be written as app events. Only a project that declares them asks for it.
pub const TIMELINE_SCOPE: &str = "timeline";

/// Let conversations be in the inbox. Sales or Service Professional grants them, so they are asked for as optional.
pub const INBOX_SCOPES: [&str; 4] = [
    "conversations.read",
    "conversations.write",
    "conversations.custom_channels.read",
    "conversations.custom_channels.write",
];

const TIMEOUT: Duration = Duration::from_secs(10);

/// Why an exchange did not succeed.
#[derive(Debug, Error)]
pub enum OAuthError {
    /// `invalid_grant`: the code or refresh token is invalid, expired or revoked.
    #[error("HubSpot knows no such grant")]
    InvalidGrant,
    /// `invalid_client` or 401: the client ID and secret do not belong together.
    #[error("HubSpot refused the app's client ID and secret")]
    InvalidClient,
    /// Any other refusal.
    #[error("HubSpot refused with status {status}")]
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// Nobody answered, or with 429 or 5xx. Worth another try.
    #[error("HubSpot's OAuth did not answer")]
    NoAnswer,
}

/// The address that asks a person for access. `scopes` must contain all that the project requires.
///
/// # Errors
/// `authorize_url` is no address.
pub fn authorize_url(
    authorize_url: &str,
    client_id: &str,
    redirect_uri: &str,
    scopes: &[&str],
    optional_scopes: &[&str],
    state: &str,
) -> Result<Url, url::ParseError> {
    let mut url = Url::parse(authorize_url)?;
    url.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", &scopes.join(" "))
        .append_pair("state", state);
    if !optional_scopes.is_empty() {
        url.query_pairs_mut().append_pair("optional_scope", &optional_scopes.join(" "));
    }
    Ok(url)
}

/// What a code or a refresh token was exchanged for.
#[derive(Debug, Clone)]
pub struct Granted {
    /// To be stored before it is used.
    pub token: CrmToken,
    /// The account, where HubSpot says; else [`OAuth::introspect`] does.
    pub account: Option<CrmAccountId>,
    /// What was granted, where HubSpot says.
    pub scopes: Option<Vec<String>>,
    /// Who granted it, where HubSpot says.
    pub user_id: Option<u64>,
}

/// What HubSpot says of a token.
#[derive(Clone, Default, Deserialize)]
pub struct Introspection {
    /// It can be used.
    #[serde(default)]
    pub active: bool,
    /// The account's ID.
    pub hub_id: Option<u64>,
    /// What was granted.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Who granted it.
    pub user_id: Option<u64>,
    /// Their e-mail address.
    pub user: Option<String>,
}

impl fmt::Debug for Introspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introspection")
            .field("active", &self.active)
            .field("hub_id", &self.hub_id)
            .finish_non_exhaustive()
    }
}

impl Introspection {
    /// Whether workflows of this account may wait for us ([`Capabilities::workflows_wait`](crate::domain::account::Capabilities)).
    pub fn workflows_wait(&self) -> bool {
        self.scopes.iter().any(|scope| scope == AUTOMATION_SCOPE)
    }
}

/// HubSpot's OAuth endpoints, for one app.
pub struct OAuth<'a> {
    http: &'a reqwest::Client,
    base_url: &'a str,
    client_id: &'a str,
    client_secret: &'a Secret,
    timeout: Duration,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    refresh_token: String,
    expires_in: i64,
    hub_id: Option<u64>,
    scopes: Option<Vec<String>>,
    user_id: Option<u64>,
}

#[derive(Deserialize, Default)]
struct ErrorAnswer {
    #[serde(default)]
    error: String,
    #[serde(default)]
    status: String,
}

impl<'a> OAuth<'a> {
    /// `base_url` is the address of HubSpot's API, without a path.
    pub fn new(http: &'a reqwest::Client, base_url: &'a str, client_id: &'a str, client_secret: &'a Secret) -> Self {
        Self { http, base_url: base_url.trim_end_matches('/'), client_id, client_secret, timeout: TIMEOUT }
    }

    /// The same; no call takes longer than this, or than usual.
    #[must_use]
    pub fn within(self, longest: Duration) -> Self {
        Self { timeout: longest.min(TIMEOUT), ..self }
    }

    /// Exchanges the code that came to `redirect_uri`. A code works once.
    ///
    /// # Errors
    /// See [`OAuthError`].
    pub async fn exchange_code(&self, redirect_uri: &str, code: &str, now_ms: i64) -> Result<Granted, OAuthError> {
        let form = [("grant_type", "authorization_code"), ("redirect_uri", redirect_uri), ("code", code)];
        self.grant(&form, now_ms).await
    }

    /// Exchanges a refresh token. The refresh token in the answer replaces the old one; whether it ever differs is not documented.
    ///
    /// # Errors
    /// See [`OAuthError`]. After [`OAuthError::NoAnswer`] the old refresh token may or may not be used up.
    pub async fn refresh(&self, refresh_token: &Secret, now_ms: i64) -> Result<Granted, OAuthError> {
        self.grant(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose())], now_ms).await
    }

    /// What HubSpot says of an access token.
    ///
    /// # Errors
    /// See [`OAuthError`].
    pub async fn introspect(&self, access_token: &Secret) -> Result<Introspection, OAuthError> {
        // The API's description says `token`; the guide shows `access_token`. The description is followed.
        let form = [("token", access_token.expose()), ("token_type_hint", "access_token")];
        let body = self.post("token/introspect", &form).await?;
        serde_json::from_slice(&body).map_err(|_| OAuthError::NoAnswer)
    }

    /// Revokes a refresh token: HubSpot forgets the grant. Whether live access tokens die with it is not documented.
    ///
    /// # Errors
    /// See [`OAuthError`].
    pub async fn revoke(&self, refresh_token: &Secret) -> Result<(), OAuthError> {
        let form = [("token", refresh_token.expose()), ("token_type_hint", "refresh_token")];
        self.post("token/revoke", &form).await.map(|_| ())
    }

    async fn grant(&self, form: &[(&str, &str)], now_ms: i64) -> Result<Granted, OAuthError> {
        let body = self.post("token", form).await?;
        let answer: TokenAnswer = serde_json::from_slice(&body).map_err(|_| OAuthError::NoAnswer)?;
        let token = CrmToken::OAuth {
            access_token: Secret::new(answer.access_token),
            refresh_token: Secret::new(answer.refresh_token),
            expires_at_ms: now_ms.saturating_add(answer.expires_in.saturating_mul(1000)),
            instance_url: None,
        };
        let account = answer.hub_id.map(|id| CrmAccountId::new(id.to_string()));
        Ok(Granted { token, account, scopes: answer.scopes, user_id: answer.user_id })
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Result<bytes::Bytes, OAuthError> {
        let mut fields = vec![("client_id", self.client_id), ("client_secret", self.client_secret.expose())];
        fields.extend_from_slice(form);
        let url = format!("{}/oauth/{VERSION}/{path}", self.base_url);
        let sent = self.http.post(url).form(&fields).timeout(self.timeout).send().await;
        let answer = sent.map_err(|_| OAuthError::NoAnswer)?;
        let status = answer.status().as_u16();
        let body = answer.bytes().await.map_err(|_| OAuthError::NoAnswer)?;
        tracing::info!(http.status = status, crm.endpoint = path, "crm.oauth");
        match status {
            200..=299 => Ok(body),
            408 | 429 | 500.. => Err(OAuthError::NoAnswer),
            _ => Err(refusal(status, &body)),
        }
    }
}

impl fmt::Debug for OAuth<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuth").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

fn refusal(status: u16, body: &[u8]) -> OAuthError {
    let answer: ErrorAnswer = serde_json::from_slice(body).unwrap_or_default();
    match (answer.error.as_str(), answer.status.as_str()) {
        ("invalid_grant", _) | (_, "BAD_REFRESH_TOKEN" | "BAD_AUTH_CODE") => OAuthError::InvalidGrant,
        ("invalid_client", _) | (_, "BAD_CLIENT_ID" | "BAD_CLIENT_SECRET") => OAuthError::InvalidClient,
        _ if status == 401 => OAuthError::InvalidClient,
        _ => OAuthError::Refused { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_asks_for_all_scopes_and_marks_the_optional_one() {
        let url = authorize_url(
            "https://app.hubspot.com/oauth/authorize",
            "id",
            "http://localhost:1/callback",
            &["oauth", "a.b"],
            &[AUTOMATION_SCOPE],
            "s&t",
        );
        assert_eq!(
            url.unwrap().as_str(),
            "https://app.hubspot.com/oauth/authorize?client_id=id&redirect_uri=http%3A%2F%2Flocalhost%3A1%2Fcallback\
             &scope=oauth+a.b&state=s%26t&optional_scope=automation"
        );
    }

    #[test]
    fn a_revoked_grant_is_told_from_a_wrong_secret() {
        // The sample of HubSpot's documented answer.
        let body = br#"{"error":"invalid_grant","error_description":"refresh token is invalid, expired or revoked",
            "status":"BAD_REFRESH_TOKEN","message":"refresh token is invalid, expired or revoked"}"#;
        assert!(matches!(refusal(400, body), OAuthError::InvalidGrant));
        assert!(matches!(refusal(401, b""), OAuthError::InvalidClient));
        assert!(matches!(refusal(400, br#"{"error":"invalid_client"}"#), OAuthError::InvalidClient));
        assert!(matches!(refusal(400, b"<html>"), OAuthError::Refused { status: 400 }));
    }
}
