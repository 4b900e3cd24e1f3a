//! Secrets that are tried before they are stored: what does not work never replaces what does.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::error::PortError;
use super::secrets::{CrmAppSecrets, CrmToken, LineSecrets, Reread, Secrets};
use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{ChannelId, CrmAppId};

/// Secrets in memory, for whichever channel or account is asked about.
#[derive(Default)]
pub struct Proposed {
    line: Mutex<Option<LineSecrets>>,
    token: Mutex<Option<CrmToken>>,
}

impl Proposed {
    /// A channel's.
    pub fn line(secrets: LineSecrets) -> Self {
        Self { line: Mutex::new(Some(secrets)), ..Self::default() }
    }

    /// An account's.
    pub fn token(token: CrmToken) -> Self {
        Self { token: Mutex::new(Some(token)), ..Self::default() }
    }
}

fn read<T: Clone>(value: &Mutex<T>) -> T {
    value.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

fn write<T>(place: &Mutex<T>, value: T) {
    *place.lock().unwrap_or_else(PoisonError::into_inner) = value;
}

#[async_trait]
impl Secrets for Proposed {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        Ok(read(&self.line))
    }

    async fn line_anew(&self, channel: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        // What is tried is what was typed just now: nothing newer can be stored anywhere.
        Ok(Reread { secrets: Secrets::line(self, channel).await?, as_of_ms: i64::MAX })
    }

    async fn crm_app(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        Ok(None)
    }

    async fn crm_app_anew(&self, kind: CrmKind, app: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        self.crm_app(kind, app).await
    }

    async fn crm_token(&self, _: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        Ok(read(&self.token))
    }

    async fn store_crm_token(&self, _: &CrmAccountKey, token: &CrmToken) -> Result<(), PortError> {
        write(&self.token, Some(token.clone()));
        Ok(())
    }

    async fn store_line(&self, _: &ChannelId, secrets: &LineSecrets) -> Result<(), PortError> {
        write(&self.line, Some(secrets.clone()));
        Ok(())
    }

    async fn store_crm_app(&self, _: CrmKind, _: &CrmAppId, _: &CrmAppSecrets) -> Result<(), PortError> {
        Ok(())
    }

    async fn forget_crm_token(&self, _: &CrmAccountKey) -> Result<(), PortError> {
        write(&self.token, None);
        Ok(())
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        write(&self.line, None);
        Ok(())
    }
}
