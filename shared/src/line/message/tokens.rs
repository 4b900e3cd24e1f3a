//! Our tokens, `{{line:property}}`: a contact's property put into a message.
//!
//! A message object is parsed first and filled in afterwards, inside its strings alone and in one pass: whatever a
//! contact typed stays inside the string it was put into, and a token inside a property is not filled in again.

use super::{
    foreign,
    json::Json,
    path::Path,
    problem::Problem,
    token::{self, Token},
};

/// What tokens stand for.
#[derive(Clone, Copy)]
pub struct Tokens<'a> {
    /// The value of a contact's property: empty where the contact has none, `None` where the CRM is not asked for it.
    pub property: &'a dyn Fn(&str) -> Option<String>,
    /// Tokens of other systems (`{{ contact.firstname }}`) are meant as text and go out as they are written.
    pub others_are_text: bool,
}

impl<'a> Tokens<'a> {
    /// With these properties; a token of another system is refused.
    pub fn of(property: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { property, others_are_text: false }
    }

    /// Whether a text begins with a token, ours or another system's, well written or not: then it is no JSON.
    pub(super) fn begin(self, text: &str) -> bool {
        token::begins_with_token(text) || foreign::begins(text, &|name| self.knows(name))
    }

    fn knows(self, name: &str) -> bool {
        (self.property)(name).is_some()
    }
}

/// What a value must go through to stay a value where it is put.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escape {
    Nothing,
    /// In addresses: everything but letters, digits and `-._~`.
    Percent,
    /// In the text of `textV2`, whose braces mean something to LINE.
    Braces,
}

/// Fills in the tokens of a plain text.
pub(super) fn fill_text(text: &str, tokens: Tokens<'_>) -> Result<String, Problem> {
    let root = crate::line::message::ROOT;
    Ok(fill(text, Escape::Nothing, tokens, root.key("text"))?.text)
}

/// Fills in the tokens of a message object. Positions of LINE emoji count in the text as it was written, and move
/// with it.
pub(super) fn fill_object(object: &mut Json, tokens: Tokens<'_>) -> Result<(), Problem> {
    let root = crate::line::message::ROOT;
    let kind = object.text("type").unwrap_or_default().to_owned();
    let Json::Object(fields) = object else {
        return Ok(());
    };
    let mut moves = Vec::new();
    for (key, value) in fields.iter_mut() {
        match (kind.as_str(), key.as_str(), &mut *value) {
            ("text", "text", Json::Text(text)) => {
                let filled = fill(text, Escape::Nothing, tokens, root.key("text"))?;
                (*text, moves) = (filled.text, filled.moves);
            }
            ("textV2", "text", Json::Text(text)) => {
                *text = fill(text, Escape::Braces, tokens, root.key("text"))?.text;
            }
            _ => fill_field(key, value, tokens, root)?,
        }
    }
    if kind == "text" {
        move_emojis(fields, &moves);
    }
    Ok(())
}

fn fill_field(key: &str, value: &mut Json, tokens: Tokens<'_>, at: Path<'_>) -> Result<(), Problem> {
    let here = at.key(key);
    if token::find(key).is_some() || (key == "type" && matches!(value, Json::Text(kind) if token::find(kind).is_some()))
    {
        return Err(Problem::TokenNotAllowed { at: here.spell() });
    }
    let escape = if is_address(key) { Escape::Percent } else { Escape::Nothing };
    fill_value(value, escape, tokens, here)
}

fn fill_value(value: &mut Json, escape: Escape, tokens: Tokens<'_>, at: Path<'_>) -> Result<(), Problem> {
    match value {
        Json::Text(text) => *text = fill(text, escape, tokens, at)?.text,
        Json::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                fill_value(item, escape, tokens, at.index(index))?;
            }
        }
        Json::Object(fields) => {
            for (key, value) in fields {
                fill_field(key, value, tokens, at)?;
            }
        }
        Json::Null | Json::Flag(_) | Json::Number(_) => {}
    }
    Ok(())
}

