//! Who sends a message.

use serde::{Deserialize, Serialize};

use crate::domain::activity::Speaker;
use crate::domain::operator::OperatorName;

/// Who sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Sender {
    /// A workflow.
    #[default]
    Workflow,
    /// A person who answers for the Official Account.
    Operator {
        /// As they are called among their own.
        name: OperatorName,
    },
}

impl Sender {
    /// Who speaks then.
    pub fn speaker(&self) -> Speaker {
        match self {
            Self::Workflow => Speaker::Workflow,
            Self::Operator { .. } => Speaker::Operator,
        }
    }

    /// Which operator, where it is one.
    pub fn operator(&self) -> Option<&OperatorName> {
        match self {
            Self::Workflow => None,
            Self::Operator { name } => Some(name),
        }
    }
}
