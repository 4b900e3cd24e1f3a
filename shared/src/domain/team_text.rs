//! What a team says again and again: texts that operators insert into an answer, with buttons to tap below it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A team has no more texts: all of them stand on each talk's page.
pub const MOST_TEXTS: usize = 50;
/// The longest name, in characters.
pub const LONGEST_NAME: usize = 40;
/// The longest text, in UTF-16 code units, as LINE counts.
pub const LONGEST_WORDS: usize = 1_000;

/// A text of the team's. Of one name there is one. `Debug` does not show what it says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamText {
    /// What the team calls it.
    pub name: String,
    /// What it says.
    pub words: String,
    /// The labels of buttons below it: a tap says the label.
    #[serde(default)]
    pub quick_replies: Vec<String>,
}

impl TeamText {
    /// A text of this name. `None`: the name or the words are too long, or there are none.
    pub fn new(name: &str, words: &str, quick_replies: Vec<String>) -> Option<Self> {
        let (name, words) = (name.trim(), words.trim().replace("\r\n", "\n"));
        let is_name = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        let fits = (1..=LONGEST_WORDS).contains(&words.encode_utf16().count());
        (is_name && fits).then(|| Self { name: name.to_owned(), words, quick_replies })
    }
}

/// The labels in a field, one a line.
pub fn labels(lines: &str) -> Vec<String> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl fmt::Debug for TeamText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TeamText(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_a_name_and_words_that_are_not_too_long() {
        let text = TeamText::new(" 営業時間 ", "10時から\r\n18時まで ", labels(" はい \r\n\nいいえ")).expect("a text");
        assert_eq!((text.name.as_str(), text.words.as_str()), ("営業時間", "10時から\n18時まで"));
        assert_eq!(text.quick_replies, ["はい", "いいえ"]);
        let long = "あ".repeat(LONGEST_WORDS);
        assert!(TeamText::new("a", &long, Vec::new()).is_some());
        let (longer, name) = (format!("{long}あ"), "あ".repeat(LONGEST_NAME + 1));
        for (name, words) in [("", "a"), (" ", "a"), ("a", " "), ("a\u{7}b", "a"), (&name, "a"), ("a", &longer)] {
            assert!(TeamText::new(name, words, Vec::new()).is_none(), "{} {}", name.len(), words.len());
        }
    }
}
