//! Who of the team can have a talk.

use super::Console;
use crate::domain::ids::ChannelId;
use crate::domain::operator::{Operator, OperatorName};
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::operators;

impl Console {
    /// Calls an operator so from now on, where nobody else of the account is. Twice is the same as once; a talk that was theirs under the
    /// name before is still called by that.
    ///
    /// # Errors
    /// The table does not answer.
    pub async fn rename(&self, operator: &Operator, name: OperatorName) -> Result<Operator, PortError> {
        let all = self.operators.all(&operator.account).await?;
        if all.iter().any(|other| other.name == name) {
            return Ok(operator.clone());
        }
        let Some(known) = self.operators.find(&operator.account, &operator.id).await? else {
            return Ok(operator.clone());
        };
        let renamed = Operator { name, ..known.value };
        let done = self.operators.commit(vec![operators::operator(&renamed, known.version)]).await?;
        // Changed meanwhile: the next look does it.
        Ok(if done == Commit::Done { renamed } else { operator.clone() })
    }

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
