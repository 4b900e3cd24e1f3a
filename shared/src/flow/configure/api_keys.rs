//! Keys of the customer's own site, which asks Musubi for account links: each is made or forgotten by name.

use std::sync::Arc;

use thiserror::Error;

use super::ChangeError;
use crate::domain::ids::ChannelId;
use crate::ports::Secrets;
use crate::ports::secrets::{ApiKey, LineSecrets, Secret};

/// During a rotation there are two; more are a mistake.
pub const MAX_API_KEYS: usize = 10;

/// Makes and forgets keys.
#[derive(Clone)]
pub struct ApiKeys {
    /// Where.
    pub secrets: Arc<dyn Secrets>,
}

/// Why the keys stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApiKeyRefusal {
    /// It can be no key's name.
    #[error("it can be no key's name")]
    Name,
    /// There is no key of this name.
    #[error("there is no key of this name")]
    Unknown,
    /// There are as many as there may be.
    #[error("there are too many keys")]
    TooMany,
}

impl ApiKeys {
    /// Whether something can be a key's name.
    pub fn is_name(name: &str) -> bool {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(plain)
    }

    /// Stores a key under the name, in place of the one that had it. `secret` is random, at least 128 bits. Twice is the same as
    /// once.
    ///
    /// # Errors
    /// It can be no key's name, or there are too many; nothing is stored for the Official Account (`Absent`); or the port's.
    pub async fn make(
        &self,
        channel: &ChannelId,
        name: &str,
        secret: Secret,
    ) -> Result<(), ChangeError<ApiKeyRefusal>> {
        let (mut stored, _) = self.without(channel, name).await?;
        if stored.api_keys.len() >= MAX_API_KEYS {
            return Err(ChangeError::Refused(ApiKeyRefusal::TooMany));
        }
        stored.api_keys.push(ApiKey { id: name.to_owned(), secret });
        Ok(self.secrets.store_line(channel, &stored).await?)
    }

    /// Forgets the key: what is signed with it is refused within a minute. A second call finds none.
    ///
    /// # Errors
    /// There is none of this name; nothing is stored for the Official Account (`Absent`); or the port's.
    pub async fn forget(&self, channel: &ChannelId, name: &str) -> Result<(), ChangeError<ApiKeyRefusal>> {
        match self.without(channel, name).await? {
            (stored, true) => Ok(self.secrets.store_line(channel, &stored).await?),
            (_, false) => Err(ChangeError::Refused(ApiKeyRefusal::Unknown)),
        }
    }

    /// What is stored, without the key, and whether it was there.
    async fn without(
        &self,
        channel: &ChannelId,
        name: &str,
    ) -> Result<(LineSecrets, bool), ChangeError<ApiKeyRefusal>> {
        if !Self::is_name(name) {
            return Err(ChangeError::Refused(ApiKeyRefusal::Name));
        }
        let mut stored = self.secrets.line_anew(channel).await?.secrets.ok_or(ChangeError::Absent)?;
        let before = stored.api_keys.len();
        stored.api_keys.retain(|key| key.id != name);
        let was_there = stored.api_keys.len() < before;
        Ok((stored, was_there))
    }
}
