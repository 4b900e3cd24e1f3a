//! Secrets: what signs and what authorises.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::error::PortError;
use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{ChannelId, CrmAppId};

/// A secret text: `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, where it is used.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A LINE channel's secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineSecrets {
    /// The channel secret; during a rotation the old one too.
    pub channel_secrets: Vec<Secret>,
    /// A pasted long-lived channel access token. Without it, stateless tokens are issued.
    #[serde(default)]
    pub access_token: Option<Secret>,
    /// The LINE Login channel's secrets; during a rotation the old one too. Empty: LINE Login is not set up.
    #[serde(default)]
    pub login_secrets: Vec<Secret>,
    /// Keys of the customer's own site, which asks us for account links.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// What webhooks to another system are signed with, the newest first; during a rotation there are two.
    #[serde(default)]
    pub webhook_secrets: Vec<Secret>,
}

impl LineSecrets {
    /// A channel by its secret, and by a long-lived token where there is one: as it is tried before it is stored.
    pub fn of(channel_secret: Secret, access_token: Option<Secret>) -> Self {
        let channel_secrets = vec![channel_secret];
        let (login_secrets, api_keys, webhook_secrets) = Default::default();
        Self { channel_secrets, access_token, login_secrets, api_keys, webhook_secrets }
    }
}

/// A key of the customer's own site. It signs requests about one Official Account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Names it. No secret.
    pub id: String,
    /// Signs.
    pub secret: Secret,
}

/// A CRM app's secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrmAppSecrets {
    /// The app's public name in OAuth.
    pub client_id: String,
    /// The client secret; during a rotation the old one too. The first is the current one.
    pub client_secrets: Vec<Secret>,
}

/// What lets us write to a CRM account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum CrmToken {
    /// OAuth.
    OAuth {
        /// For calls.
        access_token: Secret,
        /// For the next access token.
        refresh_token: Secret,
        /// Not used later than a minute before this, in milliseconds.
        expires_at_ms: i64,
        /// The address to call, where the CRM gives each customer one of their own (Salesforce); HubSpot has one for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance_url: Option<String>,
    },
    /// A private app's token; does not expire.
    Private {
        /// For calls.
        access_token: Secret,
    },
}

/// Secrets that were asked for anew, and how new they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread<T> {
    /// What was stored. `None`: nothing was.
    pub secrets: Option<T>,
    /// They were stored then, in milliseconds; what was stored since is not in them.
    pub as_of_ms: i64,
}

/// Where secrets are kept. Reads are cached for at most a minute.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// A channel's secrets. `None`: there are none.
    async fn line(&self, channel: &ChannelId) -> Result<Option<LineSecrets>, PortError>;

    /// The same, read again even if cached, since somebody may have rotated them; but at most once a
    /// minute for each channel, so that forged requests cost nothing. A second call within that minute
    /// gives what the first one read, and says how old it is.
    async fn line_anew(&self, channel: &ChannelId) -> Result<Reread<LineSecrets>, PortError>;

    /// An app's secrets. `None`: there are none.
    async fn crm_app(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError>;

    /// The same, read again even if cached, at most once a minute for each app.
    async fn crm_app_anew(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError>;

    /// An account's token, never cached. `None`: not connected.
    async fn crm_token(&self, account: &CrmAccountKey) -> Result<Option<CrmToken>, PortError>;

    /// Replaces an account's token. Twice is the same as once.
    async fn store_crm_token(&self, account: &CrmAccountKey, token: &CrmToken) -> Result<(), PortError>;

    /// Replaces a channel's secrets. Twice is the same as once.
    async fn store_line(&self, channel: &ChannelId, secrets: &LineSecrets) -> Result<(), PortError>;

    /// Replaces an app's secrets. Twice is the same as once.
    async fn store_crm_app(&self, kind: CrmKind, app: &CrmAppId, secrets: &CrmAppSecrets) -> Result<(), PortError>;

    /// Forgets an account's token. Twice is the same as once.
    async fn forget_crm_token(&self, account: &CrmAccountKey) -> Result<(), PortError>;

    /// Forgets a channel's secrets. Twice is the same as once.
    async fn forget_line(&self, channel: &ChannelId) -> Result<(), PortError>;
}
