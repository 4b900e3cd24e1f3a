//! What may arrive at the webhook.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use local::fake::line::event;
use local::seed::{BOT_USER_ID, CHANNEL_ID, CHANNEL_SECRET, LINKED_USER};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{Request, kanji, odd_webhook_rows};
use crate::app::{common, message_id, text_at};

/// What comes of a request.
pub enum Comes {
    /// Nothing.
    Nothing,
    /// These words stand once each on the timeline.
    Words(Vec<String>),
    /// These words stand there, and so many events lie in the dead-letter queue.
    WordsAndLetters(Vec<String>, usize),
}

/// What arrives, the answer, and what comes of it.
pub struct Row {
    pub name: &'static str,
    pub request: Request,
    pub status: u16,
    pub comes: Comes,
}

/// The person whom LINE's older verify button names.
pub const DUMMY_USER: &str = "Udeadbeefdeadbeefdeadbeefdeadbeef";
/// Somebody else whom it might name.
pub const DUMMY_TWIN: &str = "U00000000000000000000000000000dea";
/// Words that must never be seen anywhere.
pub const NEVER: &str = "never-to-be-seen";

fn headers(pairs: &[(&str, &[u8])]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("a name");
        headers.append(name, HeaderValue::from_bytes(value).expect("a value"));
    }
    headers
}

pub fn sign(secret: &str, body: &[u8]) -> String {
    musubi::line::signature::sign(&musubi::ports::secrets::Secret::new(secret), body)
}

fn route(channel: &str) -> String {
    format!("/line/{channel}/webhook")
}

fn request(method: Method, path: String, pairs: &[(&str, &[u8])], body: Vec<u8>) -> Request {
    Request { method, path, headers: headers(pairs), body }
}

/// A body that LINE signed.
pub(super) fn signed(body: impl Into<Vec<u8>>) -> Request {
    let body = body.into();
    let signature = sign(CHANNEL_SECRET, &body);
    request(Method::POST, route(CHANNEL_ID), &[("X-Line-Signature", signature.as_bytes())], body)
}

/// A sound body with another signature header, or several.
fn with_signatures(signatures: &[&[u8]]) -> Request {
    let pairs: Vec<(&str, &[u8])> = signatures.iter().map(|value| ("x-line-signature", *value)).collect();
    request(Method::POST, route(CHANNEL_ID), &pairs, unwanted())
}

/// A sound body that must not get in.
fn unwanted() -> Vec<u8> {
    event::webhook_body(BOT_USER_ID, &[text_at(LINKED_USER, 1, 1_790_000_000_000, NEVER)]).into_bytes()
}

