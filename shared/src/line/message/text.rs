//! The two text messages: LINE emoji at their places, and the placeholders of `textV2`.

use super::{
    json::Json,
    path::Path,
    problem::{Problem, ValueKind},
    shape::{Variants, check_variants, is_word, wrong_kind},
};

/// Mentions in one text.
const MENTIONS: usize = 20;
/// LINE emoji in one text.
const EMOJIS: usize = 20;
/// Names in `substitution`.
const SUBSTITUTES: usize = 100;
/// Characters of a name in `substitution`.
const NAME_LENGTH: usize = 20;

/// Each emoji of a `text` message stands in place of a `$`, counted in UTF-16 code units.
pub(super) fn check_emojis(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    if json.list("emojis").is_empty() {
        return Ok(());
    }
    let units: Vec<u16> = json.text("text").unwrap_or_default().encode_utf16().collect();
    let emojis = at.key("emojis");
    for (number, emoji) in json.list("emojis").iter().enumerate() {
        let Some(Json::Number(index)) = emoji.get("index") else {
            continue;
        };
        let unit = index.as_u64().and_then(|index| usize::try_from(index).ok()).and_then(|index| units.get(index));
        if unit != Some(&u16::from(b'$')) {
            return Err(Problem::EmojiMisplaced { at: emojis.index(number).key("index").spell() });
        }
    }
    Ok(())
}

/// The `substitution` of a `textV2` message.
pub(super) fn check_substitution(json: &Json, variants: &Variants, at: Path<'_>) -> Result<(), Problem> {
    let Json::Object(fields) = json else {
        return wrong_kind(ValueKind::Object, at);
    };
    let actual = fields.len();
    if actual > SUBSTITUTES {
        return Err(Problem::TooMany { at: at.spell(), limit: SUBSTITUTES, actual });
    }
    for (name, value) in fields {
        let here = at.key(name);
        if !is_word(name, NAME_LENGTH) {
            return Err(Problem::NotAWord { at: here.spell() });
        }
        check_variants(value, variants, here)?;
    }
    Ok(())
}

/// Braces of a `textV2` text come in pairs around a name of `substitution`, or doubled as text.
pub(super) fn check_placeholders(json: &Json, at: Path<'_>) -> Result<(), Problem> {
    let at = at.key("text");
    let (mut mentions, mut emojis) = (0, 0);
    for piece in pieces(json.text("text").unwrap_or_default()) {
        let Piece::Placeholder(name) = piece.ok_or_else(|| Problem::BraceAlone { at: at.spell() })? else {
            continue;
        };
        let substitute = json.get("substitution").and_then(|substitution| substitution.get(name));
        match substitute.and_then(|substitute| substitute.text("type")) {
            Some("mention") => mentions += 1,
            Some(_) => emojis += 1,
            None => return Err(Problem::PlaceholderUnknown { at: at.spell() }),
        }
    }
    for (actual, limit) in [(mentions, MENTIONS), (emojis, EMOJIS)] {
        if actual > limit {
            return Err(Problem::TooMany { at: at.spell(), limit, actual });
        }
    }
    Ok(())
}

/// A `textV2` text with its doubled braces made single again, and placeholders as they are written.
pub(super) fn unescape_braces(text: &str) -> String {
    let read = pieces(text).map(|piece| match piece {
        Some(Piece::Text(text)) => Some(text.to_owned()),
        Some(Piece::Placeholder(name)) => Some(format!("{{{name}}}")),
        None => None,
    });
    read.collect::<Option<String>>().unwrap_or_else(|| text.to_owned())
}

enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// The pieces of a `textV2` text; ends with `None` where a brace stands alone.
fn pieces(text: &str) -> impl Iterator<Item = Option<Piece<'_>>> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let now = rest.filter(|now| !now.is_empty())?;
        let (piece, after) = next_piece(now).map_or((None, None), |(piece, after)| (Some(piece), Some(after)));
        rest = after;
        Some(piece)
    })
}

fn next_piece(text: &str) -> Option<(Piece<'_>, &str)> {
    if text.starts_with("{{") || text.starts_with("}}") {
        return Some((Piece::Text(&text[..1]), &text[2..]));
    }
    if let Some(opened) = text.strip_prefix('{') {
        let (name, after) = opened.split_once('}')?;
        return (!name.contains('{')).then_some((Piece::Placeholder(name), after));
    }
    let end = text.find(['{', '}']).unwrap_or(text.len());
    (end > 0).then(|| (Piece::Text(&text[..end]), &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_braces_are_text_and_single_ones_are_not() {
        assert_eq!(unescape_braces("a{{b}}c {user1} {{{x}}}"), "a{b}c {user1} {{x}}");
        for alone in ["{", "}", "a{b", "a}b", "{a{b}", "{{a}", "{{a}}}"] {
            assert!(pieces(alone).any(|piece| piece.is_none()), "{alone}");
        }
    }
}
