//! Secrets Manager as [`Secrets`].
//!
//! | secret | name |
//! | --- | --- |
//! | a channel's | `musubi/<stack>/line/<channel>` |
//! | a CRM app's | `musubi/<stack>/<kind>/app/<app>` |
//! | a CRM account's token | `musubi/<stack>/<kind>/account/<account>` |
//!
//! Values are JSON. The stack does not own them: they outlive `sam delete`.
//!
//! What was read is kept for a minute, and so, apart from it, is that there was nothing to read; at
//! most 1,000 names each, so that made-up names drop no secret. A mismatch of signatures may force
//! one read a minute for each name, so that a rotated secret works at once and forged requests cost
//! nothing. Tokens are never kept: another environment may have refreshed them.

mod cache;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::cache::{Cache, Read};
use super::fault::port_error;
use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{ChannelId, CrmAppId};
use crate::ports::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread, Secret, Secrets};
use crate::ports::{Clock, PortError};

/// A deleted secret can be brought back for this long.
const RECOVERY_DAYS: i64 = 7;

/// Secrets under one prefix of Secrets Manager.
pub struct SecretsManagerSecrets {
    client: Client,
    stack: String,
    key: Option<String>,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
}

/// Whether a cached value will do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Freshness {
    Cached,
    Anew,
    Never,
}

impl SecretsManagerSecrets {
    /// The secrets of this stack.
    pub fn new(client: Client, stack: impl Into<String>, clock: Arc<dyn Clock>) -> Self {
        Self { client, stack: stack.into(), key: None, clock, cache: Mutex::default() }
    }

    /// The same; secrets that it makes are encrypted with this KMS key (ARN or ID), not with the
    /// account's default one. One that exists keeps its key.
    #[must_use]
    pub fn encrypted_by(self, key: Option<String>) -> Self {
        Self { key, ..self }
    }

    fn line_name(&self, channel: &ChannelId) -> String {
        format!("musubi/{}/line/{channel}", self.stack)
    }

    fn app_name(&self, kind: CrmKind, app: &CrmAppId) -> String {
        format!("musubi/{}/{}/app/{app}", self.stack, kind.as_str())
    }

