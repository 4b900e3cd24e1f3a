//! A browser's own secret, in a cookie that no other host can set or read, and what it proves.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::ports::PortError;
use crate::ports::secrets::Secret;

/// 32 bytes in base64.
const SECRET_CHARS: usize = 43;

/// The values of every cookie of this name. Two of one name are an attack, or as good as none.
pub fn cookie_values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(known, _)| *known == name).map(|(_, value)| value)
}

/// The secret in the cookie of this name, if there is one such cookie and it holds one of [`random_secret`]'s.
pub fn secret(headers: &HeaderMap, name: &str) -> Option<Secret> {
    let mut values = cookie_values(headers, name);
    let value = values.next().filter(|_| values.next().is_none())?;
    is_secret(value).then(|| Secret::new(value))
}

/// Whether the text can be one of [`random_secret`]'s at all.
pub fn is_secret(text: &str) -> bool {
    text.len() == SECRET_CHARS && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// 128 random bits.
///
/// # Errors
/// The machine has no randomness.
pub fn random_bytes() -> Result<[u8; 16], PortError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| PortError::transient("randomness", error.to_string()))?;
    Ok(bytes)
}

/// 256 random bits as text: 43 letters, digits, `-` and `_`.
///
/// # Errors
/// The machine has no randomness.
pub fn random_secret() -> Result<Secret, PortError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| PortError::transient("randomness", error.to_string()))?;
    Ok(Secret::new(BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

/// Proves that a form came from a page that whoever has this secret was shown. `form` names it.
pub fn form_token(secret: &Secret, form: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"form:");
    mac.update(form.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Whether the token is of this secret and this form.
pub fn is_form_token(secret: &Secret, form: &str, token: &str) -> bool {
    form_token(secret, form).as_bytes().ct_eq(token.as_bytes()).into()
}

/// Hides this text in a page of whoever has this secret: nobody else can read it, and nobody can make or change one. `what` names
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
    done.expect("a form's text is shorter than 64 GB");
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

/// One key for each secret and each use of it: with 96 random bits a time, no two texts of a session meet in one.
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

    fn sent(cookies: &[&str]) -> HeaderMap {
        cookies.iter().map(|cookie| (COOKIE, cookie.parse().unwrap())).collect()
    }

    #[test]
    fn one_cookie_of_the_name_that_holds_a_secret_is_read_and_nothing_else() {
        let ours = random_secret().unwrap();
        let pair = format!("n={}", ours.expose());
        assert!(secret(&sent(&[&format!("other=1; {pair}")]), "n").as_ref() == Some(&ours));
        for other in
            ["", "n=", "n=abc", &format!("n={}.", "a".repeat(42)), &format!("{pair}; {pair}"), &format!("{pair}x")]
        {
            assert!(secret(&sent(&[other]), "n").is_none(), "{other}");
        }
        assert!(secret(&sent(&[&pair, &pair]), "n").is_none(), "two headers are two cookies");
        assert!(secret(&sent(&[&pair]), "m").is_none());
        assert!(random_secret().unwrap() != ours);
    }

    #[test]
    fn a_forms_token_is_this_secrets_and_this_forms() {
        let token = form_token(&Secret::new("a"), "unlink");
        assert!(is_form_token(&Secret::new("a"), "unlink", &token));
        assert!(
            !is_form_token(&Secret::new("b"), "unlink", &token) && !is_form_token(&Secret::new("a"), "other", &token)
        );
    }

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
