//! An Official Account is connected to a CRM account, or what LINE says of it is brought up to date.

use thiserror::Error;

use super::change_account::ChangeAccount;
use super::change_error::ChangeError;
use super::choose_provider::ChosenProvider;
use crate::domain::account::CrmAccountKey;
use crate::domain::channel::{Channel, WebhookBefore};
use crate::domain::ids::{BotUserId, ChannelId};
use crate::flow::retry::retry_on_conflict;
use crate::ports::table::Commit;
use crate::store::Channels;

/// Connects Official Accounts.
#[derive(Clone)]
pub struct ConnectChannel {
    /// Where they are.
    pub channels: Channels,
    /// Whose workflows can choose them.
    pub accounts: ChangeAccount,
}

/// An Official Account, as LINE says who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialAccount {
    /// The Messaging API channel.
    pub id: ChannelId,
    /// Whose `destination` a webhook must name.
    pub bot_user_id: BotUserId,
    /// The name people see.
    pub name: String,
    /// `@...`
    pub basic_id: String,
}

/// The Official Account is connected to another CRM account: it must be disconnected there first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("it is connected to another CRM account")]
pub struct ConnectedElsewhere;

impl ConnectChannel {
    /// Connects it. Of one that is connected to the same CRM account already, only what LINE says of it is new, and
    /// where its webhooks went `before`, if they went elsewhere. Webhooks are taken first, then workflows can choose it. Twice is the same as once; after a failure in between, a second call goes on.
    ///
    /// # Errors
    /// It is connected elsewhere; others keep changing the same; or the table's.
    pub async fn connect(
        &self,
        seen: &OfficialAccount,
        account: &CrmAccountKey,
        provider: ChosenProvider,
        before: Option<&WebhookBefore>,
    ) -> Result<Channel, ChangeError<ConnectedElsewhere>> {
        let attempt = || self.try_put(seen, account, provider, before);
        let channel = retry_on_conflict(&*self.accounts.clock, "connect channel", attempt).await?;
        let number = self.accounts.attach(account, &seen.id, provider).await.map_err(ChangeError::widened)?;
        match number.filter(|number| *number != channel.provider) {
            // Somebody else was faster, and said otherwise.
            Some(number) => {
                let attempt = || self.try_put(seen, account, ChosenProvider { number, ..provider }, before);
                retry_on_conflict(&*self.accounts.clock, "connect channel", attempt).await
            }
            None => Ok(channel),
        }
    }

    async fn try_put(
        &self,
        seen: &OfficialAccount,
        account: &CrmAccountKey,
        provider: ChosenProvider,
        before: Option<&WebhookBefore>,
    ) -> Result<Option<Channel>, ChangeError<ConnectedElsewhere>> {
        let OfficialAccount { id, bot_user_id, name, basic_id } = seen.clone();
        let found = self.channels.find_versioned(&id).await?;
        let version = found.as_ref().map_or(0, |found| found.version);
        let mut channel = match found.map(|found| found.value) {
            Some(known) if known.account != *account || known.leaving.is_some() => {
                return Err(ChangeError::Refused(ConnectedElsewhere));
            }
            Some(known) => Channel { bot_user_id, name, basic_id, ..known },
            None => Channel::new(id, bot_user_id, name, basic_id, account.clone()),
        };
        channel.provider = provider.number;
        if let Some(before) = before {
            channel.connecting.webhook_before = Some(before.clone());
        }
        Ok((self.channels.put(&channel, version).await? == Commit::Done).then_some(channel))
    }
}
