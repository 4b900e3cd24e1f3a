//! What a marketer wrote into a message field: plain text, one LINE message object, or neither.
//!
//! A field is JSON when its first character is `{`. It is then never sent as text, however broken. A text that really
//! begins with a brace is written with a backslash before it (`\{`), which is taken away; a text that really begins
//! with `\{` is written `\\{`. JSON in a code fence is read like JSON without one, and takes the same mark. Where a keyboard writes the yen sign for the backslash, the yen sign does as well.

use super::{
    fence::{self, Fenced},
    json,
    json::Json,
    limits, odd,
    path::Path,
    problem::Problem,
    tokens::Tokens,
};

/// A field, understood.
pub(super) enum Written {
    Text(String),
    Object(Json),
    /// Nothing but blanks.
    Blank,
}

/// Understands a field.
///
/// Two things that begin with a bracket are told apart on purpose: `{{line:firstname}} …` is a text that begins with
/// one of our tokens (no JSON begins like that), and `[{…` is a list of message objects, which belongs into several
/// fields and is refused, while `[Sale] …` is a text like any other.
pub(super) fn read(raw: &str, tokens: Tokens<'_>) -> Result<Written, Problem> {
    let written = raw.trim_start_matches(is_blank);
    if written.is_empty() {
        return Ok(Written::Blank);
    }
    let json = match fence::look(written) {
        Fenced::Json(inside) => inside.trim_start_matches(is_blank),
        Fenced::AmongWords if !written.starts_with(is_mark) => return Err(Problem::FenceAmongWords),
        Fenced::AmongWords | Fenced::No => written,
    };
    if json.starts_with('{') && !tokens.begin(json) {
        return parse_object(json.trim_end_matches(is_blank)).map(Written::Object);
    }
    if begins_list_of_objects(json, tokens) {
        return Err(Problem::ListOfMessages);
    }
    if let Some(problem) = odd::wide_object(json) {
        return Err(problem);
    }
    Ok(Written::Text(unescape(raw, written, tokens)))
}

/// White space, and the marks without width that pasted text brings along (byte order mark, zero-width space, word
/// joiner): they must not turn broken JSON into a text.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{FEFF}' | '\u{200B}' | '\u{2060}')
}

/// Whether it begins like a message object or a list of some, and not like a text that begins with a token.
pub(super) fn begins_json(written: &str) -> bool {
    let tokens = Tokens::of(&|_| None);
    (written.starts_with('{') && !tokens.begin(written)) || begins_list_of_objects(written, tokens)
}

/// Whether it is a list of message objects, however broken, and no text.
pub(super) fn is_list_of_objects(raw: &str) -> bool {
    begins_list_of_objects(raw.trim_start_matches(is_blank), Tokens::of(&|_| None))
}

fn begins_list_of_objects(written: &str, tokens: Tokens<'_>) -> bool {
    let first = written.strip_prefix('[').map(|rest| rest.trim_start_matches(is_blank));
    first.is_some_and(|first| first.starts_with('{') && !tokens.begin(first))
}

/// The mark that says "this is text", as keyboards write it.
fn is_mark(character: char) -> bool {
    matches!(character, '\\' | '¥')
}

/// Takes away the one mark that says "this brace is text".
fn unescape(raw: &str, written: &str, tokens: Tokens<'_>) -> String {
    let bare = written.trim_start_matches(is_mark);
    let needs_mark = bare.starts_with('{') || begins_list_of_objects(bare, tokens) || fence::look(bare) != Fenced::No;
    if bare.len() == written.len() || !needs_mark {
        return raw.to_owned();
    }
    let blanks = &raw[..raw.len() - written.len()];
    let mut rest = written.chars();
    rest.next();
    format!("{blanks}{}", rest.as_str())
}

fn parse_object(written: &str) -> Result<Json, Problem> {
    let parsed = serde_json::from_str::<Json>(written);
    if json::nesting(written) > limits::NESTING {
        return Err(Problem::TooDeep { limit: limits::NESTING });
    }
    let object = parsed.map_err(|error| odd::why_not_json(written, &error))?;
    if object.text("type").is_none() {
        return Err(Problem::NoType);
    }
    refuse_twins(&object, crate::line::message::ROOT)?;
    Ok(object)
}

/// A key written twice: readers differ in which one they take, so what was checked might not be what LINE reads.
fn refuse_twins(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    match json {
        Json::Object(fields) => {
            let mut seen = std::collections::HashSet::new();
            for (key, value) in fields {
                if !seen.insert(key) {
                    return Err(Problem::WrittenTwice { at: at.key(key).spell() });
                }
                refuse_twins(value, at.key(key))?;
            }
            Ok(())
        }
        Json::List(items) => items.iter().enumerate().try_for_each(|(index, item)| refuse_twins(item, at.index(index))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(raw: &str) -> Option<String> {
        match read(raw, Tokens::of(&|_| None)) {
            Ok(Written::Text(text)) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn a_text_is_kept_to_the_letter() {
        for raw in
            ["こんにちは", "  two\r\nlines  ", "[Sale] now", "[[x]]", "\\o/", "¥500 off", "\"{", "({})", "\u{FFFF}"]
        {
            assert_eq!(text_of(raw).as_deref(), Some(raw));
        }
    }

    #[test]
    fn one_backslash_makes_a_brace_text_and_is_taken_away() {
        for (raw, sent) in [
            ("\\{x}", "{x}"),
            (" \n\\{x}", " \n{x}"),
            ("¥{x}", "{x}"),
            ("\\\\{x}", "\\{x}"),
            ("\\[{x}", "[{x}"),
            ("\\[x]", "\\[x]"),
            ("\\{{line:firstname}}", "{{line:firstname}}"),
            ("\\```json\n{}\n```", "```json\n{}\n```"),
            ("\\See `{}`: ```{}```", "See `{}`: ```{}```"),
        ] {
            assert_eq!(text_of(raw).as_deref(), Some(sent), "{raw}");
        }
    }

    #[test]
    fn a_text_may_begin_with_a_token() {
        for raw in ["{{line:firstname}}様", "{{ line:firstname }}様", "[{{line:firstname}}様]"] {
            assert_eq!(text_of(raw).as_deref(), Some(raw));
        }
    }

    #[test]
    fn blanks_alone_are_no_message() {
        for raw in ["", " ", "\u{3000}\r\n\t", "\u{FEFF}\u{200B}"] {
            assert!(matches!(read(raw, Tokens::of(&|_| None)), Ok(Written::Blank)), "{raw:?}");
        }
    }

    #[test]
    fn json_is_found_behind_blanks_and_marks_without_width() {
        for raw in [
            "{\"type\":\"x\"}",
            "\u{FEFF}{\"type\":\"x\"}\u{3000}",
            "\u{200B} {\n\"type\" : \"x\"}\n",
            "\u{FEFF}```json\n{\"type\":\"x\"}\n```",
        ] {
            assert!(matches!(read(raw, Tokens::of(&|_| None)), Ok(Written::Object(_))), "{raw:?}");
        }
    }
}
