//! A person's message shows as read on their phone once somebody here has seen it. LINE gives a token for that with each message.
//!
//! The newest message's is kept sealed, with the conversation, until it is used: it marks all that came before it, too.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A read token that nobody but LINE's client can read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedReadToken(String);

impl SealedReadToken {
    /// What sealing made of it.
    pub fn new(sealed: impl Into<String>) -> Self {
        Self(sealed.into())
    }

    /// For whoever unseals it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SealedReadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedReadToken(..)")
    }
}
