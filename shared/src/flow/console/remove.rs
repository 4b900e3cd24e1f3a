//! Somebody may use the console no more.

use tracing::info;

use super::Console;
use crate::domain::account::CrmAccountKey;
use crate::domain::ids::OperatorId;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::{Actor, Deed};
use crate::flow::retry::retry_on_conflict;
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::operators;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// They may no more; each of their sessions is over.
    Removed,
    /// There is nobody of this ID in the account; perhaps not any more.
    Nobody,
    /// Nobody removes themselves: so an admin is left.
    Oneself,
    /// They see more than who wants to remove them.
    SeesMore,
}

impl Console {
    /// Removes an operator of this CRM account; `by` is an operator of it, too, or whoever may use the command line (`None`). Each of their pages asks who they are, so nothing is open from then on; an
    /// invitation that was not taken up still lets them in within its 15 minutes. Twice: the second finds nobody.
    ///
    /// # Errors
    /// As the table's; they may still be there then.
    pub async fn remove(
        &self,
        account: &CrmAccountKey,
        by: Option<&Operator>,
        whom: &OperatorId,
    ) -> Result<Removal, PortError> {
        if by.is_some_and(|by| by.id == *whom) {
            return Ok(Removal::Oneself);
        }
        retry_on_conflict(&*self.clock, "remove an operator", || self.try_remove(account, by, whom)).await
    }

    async fn try_remove(
        &self,
        account: &CrmAccountKey,
        by: Option<&Operator>,
        whom: &OperatorId,
    ) -> Result<Option<Removal>, PortError> {
        let Some(found) = self.operators.find(account, whom).await? else { return Ok(Some(Removal::Nobody)) };
        if by.is_some_and(|by| !by.covers(found.value.channels.as_ref())) {
            return Ok(Some(Removal::SeesMore));
        }
        let deed = Deed::Removed { whom: found.value.name.clone() };
        let audited = self.audited(account, by.map_or(Actor::CommandLine, Operator::actor), deed, whom.as_str());
        if self.operators.commit(vec![operators::removed(&found.value, found.version), audited]).await?
            == Commit::Conflict
        {
            return Ok(None);
        }
        info!(crm.account = %account, operator = %whom, "console.removed");
        Ok(Some(Removal::Removed))
    }
}
