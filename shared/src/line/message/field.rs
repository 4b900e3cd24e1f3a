//! What a marketer wrote into a message field: plain text, one LINE message object, or neither.
//!
//! A field is JSON when its first character is `{`. It is then never sent as text, however broken. A text that really
//! begins with a brace is written with a backslash before it (`\{`), which is taken away; a text that really begins
//! with `\{` is written `\\{`. Where a keyboard writes the yen sign for the backslash, the yen sign does as well.

use super::{json, json::Json, limits, path::Path, problem::Problem, tokens};

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
pub(super) fn read(raw: &str) -> Result<Written, Problem> {
    let written = raw.trim_start_matches(is_blank);
    if written.is_empty() {
        return Ok(Written::Blank);
    }
    if begins_object(written) {
        return parse_object(written.trim_end_matches(is_blank)).map(Written::Object);
    }
    if begins_list_of_objects(written) {
        return Err(Problem::ListOfMessages);
    }
    Ok(Written::Text(unescape(raw, written)))
}

/// White space, and the marks without width that pasted text brings along (byte order mark, zero-width space, word
/// joiner): they must not turn broken JSON into a text.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{FEFF}' | '\u{200B}' | '\u{2060}')
}

fn begins_object(written: &str) -> bool {
    written.starts_with('{') && !tokens::begins_with_token(written)
}

/// Whether it is a list of message objects, however broken, and no text.
pub(super) fn is_list_of_objects(raw: &str) -> bool {
    begins_list_of_objects(raw.trim_start_matches(is_blank))
}

fn begins_list_of_objects(written: &str) -> bool {
    written.strip_prefix('[').is_some_and(|rest| begins_object(rest.trim_start_matches(is_blank)))
}

/// Takes away the one mark that says "this brace is text".
fn unescape(raw: &str, written: &str) -> String {
    let is_mark = |character| matches!(character, '\\' | '¥');
    let bare = written.trim_start_matches(is_mark);
    let needs_mark = bare.starts_with('{') || begins_list_of_objects(bare);
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
    let object = parsed.map_err(|error| Problem::NotJson { line: error.line(), column: error.column() })?;
    if object.text("type").is_none() {
        return Err(Problem::NoType);
    }
    refuse_twins(&object, Path::Root)?;
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
        match read(raw) {
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
            assert!(matches!(read(raw), Ok(Written::Blank)), "{raw:?}");
        }
    }

    #[test]
    fn json_is_found_behind_blanks_and_marks_without_width() {
        for raw in ["{\"type\":\"x\"}", "\u{FEFF}{\"type\":\"x\"}\u{3000}", "\u{200B} {\n\"type\" : \"x\"}\n"] {
            assert!(matches!(read(raw), Ok(Written::Object(_))), "{raw:?}");
        }
    }
}