/// By name, so that an address in a property which LINE adds one day is treated as one: `uri`, `url`, `linkUri`,
/// `originalContentUrl` ... and `altUri.desktop`.
fn is_address(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key.ends_with("url") || key.ends_with("uri") || key == "desktop"
}

/// A text with its tokens filled in, and how what stood behind each token moved.
struct Filled {
    text: String,
    moves: Vec<Move>,
}

/// In UTF-16 code units: the token stood at `from..to`, and everything behind it moved by `by`.
struct Move {
    from: i64,
    to: i64,
    by: i64,
}

fn fill(text: &str, escape: Escape, tokens: Tokens<'_>, at: Path<'_>) -> Result<Filled, Problem> {
    if !tokens.others_are_text {
        // In `textV2` doubled braces are text, so a name alone between them may be one.
        foreign::refuse(text, &|name| escape != Escape::Braces && tokens.knows(name), at)?;
    }
    let mut filled = Filled { text: String::with_capacity(text.len()), moves: Vec::new() };
    let (mut rest, mut position) = (text, 0);
    while let Some(found) = token::find(rest) {
        let written = found.token.ok_or_else(|| Problem::TokenMalformed { at: at.spell() })?;
        filled.text.push_str(found.before);
        if escape == Escape::Percent && !token_may_follow(&filled.text) {
            return Err(Problem::TokenInHost { at: at.spell() });
        }
        let value = escaped(&value_of(&written, tokens, at)?, escape);
        let spelt = &rest[found.before.len()..rest.len() - found.after.len()];
        let from = position + utf16_length(found.before);
        let to = from + utf16_length(spelt);
        filled.moves.push(Move { from, to, by: utf16_length(&value) - utf16_length(spelt) });
        filled.text.push_str(&value);
        (rest, position) = (found.after, to);
    }
    filled.text.push_str(rest);
    Ok(filled)
}

/// What a token stands for. An empty property without other words is refused: nobody wants to be "様" alone.
fn value_of(token: &Token<'_>, tokens: Tokens<'_>, at: Path<'_>) -> Result<String, Problem> {
    let name = || token.name.to_owned();
    let value = (tokens.property)(token.name).ok_or_else(|| Problem::TokenUnknown { at: at.spell(), name: name() })?;
    match token.otherwise {
        _ if !value.trim().is_empty() => Ok(value),
        Some(otherwise) => Ok(otherwise.to_owned()),
        None => Err(Problem::TokenEmpty { at: at.spell(), name: name() }),
    }
}

fn escaped(value: &str, escape: Escape) -> String {
    match escape {
        Escape::Nothing => value.to_owned(),
        Escape::Braces => value.replace('{', "{{").replace('}', "}}"),
        Escape::Percent => value.bytes().fold(String::new(), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
            encoded
        }),
    }
}

/// A contact may fill in a path, a query or a number, never the host that is called.
fn token_may_follow(written: &str) -> bool {
    let Some((scheme, rest)) = written.split_once(':') else {
        return false;
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//").is_some_and(|rest| rest.contains(['/', '?', '#'])),
        "tel" | "line" => true,
        _ => false,
    }
}

fn utf16_length(text: &str) -> i64 {
    i64::try_from(text.encode_utf16().count()).expect("no text is that long")
}

fn move_emojis(fields: &mut [(String, Json)], moves: &[Move]) {
    let emojis = fields.iter_mut().find(|(key, _)| key == "emojis");
    let Some((_, Json::List(emojis))) = emojis else {
        return;
    };
    for emoji in emojis {
        let Json::Object(fields) = emoji else {
            continue;
        };
        let index = fields.iter_mut().find(|(key, _)| key == "index");
        let Some((_, Json::Number(index))) = index else {
            continue;
        };
        let Some(written) = index.as_i64() else {
            continue;
        };
        let inside = moves.iter().any(|moved| (moved.from..moved.to).contains(&written));
        let by: i64 = moves.iter().filter(|moved| moved.to <= written).map(|moved| moved.by).sum();
        // An emoji inside a token has no place: -1 is refused by the check that follows.
        *index = if inside { (-1).into() } else { written.saturating_add(by).into() };
    }
}

#[cfg(test)]
#[path = "tokens_tests.rs"]
mod tests;
