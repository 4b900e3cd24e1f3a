//! An install that has begun, as the `state` that goes to the CRM and comes back holds it: a stranger who begins one leaves
//! nothing here.
//!
//! `state` is base64url of
//!
//! ```text
//! version (1)  random (16)  began_at_ms (8)  what is asked for (1)  MAC (32)
//! ```
//!
//! The MAC is HMAC-SHA256 over all that stands before it, keyed with the browser's own secret, which nobody else has: it holds
//! the install to the browser that began it. A browser can make up installs of its own, and gains nothing: it could begin them as
//! well.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ports::secrets::Secret;

const VERSION: u8 = 1;
const RANDOM_BYTES: usize = 16;
const MAC_BYTES: usize = 32;
const BYTES: usize = 1 + RANDOM_BYTES + 8 + 1 + MAC_BYTES;
/// Of base64url without padding.
const CHARS: usize = (BYTES * 4).div_ceil(3);

/// What a state says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun {
    /// When, in milliseconds.
    pub(super) at_ms: i64,
    /// Workflows may wait for outcomes, if the CRM agrees.
    pub(super) workflows_wait: bool,
}

/// The state of an install in this browser. The same random bytes give the same state.
pub(super) fn seal(begun: Begun, random: [u8; RANDOM_BYTES], browser: &Secret) -> String {
    let mut bytes = vec![VERSION];
    bytes.extend(random);
    bytes.extend(begun.at_ms.to_be_bytes());
    bytes.push(u8::from(begun.workflows_wait));
    let mac = mac(browser, &bytes).finalize().into_bytes();
    bytes.extend(mac);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Whether a state can be one of ours at all.
pub(super) fn is_ours(state: &str) -> bool {
    read(state).is_some()
}

/// What a state says, if it was sealed in this browser. The comparison takes the same time wherever the first difference is.
pub(super) fn open(state: &str, browser: &Secret) -> Option<Begun> {
    let bytes = read(state)?;
    let (said, made) = bytes.split_last_chunk::<MAC_BYTES>()?;
    mac(browser, said).verify_slice(made).ok()?;
    let (asked, said) = said.split_last()?;
    let (_, at_ms) = said.split_last_chunk::<8>()?;
    Some(Begun { at_ms: i64::from_be_bytes(*at_ms), workflows_wait: *asked == 1 })
}

fn read(state: &str) -> Option<Vec<u8>> {
    let state = Some(state).filter(|state| state.len() == CHARS)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(state).ok()?;
    (bytes.len() == BYTES && bytes[0] == VERSION).then_some(bytes)
}

/// The label keeps it apart from whatever else is made with the browser's secret.
fn mac(browser: &Secret, said: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(browser.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"install:");
    mac.update(said);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGUN: Begun = Begun { at_ms: 1_767_225_600_000, workflows_wait: true };

    #[test]
    fn what_was_sealed_is_opened_in_the_same_browser_alone() {
        let (ours, other) = (Secret::new("a"), Secret::new("b"));
        for begun in [BEGUN, Begun { workflows_wait: false, at_ms: -1 }] {
            let state = seal(begun, [7; 16], &ours);
            assert!(is_ours(&state) && state.len() == CHARS);
            assert_eq!((open(&state, &ours), open(&state, &other)), (Some(begun), None));
        }
        assert_ne!(seal(BEGUN, [7; 16], &ours), seal(BEGUN, [8; 16], &ours));
    }

    #[test]
    fn one_letter_more_less_or_other_is_none_of_ours() {
        let ours = Secret::new("a");
        let state = seal(BEGUN, [7; 16], &ours);
        for at in 0..state.len() {
            let mut letters = state.clone().into_bytes();
            letters[at] = if letters[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(letters).unwrap();
            assert_eq!(open(&forged, &ours), None, "{at}");
        }
        for odd in ["", "x", &state[1..], &format!("{state}A"), &"é".repeat(CHARS / 2), &"A".repeat(CHARS)] {
            assert!(!is_ours(odd) && open(odd, &ours).is_none(), "{odd}");
        }
    }
}
