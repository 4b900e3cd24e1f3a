//! Where a friend came from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a route, such as `flyer-2026-spring`: the login link or QR code that a person came by. A lower-case letter or
/// digit, then up to 39 of those, `_` and `-`. Unique per channel. It names a place, not a person, so it may be logged.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RouteName(String);

impl RouteName {
    /// No name has more bytes.
    pub const MAX_BYTES: usize = 40;

    /// Takes the text if it is a route's name.
    pub fn parse(text: &str) -> Option<Self> {
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit());
        let goes_on = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        (begins && text.len() <= Self::MAX_BYTES && text.bytes().all(goes_on)).then(|| Self(text.to_owned()))
    }

    /// The text. It stands in addresses and file names as it is.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is no route's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no route's name: use lower-case letters, digits, _ and -, at most 40, a letter or digit first")]
pub struct NotARoute;

impl TryFrom<String> for RouteName {
    type Error = NotARoute;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or(NotARoute)
    }
}

impl From<RouteName> for String {
    fn from(name: RouteName) -> Self {
        name.0
    }
}

impl fmt::Display for RouteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RouteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_a_plain_name() {
        for good in ["a", "0", "flyer-2026_spring", &"a".repeat(40)] {
            assert_eq!(RouteName::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "-a", "_a", "A", "a b", "a/b", "a.b", "a\n", "é", "店", "a%2f", "<script>", &"a".repeat(41)] {
            assert_eq!(RouteName::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_stored_name_is_checked_again() {
        assert_eq!(serde_json::from_str::<RouteName>("\"shop-1\"").unwrap().as_str(), "shop-1");
        assert!(serde_json::from_str::<RouteName>("\"../x\"").is_err());
    }
}
