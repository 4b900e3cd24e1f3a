//! A setting's value, apart from where it lies.

use serde_json::{Value, json};

use crate::domain::auto_reply::{KeywordRule, written_rules};
use crate::domain::push::OutgoingMessage;

/// What is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// Nothing.
    None,
    /// On or off.
    Flag(bool),
    /// A time, in milliseconds.
    SpanMs(i64),
    /// A text, a number, an address, or one of the choices.
    Text(String),
    /// Several texts.
    Texts(Vec<String>),
    /// Messages to be sent.
    Messages(Vec<OutgoingMessage>),
    /// Keywords and what they are answered.
    Keywords(Vec<KeywordRule>),
}

impl SettingValue {
    /// A text, where there is one.
    pub fn of_text(text: Option<&String>) -> Self {
        text.map_or(Self::None, |text| Self::Text(text.clone()))
    }

    /// For machines.
    pub fn json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Flag(on) => json!(on),
            Self::SpanMs(span_ms) => json!(span_ms),
            Self::Text(text) => json!(text),
            Self::Texts(texts) => json!(texts),
            Self::Messages(messages) => messages_json(messages),
            Self::Keywords(rules) => rules.iter().map(rule_json).collect(),
        }
    }

    /// As it is written for the setting, and read again.
    pub fn written(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Flag(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
            Self::SpanMs(span_ms) => written_span(*span_ms),
            Self::Text(text) => text.clone(),
            Self::Texts(texts) if texts.is_empty() => "none".to_owned(),
            Self::Texts(texts) => texts.join(","),
            Self::Messages(messages) if messages.is_empty() => "none".to_owned(),
            Self::Messages(_) => self.json().to_string(),
            Self::Keywords(rules) if rules.is_empty() => "none".to_owned(),
            Self::Keywords(rules) => written_rules(rules, |answer| messages_json(answer).to_string()),
        }
    }

    pub(super) fn is_on(&self) -> bool {
        *self == Self::Flag(true)
    }

    /// The name of a choice.
    pub(super) fn named<T: PartialEq>(choices: &[(&str, T)], chosen: T) -> Self {
        choices
            .iter()
            .find(|(_, choice)| *choice == chosen)
            .map_or(Self::None, |(name, _)| Self::Text((*name).to_owned()))
    }

    /// The choice of this name; its shape takes no other names.
    pub(super) fn choice<T: Copy + Default>(&self, choices: &[(&str, T)]) -> T {
        let is_it = |(name, _): &&(&str, T)| matches!(self, Self::Text(text) if text == name);
        choices.iter().find(is_it).map(|(_, choice)| *choice).unwrap_or_default()
    }

    pub(super) fn span_ms(&self) -> i64 {
        match self {
            Self::SpanMs(span_ms) => *span_ms,
            _ => 0,
        }
    }

    pub(super) fn messages(self) -> Vec<OutgoingMessage> {
        match self {
            Self::Messages(messages) => messages,
            _ => Vec::new(),
        }
    }

    pub(super) fn keywords(self) -> Vec<KeywordRule> {
        match self {
            Self::Keywords(rules) => rules,
            _ => Vec::new(),
        }
    }

    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn texts(self) -> Vec<String> {
        match self {
            Self::Texts(texts) => texts,
            _ => Vec::new(),
        }
    }
}

fn messages_json(messages: &[OutgoingMessage]) -> Value {
    messages.iter().map(message_json).collect()
}

fn rule_json(rule: &KeywordRule) -> Value {
    json!({"fits": rule.fits, "keywords": rule.keywords, "answer": messages_json(&rule.answer)})
}

/// As it is sent.
fn message_json(message: &OutgoingMessage) -> Value {
    serde_json::from_str(&message.json).unwrap_or_default()
}

/// In whole seconds, by the largest units: `1h30m`.
fn written_span(span_ms: i64) -> String {
    let s = span_ms / 1_000;
    let parts = [(s / 86_400, "d"), (s % 86_400 / 3_600, "h"), (s % 3_600 / 60, "m"), (s % 60, "s")];
    let written: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if written.is_empty() { "0s".to_owned() } else { written }
}
