//! Names are resolved by us, and what is not public among their addresses is not connected to.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::ports::endpoints::ForbiddenAddress;

/// Looks a name up.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses that the name leads to now. Twice may be answered differently.
    ///
    /// # Errors
    /// It leads nowhere, or nobody answers.
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>>;
}

/// As the machine does.
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// What the client connects to: exactly the addresses that were looked at.
pub(super) struct Guarded {
    pub(super) lookup: Arc<dyn Lookup>,
    pub(super) allows: fn(IpAddr) -> bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, allows) = (Arc::clone(&self.lookup), self.allows);
        Box::pin(async move {
            let addresses = lookup.addresses(name.as_str()).await?;
            // One that is not public makes all of them suspect: the name is not only the other system's.
            if addresses.iter().any(|address| !allows(*address)) {
                return Err(ForbiddenAddress::NotPublic.into());
            }
            // The port is the address's own, which the client puts in.
            let addresses: Vec<SocketAddr> = addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Why a call was not made, where it was us who did not make it.
pub(super) fn forbidden(error: &reqwest::Error) -> Option<ForbiddenAddress> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(forbidden) = error.downcast_ref::<ForbiddenAddress>() {
            return Some(*forbidden);
        }
        cause = error.source();
    }
    None
}
