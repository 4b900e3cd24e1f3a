//! The owner's list of origins.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AfterLoginFault, reading::Reading};

/// Scheme, host and port. `https`, or `http` of this machine's own loopback names (`127.0.0.1`, `localhost`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    /// Reads an entry of the list, such as `https://shop.example` or `https://www.shop.example:8443`. Letters become lower
    /// case, `:443` and a single `/` at the end go.
    ///
    /// # Errors
    /// What is wrong with it. A path, a query or a fragment is.
    pub fn parse(text: &str) -> Result<Self, AfterLoginFault> {
        let reading = Reading::of(text)?;
        let bare =
            matches!(reading.written_path.as_str(), "" | "/") && reading.query.is_none() && !reading.has_fragment;
        if bare { Self::of(&reading) } else { Err(AfterLoginFault::NotAnOrigin) }
    }

    /// The origin of what was read.
    pub(super) fn of(reading: &Reading) -> Result<Self, AfterLoginFault> {
        let loopback = matches!(reading.host.as_str(), "127.0.0.1" | "localhost");
        match (reading.scheme.as_str(), reading.port) {
            ("line", _) => Err(AfterLoginFault::NotLines),
            ("https", Some(port)) => Ok(Self { scheme: "https".into(), host: reading.host.clone(), port }),
            ("http", Some(port)) if loopback => Ok(Self { scheme: "http".into(), host: reading.host.clone(), port }),
            _ => Err(AfterLoginFault::Scheme),
        }
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match (self.scheme.as_str(), self.port) {
            ("https", 443) | ("http", 80) => Ok(()),
            (_, port) => write!(f, ":{port}"),
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = AfterLoginFault;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

/// The origins that people may be sent to. Exact: a subdomain, another port or another scheme is another origin.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedOrigins(Vec<Origin>);

impl AllowedOrigins {
    /// Reads the owner's list. An entry that is there twice is kept once.
    ///
    /// # Errors
    /// The first entry that is no origin, by its place (from 0), with what is wrong with it.
    pub fn parse<T: AsRef<str>>(entries: &[T]) -> Result<Self, (usize, AfterLoginFault)> {
        let mut origins = Vec::new();
        for (place, entry) in entries.iter().enumerate() {
            let origin = Origin::parse(entry.as_ref()).map_err(|fault| (place, fault))?;
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        Ok(Self(origins))
    }

    /// Whether exactly this origin is on the list.
    pub fn contains(&self, origin: &Origin) -> bool {
        self.0.contains(origin)
    }

    /// The origins, in the owner's order.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter()
    }
}
