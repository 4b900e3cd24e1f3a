//! Other systems, whose addresses operators name: a signed webhook to them (Standard Webhooks), and files that are fetched from them.
//!
//! An address may be anything, and the function that calls it stands in somebody's cloud. So, in this order: it is `https`; a host
//! that is an address itself must be public; a name is resolved by us, all that it leads to must be public, and the connection goes
//! to just these addresses, so that a name which leads elsewhere a moment later changes nothing. Redirects are not followed, no proxy
//! of the environment is used, connections are not kept, and nothing of the answer is read but its status; of a file so many bytes as are
//! asked for.

mod resolver;
mod signature;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use reqwest::redirect::Policy;
use url::{Host, Url};

pub use self::resolver::Lookup;
use self::resolver::{Guarded, SystemLookup};
pub use self::signature::{is_secret, secret_of};
use crate::domain::notice::Notice;
use crate::domain::public_address::is_public;
use crate::ports::Clock;
use crate::ports::endpoints::{EndpointAnswer, Endpoints, FetchAnswer, ForbiddenAddress, OutsideFiles};
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
    /// Made when it is first used: most calls of a function never leave for outside.
    http: OnceLock<reqwest::Client>,
    lookup: Arc<dyn Lookup>,
    reach: Reach,
    clock: Arc<dyn Clock>,
}

impl Outward {
    /// The public internet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::within(Reach::PUBLIC, Arc::new(SystemLookup), clock)
    }

    /// What a laptop or a test can reach, with names looked up there.
    pub fn within(reach: Reach, lookup: Arc<dyn Lookup>, clock: Arc<dyn Clock>) -> Self {
        Self { http: OnceLock::new(), lookup, reach, clock }
    }

    /// # Panics
    /// Where the machine's trust store cannot be read: nothing could be called then.
    fn http(&self) -> &reqwest::Client {
        self.http.get_or_init(|| {
            // The first one wins; a second call is the same as one.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let (lookup, allows) = (Arc::clone(&self.lookup), self.reach.allows);
            reqwest::Client::builder()
                .dns_resolver(Arc::new(Guarded { lookup, allows }))
                .https_only(self.reach.https_only)
                .redirect(Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
                .timeout(TIMEOUT)
                .pool_max_idle_per_host(0)
                .user_agent(concat!("Musubi/", env!("CARGO_PKG_VERSION")))
                .build()
                .expect("the machine has a trust store")
        })
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
            .http()
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

#[async_trait]
impl OutsideFiles for Outward {
    async fn fetch(&self, address: &str, most_bytes: usize) -> FetchAnswer {
        let url = match self.checked(address) {
            Ok(url) => url,
            Err(forbidden) => return FetchAnswer::Forbidden(forbidden),
        };
        let mut answer = match self.http().get(url).send().await {
            Ok(answer) => answer,
            Err(error) => return resolver::forbidden(&error).map_or(FetchAnswer::NoAnswer, FetchAnswer::Forbidden),
        };
        if answer.status() != reqwest::StatusCode::OK {
            return FetchAnswer::Refused { status: answer.status().as_u16() };
        }
        let mut bytes = BytesMut::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if bytes.len() + chunk.len() > most_bytes => return FetchAnswer::TooLarge,
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => return FetchAnswer::Here(bytes.freeze()),
                Err(_) => return FetchAnswer::NoAnswer,
            }
        }
    }
}
