//! An operator opens the CRM's own inbox for an Official Account, or closes it.

use super::Console;
use crate::domain::account::CrmAccount;
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::InboxEnd;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::flow::configure::open_inbox::{ChannelAsked, InboxStaysShut, OpenInbox};
use crate::ports::PortError;
use crate::ports::crm::CrmFailure;
use crate::ports::crm_set_up::InboxFound;

/// Opens and closes it, and notes who did.
#[derive(Clone)]
pub struct TeamInbox {
    /// Where it is noted.
    pub console: Console,
    /// The inbox.
    pub inbox: OpenInbox,
}

/// How it stands for an account.
pub struct InboxStanding {
    /// Our channel is made.
    pub has_channel: bool,
    /// The account's inboxes, as far as the CRM says. `Disconnected`: the account has not allowed it.
    pub inboxes: Result<Vec<InboxFound>, CrmFailure>,
}

impl TeamInbox {
    /// How it stands.
    ///
    /// # Errors
    /// A row cannot be read.
    pub async fn standing(&self, account: &CrmAccount) -> Result<InboxStanding, PortError> {
        let has_channel = self.inbox.channel((account.key.kind, &account.app)).await?.is_some();
        Ok(InboxStanding { has_channel, inboxes: self.inbox.inboxes_of(account).await })
    }

    /// Opens it, in this inbox of the account's or its only one; makes our channel first, where that is asked. Twice is the same as once,
    /// in two lines of the list; after a failure in between, a second call goes on.
    ///
    /// # Errors
    /// See [`InboxStaysShut`].
    pub async fn open(
        &self,
        by: &Operator,
        account: &CrmAccount,
        channel: &Channel,
        inbox: Option<&str>,
        makes: Option<&ChannelAsked>,
    ) -> Result<(), InboxStaysShut> {
        self.console.note(by, Deed::SetInbox { id: channel.id.clone(), is_open: true }).await?;
        if let Some(asked) = makes {
            self.inbox.make_channel((account.key.kind, &account.app), asked).await?;
        }
        self.inbox.open(account, channel, inbox).await.map(|_| ())
    }

    /// Closes it, and says what became of it in the CRM. Twice is the same as once, in two lines of the list.
    ///
    /// # Errors
    /// See [`InboxStaysShut`].
    pub async fn close(
        &self,
        by: &Operator,
        account: &CrmAccount,
        channel: &Channel,
    ) -> Result<InboxEnd, InboxStaysShut> {
        self.console.note(by, Deed::SetInbox { id: channel.id.clone(), is_open: false }).await?;
        self.inbox.close(account, channel).await
    }
}
