//! Problems in the words of the people who can fix them: one table a language, and the numbers put in here.

mod en;
mod ja;

use super::{
    limits::TextUnit,
    odd::Instead,
    path::JsonPath,
    problem::{Problem, ValueKind},
};
use crate::domain::language::Language;
use crate::domain::token_property;

impl Problem {
    /// What is wrong and how to fix it, in a sentence or two; without the field's name.
    pub fn in_words(&self, language: Language) -> String {
        let words = match language {
            Language::Japanese => ja::words(self),
            Language::English => en::words(self),
        };
        let known = [
            ("at", self.at().map(|at| place(at, language))),
            ("what", self.what(language)),
            ("property", self.property(language)),
            ("instead", self.instead(language)),
        ];
        let words = known.into_iter().fold(words.to_owned(), |words, (name, value)| put(words, name, value));
        let [limit, actual] = self.numbers();
        put(put(words, "limit", limit), "actual", actual)
    }

    /// The place in the message object, where the problem has one.
    pub fn at(&self) -> Option<&JsonPath> {
        match self {
            Self::NoMessage
            | Self::Blank
            | Self::TooManyMessages { .. }
            | Self::RequestTooLarge { .. }
            | Self::NotJson { .. }
            | Self::OddCharacter { .. }
            | Self::FenceAmongWords
            | Self::ListOfMessages
            | Self::ListOfValues
            | Self::NoAltText
            | Self::NoType
            | Self::TooDeep { .. } => None,
            Self::WrittenTwice { at }
            | Self::TokenMalformed { at }
            | Self::TokenUnknown { at, .. }
            | Self::TokenEmpty { at, .. }
            | Self::TokenOfAnother { at, .. }
            | Self::TokenWithoutPrefix { at, .. }
            | Self::TokenNotAllowed { at }
            | Self::TokenInHost { at }
            | Self::Missing { at }
            | Self::WrongKind { at, .. }
            | Self::UnknownType { at, .. }
            | Self::NotOneOf { at, .. }
            | Self::ActionNotHere { at, .. }
            | Self::Empty { at }
            | Self::TooLong { at, .. }
            | Self::TooSmall { at, .. }
            | Self::TooFew { at, .. }
            | Self::TooMany { at, .. }
            | Self::TooLarge { at, .. }
            | Self::NotAnAddress { at, .. }
            | Self::NotAWord { at }
            | Self::NotADate { at, .. }
            | Self::NotTogether { at, .. }
            | Self::ReservedWord { at, .. }
            | Self::ColumnsDiffer { at }
            | Self::EmojiMisplaced { at }
            | Self::BraceAlone { at }
            | Self::PlaceholderUnknown { at } => Some(at),
        }
    }

    /// The bound and what was found, as far as the problem has them.
    fn numbers(&self) -> [Option<String>; 2] {
        let both = |limit: &usize, actual: &usize| [Some(limit.to_string()), Some(actual.to_string())];
        match self {
            Self::TooManyMessages { limit, actual }
            | Self::TooLong { limit, actual, .. }
            | Self::TooMany { limit, actual, .. }
            | Self::TooFew { least: limit, actual, .. }
            | Self::RequestTooLarge { limit_bytes: limit, actual_bytes: actual }
            | Self::TooLarge { limit_bytes: limit, actual_bytes: actual, .. }
            | Self::NotJson { line: limit, column: actual }
            | Self::OddCharacter { line: limit, column: actual, .. } => both(limit, actual),
            Self::TooDeep { limit } => [Some(limit.to_string()), None],
            Self::TooSmall { least, .. } => [Some(least.to_string()), None],
            _ => [None, None],
        }
    }

    /// The label and the name of the property that a token asks for.
    fn property(&self, language: Language) -> Option<String> {
        let Self::TokenEmpty { name, .. } = self else { return None };
        Some(match (token_property::label(name, language), language) {
            (Some(label), Language::Japanese) => format!("「{label}」（{name}）"),
            (Some(label), Language::English) => format!("\"{label}\" ({name})"),
            (None, Language::Japanese) => format!("「{name}」"),
            (None, Language::English) => format!("\"{name}\""),
        })
    }

    /// What to do about a character.
    fn instead(&self, language: Language) -> Option<String> {
        let Self::OddCharacter { instead, .. } = self else { return None };
        Some(match (instead, language) {
            (Instead::Character(plain), Language::Japanese) => format!("半角の「{plain}」に直して"),
            (Instead::Character(plain), Language::English) => format!("type {plain} in its place"),
            (Instead::Space, Language::Japanese) => "半角の空白に直して".to_owned(),
            (Instead::Space, Language::English) => "type an ordinary space in its place".to_owned(),
            (Instead::Nothing, Language::Japanese) => "削除して".to_owned(),
            (Instead::Nothing, Language::English) => "delete it".to_owned(),
        })
    }

    /// The one word that the problem turns on.
    fn what(&self, language: Language) -> Option<String> {
        let japanese = language == Language::Japanese;
        let list = |words: &[&str]| words.join(if japanese { "、" } else { ", " });
        Some(match self {
            Self::TokenUnknown { name, .. }
            | Self::TokenEmpty { name, .. }
            | Self::TokenOfAnother { name, .. }
            | Self::TokenWithoutPrefix { name, .. } => name.clone(),
            Self::OddCharacter { found, .. } => character(*found, japanese),
            Self::WrongKind { expected, .. } => kind(*expected, japanese).to_owned(),
            Self::UnknownType { known: words, .. }
            | Self::NotOneOf { allowed: words, .. }
            | Self::NotAnAddress { schemes: words, .. } => list(words),
            Self::ActionNotHere { only_in, .. } => place_of_action(only_in, japanese).to_owned(),
            Self::TooLong { unit, .. } => counting(*unit, japanese).to_owned(),
            Self::NotADate { format: word, .. }
            | Self::NotTogether { other: word, .. }
            | Self::ReservedWord { word, .. } => (*word).to_owned(),
            _ => return None,
        })
    }
}

