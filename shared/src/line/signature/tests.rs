use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::domain::account::{CrmAccountKey, CrmKind};
use crate::domain::ids::{CrmAccountId, CrmAppId};
use crate::ports::secrets::{CrmAppSecrets, CrmToken, Reread};

const SECRET: &str = "8c570fa6dd201bb328f1c1eac23a96d8";
const BODY: &str = r#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}"#;
const SIGNATURE: &str = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=";

fn channel() -> Channel {
    Channel::new(
        ChannelId::new("1"),
        BotUserId::new("U8e742f61d673b39c7fff3cecb7536ef0"),
        "n",
        "@n",
        CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new("9") },
    )
}

fn sign(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn check(secret: &str, header: &str, body: &[u8]) -> Result<Verified, Rejection> {
    verify(&channel(), &[Secret::new(secret)], Some(header.as_bytes()), Bytes::copy_from_slice(body))
}

#[test]
fn the_published_vector_is_verified() {
    let verified = check(SECRET, SIGNATURE, BODY.as_bytes()).unwrap();
    assert_eq!((verified.events(), verified.body().as_ref()), (0, BODY.as_bytes()));
    assert_eq!(verified.channel().as_str(), "1");
    assert!(!format!("{verified:?}").contains("U8e7"));
}

#[test]
fn what_is_not_exactly_the_signature_is_unauthorised() {
    let newline = format!("{SIGNATURE}\n");
    let twice = format!("{SIGNATURE},{SIGNATURE}");
    let twice_spaced = format!("{SIGNATURE}, {SIGNATURE}");
    let lower = SIGNATURE.to_lowercase();
    let unpadded = SIGNATURE.trim_end_matches('=');
    let short = STANDARD.encode([0; 31]);
    let long = STANDARD.encode([0; 33]);
    let hex = "596359635963";
    for header in ["", " ", "=", "!", &newline, &twice, &twice_spaced, &lower, unpadded, &short, &long, hex] {
        assert!(matches!(check(SECRET, header, BODY.as_bytes()), Err(Rejection::Unauthorized)), "{header:?}");
    }
    let none = verify(&channel(), &[Secret::new(SECRET)], None, Bytes::from_static(BODY.as_bytes()));
    assert!(matches!(none, Err(Rejection::Unauthorized)));
    let not_text = verify(&channel(), &[Secret::new(SECRET)], Some(b"\xFF\xFE"), Bytes::from_static(BODY.as_bytes()));
    assert!(matches!(not_text, Err(Rejection::Unauthorized)));
}

#[test]
fn any_of_two_secrets_will_do_and_an_empty_one_never_does() {
    let secrets = [Secret::new("new"), Secret::new(SECRET)];
    let body = Bytes::from_static(BODY.as_bytes());
    assert!(verify(&channel(), &secrets, Some(SIGNATURE.as_bytes()), body.clone()).is_ok());
    assert!(matches!(check("", &sign("", &body), &body), Err(Rejection::Unauthorized)));
    assert!(matches!(verify(&channel(), &[], Some(SIGNATURE.as_bytes()), body), Err(Rejection::Unauthorized)));
}

#[test]
fn one_changed_byte_is_unauthorised() {
    for at in 0..BODY.len() {
        let mut body = BODY.as_bytes().to_vec();
        body[at] ^= 1;
        assert!(matches!(check(SECRET, SIGNATURE, &body), Err(Rejection::Unauthorized)), "byte {at}");
    }
}

#[test]
fn what_is_signed_must_also_be_for_this_official_account_and_readable() {
    let signed = |body: &[u8]| check(SECRET, &sign(SECRET, body), body);
    let other = br#"{"destination":"U00000000000000000000000000000000","events":[]}"#;
    assert!(matches!(signed(other), Err(Rejection::WrongDestination)));
    let table: [&[u8]; 7] = [
        b"",
        b"{}",
        b"[]",
        br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0"}"#,
        br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":{}}"#,
        br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]"#,
        b"{\"destination\":\"U8e742f61d673b39c7fff3cecb7536ef0\",\"events\":[\"\xFF\"]}",
    ];
    for body in table {
        assert!(matches!(signed(body), Err(Rejection::Unreadable)), "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn an_event_nested_beyond_reason_does_not_break_the_webhook() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = format!(r#"{{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[{deep},{{}}]}}"#);
    assert_eq!(check(SECRET, &sign(SECRET, body.as_bytes()), body.as_bytes()).unwrap().events(), 2);
}

/// A store that somebody has just changed: what is cached, and what is there.
struct Rotated {
    cached: Option<LineSecrets>,
    stored: Option<LineSecrets>,
    reads: Mutex<(u32, u32)>,
}

fn secrets(text: &str) -> Option<LineSecrets> {
    Some(LineSecrets {
        channel_secrets: vec![Secret::new(text)],
        access_token: None,
        login_secrets: Vec::new(),
        api_keys: Vec::new(),
        webhook_secrets: Vec::new(),
    })
}

fn rotated(cached: Option<LineSecrets>, stored: Option<LineSecrets>) -> Rotated {
    Rotated { cached, stored, reads: Mutex::new((0, 0)) }
}

async fn ask(store: &Rotated, header: &str) -> Result<Verified, Rejection> {
    authenticate(store, &channel(), Some(header.as_bytes()), Bytes::from_static(BODY.as_bytes())).await
}

#[tokio::test]
async fn a_secret_that_was_just_rotated_is_found_by_reading_once_more() {
    let store = rotated(secrets("old"), secrets(SECRET));
    assert!(ask(&store, SIGNATURE).await.is_ok());
    assert_eq!(*store.reads.lock().unwrap(), (1, 1));
    let store = rotated(None, secrets(SECRET));
    assert!(ask(&store, SIGNATURE).await.is_ok());
}

#[tokio::test]
async fn a_forged_webhook_is_refused_amid_a_rotation_too() {
    for cached in [None, secrets("old")] {
        let store = rotated(cached, secrets(SECRET));
        assert!(matches!(ask(&store, &sign("x", BODY.as_bytes())).await, Err(Rejection::SecretMismatch)));
    }
}

#[test]
fn what_stands_in_for_line_signs_as_line_does() {
    assert_eq!(super::sign(&Secret::new(SECRET), BODY.as_bytes()), SIGNATURE);
}

#[test]
fn what_cannot_be_a_signature_shows_without_a_secret() {
    assert!(is_well_formed(Some(SIGNATURE.as_bytes())));
    for header in [None, Some("garbage".as_bytes()), Some(&SIGNATURE.as_bytes()[..20])] {
        assert!(!is_well_formed(header));
    }
}

#[tokio::test]
async fn a_forged_webhook_causes_one_more_read_and_garbage_none_at_all() {
    let store = rotated(secrets(SECRET), secrets(SECRET));
    assert!(matches!(ask(&store, &sign("x", BODY.as_bytes())).await, Err(Rejection::SecretMismatch)));
    assert_eq!(*store.reads.lock().unwrap(), (1, 1));
    assert!(matches!(ask(&store, "garbage").await, Err(Rejection::Unauthorized)));
    assert_eq!(*store.reads.lock().unwrap(), (1, 1));
    assert!(ask(&store, SIGNATURE).await.is_ok());
    assert_eq!(*store.reads.lock().unwrap(), (2, 1));
}

#[tokio::test]
async fn a_channel_without_secrets_is_unauthorised() {
    assert!(matches!(ask(&rotated(None, None), SIGNATURE).await, Err(Rejection::SecretMismatch)));
}

#[tokio::test]
async fn only_what_names_the_official_account_by_its_user_id_counts_for_the_alarm() {
    let store = rotated(secrets(SECRET), secrets(SECRET));
    let strangers: [&'static [u8]; 6] = [
        b"",
        b"{}",
        b"\xff\xfe",
        br#"{"destination":"","events":[]}"#,
        br#"{"destination":"U00000000000000000000000000000000","events":[]}"#,
        br#"{"destination":"U8e742f61d673b39c7fff3cecb7536ef1","events":[]}"#,
    ];
    for body in strangers {
        let signature = sign("x", body);
        let end = authenticate(&store, &channel(), Some(signature.as_bytes()), Bytes::from_static(body)).await;
        assert!(matches!(end, Err(Rejection::Unauthorized)), "{}", String::from_utf8_lossy(body));
    }
    let unnamed = Channel { bot_user_id: BotUserId::new(""), ..channel() };
    let end = authenticate(&store, &unnamed, Some(sign("x", b"{}").as_bytes()), Bytes::from_static(b"{}")).await;
    assert!(matches!(end, Err(Rejection::Unauthorized)), "an account without a user ID is named by nothing");
}

#[async_trait]
impl Secrets for Rotated {
    async fn line(&self, _: &ChannelId) -> Result<Option<LineSecrets>, PortError> {
        self.reads.lock().unwrap().0 += 1;
        Ok(self.cached.clone())
    }

    async fn line_anew(&self, _: &ChannelId) -> Result<Reread<LineSecrets>, PortError> {
        self.reads.lock().unwrap().1 += 1;
        Ok(Reread { secrets: self.stored.clone(), as_of_ms: 0 })
    }

    async fn crm_app(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        unreachable!("webhooks of LINE need LINE's secrets")
    }

    async fn crm_app_anew(&self, _: CrmKind, _: &CrmAppId) -> Result<Option<CrmAppSecrets>, PortError> {
        unreachable!("webhooks of LINE need LINE's secrets")
    }

    async fn crm_token(&self, _: &CrmAccountKey) -> Result<Option<CrmToken>, PortError> {
        unreachable!("webhooks of LINE need LINE's secrets")
    }

    async fn store_crm_token(&self, _: &CrmAccountKey, _: &CrmToken) -> Result<(), PortError> {
        unreachable!("webhooks of LINE change nothing")
    }

    async fn store_line(&self, _: &ChannelId, _: &LineSecrets) -> Result<(), PortError> {
        unreachable!("webhooks of LINE change nothing")
    }

    async fn store_crm_app(&self, _: CrmKind, _: &CrmAppId, _: &CrmAppSecrets) -> Result<(), PortError> {
        unreachable!("webhooks of LINE change nothing")
    }

    async fn forget_crm_token(&self, _: &CrmAccountKey) -> Result<(), PortError> {
        unreachable!("webhooks of LINE change nothing")
    }

    async fn forget_line(&self, _: &ChannelId) -> Result<(), PortError> {
        unreachable!("webhooks of LINE change nothing")
    }
}
