//! Addresses that LINE fetches or opens.

use super::{limits, limits::TextUnit, path::Path, problem::Problem};

/// What an address is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    /// LINE fetches it: https alone.
    Media,
    /// A tap opens it.
    Link,
}

impl Address {
    pub(super) fn schemes(self) -> &'static [&'static str] {
        match self {
            Self::Media => &["https"],
            Self::Link => &["http", "https", "line", "tel"],
        }
    }

    fn limit(self) -> usize {
        match self {
            Self::Media => limits::MEDIA_ADDRESS,
            Self::Link => limits::LINK_ADDRESS,
        }
    }
}

/// An address must have one of the schemes, be short enough, and be percent-encoded: RFC 3986 letter by letter, since
/// the lenient reading of browsers is not LINE's.
pub(super) fn check(text: &str, address: Address, at: Path<'_>) -> Result<(), Problem> {
    let (limit, actual) = (address.limit(), TextUnit::Utf16.count(text));
    if actual > limit {
        return Err(Problem::TooLong { at: at.spell(), limit, actual, unit: TextUnit::Utf16 });
    }
    if is_address(text, address.schemes()) {
        Ok(())
    } else {
        Err(Problem::NotAnAddress { at: at.spell(), schemes: address.schemes() })
    }
}

fn is_address(text: &str, schemes: &[&str]) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    if !schemes.iter().any(|known| scheme.eq_ignore_ascii_case(known)) || rest.is_empty() || !is_encoded(rest) {
        return false;
    }
    let authority = rest.strip_prefix("//").map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    if scheme.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("http")) {
        authority.is_some_and(|authority| !authority.is_empty() && authority.matches('@').count() <= 1)
            && url::Url::parse(text).is_ok_and(|url| url.has_host())
    } else {
        authority.unwrap_or_default().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    }
}

/// Only characters that RFC 3986 lets stand, `%` with its two digits, and one `#`. Brackets stand in IPv6 hosts alone,
/// and those are not taken.
fn is_encoded(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
    let digits = |part: &str| part.get(..2).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    text.bytes().all(allowed) && text.split('%').skip(1).all(digits) && text.matches('#').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_what_only_looks_like_one() {
        let link = Address::Link.schemes();
        for good in [
            "https://example.com",
            "HTTPS://example.com/a%20b?c=d#e",
            "http://u:p@example.com:8080/",
            "https://line.me/R/nv/recommendOA/%40linedevelopers",
            "line://nv/chat",
            "tel:09001234567",
            "tel:+81-90-0123-4567",
        ] {
            assert!(is_address(good, link), "{good}");
        }
        for bad in [
            "",
            "https:",
            "https://",
            "https:///path",
            "https:example.com",
            "example.com",
            "javascript:alert(1)",
            "ftp://example.com",
            "https://example.com/日本",
            "https://example.com/a b",
            "https://example.com/%4",
            "https://example.com/%zz",
            "https://example.com/%é",
            "https://example.com/[x]",
            "https://example.com/#a#b",
            "https://a@b@example.com/",
            "https://example.com:99999/",
            "line://x:y/",
            "tel:",
            " https://example.com",
            "https://example.com\n",
        ] {
            assert!(!is_address(bad, link), "{bad}");
        }
        assert!(!is_address("http://example.com/a.png", Address::Media.schemes()));
    }
}
