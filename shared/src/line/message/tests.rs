use super::*;
use crate::domain::ids::LineUserId;
use crate::domain::{
    activity::{Content, Media},
    language::Language,
};
use proptest::prelude::*;

const NONE: Tokens<'static> = Tokens { property: &|_| None, others_are_text: false };

fn sent(raw: &str) -> String {
    parse("message_1", raw, NONE).expect("may be sent").json
}

fn problem(raw: &str) -> Problem {
    parse("message_1", raw, NONE).expect_err("must be refused").problem
}

#[test]
fn a_plain_text_becomes_a_text_message() {
    assert_eq!(sent("こんにちは\n\"引用\""), r#"{"type":"text","text":"こんにちは\n\"引用\""}"#);
    assert_eq!(sent("\\{not json}"), r#"{"type":"text","text":"{not json}"}"#);
}

#[test]
fn broken_json_is_refused_with_its_field_and_never_sent_as_text() {
    for raw in [
        "{",
        "{}}",
        "{hello}",
        "{\"type\":\"text\",\"text\":\"a\"} b",
        "{\"type\":\"text\",}",
        "\u{FEFF}{\"type\"",
        "{\"type\":\"text\",\"text\":\"\\ud800\"}",
        "{{sale}}",
    ] {
        assert!(matches!(problem(raw), Problem::NotJson { .. }), "{raw}");
    }
    for raw in ["{}", "{\"type\":1,\"text\":\"a\"}", "{\"text\":\"a\"}"] {
        assert_eq!(problem(raw), Problem::NoType, "{raw}");
    }
    for raw in ["[{\"type\":\"text\",\"text\":\"a\"}]", " [ {", "[{}]"] {
        assert_eq!(problem(raw), Problem::ListOfMessages, "{raw}");
    }
    let invalid = parse("message_3", "{", NONE).unwrap_err();
    assert_eq!(invalid.field, "message_3");
    assert!(invalid.in_words(Language::Japanese).starts_with("message_3：「{」で始まる"));
    assert!(invalid.in_words(Language::English).starts_with("message_3: It begins with \"{\""));
}

#[test]
fn deep_nesting_is_refused_as_such() {
    let nested = |depth: usize| {
        format!("{{\"type\":\"text\",\"text\":\"a\",\"x\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1))
    };
    assert!(parse("message_1", &nested(64), NONE).is_ok());
    for depth in [65, 127, 128, 129, 5_000] {
        assert_eq!(problem(&nested(depth)), Problem::TooDeep { limit: 64 }, "{depth}");
    }
}

#[test]
fn a_key_written_twice_is_refused_wherever_it_is() {
    for (raw, place) in [
        (r#"{"type":"text","text":"a","text":"b"}"#, "text"),
        (r#"{"type":"text","type":"text","text":"a"}"#, "type"),
        (
            r#"{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","type":"box"}}}"#,
            "contents.body.type",
        ),
        (r#"{"type":"text","text":"a","new":[{"Taro":1,"Taro":2}]}"#, "?[0].?"),
    ] {
        assert!(matches!(problem(raw), Problem::WrittenTwice { at } if at.as_str() == place), "{raw}");
    }
}

#[test]
fn undocumented_properties_pass_and_reach_nothing_of_ours() {
    let raw = r#"{"type":"text","text":"a","to":"Uevil","messages":[],"notificationDisabled":true,"new":{"x":null}}"#;
    let message = parse("message_1", raw, NONE).unwrap();
    assert_eq!(message.json, raw);
    let body = compose_push(&LineUserId::new("Ugood"), &[message], None);
    assert_eq!(body, format!(r#"{{"to":"Ugood","messages":[{raw}]}}"#));
}

#[test]
fn a_push_holds_each_message_as_it_was_checked() {
    let message = |json: &str| OutgoingMessage { json: json.into(), said: Content::Text { text: String::new() } };
    let messages = [message(r#"{"type":"text","text":"\u00e9 "}"#), message(r#"{ "z":1, "a":2 }"#)];
    let body = compose_push(&LineUserId::new("U1"), &messages, Some("t_1"));
    let expected = r#"{"to":"U1","messages":[{"type":"text","text":"\u00e9 "},{ "z":1, "a":2 }],"customAggregationUnits":["t_1"]}"#;
    assert_eq!(body, expected);
}

#[test]
fn the_body_is_the_same_every_time_and_holds_no_noncharacter() {
    let messages = [parse("message_1", "a\u{FFFF}\u{FFFE}😀", NONE).unwrap()];
    let to = LineUserId::new("U1");
    let body = compose_push(&to, &messages, Some("spring_2027"));
    let expected =
        r#"{"to":"U1","messages":[{"type":"text","text":"a\uffff\ufffe😀"}],"customAggregationUnits":["spring_2027"]}"#;
    assert_eq!(body, expected);
    assert_eq!(body, compose_push(&to, &messages, Some("spring_2027")));
}

#[test]
fn aggregation_units_are_words_of_one_to_thirty() {
    assert!(is_aggregation_unit("a") && is_aggregation_unit(&"Z_9".repeat(10)));
    for bad in ["", "a-b", "春", "a b", &"a".repeat(31)] {
        assert!(!is_aggregation_unit(bad), "{bad}");
    }
}

#[test]
fn one_to_five_messages_make_a_request() {
    let fields = |count: usize| vec![("message_x", "a"); count];
    assert_eq!(parse_fields(&fields(5), NONE).unwrap().len(), 5);
    let six = parse_fields(&fields(6), NONE).unwrap_err();
    assert_eq!(six.problem, Problem::TooManyMessages { limit: 5, actual: 6 });
    let blank = [("message_1", " "), ("message_2", ""), ("message_3", "a")];
    assert_eq!(parse_fields(&blank, NONE).unwrap().len(), 1);
    for none_at_all in [&blank[..2], &[]] {
        let refused = parse_fields(none_at_all, NONE).unwrap_err();
        assert_eq!((refused.field.as_str(), refused.problem), ("message_1", Problem::NoMessage));
    }
    assert_eq!(problem(" \n"), Problem::Blank);
    let second = parse_fields(&[("message_1", "a"), ("message_2", "{")], NONE).unwrap_err();
    assert_eq!(second.field, "message_2");
}

#[test]
fn a_request_of_two_megabytes_passes_and_one_byte_more_does_not() {
    let with = |pad: usize| format!(r#"{{"type":"text","text":"a","x":"{}"}}"#, "x".repeat(pad));
    let empty = push::largest_body_bytes(&parse_fields(&[("message_1", &with(0))], NONE).unwrap());
    let room = limits::REQUEST_BYTES - empty;
    assert!(parse_fields(&[("message_1", &with(room))], NONE).is_ok());
    let refused = parse_fields(&[("message_1", &with(room + 1))], NONE).unwrap_err().problem;
    assert_eq!(
        refused,
        Problem::RequestTooLarge { limit_bytes: limits::REQUEST_BYTES, actual_bytes: limits::REQUEST_BYTES + 1 }
    );
}

#[test]
fn a_token_without_a_value_is_told_with_its_property_and_its_fallback() {
    let empty = |_: &str| Some(String::new());
    let refused = parse("message_2", "{{line:firstname}}様", Tokens::of(&empty)).unwrap_err();
    assert!(
        matches!(&refused.problem, Problem::TokenEmpty { at, name } if at.as_str() == "text" && name == "firstname")
    );
    let (ja, en) = (refused.in_words(Language::Japanese), refused.in_words(Language::English));
    assert!(ja.starts_with("message_2：") && ja.contains("「名」（firstname）が空です"), "{ja}");
    assert!(ja.contains("「{{line:firstname|お客さま}}」"), "{ja}");
    assert!(
        en.contains("\"First name\" (firstname), which is empty") && en.contains("{{line:firstname|customer}}"),
        "{en}"
    );
    let sent = |raw| parse("message_1", raw, Tokens::of(&empty)).unwrap().json;
    assert_eq!(sent("{{line:firstname|お客さま}}様"), r#"{"type":"text","text":"お客さま様"}"#);
    assert_eq!(sent("{{line:firstname|}}様"), r#"{"type":"text","text":"様"}"#);
    let nothing = parse("message_1", "{{line:firstname|}}", Tokens::of(&empty)).unwrap_err();
    assert!(matches!(nothing.problem, Problem::Empty { at } if at.as_str() == "text"));
}

#[test]
fn an_unknown_token_says_how_to_add_it() {
    let refused = parse("message_1", "{{line:shoe_size}}", NONE).unwrap_err();
    for language in [Language::Japanese, Language::English] {
        let words = refused.in_words(language);
        assert!(words.contains("musubi hubspot project --token-properties shoe_size"), "{words}");
    }
}

#[test]
fn another_systems_token_is_refused_unless_it_is_meant_as_text() {
    let knows = |name: &str| (name == "firstname").then(|| "太郎".to_owned());
    let meant = Tokens { others_are_text: true, ..Tokens::of(&knows) };
    for raw in [
        "{{ contact.firstname }}様",
        "{{firstname}}様",
        "こんにちは、{{ contact.firstname }}様",
        "{% if contact.firstname %}a{% endif %}",
        r#"{"type":"text","text":"{{contact.firstname}}"}"#,
        r#"{"type":"textV2","text":"{{contact.firstname}}"}"#,
        r#"{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"{{ contact.firstname }}"}]}}}"#,
    ] {
        let refused = parse("message_1", raw, Tokens::of(&knows)).map(|_| ()).unwrap_err().problem;
        let is_told = matches!(refused, Problem::TokenOfAnother { .. } | Problem::TokenWithoutPrefix { .. });
        assert!(is_told, "{raw}: {refused:?}");
        assert!(parse("message_1", raw, meant).is_ok(), "{raw}");
    }
    let said = |raw| parse("message_1", raw, meant).unwrap().said;
    assert!(
        said("{{ contact.firstname }}と{{line:firstname}}")
            == Content::Text { text: "{{ contact.firstname }}と太郎".into() }
    );
    for fine in
        ["{{line:firstname}}様", "本日：{{本日限り}} {a.b} {{sale}}", r#"{"type":"textV2","text":"{{firstname}}"}"#]
    {
        assert!(parse("message_1", fine, Tokens::of(&knows)).is_ok(), "{fine}");
    }
}

#[test]
fn what_a_contact_typed_is_never_taken_for_a_token() {
    let typed = |_: &str| Some("{{ contact.firstname }}{% if x %}".to_owned());
    let message = parse("message_1", "{{line:firstname}}様", Tokens::of(&typed)).unwrap();
    assert!(message.said == Content::Text { text: "{{ contact.firstname }}{% if x %}様".into() });
}

#[test]
fn a_flex_container_is_sent_as_the_message_around_it() {
    let bubble = r#"{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"{{line:firstname}}さん"}]}}"#;
    let name = |_: &str| Some("太郎".to_owned());
    let message = parse("message_1", bubble, Tokens::of(&name)).unwrap();
    let filled = bubble.replace("{{line:firstname}}", "太郎");
    assert_eq!(message.json, format!(r#"{{"type":"flex","altText":"太郎さん","contents":{filled}}}"#));
    assert!(message.said == Content::Rich { alt_text: "太郎さん".into() });
    assert_eq!(problem(r#"{"type":"bubble","body":{"type":"box"}}"#), Problem::Missing { at: "body.layout".into() });
    assert_eq!(problem(r#"{"type":"bubble"}"#), Problem::NoAltText);
    let words = Problem::NoAltText.in_words(Language::Japanese);
    assert!(words.contains(r#"{"type": "flex", "altText": "代替テキスト", "contents": ここに今のJSON}"#), "{words}");
}

#[test]
fn json_in_a_code_fence_is_json() {
    let fenced = |json: &str| format!("```json\n{json}\n```");
    assert_eq!(sent(&fenced(r#"{"type":"text","text":"a"}"#)), r#"{"type":"text","text":"a"}"#);
    assert!(matches!(problem(&fenced(r#"{"type":"text",}"#)), Problem::NotJson { .. }));
    assert_eq!(problem(&fenced(r#"[{"type":"text"}]"#)), Problem::ListOfMessages);
    assert_eq!(problem(&format!("See:\n{}", fenced("{}"))), Problem::FenceAmongWords);
    assert_eq!(sent("```\n一行\n```"), r#"{"type":"text","text":"```\n一行\n```"}"#);
    let list = parse_list("greeting", &fenced(r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#)).unwrap();
    assert_eq!(list.len(), 2);
}

#[test]
fn a_value_that_looks_like_json_stays_text() {
    let evil = |_: &str| Some(r#"{"type":"flex"}"#.to_owned());
    let message = parse("message_1", "{{line:firstname}}", Tokens::of(&evil)).unwrap();
    assert!(message.said == Content::Text { text: r#"{"type":"flex"}"#.to_owned() });
}

#[test]
fn what_was_said_is_told_without_json() {
    let said_by = |raw: &str| parse("message_1", raw, NONE).unwrap().said;
    let text = |text: &str| Content::Text { text: text.into() };
    let rich = |alt_text: &str| Content::Rich { alt_text: alt_text.into() };
    assert!(said_by("やあ") == text("やあ"));
    assert!(said_by(r#"{"type":"textV2","text":"{{a}}"}"#) == text("{a}"));
    let sticker =
        Content::Sticker { package_id: "446".into(), sticker_id: "1988".into(), keywords: vec![], text: None };
    assert!(said_by(r#"{"type":"sticker","packageId":"446","stickerId":"1988"}"#) == sticker);
    let location = r#"{"type":"location","title":"本社","address":"東京都","latitude":35.5,"longitude":139}"#;
    let place = Content::Location {
        title: Some("本社".into()),
        address: Some("東京都".into()),
        latitude: "35.5".into(),
        longitude: "139".into(),
    };
    assert!(said_by(location) == place);
    let url = "https://example.com/a.m4a";
    let media =
        |media, duration_ms| Content::Media { media, name: None, size_bytes: None, duration_ms, url: Some(url.into()) };
    let audio = format!(r#"{{"type":"audio","originalContentUrl":"{url}","duration":60000}}"#);
    assert!(said_by(&audio) == media(Media::Audio, Some(60_000)));
    for (kind, of) in [("image", Media::Image), ("video", Media::Video)] {
        let raw = format!(r#"{{"type":"{kind}","originalContentUrl":"{url}","previewImageUrl":"{url}"}}"#);
        assert!(said_by(&raw) == media(of, None));
    }
    assert!(said_by(r#"{"type":"coupon","couponId":"01J"}"#) == rich("coupon 01J"));
    assert!(said_by(r#"{"type":"flex","altText":"お知らせ","contents":{"type":"bubble"}}"#) == rich("お知らせ"));
}

#[test]
fn errors_hold_nothing_that_was_written() {
    for raw in [
        r#"{"type":"himitsu"}"#,
        r#"{"type":"text","text":1,"himitsu":2}"#,
        r#"{"type":"text","text":"a","himitsu":1,"himitsu":2}"#,
        r#"{"type":"image","originalContentUrl":"himitsu","previewImageUrl":"himitsu"}"#,
        r#"{"type":"textV2","text":"{himitsu}"}"#,
        r#"{"type":"textV2","text":"a","substitution":{"himitsu":{"type":"x"}}}"#,
        "{himitsu",
        "{“himitsu”:1}",
        "himitsu ```{\"himitsu\":1}```",
        "{{ contact.x|default('himitsu') }}",
    ] {
        let invalid = parse("message_1", raw, NONE).expect_err(raw);
        let shown = format!(
            "{invalid} {invalid:?} {} {}",
            invalid.in_words(Language::Japanese),
            invalid.in_words(Language::English)
        );
        assert!(!shown.contains("himitsu"), "{shown}");
    }
}

proptest! {
    #[test]
    fn no_field_makes_the_reader_panic(raw in any::<String>(), value in any::<String>()) {
        let _ = parse("message_1", &raw, Tokens::of(&|_| Some(value.clone())));
    }

    #[test]
    fn nothing_that_looks_like_json_is_sent_as_text(tail in "[\"{}\\[\\]:,\\\\a-c \n]{0,30}") {
        let raw = format!("{{{tail}");
        if let Ok(message) = parse("message_1", &raw, NONE) {
            prop_assert!(serde_json::from_str::<serde_json::Value>(&raw).is_ok());
            prop_assert_eq!(message.json.starts_with('{'), true);
        }
    }

    #[test]
    fn every_text_can_be_sent_to_the_letter(text in "[\\\\¥{\\[ ]{0,4}[^{]{1,20}") {
        prop_assume!(!text.trim().is_empty() && !text.contains('\u{FEFF}'));
        let words = text.trim_start();
        let marked = format!("{}\\{words}", &text[..text.len() - words.len()]);
        let sendable = [text.as_str(), marked.as_str()];
        let exact = |raw: &&str| parse("message_1", raw, NONE).is_ok_and(|message| message.said == Content::Text { text: text.clone() });
        prop_assert!(sendable.iter().any(exact), "{}", text);
    }
}

#[test]
fn what_an_operator_types_is_sent_as_it_is() {
    for typed_words in ["{\"type\":\"sticker\"}", "{{line:firstname}} さま", "一行目\n二行目", " 前後の空白 "]
    {
        let message = typed("text", typed_words).expect("a message");
        let json: serde_json::Value = serde_json::from_str(&message.json).expect("JSON");
        assert_eq!(json, serde_json::json!({"type": "text", "text": typed_words}));
        assert_eq!(message.said, crate::domain::activity::Content::Text { text: typed_words.to_owned() });
    }
    assert_eq!(typed("text", "一\r\n二").expect("a message").said, typed("text", "一\n二").expect("a message").said);
    assert!(matches!(typed("text", " \r\n ").map_err(|it| it.problem), Err(Problem::Blank)));
    assert!(typed("text", &"𠮷".repeat(2_500)).is_ok());
    let long = typed("text", &format!("{}a", "𠮷".repeat(2_500))).map_err(|it| it.problem);
    assert!(matches!(long, Err(Problem::TooLong { actual: 5_001, .. })));
}
