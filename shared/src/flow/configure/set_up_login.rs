//! LINE Login is set up or changed: its LIFF app at LINE, its secret, its settings.

use std::sync::Arc;

use thiserror::Error;

use super::change_channel::ChangeChannel;
use super::change_error::ChangeError;
use super::rotate_secret::{EnteredSecret, RotateSecret};
use crate::domain::channel::Channel;
use crate::domain::ids::{LiffId, LoginChannelId};
use crate::ports::console::LiffApp;
use crate::ports::{LoginConsole, PortError, Secrets};

/// Sets up LINE Login.
#[derive(Clone)]
pub struct SetUpLogin {
    /// What it is verified with.
    pub secrets: Arc<dyn Secrets>,
    /// Where it is set up.
    pub channels: ChangeChannel,
}

/// A LINE Login channel as it was entered, and as LINE took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenLogin {
    /// The LINE Login channel.
    pub id: LoginChannelId,
    /// Its channel secret.
    pub secret: EnteredSecret,
}

/// A LIFF app to be made, or to be made like this.
#[derive(Clone)]
pub struct LiffAsked {
    /// The LINE Login channel's.
    pub console: Arc<dyn LoginConsole>,
    /// The app.
    pub app: LiffApp,
}

/// Why LINE Login is not set up.
#[derive(Debug, Error)]
pub enum SetUpLoginError<E> {
    /// LINE does not make the LIFF app; nothing was stored.
    #[error("LINE does not make the LIFF app")]
    Liff(#[source] PortError),
    /// The Official Account's channel secret is not stored: it is to be connected first.
    #[error("the channel secret is not stored")]
    NoSecrets,
    /// The Official Account's row is as it was.
    #[error("the settings are not stored")]
    Change(ChangeError<E>),
}

impl SetUpLogin {
    /// First the LIFF app is made, where one is asked for, then the secret is stored, where one was entered, and at last the
    /// settings: nobody logs in by what is not there. `change` is as [`ChangeChannel::change`] calls it, and hears of the LIFF
    /// app. Twice is the same as once if `change` is; after a failure in between, a second call goes on.
    ///
    /// # Errors
    /// See [`SetUpLoginError`].
    pub async fn set_up<E: Send>(
        &self,
        channel: &Channel,
        liff: Option<&LiffAsked>,
        proven: Option<&ProvenLogin>,
        change: impl Fn(&mut Channel, Option<&LiffId>) -> Result<(), E> + Send + Sync,
    ) -> Result<Channel, SetUpLoginError<E>> {
        let made = match liff {
            Some(LiffAsked { console, app }) => Some(console.make_liff(app).await.map_err(SetUpLoginError::Liff)?),
            None => None,
        };
        if let Some(ProvenLogin { id, secret }) = proven {
            let stored = RotateSecret { secrets: Arc::clone(&self.secrets) }.login(channel, id, secret).await;
            stored.map_err(|error| match error {
                ChangeError::Absent => SetUpLoginError::NoSecrets,
                error => SetUpLoginError::Change(error.widened()),
            })?;
        }
        let changed = self.channels.change(&channel.id, |channel| change(channel, made.as_ref())).await;
        changed.map_err(SetUpLoginError::Change)
    }
}
