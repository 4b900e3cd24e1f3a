//! Who is signed in with a browser.

use tracing::info;

use super::Console;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::domain::operator::session::{NOTED_MS, Session};
use crate::flow::retry::retry_on_conflict;
use crate::ports::PortError;
use crate::ports::secrets::Secret;
use crate::ports::table::{Commit, Versioned};
use crate::store::operators;

impl Console {
    /// Who this session is, as they stand now. `None`: nobody, or nobody any more.
    ///
    /// # Errors
    /// As the table's.
    pub async fn signed_in(&self, session: &Secret) -> Result<Option<Operator>, PortError> {
        let Some((operator, found)) = self.who_is_in(session).await? else { return Ok(None) };
        self.note_use(session, &found, self.clock.now_ms()).await?;
        Ok(Some(operator))
    }

    /// The same for a page that asks by itself: it is no use of the session, which ends when nobody uses it.
    ///
    /// # Errors
    /// As the table's.
    pub async fn still_signed_in(&self, session: &Secret) -> Result<Option<Operator>, PortError> {
        Ok(self.who_is_in(session).await?.map(|(operator, _)| operator))
    }

    async fn who_is_in(&self, session: &Secret) -> Result<Option<(Operator, Versioned<Session>)>, PortError> {
        let now_ms = self.clock.now_ms();
        let Some(found) = self.operators.session(session).await? else { return Ok(None) };
        if found.value.is_over(now_ms) {
            return Ok(None);
        }
        let Some(operator) = self.operators.find(&found.value.account, &found.value.operator).await? else {
            return Ok(None);
        };
        // Somebody who was removed and invited again signs in again: what was open before stays shut.
        if found.value.began_at_ms < operator.value.since_ms {
            return Ok(None);
        }
        Ok(Some((operator.value, found)))
    }

    async fn note_use(&self, id: &Secret, found: &Versioned<Session>, now_ms: i64) -> Result<(), PortError> {
        if now_ms < found.value.used_at_ms + NOTED_MS {
            return Ok(());
        }
        let used = Session { used_at_ms: now_ms, ..found.value.clone() };
        // On a conflict another page has noted it, or it was ended: neither is undone.
        let _ = self.operators.commit(vec![operators::session(id, &used, found.version)]).await?;
        Ok(())
    }

    /// The session is over. Twice is the same as once.
    ///
    /// # Errors
    /// As the table's; it may still hold then.
    pub async fn sign_out(&self, session: &Secret) -> Result<(), PortError> {
        let clock = &*self.clock;
        retry_on_conflict(clock, "sign out", || self.try_sign_out(session)).await
    }

    async fn try_sign_out(&self, session: &Secret) -> Result<Option<()>, PortError> {
        let Some(found) = self.operators.session(session).await? else { return Ok(Some(())) };
        let mut writes = vec![operators::session_ended(session, found.version)];
        if let Some(operator) = self.operators.find(&found.value.account, &found.value.operator).await? {
            let by = operator.value.actor();
            writes.push(self.audited(&found.value.account, by, Deed::SignedOut, session.expose()));
        }
        // On a conflict a page has noted that it is used.
        if self.operators.commit(writes).await? == Commit::Conflict {
            return Ok(None);
        }
        info!(crm.account = %found.value.account, operator = %found.value.operator, "console.signed_out");
        Ok(Some(()))
    }
}
