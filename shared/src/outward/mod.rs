//! Other systems, whose addresses operators name: a signed webhook to them (Standard Webhooks).
//!
//! An address may be anything, and the function that calls it stands in somebody's cloud. So, in this order: it is `https`; a host
//! that is an address itself must be public; a name is resolved by us, all that it leads to must be public, and the connection goes
//! to just these addresses, so that a name which leads elsewhere a moment later changes nothing. Redirects are not followed, no proxy
//! of the environment is used, connections are not kept, and nothing of the answer is read but its status.

mod resolver;
mod signature;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use url::{Host, Url};

pub use self::resolver::Lookup;
use self::resolver::{Guarded, SystemLookup};
pub use self::signature::{is_secret, secret_of};
use crate::domain::notice::Notice;
use crate::domain::public_address::is_public;
use crate::ports::Clock;
use crate::ports::endpoints::{EndpointAnswer, Endpoints, ForbiddenAddress};
use crate::ports::secrets::Secret;

/// The other system has so long to take the connection.
const CONNECT: Duration = Duration::from_secs(3);
/// And so long in all.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What may be called.
#[derive(Debug, Clone, Copy)]
pub struct Reach {
    /// Whether an address may be connected to.
    pub allows: fn(IpAddr) -> bool,
    /// Only `https`.
    pub https_only: bool,
}

impl Reach {
    /// The public internet, by `https`.
    pub const PUBLIC: Self = Self { allows: is_public, https_only: true };
}

/// Calls other systems.
pub struct Outward {
    http: reqwest::Client,
    reach: Reach,
    clock: Arc<dyn Clock>,
}

impl Outward {
    /// The public internet.
    ///
    /// # Panics
    /// Where the machine's trust store cannot be read: nothing could be called then.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::within(Reach::PUBLIC, Arc::new(SystemLookup), clock)
    }

    /// What a laptop or a test can reach, with names looked up there.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    pub fn within(reach: Reach, lookup: Arc<dyn Lookup>, clock: Arc<dyn Clock>) -> Self {
        // The first one wins; a second call is the same as one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .dns_resolver(Arc::new(Guarded { lookup, allows: reach.allows }))
            .https_only(reach.https_only)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TIMEOUT)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("Musubi/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("the machine has a trust store");
        Self { http, reach, clock }
    }

    /// The address, if it may be called as far as can be said before its name is resolved.
    fn checked(&self, address: &str) -> Result<Url, ForbiddenAddress> {
        let url = Url::parse(address).map_err(|_| ForbiddenAddress::NotHttps)?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        if !is_plain || (self.reach.https_only && url.scheme() != "https") {
            return Err(ForbiddenAddress::NotHttps);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(ForbiddenAddress::NotHttps),
        };
        if literal.is_some_and(|address| !(self.reach.allows)(address)) {
            return Err(ForbiddenAddress::NotPublic);
        }
        Ok(url)
    }
}

#[async_trait]
impl Endpoints for Outward {
    async fn tell(&self, address: &str, secrets: &[Secret], notice: &Notice) -> EndpointAnswer {
        let url = match self.checked(address) {
            Ok(url) => url,
            Err(forbidden) => return EndpointAnswer::Forbidden(forbidden),
        };
        let (body, at_s) = (notice.body(), self.clock.now_ms().div_euclid(1_000));
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &notice.id)
            .header("webhook-timestamp", at_s)
            .header("webhook-signature", signature::sign(secrets, &notice.id, at_s, &body))
            .body(body);
        // Dropped unread: whatever it says, and however long.
        match request.send().await.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => EndpointAnswer::Taken,
            Ok(status) => EndpointAnswer::Refused { status: status.as_u16() },
            Err(error) => resolver::forbidden(&error).map_or(EndpointAnswer::NoAnswer, EndpointAnswer::Forbidden),
        }
    }
}
