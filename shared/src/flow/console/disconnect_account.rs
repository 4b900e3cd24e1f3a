//! A CRM account is disconnected: by an admin in the console, or on the command line.

use std::sync::Arc;

use thiserror::Error;
use tracing::info;

use super::Console;
use crate::domain::account::CrmAccountKey;
use crate::domain::crm_inbox::InboxEnd;
use crate::domain::ids::ChannelId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::flow::configure::LeaveInbox;
use crate::flow::configure::change_account::ChangeAccount;
use crate::flow::retry::{Contended, retry_on_conflict};
use crate::ports::crm::CrmFailure;
use crate::ports::table::Commit;
use crate::ports::{CrmSetUp, PortError, Secrets};
use crate::store::{Channels, operators};

/// Disconnects CRM accounts.
#[derive(Clone)]
pub struct DisconnectAccount {
    /// Where it is noted, and who loses the console.
    pub console: Console,
    /// Where accounts are.
    pub accounts: ChangeAccount,
    /// Whether Official Accounts are connected to one.
    pub channels: Channels,
    /// Where leave is.
    pub secrets: Arc<dyn Secrets>,
    /// The CRM.
    pub set_up: Arc<dyn CrmSetUp>,
    /// Its own inbox.
    pub inbox: LeaveInbox,
}

/// What became of the app in the CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppEnd {
    /// It is taken out of the account.
    Uninstalled,
    /// It was not there any more, or leave was given by a private token.
    NotThere,
    /// The CRM did not let us take it out: a person must do it there.
    Refused,
    /// It was to stay.
    Kept,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disconnected {
    /// The app in the CRM.
    pub app: AppEnd,
    /// Official Accounts that still had a place in the CRM's inbox.
    pub inbox: InboxEnd,
    /// How many people may use the console no more.
    pub operators: usize,
}

/// Why an account stays connected.
#[derive(Debug, Error)]
pub enum StaysConnected {
    /// Official Accounts are connected to it: each is disconnected first, for each has losses of its own.
    #[error("Official Accounts are connected to it")]
    Channels(Vec<ChannelId>),
    /// The operator sees some of its Official Accounts alone.
    #[error("the operator does not see all of it")]
    SeesLess,
    /// The CRM does not answer. Nothing was changed.
    #[error("the CRM does not answer")]
    NoAnswer,
    /// A table or the secrets do not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl From<Contended> for StaysConnected {
    fn from(contended: Contended) -> Self {
        Self::Port(contended.into())
    }
}

impl DisconnectAccount {
    /// The Official Accounts that are connected to it: there must be none.
    ///
    /// # Errors
    /// As the table's.
    pub async fn connected_channels(&self, key: &CrmAccountKey) -> Result<Vec<ChannelId>, PortError> {
        let mut ids: Vec<ChannelId> = match self.accounts.accounts.find(key).await? {
            Some(account) => account.value.channels,
            None => Vec::new(),
        };
        let all = self.channels.all_with_leaving().await?;
        ids.extend(all.into_iter().filter(|channel| channel.account == *key).map(|channel| channel.id));
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// First it is noted, then whatever is left in the CRM's inbox is closed, then the app is taken out of the account in the CRM (unless `keeps_app`), then the account can be found no
    /// more, then the token is forgotten, and at last nobody may use its console. Where the CRM knows the app no more, or refuses,
    /// it goes on; where it does not answer, nothing is changed. `by`: an operator of this account, or whoever may use the command
    /// line (`None`). Answers with `None` where it is not connected: then nothing is changed, but that what a call before this one left
    /// behind is cleared away.
    ///
    /// # Errors
    /// See [`StaysConnected`].
    pub async fn disconnect(
        &self,
        key: &CrmAccountKey,
        by: Option<&Operator>,
        keeps_app: bool,
    ) -> Result<Option<Disconnected>, StaysConnected> {
        if by.is_some_and(|by| by.account != *key || !by.covers(None)) {
            return Err(StaysConnected::SeesLess);
        }
        let channels = self.connected_channels(key).await?;
        if !channels.is_empty() {
            return Err(StaysConnected::Channels(channels));
        }
        let Some(account) = self.accounts.accounts.find(key).await? else {
            self.clear(key).await?;
            return Ok(None);
        };
        self.console.note_by(key, by, Deed::DisconnectedAccount).await?;
        // As long as the token is good. Each has left by itself, if the CRM let it then.
        let inbox = self.inbox.leave_wholly(&account.value).await;
        let app = match keeps_app {
            true => AppEnd::Kept,
            false => match self.set_up.uninstall(&account.value).await {
                Ok(true) => AppEnd::Uninstalled,
                Ok(false) => AppEnd::NotThere,
                Err(CrmFailure::Later { .. } | CrmFailure::Unknown) => return Err(StaysConnected::NoAnswer),
                Err(_) => AppEnd::Refused,
            },
        };
        // The row goes last: as long as it is there, a stop is seen, and a second call goes on.
        let operators = self.clear(key).await?;
        retry_on_conflict(&*self.accounts.clock, "disconnect an account", || self.try_remove(key)).await?;
        info!(crm.account = %key, app = ?app, operators, "account.disconnected_for_good");
        Ok(Some(Disconnected { app, inbox, operators }))
    }

    /// Unless an Official Account was connected meanwhile.
    async fn try_remove(&self, key: &CrmAccountKey) -> Result<Option<()>, StaysConnected> {
        let Some(account) = self.accounts.accounts.find(key).await? else { return Ok(Some(())) };
        if !account.value.channels.is_empty() {
            return Err(StaysConnected::Channels(account.value.channels));
        }
        let done = self.accounts.accounts.remove(key, account.version).await? == Commit::Done;
        Ok(done.then_some(()))
    }

    /// The token, everybody who may use the console, and who of them is who in the CRM: with them, their sessions hold no more, and
    /// nobody counts as removed once the account is connected again.
    async fn clear(&self, key: &CrmAccountKey) -> Result<usize, PortError> {
        self.secrets.forget_crm_token(key).await?;
        let mut removed = 0;
        for operator in self.console.operators.all(key).await? {
            let attempt = || async {
                let Some(found) = self.console.operators.find(key, &operator.id).await? else { return Ok(Some(())) };
                let write = operators::removed(&found.value, found.version);
                let done = self.console.operators.commit(vec![write]).await? == Commit::Done;
                Ok::<_, StaysConnected>(done.then_some(()))
            };
            match retry_on_conflict(&*self.console.clock, "remove an operator", attempt).await {
                Err(StaysConnected::Port(error)) => return Err(error),
                _ => removed += 1,
            }
        }
        for person in self.console.operators.persons(key).await? {
            let attempt = || async {
                let Some(found) = self.console.operators.person(key, &person.user).await? else { return Ok(Some(())) };
                let write = operators::person_forgotten(&found.value, found.version);
                Ok((self.console.operators.commit(vec![write]).await? == Commit::Done).then_some(()))
            };
            retry_on_conflict::<_, PortError, _>(&*self.console.clock, "forget a person of the CRM", attempt).await?;
        }
        Ok(removed)
    }
}
