//! Why a port could not answer.

use thiserror::Error;

/// What refused where a row was written by another version of Musubi.
pub(super) const UNREADABLE: &str = "row";

/// A port's failure, and whether another try is worth it. It carries no payload of ours.
#[derive(Debug, Error)]
pub enum PortError {
    /// May work later. The effect may or may not have happened.
    #[error("{what} did not answer")]
    Transient {
        /// Which call.
        what: &'static str,
        /// Why.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Will not work without somebody changing something.
    #[error("{what} refused: {why}")]
    Permanent {
        /// Which call.
        what: &'static str,
        /// Why, without anything a person wrote.
        why: String,
    },
}

impl PortError {
    /// May work later.
    pub fn transient(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Transient { what, source: Some(source.into()) }
    }

    /// Will not work by itself.
    pub fn permanent(what: &'static str, why: impl Into<String>) -> Self {
        Self::Permanent { what, why: why.into() }
    }

    /// Whether a row could not be read that another version of Musubi wrote.
    pub fn is_unreadable(&self) -> bool {
        matches!(self, Self::Permanent { what: UNREADABLE, .. })
    }

    /// Whether another try is worth it.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Transient { .. })
    }
}
