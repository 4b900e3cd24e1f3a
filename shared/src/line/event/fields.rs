//! One level of a JSON object, as LINE wrote it.
//!
//! LINE adds properties, enum values and whitespace without notice. Reading one level at a time
//! keeps each of them harmless: a property nobody asks for is never looked into, however deep it
//! is, and one of an unexpected type reads as absent.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde_json::value::RawValue;

/// The properties of one object. A name that occurs twice has its last value.
pub(crate) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Reads an object; `None` where it is none.
    pub(crate) fn read(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok().map(Self)
    }

    /// All of it, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), raw.get()))
    }

    /// An object within.
    pub(crate) fn object(&self, name: &str) -> Option<Fields<'a>> {
        self.0.get(name).and_then(|raw| Fields::read(raw))
    }

    /// A text. Half of a surrogate pair, which JSON can spell and UTF-8 cannot, becomes U+FFFD: a
    /// person's odd character must not lose their words.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).and_then(|raw| text(raw))
    }

    /// An identifier: a text that is not empty, or a number in its own digits.
    pub(crate) fn id(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty()).or_else(|| self.digits(name))
    }

    /// The texts of a list; what is no text is left out.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.0.get(name).and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok());
        list.unwrap_or_default().into_iter().filter_map(text).collect()
    }

    /// A number as LINE wrote it, all digits kept.
    pub(crate) fn digits(&self, name: &str) -> Option<String> {
        let raw = self.0.get(name)?.get();
        raw.parse::<f64>().is_ok_and(f64::is_finite).then(|| raw.to_owned())
    }

    /// A whole number.
    pub(crate) fn whole(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.get().parse().ok()
    }

    /// A whole number that is not negative.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.get().parse().ok()
    }

    /// `true`, and nothing else.
    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.truth(name) == Some(true)
    }

    /// `true` or `false`. `None`: neither.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.get().parse().ok()
    }
}

fn text(raw: &RawValue) -> Option<String> {
    if !raw.get().starts_with('"') {
        return None;
    }
    serde_json::Deserializer::from_str(raw.get()).deserialize_bytes(Lossy).ok()
}

struct Lossy;

impl Visitor<'_> for Lossy {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(&without_halves(bytes)).into_owned())
    }
}

/// Half of a surrogate pair stands here as the three bytes that UTF-8 would give it and does not have. It is one character.
fn without_halves(bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match rest {
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, after @ ..] => {
                whole.extend_from_slice("\u{FFFD}".as_bytes());
                rest = after;
            }
            [byte, after @ ..] => {
                whole.push(*byte);
                rest = after;
            }
            [] => return whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(json: &str, check: impl FnOnce(Fields<'_>) -> T) -> T {
        let raw: &RawValue = serde_json::from_str(json).unwrap();
        check(Fields::read(raw).unwrap())
    }

    #[test]
    fn half_an_emoji_does_not_lose_the_words_around_it() {
        let text = with(r#"{"text":"a\ud83db"}"#, |fields| fields.text("text").unwrap());
        assert_eq!(text, "a\u{FFFD}b");
        for (json, read) in [
            (r"\ude00\ud83d", "\u{FFFD}\u{FFFD}"),
            (r"\ud83d\ud83d\ude00", "\u{FFFD}😀"),
            (r"\ud83dx\ude00", "\u{FFFD}x\u{FFFD}"),
            (r"\ud7ff\ue000퟿한", "\u{D7FF}\u{E000}\u{D7FF}한"),
        ] {
            let json = format!(r#"{{"text":"{json}"}}"#);
            assert_eq!(with(&json, |fields| fields.text("text").unwrap()), read, "{json}");
        }
        assert_eq!(with(r#"{"text":"\ud83d\ude00"}"#, |fields| fields.text("text").unwrap()), "😀");
    }

    #[test]
    fn a_property_of_another_type_reads_as_absent() {
        let json = r#"{"a":null,"b":[1,"x",{}],"c":{"d":1},"e":"1","f":1.50,"g":-1,"h":"true"}"#;
        with(json, |fields| {
            assert_eq!((fields.text("a"), fields.text("b"), fields.text("c")), (None, None, None));
            assert_eq!(fields.texts("b"), ["x"]);
            assert_eq!((fields.whole("e"), fields.count("g"), fields.whole("g")), (None, None, Some(-1)));
            assert_eq!((fields.digits("f").as_deref(), fields.digits("e")), (Some("1.50"), None));
            assert!(!fields.is_true("h"));
        });
    }

    #[test]
    fn what_nobody_asks_for_may_be_as_deep_as_it_likes() {
        let deep = format!(r#"{{"text":"a","x":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000));
        assert_eq!(with(&deep, |fields| fields.text("text")).as_deref(), Some("a"));
    }
}
