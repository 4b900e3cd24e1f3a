//! Who may use the console, and who is signed in.
//!
//! ```text
//! invite -> a one-time address -> join -> a session -> signed_in, for each page -> sign_out
//! install: leave by the CRM's OAuth --------^
//! hand_over: the CRM says who asks -> a one-time address -> enter -^
//! ```
//!
//! No role is kept in a session: each page reads the operator anew, so whoever is removed, or made a member, is so at once.

mod by_hand;
mod change_role;
mod change_routes;
mod change_settings;
pub mod connect;
pub mod dead_letters;
pub mod decide_sends;
pub mod disconnect_account;
pub mod hand_over;
pub mod inbox;
pub mod install;
mod invite;
mod join;
pub mod line_login;
pub mod look;
pub mod people;
pub mod questions;
mod remove;
mod session;
pub mod talks;
mod team;
#[cfg(test)]
mod tests;
mod texts;
pub mod webhook_secret;

use std::sync::Arc;

pub use self::change_role::RoleChange;
pub use self::change_settings::{ChangeSettings, Changes};
pub use self::invite::{Invite, invitation_address};
pub use self::remove::Removal;
use crate::domain::account::CrmAccountKey;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::{Actor, AuditEntry, Deed};
use crate::ports::secrets::Secret;
use crate::ports::table::{Commit, Write};
use crate::ports::{Clock, PortError};
use crate::store::{Operators, operators};

/// Lets people into the console.
#[derive(Clone)]
pub struct Console {
    /// Who may, who is, and what they did.
    pub operators: Operators,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl Console {
    /// What was done in this CRM account's console from `since_ms` on, the newest first, at most so many lines.
    ///
    /// # Errors
    /// As the table's.
    pub async fn audit(
        &self,
        account: &CrmAccountKey,
        since_ms: i64,
        at_most: usize,
    ) -> Result<Vec<AuditEntry>, PortError> {
        Ok(self.operators.audit(account, since_ms, at_most).await?.found)
    }

    /// Notes what an operator is about to do: a stop right after it leaves a line about what was not done, and never a deed without
    /// a line.
    async fn note(&self, by: &Operator, deed: Deed) -> Result<(), PortError> {
        self.note_by(&by.account, Some(by), deed).await
    }

    /// The same of an operator, or of whoever may use the command line (`None`).
    pub(super) async fn note_by(
        &self,
        account: &CrmAccountKey,
        by: Option<&Operator>,
        deed: Deed,
    ) -> Result<(), PortError> {
        let apart = format!("{} {deed:?}", by.map_or_else(String::new, |by| by.id.to_string()));
        let actor = by.map_or(Actor::CommandLine, Operator::actor);
        // A line expects nothing of what is there.
        match self.operators.commit(vec![self.audited(account, actor, deed, &apart)]).await? {
            Commit::Done => Ok(()),
            Commit::Conflict => Err(PortError::transient("the activity log", "it was not written")),
        }
    }

    /// The end of the session that a browser had before it is signed in anew.
    async fn session_before(&self, before: Option<&Secret>) -> Result<Option<Write>, PortError> {
        let Some(before) = before else { return Ok(None) };
        let found = self.operators.session(before).await?;
        Ok(found.map(|found| operators::session_ended(before, found.version)))
    }

    /// A line of the list. `tell_apart`: two lines that say the same of one moment are one.
    fn audited(&self, account: &CrmAccountKey, by: Actor, deed: Deed, tell_apart: &str) -> Write {
        operators::audited(account, &AuditEntry { at_ms: self.clock.now_ms(), by, deed }, tell_apart)
    }
}
