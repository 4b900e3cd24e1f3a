//! An attempt to log in, as the `state` that goes to LINE and comes back holds it: a stranger who sets out leaves nothing here.
//!
//! `state` is base64url of
//!
//! ```text
//! version (1)  random (16)  began_at_ms (8)  purpose (1)  length of the channel (1)  channel  route  MAC (32)
//! ```
//!
//! The MAC is HMAC-SHA256 over all that stands before it, keyed with the browser's own secret, which nobody else has: it holds
//! the attempt to the browser that began it. A browser can make up attempts of its own, and gains nothing: it could set out for
//! them as well. What they say is therefore only what anybody may ask for.
//!
//! LINE asks for letters and digits that are not URL-encoded; `-` and `_` stand in addresses as they are.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::ids::ChannelId;
use crate::domain::login::{LoginAttempt, LoginPurpose};
use crate::domain::route::RouteName;
use crate::ports::secrets::Secret;

const VERSION: u8 = 1;
const RANDOM_BYTES: usize = 16;
const MAC_BYTES: usize = 32;
/// Ours have about a hundred characters, and none has so many.
const MAX_CHARS: usize = 256;

/// The state of an attempt in this browser. The same random bytes give the same state.
pub(super) fn seal(attempt: &LoginAttempt, random: [u8; RANDOM_BYTES], browser: &Secret) -> String {
    let channel = attempt.channel.as_str().as_bytes();
    let mut bytes = vec![VERSION];
    bytes.extend(random);
    bytes.extend(attempt.began_at_ms.to_be_bytes());
    bytes.push(match attempt.purpose {
        LoginPurpose::Link => 1,
        LoginPurpose::Unlink => 2,
    });
    bytes.push(u8::try_from(channel.len()).expect("a channel ID has at most 20 digits"));
    bytes.extend(channel);
    bytes.extend(attempt.route.as_ref().map_or("", RouteName::as_str).as_bytes());
    let mac = mac(browser, &bytes).finalize().into_bytes();
    bytes.extend(mac);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What a state says. Nothing of it is proved.
pub(super) struct Stated {
    attempt: LoginAttempt,
    bytes: Vec<u8>,
}

impl Stated {
    /// Takes a state apart. `None`: it is none of ours.
    pub(super) fn read(state: &str) -> Option<Self> {
        let bytes = Some(state).filter(|state| state.len() <= MAX_CHARS)?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(bytes).ok()?;
        let (said, _mac) = bytes.split_last_chunk::<MAC_BYTES>()?;
        let (&version, rest) = said.split_first()?;
        let (_random, rest) = rest.split_first_chunk::<RANDOM_BYTES>()?;
        let (began_at_ms, rest) = rest.split_first_chunk::<8>()?;
        let (&purpose, rest) = rest.split_first()?;
        let (&length, rest) = rest.split_first()?;
        let (channel, route) = rest.split_at_checked(length.into())?;
        let channel = std::str::from_utf8(channel).ok().filter(|id| ChannelId::is_well_formed(id))?;
        let attempt = LoginAttempt {
            channel: ChannelId::new(channel),
            purpose: match (version, purpose) {
                (VERSION, 1) => LoginPurpose::Link,
                (VERSION, 2) => LoginPurpose::Unlink,
                _ => return None,
            },
            route: match route {
                [] => None,
                name => Some(RouteName::parse(std::str::from_utf8(name).ok()?)?),
            },
            began_at_ms: i64::from_be_bytes(*began_at_ms),
        };
        Some(Self { attempt, bytes })
    }

    /// For which Official Account it says it is.
    pub(super) fn channel(&self) -> &ChannelId {
        &self.attempt.channel
    }

    /// The attempt, if it began in this browser. The comparison takes the same time wherever the first difference is.
    pub(super) fn began_in(self, browser: &Secret) -> Option<LoginAttempt> {
        let (said, made) = self.bytes.split_last_chunk::<MAC_BYTES>()?;
        mac(browser, said).verify_slice(made).is_ok().then_some(self.attempt)
    }
}

/// The label keeps it apart from whatever else is made with the browser's secret.
fn mac(browser: &Secret, said: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(browser.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"attempt:");
    mac.update(said);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(route: Option<&str>, purpose: LoginPurpose) -> LoginAttempt {
        let route = route.map(|route| RouteName::parse(route).expect("a route"));
        LoginAttempt { channel: ChannelId::new("1657000001"), purpose, route, began_at_ms: 1_767_225_600_000 }
    }

    fn browser(text: &str) -> Secret {
        Secret::new(text)
    }

    #[test]
    fn what_went_to_line_comes_back() {
        let longest = "a".repeat(RouteName::MAX_BYTES);
        for route in [None, Some("poster"), Some(longest.as_str())] {
            for purpose in [LoginPurpose::Link, LoginPurpose::Unlink] {
                let attempt = LoginAttempt { channel: ChannelId::new("1".repeat(20)), ..attempt(route, purpose) };
                let state = seal(&attempt, [7; 16], &browser("b"));
                assert!(
                    state.len() <= MAX_CHARS && state.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
                );
                let stated = Stated::read(&state).expect("ours");
                assert_eq!(stated.channel(), &attempt.channel);
                assert_eq!(stated.began_in(&browser("b")), Some(attempt));
            }
        }
    }

    #[test]
    fn it_counts_in_the_browser_that_made_it_and_nowhere_else() {
        let state = seal(&attempt(None, LoginPurpose::Link), [7; 16], &browser("b"));
        for other in ["", "a", "bb"] {
            assert_eq!(Stated::read(&state).expect("ours").began_in(&browser(other)), None, "{other}");
        }
        assert_ne!(state, seal(&attempt(None, LoginPurpose::Link), [8; 16], &browser("b")), "each is of its own");
    }

    #[test]
    fn no_byte_of_it_can_be_changed() {
        let state = seal(&attempt(Some("poster"), LoginPurpose::Link), [7; 16], &browser("b"));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&state).expect("base64url");
        for at in 0..bytes.len() {
            for flip in [1, 3, 0x80] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                let read = Stated::read(&BASE64_URL_SAFE_NO_PAD.encode(changed));
                assert_eq!(read.and_then(|stated| stated.began_in(&browser("b"))), None, "byte {at}");
            }
        }
    }

    #[test]
    fn what_is_not_ours_is_none() {
        let ours = seal(&attempt(None, LoginPurpose::Link), [7; 16], &browser("b"));
        // A random text of 256 bits is what a version before this one sent to LINE.
        let before = BASE64_URL_SAFE_NO_PAD.encode([9; 32]);
        for other in ["", "not-ours", &before, &ours[1..], &format!("{ours}="), &"A".repeat(257), &"A".repeat(100)] {
            assert!(Stated::read(other).is_none(), "{other}");
        }
    }
}
