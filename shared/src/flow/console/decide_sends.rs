//! An operator says of parked sends whether they arrived.

use super::Console;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::domain::push::{Push, PushId, PushState};
use crate::flow::decide::{Decide, Verdict};
use crate::flow::parked_sends::{ParkedSend, ParkedSends};
use crate::ports::PortError;
use crate::ports::table::Listed;

/// So many are looked at together: whoever decides about them sees the next ones.
const AT_MOST: usize = 500;

/// Lists parked sends and records decisions, and notes who made them.
pub struct DecideSends {
    /// Where it is noted.
    pub console: Console,
    /// What waits.
    pub sends: ParkedSends,
    /// Ends it.
    pub decide: Decide,
}

impl DecideSends {
    /// What waits of the Official Accounts that the operator sees.
    ///
    /// # Errors
    /// As [`ParkedSends::list`].
    pub async fn list(&self, by: &Operator) -> Result<Listed<ParkedSend>, PortError> {
        let mut listed = self.sends.list(&by.account, AT_MOST).await?;
        listed.found.retain(|send| by.sees(&send.channel));
        Ok(listed)
    }

    /// Records whether a send arrived. `false`: it waits for no decision of theirs, perhaps not any more; nothing is changed and
    /// nothing noted.
    ///
    /// # Errors
    /// As the tables'; a second call decides what this one did not.
    pub async fn decide(&self, by: &Operator, id: PushId, verdict: Verdict) -> Result<bool, PortError> {
        let push = self.sends.journal.push(id).await?.map(|push| push.value);
        let Some(push) = push.filter(|push| is_theirs(by, push)) else { return Ok(false) };
        let arrived = verdict == Verdict::Shown;
        self.console.note(by, Deed::DecidedSend { id: push.channel, push: id, arrived }).await?;
        self.decide.decide(id, verdict).await
    }
}

fn is_theirs(by: &Operator, push: &Push) -> bool {
    matches!(push.state, PushState::Parked(_)) && push.account == by.account && by.sees(&push.channel)
}
