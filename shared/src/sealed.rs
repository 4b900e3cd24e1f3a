//! Texts that only who has a secret can read: in a page, by its session's; in a row, by the Official Account's.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;

use crate::ports::PortError;
use crate::ports::secrets::Secret;

/// Hides this text: who has the secret can read it, nobody else can, and nobody can make or change one. `what` names
/// what it is. Each call gives another text, of letters, digits, `-` and `_`.
///
/// # Errors
/// The machine has no randomness.
pub fn seal(secret: &Secret, what: &str, text: &str) -> Result<String, PortError> {
    let mut nonce = [0_u8; NONCE_LEN];
    getrandom::fill(&mut nonce).map_err(|error| PortError::transient("randomness", error.to_string()))?;
    let mut sealed = text.as_bytes().to_vec();
    let by = Nonce::assume_unique_for_key(nonce);
    let done = key(secret, what).seal_in_place_append_tag(by, Aad::empty(), &mut sealed);
    done.expect("no text of ours has 64 GB");
    Ok(BASE64_URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
}

/// What was sealed with this secret under this name. `None`: it was not.
pub fn unseal(secret: &Secret, what: &str, sealed: &str) -> Option<Secret> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, hidden) = bytes.split_first_chunk::<NONCE_LEN>()?;
    let (mut hidden, nonce) = (hidden.to_vec(), Nonce::assume_unique_for_key(*nonce));
    let text = key(secret, what).open_in_place(nonce, Aad::empty(), &mut hidden).ok()?;
    Some(Secret::new(std::str::from_utf8(text).ok()?))
}

/// One key for each secret and each use of it: with 96 random bits a time, no two texts under one key meet in one.
fn key(secret: &Secret, what: &str) -> LessSafeKey {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"seal:");
    mac.update(what.as_bytes());
    let key = UnboundKey::new(&AES_256_GCM, &mac.finalize().into_bytes()).expect("32 bytes are a key");
    LessSafeKey::new(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_by_its_secret_alone_and_only_as_it_was_made() {
        let (a, b) = (Secret::new("a"), Secret::new("b"));
        let sealed = seal(&a, "connect", "値 and value").unwrap();
        assert!(sealed.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')));
        assert_eq!(unseal(&a, "connect", &sealed), Some(Secret::new("値 and value")));
        assert!(unseal(&b, "connect", &sealed).is_none() && unseal(&a, "other", &sealed).is_none());
        assert_ne!(seal(&a, "connect", "値 and value").unwrap(), sealed);
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(unseal(&a, "connect", &BASE64_URL_SAFE_NO_PAD.encode(changed)).is_none(), "byte {at}");
        }
        for other in ["", "x", "値", &sealed[1..], &"A".repeat(100)] {
            assert!(unseal(&a, "connect", other).is_none(), "{other}");
        }
    }
}