fn character(found: char, japanese: bool) -> String {
    let (ja, en) = match found {
        '\u{A0}' => ("改行しない空白".to_owned(), "a no-break space".to_owned()),
        '\u{3000}' => ("全角の空白".to_owned(), "a full-width space".to_owned()),
        blank if blank.is_whitespace() => ("特殊な空白".to_owned(), "a special space".to_owned()),
        seen if is_seen(seen) => (format!("「{seen}」"), format!("\u{201C}{seen}\u{201D}")),
        _ => ("見えない文字".to_owned(), "an invisible character".to_owned()),
    };
    let code = u32::from(found);
    if japanese { format!("{ja}（U+{code:04X}）") } else { format!("{en} (U+{code:04X})") }
}

fn is_seen(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

fn put(words: String, name: &str, value: Option<String>) -> String {
    match value {
        Some(value) => words.replace(&format!("<{name}>"), &value),
        None => words,
    }
}

fn place(at: &JsonPath, language: Language) -> String {
    match (at.as_str(), language) {
        ("", Language::Japanese) => "メッセージオブジェクト".to_owned(),
        ("", Language::English) => "The message object".to_owned(),
        (at, Language::Japanese) => format!("「{at}」"),
        (at, Language::English) => format!("\"{at}\""),
    }
}

fn kind(kind: ValueKind, japanese: bool) -> &'static str {
    let (ja, en) = match kind {
        ValueKind::Text => ("文字列", "a text in quotes"),
        ValueKind::WholeNumber => ("整数", "a whole number"),
        ValueKind::Number => ("数値", "a number"),
        ValueKind::Flag => ("trueまたはfalse", "true or false"),
        ValueKind::Object => ("オブジェクト", "an object"),
        ValueKind::List => ("配列", "a list"),
    };
    if japanese { ja } else { en }
}

fn counting(unit: TextUnit, japanese: bool) -> &'static str {
    let (ja, en) = match unit {
        TextUnit::Utf16 => {
            ("UTF-16単位。多くの絵文字は2文字以上に数えます", "UTF-16 units: most emoji count as two or more")
        }
        TextUnit::Graphemes => ("見た目の1文字を1文字と数えます", "as a reader counts them"),
    };
    if japanese { ja } else { en }
}

fn place_of_action(place: &'static str, japanese: bool) -> &'static str {
    match (place, japanese) {
        ("quick reply", true) => "クイックリプライ",
        ("rich menu", true) => "リッチメニュー",
        _ => place,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_and_place_is_put_in() {
        let root = crate::line::message::ROOT;
        let at = || root.key("altText").spell();
        let problems = [
            Problem::NotJson { line: 3, column: 14 },
            Problem::OddCharacter { line: 3, column: 14, found: '“', instead: Instead::Character('"') },
            Problem::OddCharacter { line: 3, column: 14, found: '\u{200B}', instead: Instead::Nothing },
            Problem::OddCharacter { line: 3, column: 14, found: '\u{2003}', instead: Instead::Space },
            Problem::FenceAmongWords,
            Problem::ListOfValues,
            Problem::NoAltText,
            Problem::TokenEmpty { at: at(), name: "firstname".into() },
            Problem::TokenEmpty { at: at(), name: "shoe_size".into() },
            Problem::TokenOfAnother { at: at(), name: "{{ contact.firstname }}".into() },
            Problem::TokenWithoutPrefix { at: at(), name: "firstname".into() },
            Problem::TooManyMessages { limit: 5, actual: 6 },
            Problem::TokenUnknown { at: at(), name: "firstname".into() },
            Problem::WrongKind { at: at(), expected: ValueKind::Flag },
            Problem::TooLong { at: at(), limit: 20, actual: 21, unit: TextUnit::Graphemes },
            Problem::ActionNotHere { at: at(), only_in: "quick reply" },
            Problem::NotAnAddress { at: at(), schemes: &["https"] },
            Problem::TooSmall { at: root.spell(), least: 0 },
            Problem::TooDeep { limit: 64 },
        ];
        for problem in problems {
            for language in [Language::Japanese, Language::English] {
                let words = problem.in_words(language);
                assert!(!words.contains(['<', '>']), "{words}");
                assert!(words.ends_with(['。', '.']), "{words}");
            }
        }
    }

    #[test]
    fn a_marketer_reads_what_is_wrong_and_how_to_mend_it() {
        let problem = Problem::NotJson { line: 2, column: 7 };
        let (ja, en) = (problem.in_words(Language::Japanese), problem.in_words(Language::English));
        assert!(ja.contains("2行7文字目") && ja.contains("「\\{」"), "{ja}");
        assert!(en.contains("line 2, column 7") && en.contains("\"\\{\""), "{en}");
        let root = crate::line::message::ROOT;
        let at = root.key("text").spell();
        let long = Problem::TooLong { at, limit: 5_000, actual: 5_001, unit: TextUnit::Utf16 };
        assert!(long.in_words(Language::Japanese).starts_with("「text」は5000文字までです（現在5001文字"));
    }
}
