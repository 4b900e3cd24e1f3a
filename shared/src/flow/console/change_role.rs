//! An operator gets another role.

use tracing::info;

use super::Console;
use crate::domain::ids::OperatorId;
use crate::domain::operator::audit::Deed;
use crate::domain::operator::{Operator, Role};
use crate::flow::retry::retry_on_conflict;
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::operators;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleChange {
    /// They have it, from their next page on; or had it.
    Changed,
    /// There is nobody of this ID in the account; perhaps not any more.
    Nobody,
    /// Nobody changes their own: so an admin is left.
    Oneself,
    /// They see more than who wants to change it.
    SeesMore,
}

impl Console {
    /// Gives an operator of the same CRM account this role. Nothing else of them changes, and they stay signed in: each page asks who
    /// they are. Twice is the same as once. `by` is an admin: whoever asks has checked it.
    ///
    /// # Errors
    /// As the table's; they may still have the old one then.
    pub async fn change_role(&self, by: &Operator, whom: &OperatorId, role: Role) -> Result<RoleChange, PortError> {
        if by.id == *whom {
            return Ok(RoleChange::Oneself);
        }
        retry_on_conflict(&*self.clock, "change a role", || self.try_change_role(by, whom, role)).await
    }

    async fn try_change_role(
        &self,
        by: &Operator,
        whom: &OperatorId,
        role: Role,
    ) -> Result<Option<RoleChange>, PortError> {
        let Some(found) = self.operators.find(&by.account, whom).await? else { return Ok(Some(RoleChange::Nobody)) };
        let mut operator = found.value;
        if !by.covers(operator.channels.as_ref()) {
            return Ok(Some(RoleChange::SeesMore));
        }
        if operator.role == role {
            return Ok(Some(RoleChange::Changed));
        }
        operator.role = role;
        let deed = Deed::ChangedRole { whom: operator.name.clone(), role };
        let audited = self.audited(&by.account, by.actor(), deed, whom.as_str());
        if self.operators.commit(vec![operators::operator(&operator, found.version), audited]).await?
            == Commit::Conflict
        {
            return Ok(None);
        }
        info!(crm.account = %by.account, operator = %whom, role = role.as_str(), "console.role_changed");
        Ok(Some(RoleChange::Changed))
    }
}
