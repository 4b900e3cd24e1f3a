//! Official Accounts give up their place in the CRM's own inbox: one by one, or all of an account's.
//!
//! Whatever is given up with it goes on, whatever the CRM says: what became of the place is told.

use std::sync::Arc;

use tracing::warn;

use crate::domain::account::CrmAccount;
use crate::domain::channel::Channel;
use crate::domain::crm_inbox::InboxEnd;
use crate::ports::crm::CrmFailure;
use crate::ports::{CrmSetUp, PortError};
use crate::store::{Accounts, Inboxes};

/// Leaves the inbox.
#[derive(Clone)]
pub struct LeaveInbox {
    /// The CRM.
    pub set_up: Arc<dyn CrmSetUp>,
    /// Whose leave it takes.
    pub accounts: Accounts,
    /// Our channel in the inbox.
    pub inboxes: Inboxes,
}

impl LeaveInbox {
    /// Of one Official Account. Where it has no place, nothing is asked. Twice is the same as once.
    pub async fn leave(&self, official_account: &Channel) -> InboxEnd {
        let Some(place) = &official_account.crm_inbox else { return InboxEnd::NotThere };
        let account = match self.accounts.find(&official_account.account).await {
            Ok(Some(account)) => account.value,
            // Nobody has leave to close it any more.
            Ok(None) => return InboxEnd::Refused,
            Err(error) => return unread(&error),
        };
        said(&account, self.set_up.leave_inbox(&account, place).await)
    }

    /// Of all of the account's that are still there. Where the app has no channel in the inbox, nothing is asked. Twice is the same as
    /// once, but that there is nothing left then.
    pub async fn leave_wholly(&self, account: &CrmAccount) -> InboxEnd {
        let channel = match self.inboxes.find(account.key.kind, &account.app).await {
            Ok(Some(inbox)) => inbox.value.channel,
            Ok(None) => return InboxEnd::NotThere,
            Err(error) => return unread(&error),
        };
        match self.set_up.leave_inbox_wholly(account, &channel).await {
            Ok(0) => InboxEnd::NotThere,
            left => said(account, left.map(|_| ())),
        }
    }
}

/// What a try to close it came to.
pub(super) fn said(account: &CrmAccount, tried: Result<(), CrmFailure>) -> InboxEnd {
    let Err(failure) = tried else { return InboxEnd::Closed };
    warn!(crm.account = %account.key, error = %failure, "inbox.not_closed");
    if failure.may_pass() { InboxEnd::Unknown } else { InboxEnd::Refused }
}

fn unread(error: &PortError) -> InboxEnd {
    warn!(%error, "inbox.not_closed");
    InboxEnd::Unknown
}
