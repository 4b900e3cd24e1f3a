//! A Flex container, as LINE's Flex Message Simulator gives it out, made a message that can be sent.
//!
//! The simulator's JSON is what stands under `contents` of a Flex message; the message itself needs an alternative text, which
//! people see in notifications and in the list of talks.

use unicode_segmentation::UnicodeSegmentation;

use super::{json::Json, limits, limits::TextUnit, problem::Problem, shape, shapes};

/// A container becomes the Flex message around it, any other object stays as it is. The places of problems are those of the
/// container.
pub(super) fn wrapped(object: Json) -> Result<Json, Problem> {
    if !object.text("type").is_some_and(|kind| shapes::CONTAINERS.names.contains(&kind)) {
        return Ok(object);
    }
    shape::check_variants(&object, &shapes::CONTAINERS, crate::line::message::ROOT)?;
    let alt_text = alt_text(&object).ok_or(Problem::NoAltText)?;
    let text = |text: &str| Json::Text(text.to_owned());
    let message = [("type", text("flex")), ("altText", Json::Text(alt_text)), ("contents", object)]
        .map(|(key, value)| (key.to_owned(), value));
    Ok(Json::Object(message.into()))
}

/// Its texts in the order in which they are read, else the labels of its buttons, as far as there is room.
fn alt_text(container: &Json) -> Option<String> {
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    collect(container, &mut texts, &mut labels);
    [texts, labels].into_iter().map(|words| cut(&words.join(" "))).find(|words| !words.is_empty())
}

fn collect<'a>(json: &'a Json, texts: &mut Vec<&'a str>, labels: &mut Vec<&'a str>) {
    match json.text("type") {
        Some("text" | "span") if json.list("contents").is_empty() => texts.extend(json.text("text")),
        Some("button") => labels.extend(json.get("action").and_then(|action| action.text("label"))),
        _ => {}
    }
    for part in ["header", "hero", "body", "footer"] {
        json.get(part).into_iter().for_each(|part| collect(part, texts, labels));
    }
    json.list("contents").iter().for_each(|part| collect(part, texts, labels));
}

/// On one line, at most as long as it may be, and no character in two.
fn cut(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut cut = String::new();
    let mut length = 0;
    for grapheme in words.graphemes(true) {
        length += TextUnit::Utf16.count(grapheme);
        if length > limits::MADE_ALT_TEXT {
            break;
        }
        cut.push_str(grapheme);
    }
    cut.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alt(json: &str) -> Option<String> {
        alt_text(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn texts_are_taken_in_the_order_in_which_they_are_read() {
        let json = r#"{"type":"carousel","contents":[
            {"type":"bubble","footer":{"type":"box","contents":[{"type":"text","text":"4"},{"type":"button","action":{"label":"x"}}]},
             "header":{"type":"box","contents":[{"type":"text","text":"1\n 1"}]},
             "body":{"type":"box","contents":[{"type":"text","text":"not this","contents":[{"type":"span","text":"2"}]},{"type":"box","contents":[{"type":"text","text":"3"}]}]}},
            {"type":"bubble","body":{"type":"box","contents":[{"type":"text","text":"5"}]}}]}"#;
        assert_eq!(alt(json).as_deref(), Some("1 1 2 3 4 5"));
    }

    #[test]
    fn without_texts_the_buttons_speak_and_without_either_nobody() {
        let button = r#"{"type":"bubble","footer":{"type":"box","contents":[{"type":"button","action":{"type":"uri","label":"予約"}}]}}"#;
        assert_eq!(alt(button).as_deref(), Some("予約"));
        assert_eq!(alt(r#"{"type":"bubble","hero":{"type":"image","url":"https://example.com/"}}"#), None);
        assert_eq!(alt(r#"{"type":"bubble","body":{"type":"box","contents":[{"type":"text","text":" "}]}}"#), None);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let family = "👨‍👩‍👧";
        let json = format!(
            r#"{{"type":"bubble","body":{{"type":"box","contents":[{{"type":"text","text":"{}"}}]}}}}"#,
            family.repeat(60)
        );
        assert_eq!(alt(&json), Some(family.repeat(limits::MADE_ALT_TEXT / 8)));
    }
}
