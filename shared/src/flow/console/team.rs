//! Who of the team can have a talk.

use super::Console;
use crate::domain::ids::ChannelId;
use crate::domain::operator::{Operator, OperatorName};
use crate::ports::PortError;

impl Console {
    /// Those of the operator's CRM account who see this Official Account, by name.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn team_of(&self, by: &Operator, channel: &ChannelId) -> Result<Vec<OperatorName>, PortError> {
        let team = self.operators.all(&by.account).await?.into_iter();
        let mut names: Vec<_> = team.filter(|operator| operator.sees(channel)).map(|operator| operator.name).collect();
        names.sort_unstable();
        Ok(names)
    }
}
