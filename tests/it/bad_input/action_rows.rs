//! What may arrive at the workflow action and at its list of choices.

use std::collections::BTreeMap;

use local::fake::hubspot::{
    ActionSpec, Signatures, action_body, options_body, sign_v1, sign_v2, sign_v3, signed_headers,
};
use local::seed::{APP_ID, CHANNEL_ID, CLIENT_SECRET, LINKED_CONTACT, NEW_USER, PORTAL_ID};
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{Request, composed_rows};

/// Another customer's app, account and Official Account, which share this installation.
pub const OTHER_APP: u64 = 5_000_002;
pub const OTHER_SECRET: &str = "00000000-0000-4000-8000-00000000000f";
pub const OTHER_PORTAL: u64 = 24_000_002;
pub const OTHER_CHANNEL: &str = "1657000002";
/// Words that must never reach anybody.
pub const NEVER: &str = "never-to-be-sent";

/// What the CRM hears.
#[derive(Clone, Copy)]
pub enum Hears {
    /// A bare status.
    Nothing,
    /// BLOCK, and later this outcome.
    WaitsFor(&'static str),
    /// At once this outcome, with these words in the reason.
    Outcome(&'static str, &'static str),
    /// So many choices.
    Choices(usize),
}

/// What arrives, the answer, and what reaches the person.
pub struct Row {
    pub name: &'static str,
    pub request: Request,
    pub status: u16,
    pub hears: Hears,
    pub sends: Option<&'static str>,
}

pub struct Table {
    pub rows: Vec<Row>,
    url: String,
    now_ms: i64,
    enrolment: u64,
}

fn path(app: impl std::fmt::Display, what: &str) -> String {
    format!("/crm/hubspot/{app}/{what}")
}

fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("a value")
}

impl Table {
    fn refused(&mut self, name: &'static str, request: Request, status: u16) {
        self.rows.push(Row { name, request, status, hears: Hears::Nothing, sends: None });
    }

    pub(super) fn heard(&mut self, name: &'static str, body: Value, hears: Hears) {
        let request = self.signed(body.to_string());
        self.rows.push(Row { name, request, status: 200, hears, sends: None });
    }

    pub(super) fn sent(&mut self, name: &'static str, body: Value, words: &'static str) {
        let request = self.signed(body.to_string());
        self.rows.push(Row { name, request, status: 200, hears: Hears::WaitsFor("accepted"), sends: Some(words) });
    }

    fn spec(&mut self) -> ActionSpec {
        self.enrolment += 1;
        ActionSpec {
            portal_id: PORTAL_ID,
            definition_id: 259_551_814,
            workflow_id: 1_791_092_093,
            enrollment_id: 2_384_423_471_000 + self.enrolment,
            action_id: 1,
            execution_index: 0,
            contact_id: LINKED_CONTACT,
        }
    }

