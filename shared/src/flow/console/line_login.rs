//! An operator sets up LINE Login for an Official Account.

use std::convert::Infallible;
use std::sync::Arc;

use thiserror::Error;

use super::connect::ConnectChannels;
use crate::domain::addresses;
use crate::domain::channel::Channel;
use crate::domain::channel_values::LoginRefusal;
use crate::domain::ids::{LiffId, LoginChannelId};
use crate::domain::login::LoginSettings;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::flow::configure::change_channel::ChangeChannel;
use crate::flow::configure::change_error::ChangeError;
use crate::flow::configure::rotate_secret::EnteredSecret;
use crate::flow::configure::set_up_login::{LiffAsked, ProvenLogin, SetUpLogin, SetUpLoginError};
use crate::flow::configure::try_login::{TryLogin, TryLoginError};
use crate::ports::PortError;
use crate::ports::console::LiffApp;
use crate::ports::secrets::Secret;

/// Why LINE Login is not set up.
#[derive(Debug, Error)]
pub enum NoLogin {
    /// LINE or our rows say no.
    #[error(transparent)]
    Refused(#[from] LoginRefusal),
    /// The Official Account is not there any more.
    #[error("the Official Account is not connected")]
    Absent,
    /// LINE or a table does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ConnectChannels {
    /// Sets up LINE Login with this channel, tried at LINE, for an Official Account that the operator sees, with a LIFF app of ours.
    /// Settings that were there stay. Twice is the same as once, in two lines of the list; after a failure in between, a second
    /// call goes on.
    ///
    /// # Errors
    /// See [`NoLogin`].
    pub async fn set_up_login(
        &self,
        by: &Operator,
        channel: &Channel,
        id: &LoginChannelId,
        secret: &Secret,
        makes_liff: bool,
    ) -> Result<(), NoLogin> {
        if channel.account != by.account || !by.sees(&channel.id) {
            return Err(NoLogin::Absent);
        }
        let trial = TryLogin {
            line: Arc::clone(&self.try_channel.line),
            secrets: Arc::clone(&self.try_channel.secrets),
            channels: self.try_channel.channels.clone(),
        };
        trial.try_at_line(channel, id, secret).await.map_err(|error| match error {
            TryLoginError::Refused(refusal) => NoLogin::Refused(refusal),
            TryLoginError::Port(error) => NoLogin::Port(error),
        })?;
        self.console.note(by, Deed::SetUpLogin { id: channel.id.clone() }).await?;
        let settings = |channel: &Channel| match &channel.login {
            Some(login) => login.clone().at(id.clone()),
            None => LoginSettings::new(id.clone()),
        };
        let wanted = settings(channel);
        let liff = makes_liff.then(|| LiffAsked {
            console: self.try_channel.line.login(id, secret),
            app: LiffApp {
                url: addresses::page(&self.try_channel.public_url, &channel.id, "liff"),
                email: wanted.ask_email,
                friend_prompt: wanted.friend_prompt,
            },
        });
        let proven =
            ProvenLogin { id: id.clone(), secret: EnteredSecret { secret: secret.clone(), forget_old: false } };
        let change = |channel: &mut Channel, made: Option<&LiffId>| -> Result<(), Infallible> {
            let login = settings(channel);
            let liff = made.cloned().or_else(|| login.liff.clone());
            channel.login = Some(LoginSettings { liff, ..login });
            Ok(())
        };
        let channels =
            ChangeChannel { channels: self.try_channel.channels.clone(), clock: Arc::clone(&self.console.clock) };
        let set_up = SetUpLogin { secrets: Arc::clone(&self.try_channel.secrets), channels };
        let done = set_up.set_up(channel, liff.as_ref(), Some(&proven), change).await;
        done.map(|_| ()).map_err(|error| match error {
            SetUpLoginError::Liff(PortError::Permanent { .. }) => LoginRefusal::Liff.into(),
            SetUpLoginError::Liff(error) => error.into(),
            SetUpLoginError::NoSecrets => LoginRefusal::NoSecrets.into(),
            SetUpLoginError::Change(ChangeError::Absent) => NoLogin::Absent,
            SetUpLoginError::Change(ChangeError::Refused(never)) => match never {},
            SetUpLoginError::Change(ChangeError::Contended(contended)) => NoLogin::Port(contended.into()),
            SetUpLoginError::Change(ChangeError::Port(error)) => error.into(),
        })
    }
}