    fn account_name(&self, account: &CrmAccountKey) -> String {
        format!("musubi/{}/{}/account/{}", self.stack, account.kind.as_str(), account.id)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn read<T: DeserializeOwned>(&self, name: &str, freshness: Freshness) -> Result<Option<T>, PortError> {
        Ok(self.reread(name, freshness).await?.secrets)
    }

    async fn reread<T: DeserializeOwned>(&self, name: &str, freshness: Freshness) -> Result<Reread<T>, PortError> {
        let now_ms = self.clock.now_ms();
        if !is_name(name) {
            return Ok(Reread { secrets: None, as_of_ms: now_ms });
        }
        let cached = match freshness {
            Freshness::Cached => self.cache().get(name, now_ms),
            Freshness::Anew => self.cache().get_unless_due(name, now_ms),
            Freshness::Never => None,
        };
        let read = match cached {
            Some(read) => read,
            None => {
                let read = Read { value: self.fetch(name).await?, at_ms: now_ms };
                if freshness != Freshness::Never {
                    self.cache().put(name, read.clone());
                }
                read
            }
        };
        // What the parser says may repeat the secret.
        let parsed = read.value.map(|json| {
            serde_json::from_str(json.expose())
                .map_err(|_| PortError::permanent("secret", "its JSON is not as expected"))
        });
        Ok(Reread { secrets: parsed.transpose()?, as_of_ms: read.at_ms })
    }

    /// Reads a secret. One that is marked for deletion is none.
    async fn fetch(&self, name: &str) -> Result<Option<Secret>, PortError> {
        match self.client.get_secret_value().secret_id(name).send().await {
            Ok(answer) => Ok(answer.secret_string.map(Secret::new)),
            Err(error) if matches!(code(&error), Some("ResourceNotFoundException" | "InvalidRequestException")) => {
                Ok(None)
            }
            Err(error) => Err(port_error("secretsmanager GetSecretValue", error)),
        }
    }

    /// Replaces a secret, or makes it, or brings it back from deletion.
    async fn store<T: Serialize>(&self, name: &str, value: &T) -> Result<(), PortError> {
        if !is_name(name) {
            return Err(PortError::permanent("secretsmanager", "the ID has characters that no secret's name may have"));
        }
        let json = serde_json::to_string(value).expect("our own types have string keys and finite numbers");
        let put = match self.put(name, &json).await {
            Err(error) => match code(&error) {
                Some("ResourceNotFoundException") => return self.create(name, &json).await,
                Some("InvalidRequestException") => {
                    let restored = self.client.restore_secret().secret_id(name).send().await;
                    restored.map_err(|error| port_error("secretsmanager RestoreSecret", error))?;
                    self.put(name, &json).await
                }
                _ => Err(error),
            },
            done => done,
        };
        put.map_err(|error| port_error("secretsmanager PutSecretValue", error))?;
        self.cache().forget(name);
        Ok(())
    }

    async fn put(
        &self,
        name: &str,
        json: &str,
    ) -> Result<
        (),
        aws_sdk_secretsmanager::error::SdkError<
            aws_sdk_secretsmanager::operation::put_secret_value::PutSecretValueError,
        >,
    > {
        self.client.put_secret_value().secret_id(name).secret_string(json).send().await.map(|_| ())
    }

    async fn create(&self, name: &str, json: &str) -> Result<(), PortError> {
        match self.client.create_secret().name(name).secret_string(json).set_kms_key_id(self.key.clone()).send().await {
            Ok(_) => {}
            // Somebody else made it just now: the last writer wins.
            Err(error) if code(&error) == Some("ResourceExistsException") => {
                self.put(name, json).await.map_err(|error| port_error("secretsmanager PutSecretValue", error))?;
            }
            Err(error) => return Err(port_error("secretsmanager CreateSecret", error)),
        }
        self.cache().forget(name);
        Ok(())
    }

    async fn remove(&self, name: &str) -> Result<(), PortError> {
        if !is_name(name) {
            return Ok(());
        }
        let answer = self.client.delete_secret().secret_id(name).recovery_window_in_days(RECOVERY_DAYS).send().await;
        match answer {
            Ok(_) => {}
            Err(error) if matches!(code(&error), Some("ResourceNotFoundException" | "InvalidRequestException")) => {}
            Err(error) => return Err(port_error("secretsmanager DeleteSecret", error)),
        }
        self.cache().forget(name);
        Ok(())
    }
}

#[async_trait]
impl Secrets for SecretsManagerSecrets {
    async fn line(&self, channel: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        self.read(&self.line_name(channel), Freshness::Cached).await
    }

    async fn line_anew(&self, channel: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        self.reread(&self.line_name(channel), Freshness::Anew).await
    }

    async fn crm_app(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        self.read(&self.app_name(kind, app), Freshness::Cached).await
    }

    async fn crm_app_anew(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        self.read(&self.app_name(kind, app), Freshness::Anew).await
    }

    async fn crm_token(&self, account: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        self.read(&self.account_name(account), Freshness::Never).await
    }

    async fn store_crm_token(&self, account: &CrmAccountKey, token: &CrmToken) -> Result<(), PortError> {
        self.store(&self.account_name(account), token).await
    }

    async fn store_line(&self, channel: &ChannelId, secrets: &LineSecrets) -> Result<(), PortError> {
        self.store(&self.line_name(channel), secrets).await
    }

    async fn store_crm_app(&self, kind: CrmKind, app: &CrmAppId, secrets: &CrmAppSecrets) -> Result<(), PortError> {
        self.store(&self.app_name(kind, app), secrets).await
    }

    async fn forget_crm_token(&self, account: &CrmAccountKey) -> Result<(), PortError> {
        self.remove(&self.account_name(account)).await
    }

    async fn forget_line(&self, channel: &ChannelId) -> Result<(), PortError> {
        self.remove(&self.line_name(channel)).await
    }
}

fn code<E: ProvideErrorMetadata, R>(error: &aws_sdk_secretsmanager::error::SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// Secrets Manager's names: up to 512 letters, digits and `/_+=.@-`. An ID from a URL that has
/// other characters names no secret.
fn is_name(name: &str) -> bool {
    name.len() <= 512 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte))
}
