//! Keys and signatures of ID tokens: HS256 with the channel secret for web logins, ES256 with LINE's own key for LIFF.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};
use sha2::Sha256;

/// A key of LINE's for ES256.
pub(crate) struct SigningKey {
    pair: EcdsaKeyPair,
    kid: String,
}

impl SigningKey {
    /// A new key under this name.
    pub(crate) fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("the system gives random bytes");
        let pair = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).expect("the document was just made");
        Self { pair, kid: kid.to_owned() }
    }

    /// As a JWK.
    pub(crate) fn jwk(&self) -> Value {
        // An uncompressed point: 4, x (32 bytes), y (32 bytes).
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(32);
        json!({
            "kty": "EC", "alg": "ES256", "use": "sig", "kid": self.kid, "crv": "P-256",
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// An ID token under this key.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let signed = unsigned(&json!({"typ": "JWT", "alg": "ES256", "kid": self.kid}), claims);
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("the system gives random bytes");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Whether a signature under the key of this name is this key's.
    pub(crate) fn verifies(&self, kid: &Value, signed: &str, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.pair.public_key());
        *kid == self.kid && key.verify(signed.as_bytes(), signature).is_ok()
    }
}

/// An ID token of a web login: no `kid`.
pub(crate) fn sign_hs256(secret: &str, claims: &Value) -> String {
    let signed = unsigned(&json!({"typ": "JWT", "alg": "HS256"}), claims);
    let signature = mac(secret, &signed).finalize().into_bytes();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// The HMAC of what is signed, under a channel secret.
pub(crate) fn mac(secret: &str, signed: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}
