//! A CRM account's row is changed.

use std::convert::Infallible;
use std::sync::Arc;

use super::change_error::ChangeError;
use super::choose_provider::ChosenProvider;
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::ids::ChannelId;
use crate::domain::provider::ProviderNumber;
use crate::flow::retry::{Contended, retry_on_conflict};
use crate::ports::Clock;
use crate::ports::table::Commit;
use crate::store::Accounts;

/// Changes CRM accounts.
#[derive(Clone)]
pub struct ChangeAccount {
    /// Where.
    pub accounts: Accounts,
    /// Between two tries.
    pub clock: Arc<dyn Clock>,
}

impl ChangeAccount {
    /// Changes the CRM account from what it is by now, and answers with what is stored then. `change` may be called more than
    /// once, each time with what was read anew; where it changes nothing, nothing is written. Twice is the same as once if
    /// `change` is.
    ///
    /// # Errors
    /// There is no such account; `change` refuses; others keep changing it; or the table's. Nothing is changed then.
    pub async fn change<E: Send>(
        &self,
        key: &CrmAccountKey,
        change: impl Fn(&mut CrmAccount) -> Result<(), E> + Send + Sync,
    ) -> Result<CrmAccount, ChangeError<E>> {
        let change = &change;
        let attempt = || async move {
            let found = self.accounts.find(key).await?.ok_or(ChangeError::Absent)?;
            let mut changed = found.value.clone();
            change(&mut changed).map_err(ChangeError::Refused)?;
            if changed == found.value || self.accounts.put(&changed, found.version).await? == Commit::Done {
                return Ok(Some(changed));
            }
            Ok(None)
        };
        retry_on_conflict(&*self.clock, "change account", attempt).await
    }

    /// Workflows of the account can choose the Official Account, which is of this LINE provider, from now on. One whose people are
    /// known stays of the provider that it was of. Answers with the number that stands. Twice is the same as once.
    ///
    /// # Errors
    /// As [`change`](Self::change). An account that there is not is none of them: there is nothing to be chosen in. Where somebody
    /// else has just given a new provider's number to another Official Account, another try is worth it.
    pub(super) async fn attach(
        &self,
        key: &CrmAccountKey,
        channel: &ChannelId,
        provider: ChosenProvider,
    ) -> Result<Option<ProviderNumber>, ChangeError<Infallible>> {
        let attached = self.change(key, |account| {
            if !account.knows(channel) {
                if provider.is_new && account.others_are_of(provider.number, channel) {
                    return Err(Contended::new("provider number"));
                }
                account.set_provider(channel, provider.number);
            }
            if !account.channels.contains(channel) {
                account.channels.push(channel.clone());
            }
            account.former_channels.remove(channel);
            Ok(())
        });
        match attached.await {
            Ok(account) => Ok(Some(account.provider_of(channel))),
            Err(ChangeError::Absent) => Ok(None),
            Err(ChangeError::Refused(contended) | ChangeError::Contended(contended)) => Err(contended.into()),
            Err(ChangeError::Port(error)) => Err(error.into()),
        }
    }

    /// Workflows of the account can choose the Official Account no more. It is one of its former ones from then on: a contact that
    /// is deleted in the CRM for privacy is looked for among its people still. Twice is the same as once.
    ///
    /// # Errors
    /// As [`attach`](Self::attach).
    pub(in crate::flow) async fn detach(
        &self,
        key: &CrmAccountKey,
        channel: &ChannelId,
    ) -> Result<(), ChangeError<Infallible>> {
        self.change_if_there(key, |account| {
            account.channels.retain(|known| known != channel);
            account.former_channels.insert(channel.clone());
        })
        .await
    }

    /// Nothing of the former Official Account's people is left. Twice is the same as once.
    ///
    /// # Errors
    /// As [`attach`](Self::attach).
    pub(in crate::flow) async fn forget_former(
        &self,
        key: &CrmAccountKey,
        channel: &ChannelId,
    ) -> Result<(), ChangeError<Infallible>> {
        self.change_if_there(key, |account| _ = account.former_channels.remove(channel)).await
    }

    async fn change_if_there(
        &self,
        key: &CrmAccountKey,
        change: impl Fn(&mut CrmAccount) + Send + Sync,
    ) -> Result<(), ChangeError<Infallible>> {
        let changed = self.change(key, |account| {
            change(account);
            Ok(())
        });
        match changed.await {
            Ok(_) | Err(ChangeError::Absent) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