    /// An execution of its own with these input fields.
    pub(super) fn body(&mut self, fields: Value) -> Value {
        let spec = self.spec();
        let mut body: Value = serde_json::from_slice(&action_body(&spec, &BTreeMap::new(), None)).expect("JSON");
        body["object"]["properties"] = json!({"firstname": r#""},{"type":"text","text":"slipped in"#});
        body["fields"] = fields.clone();
        body["inputFields"] = fields;
        body
    }

    fn unwanted(&mut self) -> Vec<u8> {
        self.body(json!({"message_1": NEVER})).to_string().into_bytes()
    }

    fn signed(&self, body: impl Into<Vec<u8>>) -> Request {
        self.signed_for(path(APP_ID, "action"), CLIENT_SECRET, body)
    }

    fn signed_for(&self, path: String, secret: &str, body: impl Into<Vec<u8>>) -> Request {
        let body = body.into();
        let uri = format!("{}{path}", self.url);
        let headers = signed_headers(secret, &uri, &body, self.now_ms, Signatures::V2);
        Request { method: Method::POST, path, headers, body }
    }

    fn with_headers(&self, body: Vec<u8>, pairs: &[(&'static str, String)]) -> Request {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, header(value));
        }
        Request { method: Method::POST, path: path(APP_ID, "action"), headers, body }
    }
}

/// The whole table, for a world at `url` whose clock shows `now_ms`.
pub fn table(url: &str, now_ms: i64) -> Vec<Row> {
    let mut table = Table { rows: Vec::new(), url: url.to_owned(), now_ms, enrolment: 0 };
    signatures(&mut table);
    newer_signatures(&mut table);
    addresses(&mut table);
    unreadable(&mut table);
    refused_in_words(&mut table);
    sent(&mut table);
    composed_rows::rows(&mut table);
    choices(&mut table);
    table.rows
}

fn signatures(table: &mut Table) {
    let body = table.unwanted();
    let uri = format!("{}{}", table.url, path(APP_ID, "action"));
    let (v1, v2) = (sign_v1(CLIENT_SECRET, &body), sign_v2(CLIENT_SECRET, "POST", &uri, &body));
    let other_host = sign_v2(CLIENT_SECRET, "POST", &uri.replace("127.0.0.1", "localhost"), &body);
    let get = sign_v2(CLIENT_SECRET, "GET", &uri, &body);
    let other_app = sign_v2(OTHER_SECRET, "POST", &uri, &body);
    const NAME: &str = "x-hubspot-signature";
    const VERSION: &str = "x-hubspot-signature-version";
    let version = |version: &str| (VERSION, version.to_owned());
    let rows: [(&'static str, Vec<(&'static str, String)>); 13] = [
        ("no signature", vec![]),
        ("a version and no signature", vec![version("v2")]),
        ("a signature of zeros", vec![(NAME, "0".repeat(64)), version("v2")]),
        ("a signature that is not hex", vec![(NAME, "g".repeat(64)), version("v2")]),
        ("half a signature", vec![(NAME, v2[..32].to_owned()), version("v2")]),
        ("another app's signature", vec![(NAME, other_app), version("v2")]),
        ("a signature for another host", vec![(NAME, other_host), version("v2")]),
        ("a signature for another method", vec![(NAME, get), version("v2")]),
        ("version 1, which does not cover the address", vec![(NAME, v1.clone()), version("v1")]),
        ("version 1 that says it is version 2", vec![(NAME, v1.clone()), version("v2")]),
        ("version 1 that says nothing", vec![(NAME, v1)]),
        ("the right signature twice", vec![(NAME, v2.clone()), (NAME, v2.clone()), version("v2")]),
        ("the right signature as version 9", vec![(NAME, v2), version("v9")]),
    ];
    for (name, pairs) in rows {
        let request = table.with_headers(body.clone(), &pairs);
        table.refused(name, request, 401);
    }
    let mut tampered = table.signed(body.clone());
    tampered.body = String::from_utf8_lossy(&body).replace(NEVER, "never-to-be-sent, changed").into_bytes();
    table.refused("a body that somebody changed", tampered, 401);
    let mut asked = table.signed(body);
    asked.path.push_str("?portal=1");
    table.refused("a query that was not signed", asked, 401);
}

fn newer_signatures(table: &mut Table) {
    let uri = format!("{}{}", table.url, path(APP_ID, "action"));
    let minutes = |minutes: i64| (table.now_ms + minutes * 60_000).to_string();
    let (now, old, early) = (minutes(0), minutes(-6), minutes(60));
    let body = table.unwanted();
    let v3 = |secret: &str, body: &[u8], at: &str| sign_v3(secret, "POST", &uri, body, at);
    let rows: [(&'static str, String, Option<&str>); 6] = [
        ("version 3 of six minutes ago", v3(CLIENT_SECRET, &body, &old), Some(&old)),
        ("version 3 of the future", v3(CLIENT_SECRET, &body, &early), Some(&early)),
        ("version 3 with another time than was signed", v3(CLIENT_SECRET, &body, &old), Some(&now)),
        ("version 3 with another app's secret", v3(OTHER_SECRET, &body, &now), Some(&now)),
        ("version 3 whose time is no number", v3(CLIENT_SECRET, &body, "now"), Some("now")),
        ("version 3 that is not base64", "%%%".to_owned(), Some(&now)),
    ];
    for (name, signature, timestamp) in rows {
        // A sound version 2 beside it is no way around.
        let mut request = table.signed(body.clone());
        request.headers.insert("x-hubspot-signature-v3", header(&signature));
        if let Some(timestamp) = timestamp {
            request.headers.insert("x-hubspot-request-timestamp", header(timestamp));
        }
        table.refused(name, request, 401);
    }
    let pairs = [("x-hubspot-signature-v3", v3(CLIENT_SECRET, &body, &now))];
    let untimed = table.with_headers(body, &pairs);
    table.refused("version 3 without its time, alone", untimed, 401);
    let good = table.body(json!({"message_1": "signed-by-version-3"})).to_string().into_bytes();
    let pairs =
        [("x-hubspot-signature-v3", v3(CLIENT_SECRET, &good, &now)), ("x-hubspot-request-timestamp", now.clone())];
    let request = table.with_headers(good, &pairs);
    let hears = Hears::WaitsFor("accepted");
    table.rows.push(Row { name: "version 3 alone", request, status: 200, hears, sends: Some("signed-by-version-3") });
}

fn addresses(table: &mut Table) {
    let body = table.unwanted();
    let rows: [(&'static str, String, u16); 9] = [
        ("an app of 4,000 digits", path("1".repeat(4_000), "action"), 404),
        ("an app that is not ours", path(5_000_099, "action"), 404),
        ("an app with a slash in it", path("..%2F5000001", "action"), 404),
        ("an app that is not UTF-8", path("%FF", "action"), 404),
        ("an app with characters no secret's name has", path("5000001%20*", "action"), 404),
        ("no app", path("", "action"), 404),
        ("a CRM that is not there", format!("/crm/fax/{APP_ID}/action"), 404),
        ("a CRM in capitals", format!("/crm/HUBSPOT/{APP_ID}/action"), 404),
        ("a route that is not there", path(APP_ID, "actions"), 404),
    ];
    for (name, path, status) in rows {
        let request = table.signed_for(path, CLIENT_SECRET, body.clone());
        table.refused(name, request, status);
    }
    let foreign = table.signed_for(path(OTHER_APP, "action"), CLIENT_SECRET, body.clone());
    table.refused("our signature at another app", foreign, 401);
    let of_other = table.signed_for(path(OTHER_APP, "action"), OTHER_SECRET, body.clone());
    table.refused("another app that speaks for our account", of_other, 404);
    for (name, method) in
        [("GET", Method::GET), ("PUT", Method::PUT), ("DELETE", Method::DELETE), ("OPTIONS", Method::OPTIONS)]
    {
        let mut request = table.signed(body.clone());
        request.method = method;
        table.refused(name, request, 405);
    }
    for (name, portal) in [
        ("an account that is not ours", json!(24_000_099)),
        ("an account of another app", json!(OTHER_PORTAL)),
        ("an account with key syntax", json!("24000001#x")),
    ] {
        let mut body = table.body(json!({"message_1": NEVER}));
        body["origin"]["portalId"] = portal;
        let request = table.signed(body.to_string());
        table.refused(name, request, 404);
    }
}

fn unreadable(table: &mut Table) {
    let body = table.unwanted();
    let deep = format!(r#"{{"origin":{{"portalId":{PORTAL_ID}}},"x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let half_emoji = String::from_utf8_lossy(&body).replace(NEVER, r"never-to-be-sent \ud83d");
    let rows: [(&'static str, Vec<u8>); 12] = [
        ("an account of 4,000 digits", json!({"origin": {"portalId": "1".repeat(4_000)}}).to_string().into_bytes()),
        ("nothing, signed", Vec::new()),
        ("a form", b"message_1=hello".to_vec()),
        ("a list", b"[]".to_vec()),
        ("null", b"null".to_vec()),
        ("an object that names no account", b"{}".to_vec()),
        ("an account that is an object", br#"{"origin":{"portalId":{}}}"#.to_vec()),
        ("an origin that is a list", br#"{"origin":[24000001]}"#.to_vec()),
        ("Shift_JIS", b"{\"origin\":\"\x97\x5c\x96\xf1\"}".to_vec()),
        ("lists within lists, 10,000 deep", deep.into_bytes()),
        ("half an emoji as an escape", half_emoji.into_bytes()),
        ("JSON with something behind it", [&body[..], b"x"].concat()),
    ];
    for (name, body) in rows {
        let request = table.signed(body);
        table.refused(name, request, 400);
    }
    let mut large = body;
    large.resize(1_048_577, b' ');
    let request = table.signed(large);
    table.refused("a body of 1 MiB and a byte", request, 413);
}

fn refused_in_words(table: &mut Table) {
    let mut nameless = table.body(json!({"message_1": NEVER}));
    nameless["callbackId"] = json!("  ");
    nameless["origin"]["actionExecutionIndexIdentifier"] = Value::Null;
    nameless["context"] = json!([]);
    table.heard("no callback and no enrolment", nameless, Hears::Outcome("failed", "二重送信を防げません"));
    let long: String = "長".repeat(5_001);
    let many = json!({"type": "text", "text": NEVER, "emojis": vec![json!({}); 21]}).to_string();
    let rows: [(&'static str, Value, &'static str, &'static str); 20] = [
        ("no field", json!({}), "invalid_message", "メッセージ"),
        ("fields that are a list", json!([NEVER]), "invalid_message", "メッセージ"),
        ("fields that are a text", json!(NEVER), "invalid_message", "メッセージ"),
        ("blanks alone", json!({"message_1": " \u{3000}\n"}), "invalid_message", "メッセージ"),
        ("null for a message", json!({"message_1": null}), "invalid_message", "メッセージ"),
        ("broken JSON", json!({"message_1": "{\"type\":\"text\""}), "invalid_message", "message_1"),
        ("an object where a text belongs", json!({"message_2": {"a": NEVER}}), "invalid_message", "message_2"),
        ("a list of message objects", json!({"message_1": [{"type": "text"}]}), "invalid_message", "message_1"),
        ("a type that LINE does not have", json!({"message_3": {"type": "fax"}}), "invalid_message", "message_3"),
        ("a text of 5,001 characters", json!({"message_1": long}), "invalid_message", "message_1"),
        ("21 emoji", json!({"message_1": many}), "invalid_message", "message_1"),
        ("a token that nobody knows", json!({"message_1": "{{line:shoe_size}}"}), "invalid_message", "shoe_size"),
        ("a channel that is not ours", json!({"message_1": NEVER, "channel": "999"}), "failed", "LINE公式アカウント"),
        (
            "a channel of another account",
            json!({"message_1": NEVER, "channel": OTHER_CHANNEL}),
            "failed",
            "連携されていません",
        ),
        (
            "a channel that is a list",
            json!({"message_1": NEVER, "channel": [CHANNEL_ID]}),
            "failed",
            "連携されていません",
        ),
        ("a user ID that is too short", json!({"message_1": NEVER, "line_user_id": "U123"}), "failed", "line_user_id"),
        (
            "a user ID in capitals",
            json!({"message_1": NEVER, "line_user_id": "UABCDEFABCDEFABCDEFABCDEFABCDEFAB"}),
            "failed",
            "line_user_id",
        ),
        (
            "a user ID that climbs the path",
            json!({"message_1": NEVER, "line_user_id": "U../../v2/bot/message/broadcast/x"}),
            "failed",
            "line_user_id",
        ),
        ("a tag with a space", json!({"message_1": NEVER, "tag": "a b"}), "failed", "tag"),
        ("a time that is none", json!({"message_1": NEVER, "not_after": "tomorrow-ish"}), "failed", "not_after"),
    ];
    for (name, fields, outcome, words) in rows {
        let body = table.body(fields);
        table.heard(name, body, Hears::Outcome(outcome, words));
    }
    let past = table.body(json!({"message_1": NEVER, "not_after": "2020-01-01"}));
    table.heard("a time that has passed", past, Hears::WaitsFor("expired"));
    let mut nobody = table.body(json!({"message_1": NEVER}));
    nobody["object"] = json!("1001");
    table.heard("a contact that is a text", nobody, Hears::WaitsFor("not_linked"));
}

fn sent(table: &mut Table) {
    let rows: [(&'static str, Value, &'static str); 8] = [
        ("a text", json!({"message_1": "an-ordinary-text"}), "an-ordinary-text"),
        ("a number for a text", json!({"message_1": 1234567}), "1234567"),
        (
            "a sixth message, which no field has",
            json!({"message_1": "the-first-of-six", "message_6": NEVER}),
            "the-first-of-six",
        ),
        (
            "fields that are not ours",
            json!({"message_1": "beside-other-fields", "x": {"y": [1]}}),
            "beside-other-fields",
        ),
        (
            "a channel that is a number",
            json!({"message_1": "channel-as-number", "channel": 1657000001}),
            "channel-as-number",
        ),
        (
            "a user ID with blanks around it",
            json!({"message_1": "to-the-other-friend", "line_user_id": format!(" {NEW_USER} ")}),
            "to-the-other-friend",
        ),
        (
            "U+FFFF and NUL in a text",
            json!({"message_1": "odd-one\u{FFFF}\u{0}odd-two"}),
            "odd-one\u{FFFF}\u{0}odd-two",
        ),
        (
            "a name that looks like JSON",
            json!({"message_1": r#"{"type":"text","text":"to {{line:firstname}}"}"#}),
            r#"to "},{"type":"text","text":"slipped in"#,
        ),
    ];
    for (name, fields, words) in rows {
        let body = table.body(fields);
        table.sent(name, body, words);
    }
    let mut number = table.body(json!({"message_1": "callback-as-number"}));
    number["callbackId"] = json!(4711);
    table.sent("a callback that is a number", number, "callback-as-number");
    let mut enrolled = table.body(json!({"message_1": "without-a-callback"}));
    enrolled.as_object_mut().expect("an object").remove("callbackId");
    let request = table.signed(enrolled.to_string());
    let hears = Hears::Outcome("queued", "送信待ち");
    let name = "an enrolment without a callback";
    table.rows.push(Row { name, request, status: 200, hears, sends: Some("without-a-callback") });
}

fn choices(table: &mut Table) {
    let spec = table.spec();
    let at = || path(APP_ID, "options");
    for (name, query, choices) in [
        ("the choices", None, 1),
        ("the choices, by a part of a name", Some("結び"), 1),
        ("the choices, by a name nobody has", Some("fax"), 0),
    ] {
        let request = table.signed_for(at(), CLIENT_SECRET, options_body(&spec, "channel", query, None));
        table.rows.push(Row { name, request, status: 200, hears: Hears::Choices(choices), sends: None });
    }
    let forged = table.signed_for(at(), OTHER_SECRET, options_body(&spec, "channel", None, None));
    table.refused("the choices, forged", forged, 401);
    let mut get = table.signed_for(at(), CLIENT_SECRET, options_body(&spec, "channel", None, None));
    get.method = Method::GET;
    table.refused("the choices by GET", get, 405);
    let foreign = ActionSpec { portal_id: OTHER_PORTAL, ..spec.clone() };
    let foreign = table.signed_for(at(), CLIENT_SECRET, options_body(&foreign, "channel", None, None));
    table.refused("the choices of another account", foreign, 404);
    let broken = table.signed_for(at(), CLIENT_SECRET, b"{".to_vec());
    table.refused("the choices, asked in no JSON", broken, 400);
}
