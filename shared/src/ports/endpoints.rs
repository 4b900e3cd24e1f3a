//! Other systems' addresses, as operators name them: whatever they are, what we send goes to the public internet alone.

use async_trait::async_trait;
use bytes::Bytes;
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

/// What came of fetching a file from an address that a person named. `Debug` shows its size alone.
#[derive(Clone, PartialEq, Eq)]
pub enum FetchAnswer {
    /// Here it is, whole.
    Here(Bytes),
    /// It is larger than was asked for; the rest was not read.
    TooLarge,
    /// Another answer than 200. A redirect is an answer, and is not followed.
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// It did not answer in time, or its name leads nowhere, or it broke off.
    NoAnswer,
    /// Nothing was asked.
    Forbidden(ForbiddenAddress),
}

impl std::fmt::Debug for FetchAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Here(bytes) => write!(f, "Here({} bytes)", bytes.len()),
            Self::TooLarge => f.write_str("TooLarge"),
            Self::Refused { status } => write!(f, "Refused({status})"),
            Self::NoAnswer => f.write_str("NoAnswer"),
            Self::Forbidden(why) => write!(f, "Forbidden({why:?})"),
        }
    }
}

/// Files on the public internet, at addresses that people name.
#[async_trait]
pub trait OutsideFiles: Send + Sync {
    /// Fetches it, of at most so many bytes, within ten seconds. Twice asks twice.
    async fn fetch(&self, address: &str, most_bytes: usize) -> FetchAnswer;
}