/// A webhook around events as they are written here.
pub(super) fn around(events: &str) -> Vec<u8> {
    format!(r#"{{"destination":"{BOT_USER_ID}","events":[{events}]}}"#).into_bytes()
}

pub(super) struct Table {
    rows: Vec<Row>,
    pub(super) now_ms: i64,
    number: u64,
}

impl Table {
    pub(super) fn refused(&mut self, name: &'static str, request: Request, status: u16) {
        self.rows.push(Row { name, request, status, comes: Comes::Nothing });
    }

    pub(super) fn arrives(&mut self, name: &'static str, body: Vec<u8>, words: &[&str]) {
        let words = words.iter().map(|words| (*words).to_owned()).collect();
        self.rows.push(Row { name, request: signed(body), status: 200, comes: Comes::Words(words) });
    }

    pub(super) fn dead_lettered(&mut self, name: &'static str, body: Vec<u8>, words: &[&str], letters: usize) {
        let words = words.iter().map(|words| (*words).to_owned()).collect();
        let comes = Comes::WordsAndLetters(words, letters);
        self.rows.push(Row { name, request: signed(body), status: 200, comes });
    }

    /// The next event's time: a second after the last one's.
    fn next(&mut self) -> (u64, i64) {
        self.number += 1;
        (self.number, self.now_ms + i64::try_from(self.number).expect("small") * 1_000)
    }

    pub(super) fn text(&mut self, words: &str) -> Value {
        let (number, at_ms) = self.next();
        text_at(LINKED_USER, number, at_ms, words)
    }

    /// A text whose JSON string is written as it is here, escapes and all.
    pub(super) fn raw_text(&mut self, json_text: &str) -> Vec<u8> {
        let event = self.text("PLACE").to_string();
        around(&event.replace("\"PLACE\"", &format!("\"{json_text}\"")))
    }

    pub(super) fn event(&mut self, kind: &str, payload: Value) -> Value {
        let (number, at_ms) = self.next();
        event::event(&common(LINKED_USER, number, at_ms), kind, payload)
    }

    pub(super) fn message(&mut self, message: Value) -> Value {
        let id = message_id(self.number + 1);
        let mut message = message;
        message["id"] = json!(id);
        self.event("message", json!({"message": message}))
    }
}

/// The whole table, for events that happen from `now_ms` on.
pub fn table(now_ms: i64) -> Vec<Row> {
    let mut table = Table { rows: Vec::new(), now_ms, number: 100 };
    signatures(&mut table);
    sizes(&mut table);
    addresses(&mut table);
    unreadable(&mut table);
    odd_webhook_rows::rows(&mut table);
    one_bad_event(&mut table);
    table.rows
}

fn signatures(table: &mut Table) {
    let good = sign(CHANNEL_SECRET, &unwanted());
    let bytes = STANDARD.decode(&good).expect("base64");
    let base64 = |bytes: &[u8]| STANDARD.encode(bytes).into_bytes();
    let forged = sign("ffffffffffffffffffffffffffffffff", &unwanted());
    let mut flipped = bytes.clone();
    flipped[31] ^= 1;
    let unpadded = good.trim_end_matches('=').to_owned();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let headers: [(&'static str, Vec<Vec<u8>>); 15] = [
        ("signed with another channel's secret", vec![forged.clone().into_bytes()]),
        ("a signature of 32 random bytes", vec![base64(&[7; 32])]),
        ("a signature with its last bit flipped", vec![base64(&flipped)]),
        ("no signature", vec![]),
        ("an empty signature", vec![b"".to_vec()]),
        ("a signature of blanks", vec![b"   ".to_vec()]),
        ("a signature that is not base64", vec![b"%%%%".to_vec()]),
        ("a signature of one byte less", vec![base64(&bytes[..31])]),
        ("a signature of one byte more", vec![base64(&[&bytes[..], &[0]].concat())]),
        ("the right signature in hex", vec![hex.into_bytes()]),
        ("the right signature without its padding", vec![unpadded.into_bytes()]),
        ("the right signature twice", vec![good.clone().into_bytes(), good.clone().into_bytes()]),
        ("a forged signature before the right one", vec![forged.clone().into_bytes(), good.clone().into_bytes()]),
        ("the right signature and a forged one, joined", vec![format!("{good},{forged}").into_bytes()]),
        ("a signature that is no ASCII", vec!["結".as_bytes().to_vec()]),
    ];
    for (name, values) in headers {
        let values: Vec<&[u8]> = values.iter().map(Vec::as_slice).collect();
        table.refused(name, with_signatures(&values), 401);
    }
    let sorted: Value = serde_json::from_slice(&unwanted()).expect("JSON");
    let pretty = serde_json::to_vec_pretty(&sorted).expect("JSON");
    let mut other = signed(unwanted());
    other.body = pretty;
    table.refused("the signature of the same JSON, written otherwise", other, 401);
    let mut cut = signed(unwanted());
    cut.body.truncate(cut.body.len() / 2);
    table.refused("a body that was cut off", cut, 401);
    let mut longer = signed(unwanted());
    longer.body.push(b'\n');
    table.refused("a body with one byte more", longer, 401);
    let mut none = signed(unwanted());
    none.body.clear();
    table.refused("no body under a body's signature", none, 401);
}

fn sizes(table: &mut Table) {
    let padded = |bytes: usize| {
        let mut body = unwanted();
        body.resize(bytes, b' ');
        body
    };
    table.refused("a body of 1 MiB and a byte, signed", signed(padded(1_048_577)), 413);
    let mut forged = signed(padded(1_048_577));
    forged.headers = headers(&[("x-line-signature", b"AAAA")]);
    table.refused("a body of 1 MiB and a byte, forged", forged, 413);
    let heavy = event::webhook_body(BOT_USER_ID, &[text_at(LINKED_USER, 2, table.now_ms, &kanji(1_500_000, 3))]);
    table.refused("1.5 MB of kanji in one webhook", signed(heavy), 413);

    let words: Vec<String> = (0..64).map(|seed| kanji(15_000, seed + 10)).collect();
    let events: Vec<Value> = words.iter().map(|words| table.text(words)).collect();
    let body = event::webhook_body(BOT_USER_ID, &events).into_bytes();
    assert!((980_000..1_048_576).contains(&body.len()), "{}", body.len());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    table.arrives("0.95 MiB of kanji that hardly pack, in 64 events", body, &words);

    let mut full = event::webhook_body(BOT_USER_ID, &[table.text("exactly one mebibyte")]).into_bytes();
    full.resize(1_048_576, b' ');
    table.arrives("a body of 1 MiB to the byte", full, &["exactly one mebibyte"]);
}

fn addresses(table: &mut Table) {
    let to = |method: Method, path: &str| {
        let signature = sign(CHANNEL_SECRET, &unwanted());
        request(method, path.to_owned(), &[("x-line-signature", signature.as_bytes())], unwanted())
    };
    let own = route(CHANNEL_ID);
    let long = route(&"1".repeat(4_000));
    let paths: [(&'static str, &str, u16); 12] = [
        ("a channel that is not ours", "/line/1657000099/webhook", 404),
        ("a channel with a space before it", "/line/%201657000001/webhook", 404),
        ("a channel with key syntax in it", "/line/7:channel/webhook", 404),
        ("a channel that climbs the path", "/line/..%2F1657000001/webhook", 404),
        ("a channel that ends in NUL", "/line/1657000001%00/webhook", 404),
        ("a channel that is not UTF-8", "/line/%FF%FE/webhook", 404),
        ("a channel of 4,000 digits", &long, 404),
        ("no channel", "/line//webhook", 404),
        ("a slash too many", &format!("{own}/"), 404),
        ("another case", &own.to_uppercase(), 404),
        ("a path that is not there", "/line", 404),
        ("a path of somebody who looks for holes", "/.env", 404),
    ];
    for (name, path, status) in paths {
        table.refused(name, to(Method::POST, path), status);
    }
    let methods: [(&'static str, Method); 7] = [
        ("GET", Method::GET),
        ("HEAD", Method::HEAD),
        ("PUT", Method::PUT),
        ("PATCH", Method::PATCH),
        ("DELETE", Method::DELETE),
        ("OPTIONS, as a browser asks before a POST", Method::OPTIONS),
        ("a method that nobody knows", Method::from_bytes(b"BREW").expect("a method")),
    ];
    for (name, method) in methods {
        table.refused(name, to(method, &own), 405);
    }
    let mut overridden = to(Method::GET, &own);
    overridden.headers.insert("x-http-method-override", HeaderValue::from_static("POST"));
    table.refused("GET that says it is POST", overridden, 405);
}

fn unreadable(table: &mut Table) {
    let text = unwanted();
    let destination =
        |bot: &str| event::webhook_body(bot, &[text_at(LINKED_USER, 3, 1_790_000_000_000, NEVER)]).into_bytes();
    // 予約, in the charset that older Japanese systems send.
    let shift_jis =
        [br#"{"destination":""#, BOT_USER_ID.as_bytes(), br#"","events":[{"x":""#, b"\x97\x5c\x96\xf1\"}]}"].concat();
    let utf_16: Vec<u8> = String::from_utf8_lossy(&text).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(10_000), close.repeat(10_000));
    let rows: [(&'static str, Vec<u8>); 18] = [
        ("another bot's webhook", destination("Uffffffffffffffffffffffffffffffff")),
        ("the bot's ID in capitals", destination(&BOT_USER_ID.to_uppercase())),
        ("an empty destination", destination("")),
        ("no destination", br#"{"events":[]}"#.to_vec()),
        ("a destination that is a number", br#"{"destination":1,"events":[]}"#.to_vec()),
        (
            "two destinations",
            format!(r#"{{"destination":"x","destination":"{BOT_USER_ID}","events":[]}}"#).into_bytes(),
        ),
        ("no events", format!(r#"{{"destination":"{BOT_USER_ID}"}}"#).into_bytes()),
        ("events that are no list", format!(r#"{{"destination":"{BOT_USER_ID}","events":{{}}}}"#).into_bytes()),
        ("nothing, signed", Vec::new()),
        ("null", b"null".to_vec()),
        ("a number that no machine holds", b"1e999999".to_vec()),
        ("not JSON", b"destination=U1&events=".to_vec()),
        ("JSON with something behind it", [&text[..], b"x"].concat()),
        ("Shift_JIS", shift_jis),
        ("UTF-16", utf_16),
        ("a byte order mark", [b"\xEF\xBB\xBF", &text[..]].concat()),
        ("lists within lists, 10,000 deep", deep("[", "]").into_bytes()),
        ("a destination 10,000 deep", format!(r#"{{"destination":{},"events":[]}}"#, deep("[", "]")).into_bytes()),
    ];
    for (name, body) in rows {
        table.refused(name, signed(body), 400);
    }
    table.refused("no events, as LINE's connection test sends", signed(around("")), 200);
    let future = format!(r#"{{"future":{},"events":[],"destination":"{BOT_USER_ID}"}}"#, deep("[", "]"));
    table.refused("an unknown property 10,000 deep beside no events", signed(future), 200);
}

pub(super) fn self_text(table: &mut Table, words: &str) -> String {
    table.text(words).to_string()
}

fn one_bad_event(table: &mut Table) {
    let mut no_type = table.text(NEVER);
    no_type.as_object_mut().expect("an object").remove("type");
    let mut no_time = table.text(NEVER);
    no_time.as_object_mut().expect("an object").remove("timestamp");
    let mut before_1970 = table.text(NEVER);
    before_1970["timestamp"] = json!(-1);
    let mut far = table.text(NEVER);
    far["timestamp"] = json!(99_999_999_999_999_i64);
    let mut half = table.text(NEVER);
    half["timestamp"] = json!("1790000000000");
    let mut no_id = table.text(NEVER);
    no_id["message"].as_object_mut().expect("an object").remove("id");
    let no_message = table.event("message", json!({}));
    let no_data = table.event("postback", json!({"postback": 7}));
    let mut long_id = table.text(NEVER);
    long_id["message"]["id"] = json!("5".repeat(3_000));
    let rows: [(&'static str, String); 12] = [
        ("a message ID of 3,000 digits", long_id.to_string()),
        ("null among events", "null".to_owned()),
        ("a number among events", "42".to_owned()),
        ("a list among events", "[[],{}]".to_owned()),
        ("an event without a type", no_type.to_string()),
        ("an event without a timestamp", no_time.to_string()),
        ("an event from before 1970", before_1970.to_string()),
        ("an event of the year 5138", far.to_string()),
        ("a timestamp that is a text", half.to_string()),
        ("a message without an ID", no_id.to_string()),
        ("a message event without a message", no_message.to_string()),
        ("a postback that is a number", no_data.to_string()),
    ];
    for (number, (name, bad)) in rows.into_iter().enumerate() {
        let (before, after) = (format!("neighbour-{number:02}-before"), format!("neighbour-{number:02}-after"));
        let events = format!("{},{bad},{}", self_text(table, &before), self_text(table, &after));
        table.dead_lettered(name, around(&events), &[&before, &after], 1);
    }
}
