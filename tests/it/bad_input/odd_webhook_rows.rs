//! Webhooks that LINE might send and nobody expects.

use local::fake::line::event;
use local::seed::BOT_USER_ID;
use serde_json::{Value, json};

use super::webhook_rows::{DUMMY_TWIN, DUMMY_USER, NEVER, Table, around, self_text, signed};
use crate::app::common;

/// All of them.
pub fn rows(table: &mut Table) {
    odd_texts(table);
    odd_events(table);
}

fn odd_texts(table: &mut Table) {
    let rows: [(&'static str, &str, &[&str]); 12] = [
        ("U+FFFF and U+FFFE in a text", "nonchar\u{FFFF}\u{FFFE}acter", &["nonchar", "acter"]),
        ("U+FFFF and U+FFFE as escapes", r"escape-one\uffff\ufffeescape-two", &["escape-one", "escape-two"]),
        (
            "NUL and its neighbours in a text",
            r"control-one\u0000\u0001\u001fcontrol-two",
            &["control-one", "control-two"],
        ),
        ("half an emoji, the first", r"half-one\ud83dhalf-two", &["half-one", "half-two"]),
        ("half an emoji, the second", r"half-three\ude00half-four", &["half-three", "half-four"]),
        ("two halves in the wrong order", r"half-five\ude00\ud83dhalf-six", &["half-five", "half-six"]),
        ("half an emoji is one odd character", r"single-one\ud83dsingle-two", &["single-one\u{FFFD}single-two"]),
        ("two halves are two", r"double-one\ude00\ud83ddouble-two", &["double-one\u{FFFD}\u{FFFD}double-two"]),
        (
            "half an emoji before a whole one",
            r"mixed-one\ud83d\ud83d\ude00mixed-two",
            &["mixed-one\u{FFFD}😀mixed-two"],
        ),
        ("a whole emoji as escapes", r"whole-one\ud83d\ude00whole-two", &["whole-one😀whole-two"]),
        ("markup in a text", r"<script>alert(1)</script>markup-one", &["markup-one"]),
        ("words that turn around", "turned-one\u{202E}turned-two", &["turned-one", "turned-two"]),
    ];
    for (name, json_text, words) in rows {
        let body = table.raw_text(json_text);
        table.arrives(name, body, words);
    }
}

fn odd_events(table: &mut Table) {
    let body = |events: &[Value]| event::webhook_body(BOT_USER_ID, events).into_bytes();
    let unknown = table.event("greatNewFeature", json!({"greatNewFeature": {"x": [1, {"y": null}]}}));
    table.arrives("an unknown type of event", body(&[unknown]), &["対応していない種類です: greatNewFeature"]);
    let hologram = table.message(json!({"type": "hologram", "depth": 3}));
    table.arrives("an unknown type of message", body(&[hologram]), &["対応していない種類です: hologram"]);
    let rude = table.message(json!({"type": "<b>bold</b>"}));
    table.arrives("a type that is no name", body(&[rude]), &["対応していない種類です: ?"]);
    let film = table.event("videoPlayComplete", json!({"videoPlayComplete": {"trackingId": "t"}}));
    table.arrives("a film that was watched", body(&[film]), &["[動画を最後まで再生しました]"]);
    let file = json!({"type": "file", "fileName": "invoice-\u{202E}fdp.exe", "fileSize": 3});
    let turned = table.message(file);
    table.arrives("a file's name that turns around", body(&[turned]), &["[ファイル] invoice-fdp.exe 3 B"]);
    let mut more = table.text("with-unknown-fields");
    more["future"] = json!({"a": [null, true, 1.5e10]});
    more["message"]["future"] = json!([{}]);
    more["source"]["future"] = json!("x");
    let whole = json!({"destination": BOT_USER_ID, "events": [more], "future": {"a": 1}});
    table.arrives("unknown fields everywhere", whole.to_string().into_bytes(), &["with-unknown-fields"]);
    let mut legacy = table.text("from-an-older-line");
    for name in ["webhookEventId", "deliveryContext", "mode"] {
        legacy.as_object_mut().expect("an object").remove(name);
    }
    table.arrives("an event of the old shape, without an ID", body(&[legacy]), &["from-an-older-line"]);
    let mut odd_id = table.text("with-an-odd-id");
    odd_id["webhookEventId"] = json!("../../etc/passwd#\u{0}");
    table.arrives("an event whose ID is no ULID", body(&[odd_id]), &["with-an-odd-id"]);
    let mut twin = table.text("twin-one");
    twin["webhookEventId"] = json!("01JTWNTWNTWNTWNTWNTWNTWNTW");
    table.arrives("the same event twice in one webhook", body(&[twin.clone(), twin]), &["twin-one"]);
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let event = self_text(table, "beside-something-deep").replacen('{', &format!(r#"{{"future":{deep},"#), 1);
    table.arrives("an event with something 10,000 deep in it", around(&event), &["beside-something-deep"]);
    let event = self_text(table, "PLACE").replace("\"PLACE\"", &deep);
    table.dead_lettered("a text that is 10,000 deep", around(&event), &[], 1);
    verify_button(table);
    let mut nobody = table.text(NEVER);
    nobody.as_object_mut().expect("an object").remove("source");
    table.refused("an event without a source: counted, and no text kept", signed(body(&[nobody])), 200);
    let mut group = table.text(NEVER);
    group["source"] = event::group_source("C00000000000000000000000000000001", None);
    table.refused("a group's event: counted, and no text kept", signed(body(&[group])), 200);
}

/// What LINE's older verify button sends: a person who is nobody, and reply tokens that answer nothing.
fn verify_button(table: &mut Table) {
    let mut of = |user: &str, token: &str| {
        let mut event = table.text(NEVER);
        event["source"]["userId"] = json!(user);
        event["replyToken"] = json!(token);
        event
    };
    let (zeros, fs) = ("0".repeat(32), "f".repeat(32));
    let both = [of(DUMMY_USER, &zeros), of(DUMMY_USER, &fs)];
    let named = [of(DUMMY_USER, "00000000000000000000000000000001")];
    let tokens = [of(DUMMY_TWIN, &zeros), of(DUMMY_TWIN, &fs)];
    let mut follow = event::follow(&common(DUMMY_USER, 9_000, table.now_ms), false);
    follow["replyToken"] = json!(zeros);
    let body = |events: &[Value]| signed(event::webhook_body(BOT_USER_ID, events).into_bytes());
    table.refused("LINE's older verify button", body(&both), 200);
    table.refused("the verify button's person with another token", body(&named), 200);
    table.refused("the verify button's tokens with another person", body(&tokens), 200);
    table.refused("the verify button's person follows", body(&[follow]), 200);
}
