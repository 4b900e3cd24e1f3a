//! Why a change was not made.

use std::convert::Infallible;

use thiserror::Error;

use crate::flow::retry::Contended;
use crate::ports::PortError;

/// Why a row of configuration stays as it is.
#[derive(Debug, Error)]
pub enum ChangeError<E> {
    /// There is no such row.
    #[error("there is nothing of this name")]
    Absent,
    /// The change is not to be made to what is stored by now.
    #[error("the change is refused")]
    Refused(E),
    /// Somebody else keeps changing the same.
    #[error("somebody else keeps changing the same")]
    Contended(#[from] Contended),
    /// The port's. A lost answer may hide that it is written; the same change made again finds it so.
    #[error(transparent)]
    Port(#[from] PortError),
}

impl ChangeError<Infallible> {
    /// The same, where something else may be refused.
    pub fn widened<E>(self) -> ChangeError<E> {
        match self {
            Self::Absent => ChangeError::Absent,
            Self::Refused(never) => match never {},
            Self::Contended(contended) => ChangeError::Contended(contended),
            Self::Port(error) => ChangeError::Port(error),
        }
    }
}
