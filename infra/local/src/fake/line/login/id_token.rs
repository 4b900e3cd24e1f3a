//! ID tokens: HS256 with the channel secret for web logins, ES256 with LINE's own key for LIFF.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fake::line::state::State;

/// The issuer of every ID token.
pub(crate) const ISSUER: &str = "https://access.line.me";
/// Life of an ID token.
const LIFE_S: i64 = 3600;

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

    fn verifies(&self, kid: &Value, signed: &str, signature: &[u8]) -> bool {
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

fn mac(secret: &str, signed: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}", part(header), part(claims))
}

/// The claims of a token whose signature is LINE's: by the secret of the channel that it names, or by one of LINE's keys.
pub(crate) fn opened(state: &State, token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let part = |text: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
    let (header, claims, signature) = (part(header)?, part(claims)?, URL_SAFE_NO_PAD.decode(signature).ok()?);
    let verified = match header["alg"].as_str() {
        Some("HS256") => {
            let spec = claims["aud"].as_str().and_then(|audience| state.login.channels.get(audience))?;
            mac(&spec.secret, signed).verify_slice(&signature).is_ok()
        }
        Some("ES256") => state.login.keys.iter().any(|key| key.verifies(&header["kid"], signed, &signature)),
        _ => false,
    };
    verified.then_some(claims)
}

/// What an ID token says beside issuer, audience, subject and times.
pub(crate) struct Claims<'a> {
    pub(crate) scopes: &'a [String],
    pub(crate) email: bool,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) auth_time_ms: Option<i64>,
}

impl Claims<'_> {
    /// The claims about a person: name and picture only with `profile`, the address only where it was allowed.
    pub(crate) fn of(&self, state: &State, channel_id: &str, user_id: &str) -> Value {
        let now_s = state.now_ms() / 1000;
        let mut claims = json!({
            "iss": ISSUER, "sub": user_id, "aud": channel_id, "exp": now_s + LIFE_S, "iat": now_s, "amr": ["linesso"],
        });
        if let Some(nonce) = self.nonce {
            claims["nonce"] = json!(nonce);
        }
        if let Some(at_ms) = self.auth_time_ms {
            claims["auth_time"] = json!(at_ms / 1000);
        }
        let Some(person) = state.people.get(user_id) else { return claims };
        if self.scopes.iter().any(|scope| scope == "profile") {
            claims["name"] = json!(person.name);
            if let Some(picture) = &person.picture {
                claims["picture"] = json!(picture);
            }
        }
        if let Some(email) = person.email.as_ref().filter(|_| self.email) {
            claims["email"] = json!(email);
        }
        claims
    }
}
