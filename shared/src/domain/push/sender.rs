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
    /// Somebody of the team who tries a message out on testers: it answers nobody.
    Test {
        /// As they are called among their own.
        name: OperatorName,
    },
}

impl Sender {
    /// Who speaks then.
    pub fn speaker(&self) -> Speaker {
        match self {
            Self::Workflow | Self::Test { .. } => Speaker::Workflow,
            Self::Operator { .. } => Speaker::Operator,
        }
    }

    /// Which operator says it, where one does.
    pub fn operator(&self) -> Option<&OperatorName> {
        match self {
            Self::Workflow | Self::Test { .. } => None,
            Self::Operator { name } => Some(name),
        }
    }

    /// Who of the team stands on the timeline beside it, who says it or tries it out.
    pub fn named(&self) -> Option<&OperatorName> {
        match self {
            Self::Workflow => None,
            Self::Operator { name } | Self::Test { name } => Some(name),
        }
    }
}
