//! A route: where a friend came from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Names a route: a poster, a shop, a campaign. 1 to 40 lower-case letters, digits, `-` and `_`, the first one a letter or
/// digit. Unique per Official Account. It stands in URLs and in the CRM.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RouteName(String);

impl RouteName {
    /// Reads one. `None`: it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let mut bytes = text.bytes();
        let first = bytes.next().is_some_and(plain);
        let rest = bytes.all(|b| plain(b) || matches!(b, b'-' | b'_'));
        (first && rest && text.len() <= 40).then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
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

impl TryFrom<String> for RouteName {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a route's name")
    }
}

impl From<RouteName> for String {
    fn from(name: RouteName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_plain_small_letters() {
        for good in ["a", "shop-ginza", "2026_spring", &"x".repeat(40)] {
            assert!(RouteName::parse(good).is_some(), "{good}");
        }
        for bad in ["", "-a", "_a", "A", "a b", "a/b", "あ", "a%2f", &"x".repeat(41)] {
            assert!(RouteName::parse(bad).is_none(), "{bad}");
        }
    }
}
