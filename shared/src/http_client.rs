//! How LINE and CRMs are called.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A client for LINE and CRMs: follows no redirect, trusts the machine's roots, keeps connections. Clones are one client.
///
/// To make one costs a function's start milliseconds, because every root certificate of the machine is read: who may answer
/// without calling anybody takes it [as it is first used](Self::when_first_used).
///
/// # Panics
/// As it is made, where the machine's trust store cannot be read: nothing could be called then.
#[derive(Clone, Debug, Default)]
pub struct HttpClient(Arc<OnceLock<reqwest::Client>>);

impl HttpClient {
    /// Made now: for who calls somebody in nearly every invocation, and whose first call should not wait for it.
    pub fn ready() -> Self {
        make().into()
    }

    /// Made by the first call.
    pub fn when_first_used() -> Self {
        Self::default()
    }
}

impl Deref for HttpClient {
    type Target = reqwest::Client;

    fn deref(&self) -> &reqwest::Client {
        self.0.get_or_init(make)
    }
}

impl From<reqwest::Client> for HttpClient {
    fn from(client: reqwest::Client) -> Self {
        Self(Arc::new(client.into()))
    }
}

fn make() -> reqwest::Client {
    // The first one wins; a second call is the same as one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(3))
        .timeout(Duration::from_secs(20))
        .pool_idle_timeout(Duration::from_secs(50))
        // For the doctor: until when a certificate is good.
        .tls_info(true)
        .user_agent(concat!("Musubi/", env!("CARGO_PKG_VERSION")))
        .build()
        .expect("the machine has a trust store")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_by_the_first_call_and_once_for_all_clones() {
        let client = HttpClient::when_first_used();
        let clone = client.clone();
        assert!(client.0.get().is_none(), "nothing was called yet");
        let _ = clone.get("http://127.0.0.1:9/");
        let made = client.0.get().expect("a call was begun");
        assert!(std::ptr::eq(made, &*clone), "one client");
        assert!(HttpClient::ready().0.get().is_some());
    }
}
