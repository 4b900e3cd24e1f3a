//! Why a message may not be sent.

use super::{limits::TextUnit, odd::Instead, path::JsonPath};
use crate::domain::language::Language;
use thiserror::Error;

/// A message field that may not be sent, and why. Holds names, places and numbers, never what was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.in_words(Language::English))]
pub struct InvalidMessage {
    /// The input field of the workflow action, such as `message_2`.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl InvalidMessage {
    /// For the person who wrote the message: which field, what is wrong, and the fix.
    pub fn in_words(&self, language: Language) -> String {
        let words = self.problem.in_words(language);
        match language {
            Language::Japanese => format!("{}：{words}", self.field),
            Language::English => format!("{}: {words}", self.field),
        }
    }
}

/// The kind of JSON value that a property takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A string.
    Text,
    /// A number without a fraction.
    WholeNumber,
    /// Any number.
    Number,
    /// `true` or `false`.
    Flag,
    /// An object.
    Object,
    /// A list.
    List,
}

/// What is wrong with a message.
///
/// The fields are named alike throughout: `at` is the place in the message object (empty for the object itself),
/// `limit` or `least` the bound, `actual` what was found; `_bytes` are bytes of JSON as it would be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields mean the same in every variant and are explained once, above")]
pub enum Problem {
    /// No field holds a message.
    NoMessage,
    /// The field holds blanks alone.
    Blank,
    /// More message objects than a request takes.
    TooManyMessages { limit: usize, actual: usize },
    /// The whole request is larger than LINE takes.
    RequestTooLarge { limit_bytes: usize, actual_bytes: usize },

    /// The field begins like JSON and is none.
    NotJson { line: usize, column: usize },
    /// The field begins like JSON and has a character that JSON does not take there, though it looks right.
    OddCharacter { line: usize, column: usize, found: char, instead: Instead },
    /// JSON in a code fence with words around it.
    FenceAmongWords,
    /// The field holds a list; it takes one message object.
    ListOfMessages,
    /// The field's value is a list that cannot be read as one text.
    ListOfValues,
    /// A Flex container without any text, from which an alternative text could be made.
    NoAltText,
    /// JSON without a `type` that is a text.
    NoType,
    /// Nested deeper than can be kept.
    TooDeep { limit: usize },
    /// The same key twice in one object.
    WrittenTwice { at: JsonPath },

    /// `{{line:` without a name and `}}`.
    TokenMalformed { at: JsonPath },
    /// A token whose property is not known. The name is the token's, as its author wrote it.
    TokenUnknown { at: JsonPath, name: String },
    /// A token whose property is empty, without words for that case.
    TokenEmpty { at: JsonPath, name: String },
    /// A token of another system that nobody filled in. The name is the token's, without values.
    TokenOfAnother { at: JsonPath, name: String },
    /// A token of ours without its prefix.
    TokenWithoutPrefix { at: JsonPath, name: String },
    /// A token as a key or as a `type`.
    TokenNotAllowed { at: JsonPath },
    /// A token that would decide which host an address leads to.
    TokenInHost { at: JsonPath },

    /// A required property is missing.
    Missing { at: JsonPath },
    /// A property of another kind.
    WrongKind { at: JsonPath, expected: ValueKind },
    /// A `type` that LINE does not have at this place.
    UnknownType { at: JsonPath, known: &'static [&'static str] },
    /// A value outside a closed list.
    NotOneOf { at: JsonPath, allowed: &'static [&'static str] },
    /// An action that exists, but not at this place.
    ActionNotHere { at: JsonPath, only_in: &'static str },
    /// A text that must not be empty.
    Empty { at: JsonPath },
    /// A text that is too long.
    TooLong { at: JsonPath, limit: usize, actual: usize, unit: TextUnit },
    /// A number that is too small.
    TooSmall { at: JsonPath, least: i64 },
    /// Too few entries in a list.
    TooFew { at: JsonPath, least: usize, actual: usize },
    /// Too many entries in a list or an object.
    TooMany { at: JsonPath, limit: usize, actual: usize },
    /// Too many bytes of JSON (Flex).
    TooLarge { at: JsonPath, limit_bytes: usize, actual_bytes: usize },
    /// No address, not one of these schemes, or not percent-encoded.
    NotAnAddress { at: JsonPath, schemes: &'static [&'static str] },
    /// Characters other than letters, digits and `_`.
    NotAWord { at: JsonPath },
    /// No date or time as the mode wants it.
    NotADate { at: JsonPath, format: &'static str },
    /// Two properties that exclude each other.
    NotTogether { at: JsonPath, other: &'static str },
    /// The sender's name holds a word that LINE keeps for itself.
    ReservedWord { at: JsonPath, word: &'static str },
    /// Columns of one carousel that differ in what they have.
    ColumnsDiffer { at: JsonPath },
    /// The place of a LINE emoji is no `$`.
    EmojiMisplaced { at: JsonPath },
    /// A brace without its partner in a `textV2` text.
    BraceAlone { at: JsonPath },
    /// A placeholder in a `textV2` text that `substitution` does not have.
    PlaceholderUnknown { at: JsonPath },
}
