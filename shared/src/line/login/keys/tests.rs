use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const HOUR_MS: i64 = 60 * 60_000;

fn key(id: &str, first: u8) -> String {
    let x = URL_SAFE_NO_PAD.encode([first; 32]);
    format!(r#"{{"kid":"{id}","kty":"EC","crv":"P-256","alg":"ES256","use":"sig","x":"{x}","y":"{x}"}}"#)
}

fn reply(status: u16, keys: &[String]) -> Reply {
    let body = format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into();
    Reply { status, request_id: None, accepted_request_id: None, at_ms: None, body }
}

/// LINE, as far as its keys are concerned.
struct Certs {
    asked: AtomicUsize,
    reply: Mutex<(u16, Vec<String>)>,
}

impl Certs {
    fn new(ids: &[&str]) -> Self {
        let keys = ids.iter().map(|id| key(id, 7)).collect();
        Self { asked: AtomicUsize::new(0), reply: Mutex::new((200, keys)) }
    }

    fn set(&self, status: u16, ids: &[&str]) {
        *self.reply.lock().unwrap() = (status, ids.iter().map(|id| key(id, 7)).collect());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    async fn find(&self, keys: &Keys, id: &str, now_ms: i64) -> Result<(), &'static str> {
        let certs = || async {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            let (status, keys) = self.reply.lock().unwrap().clone();
            Ok(reply(status, &keys))
        };
        match keys.find(id, now_ms, certs).await {
            Ok(_) => Ok(()),
            Err(LoginFailure::IdToken(why)) => Err(why),
            Err(LoginFailure::NotNow(_)) => Err("not now"),
            Err(other) => panic!("{other}"),
        }
    }
}

const UNKNOWN: Result<(), &str> = Err("LINE publishes no such key");

#[tokio::test]
async fn keys_are_kept_for_an_hour() {
    let (keys, line) = (Keys::default(), Certs::new(&["a", "b"]));
    for (id, now_ms) in [("a", 0), ("b", 1), ("a", HOUR_MS - 1)] {
        assert_eq!(line.find(&keys, id, now_ms).await, Ok(()));
    }
    assert_eq!(line.asked(), 1);
    line.set(200, &["b"]);
    assert_eq!(line.find(&keys, "a", HOUR_MS).await, UNKNOWN, "a key that LINE took back is none after an hour");
    assert_eq!(line.asked(), 2);
}

#[tokio::test]
async fn forged_key_names_cost_one_question_a_minute_and_a_new_key_is_found() {
    let (keys, line) = (Keys::default(), Certs::new(&["a"]));
    assert_eq!(line.find(&keys, "a", 0).await, Ok(()));
    for number in 0..1000 {
        assert_eq!(line.find(&keys, &format!("forged {number}"), 59_999).await, UNKNOWN);
    }
    assert_eq!(line.asked(), 1);
    line.set(200, &["a", "new"]);
    assert_eq!(line.find(&keys, "forged", 60_000).await, UNKNOWN);
    assert_eq!(line.find(&keys, "new", 60_001).await, Ok(()));
    assert_eq!(line.find(&keys, "a", 60_001).await, Ok(()));
    assert_eq!(line.asked(), 2);
}

#[tokio::test]
async fn while_line_does_not_tell_nobody_is_refused_and_line_is_not_pestered() {
    let (keys, line) = (Keys::default(), Certs::new(&["a"]));
    line.set(503, &[]);
    for now_ms in [0, 1, 59_999] {
        assert_eq!(line.find(&keys, "a", now_ms).await, Err("not now"));
    }
    assert_eq!(line.asked(), 1);
    line.set(200, &["a"]);
    assert_eq!(line.find(&keys, "a", 60_000).await, Ok(()));
    line.set(500, &[]);
    assert_eq!(line.find(&keys, "b", 120_000).await, Err("not now"));
    assert_eq!(line.find(&keys, "a", 120_000).await, Ok(()), "what is known stays known");
}

#[tokio::test]
async fn a_hundred_at_once_ask_once() {
    let (keys, line) = (Keys::default(), Certs::new(&["a"]));
    let all = futures::future::join_all((0..100).map(|_| line.find(&keys, "a", 0))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(line.asked(), 1);
}

#[test]
fn only_keys_for_es256_are_kept_and_a_bad_one_spoils_no_other() {
    let good = key("good", 7);
    let changed = |from: &str, to: &str| good.replace(from, to);
    let bad = [
        changed(r#""kty":"EC""#, r#""kty":"RSA""#),
        changed(r#""kty":"EC""#, r#""kty":"oct""#),
        changed("P-256", "P-384"),
        changed("P-256", "secp256k1"),
        changed("ES256", "HS256"),
        changed(r#""use":"sig""#, r#""use":"enc""#),
        changed(r#""kid":"good","#, ""),
        changed(r#""x":""#, r#""x":"AA"#),
        changed(r#""y":"B"#, r#""y":"="#),
        "1".to_owned(),
        "{}".to_owned(),
    ];
    for bad in bad {
        assert_ne!(bad, good);
        let read = read(&reply(200, &[bad.clone(), good.clone()])).unwrap();
        assert_eq!(read.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["good"], "{bad}");
    }
    let mut point = [7; 65];
    point[0] = 4;
    assert!(read(&reply(200, &[good])).unwrap()[0].1.point() == point);
}

#[test]
fn there_is_an_end_to_how_many_keys_are_kept() {
    let many: Vec<String> = (0..1000).map(|number| key(&number.to_string(), 7)).collect();
    assert_eq!(read(&reply(200, &many)).unwrap().len(), MAX_KEYS);
}

#[test]
fn what_is_no_key_set_is_no_answer() {
    for body in ["", "[]", "{}", r#"{"keys":{}}"#, r#"{"keys":["#] {
        let reply = Reply { status: 200, request_id: None, accepted_request_id: None, at_ms: None, body: body.into() };
        assert!(read(&reply).is_err_and(|error| error.is_transient()), "{body}");
    }
}
