//! Other systems' addresses, as operators name them: whatever they are, what we send goes to the public internet alone.

use async_trait::async_trait;
use thiserror::Error;

use super::secrets::Secret;
use crate::domain::notice::Notice;

/// What came of telling another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndpointAnswer {
    /// It has it: it answered with 2xx.
    Taken,
    /// It answered otherwise. A redirect is an answer, and is not followed.
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// It did not answer, or its name leads nowhere: it may or may not have it.
    NoAnswer,
    /// Nothing was sent.
    Forbidden(ForbiddenAddress),
}

/// Why nothing is sent to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ForbiddenAddress {
    /// It is no `https` address, or names whom to sign in as.
    #[error("it is no plain https address")]
    NotHttps,
    /// It leads to a machine that is not on the public internet.
    #[error("it does not lead to the public internet")]
    NotPublic,
}

/// Tells other systems.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// Posts the notice, signed with each of the secrets (whoever reads it may know one of two). Twice is told twice, under the same
    /// ID. It takes ten seconds at most.
    async fn tell(&self, address: &str, secrets: &[Secret], notice: &Notice) -> EndpointAnswer;
}
