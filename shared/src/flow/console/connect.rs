//! An operator connects an Official Account: it is tried at LINE, confirmed by them, and only then stored.

use std::sync::Arc;

use thiserror::Error;
use tracing::info;

use super::Console;
use crate::domain::channel::Channel;
use crate::domain::channel_values::TryRefusal;
use crate::domain::ids::ChannelId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::flow::configure::change_error::ChangeError;
use crate::flow::configure::choose_provider::{ChooseProvider, NoProvider, SaidProvider};
use crate::flow::configure::connect_channel::{ConnectChannel, ConnectedElsewhere};
use crate::flow::configure::set_up_channel::{NewWebhook, SetUpChannel};
use crate::flow::configure::try_channel::{EnteredChannel, Forget, TriedChannel, TryChannel, TryError, proposed};
use crate::ports::PortError;

/// Connects Official Accounts, and notes who did.
#[derive(Clone)]
pub struct ConnectChannels {
    /// Where it is noted.
    pub console: Console,
    /// Tries them at LINE.
    pub try_channel: TryChannel,
    /// Finds out of which LINE provider they are.
    pub choose: ChooseProvider,
    /// Stores them.
    pub connect: ConnectChannel,
}

/// What an operator has said of an Official Account, beside that it is the right one.
#[derive(Debug, Clone, Default)]
pub struct Confirmed {
    /// The host of the tool that may be cut off.
    pub cuts_off: Option<String>,
    /// Of which LINE provider it is.
    pub provider: Option<SaidProvider>,
}

/// Why it is not connected.
#[derive(Debug, Error)]
pub enum NotConnected {
    /// The operator sees some Official Accounts alone, and this is none of them.
    #[error("the operator does not see it")]
    NotTheirs,
    /// LINE or our rows say no.
    #[error(transparent)]
    Refused(#[from] TryRefusal),
    /// Another tool hears its webhooks, and the operator has not said that it may be cut off. What LINE said is here.
    #[error("another tool would be cut off")]
    CutsOff(Box<TriedChannel>),
    /// It is not known of which LINE provider it is. What LINE said is here.
    #[error(transparent)]
    NoProvider(#[from] NoProviderFor),
    /// LINE or a table does not answer.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// Why it is not known of which LINE provider an Official Account is, and what LINE said of it.
#[derive(Debug, Error)]
#[error("it is not known of which LINE provider it is")]
pub struct NoProviderFor {
    /// Of it.
    pub tried: Box<TriedChannel>,
    /// Why.
    #[source]
    pub why: NoProvider,
}

impl From<TryError> for NotConnected {
    fn from(error: TryError) -> Self {
        match error {
            TryError::Refused(refusal) => Self::Refused(refusal),
            TryError::Port(error) => Self::Port(error),
        }
    }
}

impl ConnectChannels {
    /// Who LINE says it is. Nothing is stored. An operator who sees some Official Accounts alone connects no other: they would not
    /// see it. Twice is the same as once.
    ///
    /// # Errors
    /// See [`NotConnected`].
    pub async fn try_at_line(&self, by: &Operator, entered: &EnteredChannel) -> Result<TriedChannel, NotConnected> {
        if !by.covers(None) && !by.sees(&entered.id) {
            return Err(NotConnected::NotTheirs);
        }
        let account = self.connect.accounts.accounts.find(&by.account).await?;
        let others: Vec<ChannelId> = account.map(|account| account.value.channels).unwrap_or_default();
        if self.try_channel.is_login_channel(&entered.id, &others).await? {
            return Err(TryRefusal::IsLogin.into());
        }
        Ok(self.try_channel.try_at_line(entered, &by.account).await?)
    }

    /// Connects it, tried once more: its secret is stored, it is taken into the operator's CRM account, and LINE sends webhooks
    /// here. Where another tool hears them now, only if that tool is the one that may be cut off; its address is kept. Twice is
    /// the same as once, in two lines of the list; after a failure in between, a second call goes on.
    ///
    /// # Errors
    /// See [`NotConnected`].
    pub async fn connect(
        &self,
        by: &Operator,
        entered: &EnteredChannel,
        confirmed: &Confirmed,
    ) -> Result<Channel, NotConnected> {
        let tried = self.try_at_line(by, entered).await?;
        if tried.before.as_ref().is_some_and(|before| confirmed.cuts_off.as_deref() != Some(&*before.host())) {
            return Err(NotConnected::CutsOff(Box::new(tried)));
        }
        let provider = match self.choose.choose(&by.account, &entered.id, confirmed.provider).await {
            Ok(provider) => provider,
            Err(NoProvider::Port(error)) => return Err(error.into()),
            Err(why) => return Err(NoProviderFor { tried: Box::new(tried), why }.into()),
        };
        let proven = self.try_channel.proven(entered, &tried, Forget::default()).await?;
        self.console.note(by, Deed::Connected { id: entered.id.clone() }).await?;
        let set_up = SetUpChannel {
            secrets: Arc::clone(&self.try_channel.secrets),
            connect: self.connect.clone(),
            console: self.try_channel.line.channel(proposed(entered)),
        };
        let webhook = NewWebhook { url: self.try_channel.webhook_url(&entered.id), before: tried.before };
        let channel =
            set_up.set_up(&proven, &by.account, provider, Some(&webhook)).await.map_err(|error| match error {
                ChangeError::Refused(ConnectedElsewhere) => TryRefusal::Elsewhere.into(),
                ChangeError::Absent => PortError::permanent("the CRM account", "it is not connected").into(),
                ChangeError::Contended(contended) => NotConnected::Port(contended.into()),
                ChangeError::Port(error) => error.into(),
            })?;
        info!(channel.id = %channel.id, operator = %by.id, "channel.connected");
        Ok(channel)
    }
}
