//! The team's texts: what operators insert into their answers.

use super::Console;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::domain::team_text::{MOST_TEXTS, TeamText};
use crate::ports::PortError;
use crate::store::operators;

impl Console {
    /// The texts of the operator's team, by name.
    ///
    /// # Errors
    /// As the table's.
    pub async fn texts(&self, by: &Operator) -> Result<Vec<TeamText>, PortError> {
        self.operators.texts(&by.account).await
    }

    /// The team has this text from now on, in place of one of the same name. `false`: it has too many others. Twice is the same as once,
    /// in two lines of the list.
    ///
    /// # Errors
    /// As the table's; nothing is changed then.
    pub async fn write_text(&self, by: &Operator, text: &TeamText) -> Result<bool, PortError> {
        let others = self.texts(by).await?.into_iter().filter(|known| known.name != text.name).count();
        if others >= MOST_TEXTS {
            return Ok(false);
        }
        self.note(by, Deed::WroteText { name: text.name.clone() }).await?;
        // It expects nothing of what is there.
        let _ = self.operators.commit(vec![operators::text(&by.account, text)]).await?;
        Ok(true)
    }

    /// The team has no text of this name any more. One that is not there is what was wanted.
    ///
    /// # Errors
    /// As the table's; nothing is changed then.
    pub async fn remove_text(&self, by: &Operator, name: &str) -> Result<(), PortError> {
        if !self.texts(by).await?.iter().any(|known| known.name == name) {
            return Ok(());
        }
        self.note(by, Deed::RemovedText { name: name.to_owned() }).await?;
        let _ = self.operators.commit(vec![operators::no_text(&by.account, name)]).await?;
        Ok(())
    }
}
