//! Signatures of webhooks to other systems, as Standard Webhooks has them (<https://www.standardwebhooks.com>, version 1): HMAC-SHA256
//! over ID, time and body, by the bytes behind `whsec_`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ports::secrets::Secret;

/// Before the key.
const PREFIX: &str = "whsec_";

/// A secret of these random bytes, as the standard writes it.
pub fn secret_of(random: &[u8]) -> Secret {
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(random)))
}

/// Whether it is written as a secret, of 24 bytes to 64, as the standard asks.
pub fn is_secret(text: &str) -> bool {
    let key = text.strip_prefix(PREFIX).and_then(|key| STANDARD.decode(key).ok());
    key.is_some_and(|key| (24..=64).contains(&key.len()))
}

/// The header `webhook-signature`: one signature for each secret. One that is no secret signs nothing.
pub(super) fn sign(secrets: &[Secret], id: &str, at_s: i64, body: &str) -> String {
    let signed = secrets.iter().filter_map(|secret| {
        let key = STANDARD.decode(secret.expose().strip_prefix(PREFIX)?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{at_s}.{body}").as_bytes());
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    });
    signed.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard's own specification.
    #[test]
    fn it_signs_as_the_standards_example_does_and_with_each_of_two_secrets() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let (id, at_s, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        let one = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(sign(std::slice::from_ref(&secret), id, at_s, body), one);
        let other = Secret::new("whsec_c2VjcmV0IG9mIGJlZm9yZQ==");
        let both = sign(&[other, secret], id, at_s, body);
        assert!(both.ends_with(&format!(" {one}")) && both.starts_with("v1,"), "{both}");
        assert_eq!(sign(&[Secret::new("no secret")], id, at_s, body), "");
        assert!(is_secret(secret_of(&[7; 32]).expose()) && is_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        assert!(
            !is_secret("whsec_c2hvcnQ=") && !is_secret("whsec_?") && !is_secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        );
    }
}
