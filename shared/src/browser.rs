//! A browser's own secret, in a cookie that no other host can set or read, and what it proves.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
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
pub fn random_bytes<const N: usize>() -> Result<[u8; N], PortError> {
    let mut bytes = [0_u8; N];
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
}
