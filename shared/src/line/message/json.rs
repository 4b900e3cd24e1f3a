//! A JSON value as its author wrote it: keys keep their order, and a key written twice is still seen twice.
//!
//! `serde_json::Value` drops the first of two equal keys without a word, and whether it keeps the order depends on a
//! feature that any dependency may switch on. What we send must depend on neither.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Number;
use std::fmt;

/// A JSON value. No `Debug`: it holds what is said to a person.
#[derive(Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Flag(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The value under a key of an object; `None` where this is no object.
    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        match self {
            Self::Object(fields) => fields.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text under a key of an object.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match self.get(key) {
            Some(Self::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The list under a key of an object; empty where there is none.
    pub(super) fn list(&self, key: &str) -> &[Json] {
        match self.get(key) {
            Some(Self::List(items)) => items,
            _ => &[],
        }
    }

    /// Compact JSON text, the same for the same value.
    ///
    /// U+FFFE and U+FFFF are written as escapes: equal JSON, and the text may then lie in an SQS message, which
    /// refuses those two characters. (They can only stand inside strings, so a plain replacement is right.)
    pub(super) fn render(&self) -> String {
        let plain = serde_json::to_string(self).expect("a tree of strings, numbers and lists always serialises");
        escape_noncharacters(plain)
    }
}

/// Replaces U+FFFE and U+FFFF in JSON text by their escapes.
pub(super) fn escape_noncharacters(json: String) -> String {
    if json.contains(['\u{FFFE}', '\u{FFFF}']) {
        json.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
    } else {
        json
    }
}

/// How deep brackets and braces nest in JSON text, strings aside. Also tells of text that does not parse.
pub(super) fn nesting(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (key, value) in fields {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyJson)
    }
}

struct AnyJson;

impl<'de> Visitor<'de> for AnyJson {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        Json::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(Number::from_f64(number).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_what_is_rendered_in_its_own_order() {
        let written = r#"{"z":1,"a":[true,null,-2,0.5,18446744073709551615],"z":{"é":"\"\\\n\u0000"}}"#;
        let json: Json = serde_json::from_str(written).unwrap();
        assert_eq!(json.render(), written);
    }

    #[test]
    fn noncharacters_are_escaped_and_mean_the_same() {
        let json = Json::Text("\\\u{FFFF}a\u{FFFE}".to_owned());
        let rendered = json.render();
        assert_eq!(rendered, r#""\\\uffffa\ufffe""#);
        assert!(serde_json::from_str::<Json>(&rendered).unwrap() == json);
    }

    #[test]
    fn nesting_is_counted_outside_strings_only() {
        assert_eq!(nesting(r#"{"a":[{"b":"[[[\"{{{"}]}"#), 3);
        assert_eq!(nesting("plain"), 0);
        assert_eq!(nesting("}}}{"), 1);
    }
}
