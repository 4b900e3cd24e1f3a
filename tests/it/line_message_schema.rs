//! What passes our checks is valid under LINE's published specification, and what LINE documents as wrong is refused
//! with the reason.

mod bad;
mod good;
mod limits;

use jsonschema::{Draft, Validator};
use musubi::domain::ids::LineUserId;
use musubi::domain::language::Language;
use musubi::domain::push::OutgoingMessage;
use musubi::line::message::{InvalidMessage, Tokens, compose_push, parse};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;

const RECIPIENT: &str = "U00000000000000000000000000000001";

/// Judges the body of `POST /v2/bot/message/push`.
static PUSH_SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let published = include_str!("../data/line-openapi/messaging-api.schema.json");
    let published: Value = serde_json::from_str(published).unwrap();
    let schema = json!({
        "definitions": published["definitions"],
        "allOf": [{ "$ref": "#/definitions/PushMessageRequest" }],
    });
    jsonschema::options().with_draft(Draft::Draft7).should_validate_formats(true).build(&schema).unwrap()
});

fn parse_field(raw: &str) -> Result<OutgoingMessage, InvalidMessage> {
    let property = |name: &str| match name {
        "firstname" => Some("太郎".to_owned()),
        "company" => Some(String::new()),
        _ => None,
    };
    parse("message_1", raw, Tokens::of(&property))
}

fn complaint(message: OutgoingMessage) -> Option<String> {
    let body = compose_push(&LineUserId::new(RECIPIENT), &[message], Some("unit_1"));
    let body: Value = serde_json::from_str(&body).unwrap();
    PUSH_SCHEMA.iter_errors(&body).next().map(|error| format!("{error} at {}", error.instance_path()))
}

#[test]
fn the_schema_itself_tells_right_from_wrong() {
    let body = |message: Value| json!({ "to": RECIPIENT, "messages": [message] });
    assert!(PUSH_SCHEMA.is_valid(&body(json!({ "type": "text", "text": "a" }))));
    assert!(!PUSH_SCHEMA.is_valid(&body(json!({ "type": "text" }))));
    assert!(!PUSH_SCHEMA.is_valid(&body(json!({ "type": "carrier pigeon" }))));
    let image = |url: &str| json!({ "type": "image", "originalContentUrl": url, "previewImageUrl": url });
    assert!(PUSH_SCHEMA.is_valid(&body(image("https://example.com/a.png"))));
    assert!(!PUSH_SCHEMA.is_valid(&body(image("https://example.com/日本 .png"))), "formats are judged");
}

#[test]
fn every_good_message_is_accepted_and_valid_under_the_published_schema() {
    let table = good::messages();
    assert!(table.len() >= 30, "{}", table.len());
    for (name, message) in table {
        let accepted = parse_field(&message.to_string());
        let accepted = accepted.unwrap_or_else(|invalid| panic!("{name}: {invalid}"));
        assert_eq!(complaint(accepted), None, "{name}");
    }
}

#[test]
fn every_bad_message_is_refused_with_its_reason() {
    let table = bad::messages();
    assert!(table.len() >= 60, "{}", table.len());
    for (message, expected) in table {
        let refused = parse_field(&message).expect_err(&message);
        assert_eq!((refused.field.as_str(), refused.problem), ("message_1", expected), "{message}");
    }
}

#[test]
fn every_refusal_is_told_in_both_languages_with_its_place_and_a_fix() {
    for (message, problem) in bad::messages() {
        let refused = parse_field(&message).expect_err(&message);
        for (language, stop) in [(Language::Japanese, '。'), (Language::English, '.')] {
            let words = refused.in_words(language);
            assert!(words.starts_with("message_1") && words.ends_with(stop), "{words}");
            assert!(!words.contains(['<', '>']), "everything is filled in: {words}");
            let place = problem.at().map(ToString::to_string).unwrap_or_default();
            assert!(words.contains(&place), "{place}: {words}");
        }
        let japanese = refused.in_words(Language::Japanese);
        assert!(japanese.contains("ください") || japanese.contains("だけ使えます"), "a fix: {japanese}");
    }
}

#[test]
fn at_every_limit_a_message_passes_and_one_beyond_it_is_refused() {
    for limits::Limit { name, limit, make, beyond } in limits::all() {
        let accepted = parse_field(&make(limit).to_string());
        let accepted = accepted.unwrap_or_else(|invalid| panic!("{name} at {limit}: {invalid}"));
        assert_eq!(complaint(accepted), None, "{name}");
        let refused = parse_field(&make(limit + 1).to_string()).expect_err(name);
        assert_eq!(refused.problem, beyond(limit + 1), "{name}");
    }
}

/// Puts something else at one place of a message.
fn mutate(value: &mut Value, way: &mut impl Iterator<Item = usize>, with: &Value, remove: bool) {
    let step = way.next();
    match (value, step) {
        (Value::Object(fields), Some(step)) if !fields.is_empty() => {
            let key = fields.keys().nth(step % fields.len()).unwrap().clone();
            if remove && step % 3 == 0 {
                fields.remove(&key);
            } else {
                mutate(&mut fields[&key], way, with, remove);
            }
        }
        (Value::Array(items), Some(step)) if !items.is_empty() => {
            let index = step % items.len();
            if remove && step % 3 == 0 {
                let twin = items[index].clone();
                items.push(twin);
            } else {
                mutate(&mut items[index], way, with, remove);
            }
        }
        (place, _) => *place = with.clone(),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "https?://[a-z%@:/?#\\[\\]!$é ]{0,20}".prop_map(Value::from),
        "(line|tel):[a-z0-9/%:+-]{0,20}".prop_map(Value::from),
        prop::sample::select(vec![
            "text", "box", "bubble", "carousel", "uri", "message", "camera", "emoji", "", "start"
        ])
        .prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([{ "type": "text" }])),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_passes_the_checks_is_valid_under_the_published_schema(
        which in any::<prop::sample::Index>(),
        way in prop::collection::vec(0_usize..30, 0..12),
        with in any_value(),
        remove in any::<bool>(),
    ) {
        let table = good::messages();
        let (name, mut message) = table[which.index(table.len())].clone();
        mutate(&mut message, &mut way.into_iter(), &with, remove);
        if let Ok(accepted) = parse_field(&message.to_string()) {
            prop_assert_eq!(complaint(accepted), None, "{}", name);
        }
    }
}
