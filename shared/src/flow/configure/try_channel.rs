//! An Official Account as it was entered is tried at LINE before anything of it is stored.

use std::sync::Arc;

use thiserror::Error;

use super::connect_channel::OfficialAccount;
use super::rotate_secret::EnteredSecret;
use super::set_up_channel::ProvenChannel;
use crate::domain::account::CrmAccountKey;
use crate::domain::addresses;
use crate::domain::channel::WebhookBefore;
use crate::domain::channel_values::TryRefusal;
use crate::domain::ids::{ChannelId, LoginChannelId};
use crate::ports::checkup::{SeenAccount, SeenMessaging};
use crate::ports::proposed::Proposed;
use crate::ports::secrets::{LineSecrets, Secret};
use crate::ports::{LineConsoles, PortError, Secrets};
use crate::store::Channels;

/// Tries Official Accounts.
#[derive(Clone)]
pub struct TryChannel {
    /// LINE.
    pub line: Arc<dyn LineConsoles>,
    /// What is stored.
    pub secrets: Arc<dyn Secrets>,
    /// What is connected.
    pub channels: Channels,
    /// Where this Musubi is.
    pub public_url: String,
}

/// What was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredChannel {
    /// The channel ID.
    pub id: ChannelId,
    /// The channel secret.
    pub secret: Secret,
    /// The long-lived token, where one was.
    pub access_token: Option<Secret>,
}

/// What LINE said of it.
#[derive(Debug, Clone)]
pub struct TriedChannel {
    /// Who it is.
    pub seen: SeenAccount,
    /// Who else hears its webhooks now.
    pub before: Option<WebhookBefore>,
}

/// Why it was not tried, or not with success.
#[derive(Debug, Error)]
pub enum TryError {
    /// It cannot be connected.
    #[error(transparent)]
    Refused(#[from] TryRefusal),
    /// LINE or a table does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl TryChannel {
    /// Asks LINE who it is, by the secret and by the token where there is one: both must be the same account's. Whoever does not
    /// have the secret learns nothing of what is connected here. Twice is the same as once.
    ///
    /// # Errors
    /// See [`TryError`].
    pub async fn try_at_line(
        &self,
        entered: &EnteredChannel,
        account: &CrmAccountKey,
    ) -> Result<TriedChannel, TryError> {
        let id = &entered.id;
        let by_secret = LineSecrets::of(entered.secret.clone(), None);
        let seen = match self.messaging(id, by_secret).await? {
            SeenMessaging::Good(seen) => seen,
            SeenMessaging::NoMessagingApi => return Err(TryRefusal::NoMessagingApi.into()),
            SeenMessaging::Refused => return Err(TryRefusal::Refused.into()),
        };
        if let Some(token) = &entered.access_token {
            let by_token = LineSecrets::of(entered.secret.clone(), Some(token.clone()));
            match self.messaging(id, by_token).await? {
                SeenMessaging::Good(other) if other.bot_user_id == seen.bot_user_id => {}
                SeenMessaging::Good(_) => return Err(TryRefusal::TokenOfAnother.into()),
                SeenMessaging::NoMessagingApi | SeenMessaging::Refused => return Err(TryRefusal::TokenRefused.into()),
            }
        }
        match self.channels.find_versioned(id).await?.map(|found| found.value) {
            Some(known) if known.account != *account => return Err(TryRefusal::Elsewhere.into()),
            Some(known) if known.leaving.is_some() => return Err(TryRefusal::Leaving.into()),
            _ => {}
        }
        let webhook = self.line.checkup(proposed(entered)).webhook(id).await?;
        let ours = self.webhook_url(id);
        let elsewhere = webhook.filter(|webhook| webhook.url != ours);
        let before = elsewhere.map(|webhook| WebhookBefore::new(webhook.url, webhook.is_used));
        Ok(TriedChannel { seen, before })
    }

    /// Whether the ID is that of a LINE Login channel of one of these: it is no Official Account's then.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_login_channel(&self, id: &ChannelId, among: &[ChannelId]) -> Result<bool, PortError> {
        let login = LoginChannelId::new(id.as_str());
        for known in among {
            let known = self.channels.find(known).await?;
            if known.and_then(|known| known.login).is_some_and(|known| known.channel == login) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What is to be stored of what was tried with success. The long-lived token that was stored before stays, unless it is to be
    /// forgotten, LINE refuses it, or it is another account's.
    ///
    /// # Errors
    /// LINE or the store of secrets does not answer.
    pub async fn proven(
        &self,
        entered: &EnteredChannel,
        tried: &TriedChannel,
        forget: Forget,
    ) -> Result<ProvenChannel, PortError> {
        let access_token = match &entered.access_token {
            Some(given) => Some(given.clone()),
            None => self.kept_token(entered, &tried.seen, forget).await?,
        };
        let SeenAccount { bot_user_id, name, basic_id, .. } = tried.seen.clone();
        Ok(ProvenChannel {
            seen: OfficialAccount { id: entered.id.clone(), bot_user_id, name, basic_id },
            secret: EnteredSecret { secret: entered.secret.clone(), forget_old: forget.secret },
            access_token,
        })
    }

    async fn kept_token(
        &self,
        entered: &EnteredChannel,
        seen: &SeenAccount,
        forget: Forget,
    ) -> Result<Option<Secret>, PortError> {
        let stored = self.secrets.line_anew(&entered.id).await?.secrets;
        let Some(kept) = stored.and_then(|stored| stored.access_token).filter(|_| !forget.token) else {
            return Ok(None);
        };
        let with = LineSecrets::of(entered.secret.clone(), Some(kept.clone()));
        match self.messaging(&entered.id, with).await? {
            SeenMessaging::Good(other) if other.bot_user_id == seen.bot_user_id => Ok(Some(kept)),
            _ => Ok(None),
        }
    }

    async fn messaging(&self, id: &ChannelId, secrets: LineSecrets) -> Result<SeenMessaging, PortError> {
        self.line.checkup(Arc::new(Proposed::line(secrets))).messaging(id).await
    }

    /// Where LINE is to send its webhooks.
    pub fn webhook_url(&self, id: &ChannelId) -> String {
        addresses::page(&self.public_url, id, "webhook")
    }
}

/// What was stored before and is good no more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forget {
    /// The channel secret of before.
    pub secret: bool,
    /// The long-lived token.
    pub token: bool,
}

/// What was entered, as it is tried.
pub fn proposed(entered: &EnteredChannel) -> Arc<dyn Secrets> {
    Arc::new(Proposed::line(LineSecrets::of(entered.secret.clone(), entered.access_token.clone())))
}
