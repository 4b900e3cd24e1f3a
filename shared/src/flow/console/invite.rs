//! Somebody is invited to the console.

use std::collections::BTreeSet;

use tracing::info;

use super::Console;
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::ChannelId;
use crate::domain::operator::audit::{Actor, Deed};
use crate::domain::operator::session::{INVITED_MS, Invitation};
use crate::domain::operator::{Operator, OperatorName, Role, operator_id};
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::ports::table::Commit;
use crate::store::operators;

/// Whom to invite, and by whom.
#[derive(Debug, Clone)]
pub struct Invite {
    /// To the console of this CRM account. Whoever asks has checked that it is theirs.
    pub account: CrmAccountKey,
    /// How they are called. Somebody of this name who may already gets another address, and this role.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// The Official Accounts that they may see. `None`: all.
    pub channels: Option<BTreeSet<ChannelId>>,
    /// Who invites.
    pub by: Actor,
}

/// The one-time address, under the public one.
pub fn invitation_address(public_url: &str, code: &Secret) -> String {
    format!("{public_url}/console/join?code={}", code.expose())
}

impl Console {
    /// The same as [`invite`](Self::invite), by an operator in the console. `false`: nobody is invited, for the invitation would
    /// let somebody see more than this operator sees, or be for somebody who does.
    ///
    /// # Errors
    /// As [`invite`](Self::invite).
    pub async fn invite_by(&self, by: &Operator, invite: &Invite, code: &Secret) -> Result<bool, PortError> {
        let known = self.operators.find(&invite.account, &operator_id(&invite.account, &invite.name)).await?;
        let is_theirs = known.is_none_or(|known| by.covers(known.value.channels.as_ref()));
        if invite.account != by.account || !is_theirs || !by.covers(invite.channels.as_ref()) {
            return Ok(false);
        }
        self.invite(invite, code).await.map(|()| true)
    }

    /// Whoever brings this code within the next 15 minutes, and first, is this operator. `code`: at least 128 random bits, used
    /// for nothing else. A second call needs another code; both count then, each once.
    ///
    /// # Errors
    /// As the table's; nobody is invited then. Permanent where the code was used before.
    pub async fn invite(&self, invite: &Invite, code: &Secret) -> Result<(), PortError> {
        let now_ms = self.clock.now_ms();
        let Invite { account, name, role, channels, by } = invite.clone();
        let deed = Deed::Invited { whom: name.clone(), role };
        let audited = self.audited(&account, by.clone(), deed, code.expose());
        let invitation = Invitation { account, name, role, channels, by, until_ms: now_ms + INVITED_MS };
        match self.operators.commit(vec![operators::invited(code, &invitation, now_ms), audited]).await? {
            Commit::Done => {
                info!(crm.account = %invitation.account, role = role.as_str(), "console.invited");
                Ok(())
            }
            Commit::Conflict => Err(PortError::permanent("an invitation", "the code was used before")),
        }
    }

    /// The invitation that this code still opens.
    ///
    /// # Errors
    /// As the table's.
    pub async fn invitation(&self, code: &Secret) -> Result<Option<Invitation>, PortError> {
        let found = self.operators.invitation(code).await?.map(|found| found.value);
        Ok(found.filter(|invitation| !invitation.is_over(self.clock.now_ms())))
    }
}
