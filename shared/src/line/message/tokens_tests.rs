use super::*;
use proptest::prelude::*;

const NASTY: [&str; 7] =
    ["\"", "\n\r\tx", "\\", "\"},{\"type\":\"text\"", "{{line:lastname}}", "\u{FFFF}\u{0}", "{everyone}"];

fn filled_text(text: &str, property: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    fill_text(text, Tokens::of(property))
}

fn object(json: &str) -> Json {
    serde_json::from_str(json).unwrap()
}

fn filled(json: &str, value: &str) -> Result<Json, Problem> {
    let mut object = object(json);
    fill_object(&mut object, Tokens::of(&|name| (name != "absent").then(|| value.to_owned())))?;
    Ok(object)
}

fn problem(json: &str) -> Problem {
    filled(json, "x").err().expect("must be refused")
}

#[test]
fn a_value_stays_inside_the_string_it_was_put_into() {
    for value in NASTY {
        let json =
            filled(r#"{"type":"text","text":"Hi {{line:firstname}}!","x":[{"y":"{{line:a}}{{line:b}}"}]}"#, value);
        let json = json.unwrap_or_else(|_| panic!("refused"));
        assert!(json.text("text") == Some(&format!("Hi {value}!")));
        assert!(json.list("x")[0].text("y") == Some(&format!("{value}{value}")));
        let again = object(&json.render());
        assert!(again == json, "what is rendered reads the same");
    }
}

#[test]
fn a_plain_text_is_filled_in_once() {
    let value = |name: &str| (name != "y").then(|| format!("<{name}>{{{{line:a}}}}"));
    let text = filled_text("{{line:a}} {{ line:b }} {x} {{y}}", &value);
    assert_eq!(text.unwrap(), "<a>{{line:a}} <b>{{line:a}} {x} {{y}}");
}

#[test]
fn an_empty_property_takes_the_words_for_that_case_and_is_refused_without_them() {
    for empty in ["", " ", "\u{3000}\n"] {
        let filled = |text: &str| filled_text(text, &|_| Some(empty.to_owned()));
        for (text, sent) in [
            ("{{line:a|お客さま}}様", "お客さま様"),
            ("{{line:a｜お客さま}}様", "お客さま様"),
            ("{{ line:a | the customer }}!", "the customer!"),
            ("[{{line:a|}}]", "[]"),
            ("{{line:a|x|y}}", "x|y"),
            ("{{line:a|x}} {y}}", "x {y}}"),
        ] {
            assert_eq!(filled(text).unwrap_or_default(), sent, "{text}");
        }
        let refused = filled("[{{line:a}}]").unwrap_err();
        assert!(
            matches!(&refused, Problem::TokenEmpty { at, name } if at.as_str() == "text" && name == "a"),
            "{refused:?}"
        );
    }
    assert_eq!(filled_text("{{line:a|お客さま}}様", &|_| Some("太郎".to_owned())).unwrap(), "太郎様");
}

#[test]
fn the_words_for_an_empty_property_are_escaped_like_a_value() {
    let empty = |json: &str| {
        let mut object = object(json);
        fill_object(&mut object, Tokens::of(&|_| Some(String::new()))).unwrap();
        object
    };
    let json = empty(r#"{"type":"image","originalContentUrl":"https://example.com/{{line:a|お 客}}"}"#);
    assert_eq!(json.text("originalContentUrl"), Some("https://example.com/%E3%81%8A%20%E5%AE%A2"));
    let json = empty(r#"{"type":"textV2","text":"{{line:a|{b}}"}"#);
    assert_eq!(json.text("text"), Some("{{b"));
    let json = empty(r#"{"type":"text","text":"{{line:a|\"}}$","emojis":[{"index":12}]}"#);
    assert!(json.list("emojis")[0].get("index") == Some(&Json::Number(1.into())));
}

#[test]
fn an_unknown_property_is_refused_whatever_stands_behind_it() {
    for text in ["[{{line:absent}}]", "[{{line:absent|x}}]"] {
        let refused = filled_text(text, &|_| None).unwrap_err();
        assert!(matches!(&refused, Problem::TokenUnknown { at, name } if at.as_str() == "text" && name == "absent"));
    }
}

#[test]
fn a_badly_written_token_is_refused() {
    for text in [
        "{{line:}}",
        "{{line:a b}}",
        "{{line:a",
        "{{line:a}",
        "{{line:姓}}",
        "{{ line:a-b }}",
        "{{line:{{line:a}}}}",
        "{{line:|x}}",
        "{{line:a|x",
        "{{line:a|{{line:b}}}}",
        "{{line:a |{{ contact.x }}",
    ] {
        let refused = filled_text(text, &|_| Some("x".to_owned())).unwrap_err();
        assert!(matches!(refused, Problem::TokenMalformed { .. } | Problem::TokenOfAnother { .. }), "{text}");
    }
}

#[test]
fn keys_and_types_take_no_token() {
    for json in [
        r#"{"type":"{{line:a}}"}"#,
        r#"{"type":"flex","contents":{"type":"{{line:a}}"}}"#,
        r#"{"type":"text","{{line:a}}":"x"}"#,
        r#"{"type":"textV2","substitution":{"{{line:a}}":{}}}"#,
    ] {
        assert!(matches!(problem(json), Problem::TokenNotAllowed { .. }), "{json}");
    }
}

#[test]
fn in_an_address_a_value_is_percent_encoded_and_never_the_host() {
    let json = filled(r#"{"type":"image","originalContentUrl":"https://example.com/a?n={{line:a}}"}"#, "山田 &/#\"")
        .unwrap_or(Json::Null);
    assert_eq!(json.text("originalContentUrl"), Some("https://example.com/a?n=%E5%B1%B1%E7%94%B0%20%26%2F%23%22"));
    let desktop = r#"{"type":"x","altUri":{"desktop":"tel:{{line:a}}"}}"#;
    let json = filled(desktop, "1 2").unwrap_or(Json::Null);
    assert_eq!(json.get("altUri").and_then(|uri| uri.text("desktop")), Some("tel:1%202"));
    for address in [
        "{{line:a}}",
        "https://{{line:a}}",
        "https://{{line:a}}/",
        "https://a.{{line:a}}/b",
        "{{line:a}}://b/",
        "x:{{line:a}}",
    ] {
        let json = format!(r#"{{"type":"x","action":{{"uri":"{address}"}}}}"#);
        assert!(matches!(problem(&json), Problem::TokenInHost { .. }), "{address}");
    }
}

#[test]
fn in_text_v2_a_value_brings_no_placeholder() {
    let json = filled(r#"{"type":"textV2","text":"{user1} {{line:a}}"}"#, "{everyone}").unwrap_or(Json::Null);
    assert_eq!(json.text("text"), Some("{user1} {{everyone}}"));
}

#[test]
fn emoji_move_with_the_text() {
    let written = r#"{"type":"text","text":"$ {{line:a}} $ {{line:a}}$","emojis":[{"index":0},{"index":13},{"index":25},{"index":4}]}"#;
    for value in ["太", "太郎", "👨‍👩‍👧$$$$$$$$$$$$$$$$$"] {
        let json = filled(written, value).unwrap_or(Json::Null);
        let units: Vec<u16> = json.text("text").unwrap_or_default().encode_utf16().collect();
        let index = |emoji: usize| match json.list("emojis")[emoji].get("index") {
            Some(Json::Number(index)) => index.as_i64().unwrap(),
            _ => panic!("an index is a number"),
        };
        let long = utf16_length(value);
        assert_eq!((index(0), index(1), index(2), index(3)), (0, 3 + long, 5 + 2 * long, -1));
        assert!((0..3).all(|emoji| units[usize::try_from(index(emoji)).unwrap()] == u16::from(b'$')));
    }
}

/// Keys, list lengths and kinds, without any text.
fn shape(json: &Json) -> String {
    match json {
        Json::Null => "null".into(),
        Json::Flag(flag) => flag.to_string(),
        Json::Number(_) => "number".into(),
        Json::Text(_) => "text".into(),
        Json::List(items) => format!("[{}]", items.iter().map(shape).collect::<Vec<_>>().join(",")),
        Json::Object(fields) => {
            fields.iter().map(|(key, value)| format!("{key}:{};", shape(value))).collect::<String>()
        }
    }
}

proptest! {
    #[test]
    fn no_value_changes_the_shape_of_a_message(value in any::<String>(), more in "[\"\\\\{}\\[\\],:a-z\n$]{0,40}") {
        let written = r#"{"type":"flex","altText":"{{line:a}}","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"{{line:a}}と{{line:b}}"},{"type":"button","action":{"type":"uri","label":"{{line:b}}","uri":"https://example.com/{{line:a}}"}}]}}}"#;
        let before = object(written);
        let mut after = object(written);
        prop_assume!(!value.trim().is_empty() && !more.trim().is_empty());
        let property = |name: &str| Some(if name == "a" { value.clone() } else { more.clone() });
        let result = fill_object(&mut after, Tokens::of(&property));
        prop_assert!(result.is_ok());
        prop_assert_eq!(shape(&before), shape(&after));
        prop_assert_eq!(shape(&before), shape(&object(&after.render())));
        prop_assert_eq!(after.text("altText"), Some(value.as_str()));
    }

    #[test]
    fn a_filled_in_text_keeps_everything_else(before in "[^{]{0,20}", after in "[^{}]{0,20}", value in any::<String>()) {
        prop_assume!(!value.trim().is_empty());
        let text = filled_text(&format!("{before}{{{{line:a}}}}{after}"), &|_| Some(value.clone()));
        prop_assert_eq!(text.ok(), Some(format!("{before}{value}{after}")));
    }
}
