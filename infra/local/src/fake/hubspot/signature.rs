//! HubSpot's three request signatures, made here for the calls that HubSpot makes. Source: "Validating requests", HubSpot docs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::fake::ids::hex;

/// v1: hex of SHA-256 over secret and body.
pub fn sign_v1(client_secret: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(client_secret.as_bytes());
    hash.update(body);
    hex(&hash.finalize())
}

/// v2: hex of SHA-256 over secret, method, full URI and body. A plain hash, and without a time.
pub fn sign_v2(client_secret: &str, method: &str, uri: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [client_secret, method, uri] {
        hash.update(part.as_bytes());
    }
    hash.update(body);
    hex(&hash.finalize())
}

/// v3: base64 of HMAC-SHA256 over method, URI (decoded as [`decode_v3`] says), body and the time in milliseconds.
pub fn sign_v3(client_secret: &str, method: &str, uri: &str, body: &[u8], timestamp: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(client_secret.as_bytes()).expect("HMAC takes keys of any length");
    for part in [method.as_bytes(), decode_v3(uri).as_bytes(), body, timestamp.as_bytes()] {
        mac.update(part);
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Decodes the twelve escapes that v3 names, in upper-case hex, and nothing else. Whether HubSpot also decodes `%3a` is not
/// stated.
pub fn decode_v3(uri: &str) -> String {
    const ESCAPES: [(&str, char); 12] = [
        ("%3A", ':'),
        ("%2F", '/'),
        ("%3F", '?'),
        ("%40", '@'),
        ("%21", '!'),
        ("%24", '$'),
        ("%27", '\''),
        ("%28", '('),
        ("%29", ')'),
        ("%2A", '*'),
        ("%2C", ','),
        ("%3B", ';'),
    ];
    let mut decoded = String::with_capacity(uri.len());
    let mut rest = uri;
    while let Some(at) = rest.find('%') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match ESCAPES.iter().find(|(escape, _)| rest.starts_with(escape)) {
            Some((escape, character)) => {
                decoded.push(*character);
                rest = &rest[escape.len()..];
            }
            None => {
                decoded.push('%');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_escapes_are_decoded() {
        assert_eq!(decode_v3("/a%40b%2Fc%20d%3D%e3%81%3a%2"), "/a@b/c%20d%3D%e3%81%3a%2");
    }
}
