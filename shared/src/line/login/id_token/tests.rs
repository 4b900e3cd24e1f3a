//! Tokens that LINE did not make for us, each refused for its own reason, and those that it did.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};

use super::*;
use crate::domain::ids::LoginChannelId;
use crate::ports::login::{LoggedIn, LoginFailure};

mod attacks;
mod good;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const CHANNEL: &str = "2000000001";
const USER: &str = "U0123456789abcdef0123456789abcdef";
const NONCE: &str = "a-nonce-of-this-attempt";
const NOW_S: i64 = 1_800_000_000;

/// A private key and what is published of it.
struct Pair(EcdsaKeyPair);

impl Pair {
    fn new() -> Self {
        let rng = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &rng).unwrap())
    }

    fn jwk(&self, key_id: &str) -> Value {
        let point = self.0.public_key().as_ref();
        let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
        json!({"kid": key_id, "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": x, "y": y})
    }

    fn public(&self) -> PublicKey {
        PublicKey::from_jwk(self.jwk("key"))
    }
}

static LINES: LazyLock<Pair> = LazyLock::new(Pair::new);
static STRANGERS: LazyLock<Pair> = LazyLock::new(Pair::new);

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn claims() -> Value {
    json!({
        "iss": "https://access.line.me", "sub": USER, "aud": CHANNEL, "exp": NOW_S + 3600, "iat": NOW_S, "nonce": NONCE,
        "amr": ["linesso"], "name": "花子", "picture": "https://example.com/a.jpg", "email": "Hanako@example.com",
    })
}

/// The good claims with one of them changed; `null` takes it away.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    match value {
        Value::Null => claims.as_object_mut().unwrap().remove(name),
        value => claims.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    claims
}

fn hmac(key: &[u8], signed: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(signed.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn by_hmac(header: &str, payload: impl AsRef<[u8]>, key: &[u8]) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = encode(hmac(key, &signed));
    format!("{signed}.{signature}")
}

fn by_key(header: &str, payload: impl AsRef<[u8]>, pair: &Pair) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = pair.0.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    format!("{signed}.{}", encode(signature))
}

const WEB_HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;
const LIFF_HEADER: &str = r#"{"kid":"key","typ":"JWT","alg":"ES256"}"#;

/// As LINE makes it for a login on the web.
fn web_token(payload: impl AsRef<[u8]>) -> String {
    by_hmac(WEB_HEADER, payload, SECRET.as_bytes())
}

/// As LINE makes it for a LIFF app.
fn liff_token(payload: impl AsRef<[u8]>) -> String {
    by_key(LIFF_HEADER, payload, &LINES)
}

fn web_with(token: &str, secrets: &[&str], nonce: &str) -> Result<LoggedIn, Fault> {
    let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
    let channel = LoginChannelId::new(CHANNEL);
    let expected = Expected { channel: &channel, now_ms: NOW_S * 1000, nonce: Some(nonce) };
    WebToken::read(token)?.signed_by(&secrets)?.claims(&expected)
}

fn web(token: &str) -> Result<LoggedIn, Fault> {
    web_with(token, &[SECRET], NONCE)
}

/// As the flow does it: LINE publishes one key, whose name is `key`.
fn liff(token: &str) -> Result<LoggedIn, Fault> {
    let channel = LoginChannelId::new(CHANNEL);
    let expected = Expected { channel: &channel, now_ms: NOW_S * 1000, nonce: None };
    let token = LiffToken::read(token)?;
    if token.key_id() != "key" {
        return Err(Fault::UnknownKey);
    }
    token.signed_by(&LINES.public())?.claims(&expected)
}

#[track_caller]
fn refused(end: Result<LoggedIn, Fault>, why: Fault, what: &str) {
    assert_eq!(end.err(), Some(why), "{what}");
}
