//! An invitation is taken up: once, and in time.

use tracing::info;

use super::Console;
use crate::domain::operator::audit::Deed;
use crate::domain::operator::session::{Invitation, Session};
use crate::domain::operator::{Operator, operator_id};
use crate::flow::retry::retry_on_conflict;
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::ports::table::Commit;
use crate::store::operators;

impl Console {
    /// Whoever brings the code is signed in by this session from now on, and nobody is by the code again: operator, session and
    /// the line in the list come with the invitation's end, in one transaction. `session`: 256 random bits, made for this call.
    /// `None`: the code opens nothing, or no more.
    ///
    /// # Errors
    /// As the table's. The answer may be lost after it was done: then the code is used up and nobody has the session; ask for
    /// another invitation.
    pub async fn join(&self, code: &Secret, session: &Secret) -> Result<Option<Operator>, PortError> {
        retry_on_conflict(&*self.clock, "join", || self.try_join(code, session)).await
    }

    async fn try_join(&self, code: &Secret, session: &Secret) -> Result<Option<Option<Operator>>, PortError> {
        let now_ms = self.clock.now_ms();
        let invitation = self.operators.invitation(code).await?;
        let Some(invitation) = invitation.filter(|invitation| !invitation.value.is_over(now_ms)) else {
            return Ok(Some(None));
        };
        let (operator, version) = self.invited(&invitation.value, now_ms).await?;
        let account = operator.account.clone();
        let began = Session { operator: operator.id.clone(), account, began_at_ms: now_ms, used_at_ms: now_ms };
        let writes = vec![
            operators::taken_up(code, invitation.version),
            operators::operator(&operator, version),
            operators::session(session, &began, 0),
            self.audited(&operator.account, operator.actor(), Deed::SignedIn, session.expose()),
        ];
        // On a conflict somebody else was faster with the code, or the operator was changed: it is looked at anew.
        if self.operators.commit(writes).await? == Commit::Conflict {
            return Ok(None);
        }
        info!(crm.account = %operator.account, operator = %operator.id, "console.joined");
        Ok(Some(Some(operator)))
    }

    /// Who the invitation makes somebody: who they were, in the role that it says.
    async fn invited(&self, invitation: &Invitation, now_ms: i64) -> Result<(Operator, u64), PortError> {
        let id = operator_id(&invitation.account, &invitation.name);
        let known = self.operators.find(&invitation.account, &id).await?;
        let (since_ms, version) = known.map_or((now_ms, 0), |known| (known.value.since_ms, known.version));
        let Invitation { account, name, role, channels, .. } = invitation.clone();
        Ok((Operator { id, account, name, role, channels, since_ms }, version))
    }
}
