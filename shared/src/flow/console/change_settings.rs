//! An operator changes settings.
//!
//! The line in the list comes first. What would be refused is found before either.

use super::Console;
use crate::domain::account::CrmAccount;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::{Deed, SettingsOf};
use crate::domain::push::OutgoingMessage;
use crate::domain::settings::{ACCOUNT, CHANNEL, LOGIN, SettingFault};
use crate::flow::configure::change_account::ChangeAccount;
use crate::flow::configure::change_channel::ChangeChannel;
use crate::flow::configure::change_error::ChangeError;

/// Changes settings, and notes who did.
pub struct ChangeSettings {
    /// Where it is noted.
    pub console: Console,
    /// Of CRM accounts.
    pub accounts: ChangeAccount,
    /// Of Official Accounts.
    pub channels: ChangeChannel,
    /// How messages are read.
    pub messages: fn(&str, &str) -> Result<Vec<OutgoingMessage>, SettingFault>,
}

/// What is changed: names and what is written for them.
pub type Changes<'a> = &'a [(&'static str, String)];

impl ChangeSettings {
    /// Of the operator's CRM account. No change is none. Twice is the same as once, in two lines of the list.
    ///
    /// # Errors
    /// As [`ChangeAccount::change`]; nothing is changed then. For who sees some Official Accounts alone it is not there: it is about
    /// all of them.
    pub async fn of_account(&self, by: &Operator, changes: Changes<'_>) -> Result<(), ChangeError<SettingFault>> {
        if !by.covers(None) {
            return Err(ChangeError::Absent);
        }
        if changes.is_empty() {
            return Ok(());
        }
        let written = written(changes);
        let change =
            |account: &mut CrmAccount| ACCOUNT.change(account, written.iter().map(String::as_str), self.messages);
        let mut known = self.accounts.accounts.find(&by.account).await?.ok_or(ChangeError::Absent)?.value;
        change(&mut known).map_err(ChangeError::Refused)?;
        self.console.note(by, changed(SettingsOf::Account, changes)).await?;
        self.accounts.change(&by.account, change).await.map(|_| ())
    }

    /// Of an Official Account that the operator sees.
    ///
    /// # Errors
    /// As [`ChangeChannel::change`]; nothing is changed then. One that they do not see is not there.
    pub async fn of_channel(
        &self,
        by: &Operator,
        id: &ChannelId,
        changes: Changes<'_>,
    ) -> Result<(), ChangeError<SettingFault>> {
        let written = written(changes);
        let change = |channel: &mut Channel| {
            CHANNEL.change(&mut channel.settings, written.iter().map(String::as_str), self.messages)
        };
        self.change_channel(by, id, SettingsOf::Channel { id: id.clone() }, changes, change).await
    }

    /// Of its LINE Login.
    ///
    /// # Errors
    /// As [`of_channel`](Self::of_channel). LINE Login that is not set up has no settings.
    pub async fn of_login(
        &self,
        by: &Operator,
        id: &ChannelId,
        changes: Changes<'_>,
    ) -> Result<(), ChangeError<SettingFault>> {
        let written = written(changes);
        let change = |channel: &mut Channel| {
            let login = channel.login.as_mut().ok_or(SettingFault::Unknown)?;
            LOGIN.change(login, written.iter().map(String::as_str), self.messages)
        };
        self.change_channel(by, id, SettingsOf::Login { id: id.clone() }, changes, change).await
    }

    async fn change_channel(
        &self,
        by: &Operator,
        id: &ChannelId,
        of: SettingsOf,
        changes: Changes<'_>,
        change: impl Fn(&mut Channel) -> Result<(), SettingFault> + Send + Sync,
    ) -> Result<(), ChangeError<SettingFault>> {
        if changes.is_empty() {
            return Ok(());
        }
        self.change_noted(by, id, changed(of, changes), change).await
    }

    /// Changes an Official Account that the operator sees, and notes it before.
    pub(super) async fn change_noted<E: Send>(
        &self,
        by: &Operator,
        id: &ChannelId,
        deed: Deed,
        change: impl Fn(&mut Channel) -> Result<(), E> + Send + Sync,
    ) -> Result<(), ChangeError<E>> {
        let known = self.channels.channels.find(id).await?;
        let known = known.filter(|channel| channel.account == by.account && by.sees(id));
        change(&mut known.ok_or(ChangeError::Absent)?).map_err(ChangeError::Refused)?;
        self.console.note(by, deed).await?;
        self.channels.change(id, change).await.map(|_| ())
    }
}

fn changed(of: SettingsOf, changes: Changes<'_>) -> Deed {
    Deed::ChangedSettings { of, names: changes.iter().map(|(name, _)| (*name).to_owned()).collect() }
}

/// As [`Settings::change`](crate::domain::settings::Settings::change) reads it.
fn written(changes: Changes<'_>) -> Vec<String> {
    changes.iter().map(|(name, text)| format!("{name}={text}")).collect()
}
