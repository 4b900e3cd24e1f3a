//! Keyword rules: what somebody may write, and what it is answered.
//!
//! Written by operators one below the other: a line that begins with `exact:` or `contains:` and names keywords, then the answer,
//! a text or messages as JSON, until the next such line.

use icu_normalizer::ComposingNormalizer;
use serde::{Deserialize, Serialize};

use crate::domain::activity::Content;
use crate::domain::push::OutgoingMessage;

/// No account has more rules.
pub const MAX_RULES: usize = 50;
/// No rule has more keywords.
pub const MAX_KEYWORDS: usize = 20;
/// No keyword is longer, in characters as it is compared.
pub const MAX_KEYWORD_CHARS: usize = 50;

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeywordRule {
    /// How words fit a keyword.
    pub fits: Fits,
    /// Any of them, as they are compared.
    pub keywords: Vec<String>,
    /// What is answered, checked.
    pub answer: Vec<OutgoingMessage>,
}

/// How words fit a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fits {
    /// They are it, and nothing else.
    Exact,
    /// It stands in them.
    Contains,
}

/// Why rules are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeywordFault {
    /// What stands first does not begin a rule.
    NoRule,
    /// A rule has no keyword.
    NoKeyword,
    /// A rule has too many keywords, or one that is too long.
    Keywords,
    /// There are too many rules.
    TooMany,
}

/// As it is compared: compatible forms are one (NFKC), capital letters are small ones, blanks around it do not count.
pub fn normal(text: &str) -> String {
    ComposingNormalizer::new_nfkc().normalize(text).to_lowercase().trim().to_owned()
}

/// The answer of the first rule that the words fit.
pub(super) fn answer<'a>(rules: &'a [KeywordRule], words: &str) -> Option<&'a [OutgoingMessage]> {
    if rules.is_empty() {
        return None;
    }
    let words = normal(words);
    let fits = |rule: &&KeywordRule| match rule.fits {
        Fits::Exact => rule.keywords.contains(&words),
        Fits::Contains => rule.keywords.iter().any(|keyword| words.contains(keyword.as_str())),
    };
    rules.iter().find(fits).map(|rule| rule.answer.as_slice())
}

/// Reads rules as they are written; `messages` reads an answer.
///
/// # Errors
/// They are not written so, or an answer is not taken.
pub fn read_rules<E: From<KeywordFault>>(
    text: &str,
    messages: impl Fn(&str) -> Result<Vec<OutgoingMessage>, E>,
) -> Result<Vec<KeywordRule>, E> {
    let mut parts: Vec<(Fits, &str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (head(line), parts.last_mut()) {
            (Some((fits, keywords)), _) => parts.push((fits, keywords, Vec::new())),
            (None, Some((.., answer))) => answer.push(line),
            (None, None) if line.trim().is_empty() => {}
            (None, None) => return Err(KeywordFault::NoRule.into()),
        }
    }
    if parts.len() > MAX_RULES {
        return Err(KeywordFault::TooMany.into());
    }
    let rule = |(fits, keywords, answer): (Fits, &str, Vec<&str>)| {
        Ok(KeywordRule { fits, keywords: read_keywords(keywords)?, answer: messages(answer.join("\n").trim())? })
    };
    parts.into_iter().map(rule).collect()
}

fn read_keywords(text: &str) -> Result<Vec<String>, KeywordFault> {
    let mut keywords = Vec::new();
    for keyword in text.split([',', '、', '，']).map(normal).filter(|keyword| !keyword.is_empty()) {
        if !keywords.contains(&keyword) {
            keywords.push(keyword);
        }
    }
    let is_long = |keyword: &String| keyword.chars().count() > MAX_KEYWORD_CHARS;
    match keywords.len() {
        0 => Err(KeywordFault::NoKeyword),
        count if count > MAX_KEYWORDS || keywords.iter().any(is_long) => Err(KeywordFault::Keywords),
        _ => Ok(keywords),
    }
}

/// The line begins a rule: how, and with which keywords.
fn head(line: &str) -> Option<(Fits, &str)> {
    let (kind, keywords) = line.split_once([':', '：'])?;
    match kind.trim().to_ascii_lowercase().as_str() {
        "exact" | "完全一致" => Some((Fits::Exact, keywords)),
        "contains" | "含む" => Some((Fits::Contains, keywords)),
        _ => None,
    }
}

/// As they can be read again. An answer that is one text stands there as it is, where it can be read again so.
pub fn written_rules(rules: &[KeywordRule], json: impl Fn(&[OutgoingMessage]) -> String) -> String {
    let rule = |rule: &KeywordRule| {
        let kind = match rule.fits {
            Fits::Exact => "exact",
            Fits::Contains => "contains",
        };
        let answer = plain(&rule.answer).map_or_else(|| json(&rule.answer), str::to_owned);
        format!("{kind}: {}\n{answer}", rule.keywords.join(", "))
    };
    rules.iter().map(rule).collect::<Vec<_>>().join("\n\n")
}

/// The words of an answer that is nothing but a text, and is one when it is read again.
fn plain(answer: &[OutgoingMessage]) -> Option<&str> {
    let [OutgoingMessage { said: Content::Text { text }, json }] = answer else { return None };
    let is_bare = serde_json::json!({"type": "text", "text": text});
    let is_bare = serde_json::from_str::<serde_json::Value>(json).is_ok_and(|sent| sent == is_bare);
    // What could be read as JSON, a code fence, an escape, a token, or the beginning of a rule.
    let is_plain = !text.contains(['{', '`', '~', '\r']) && !text.trim_start().starts_with(['[', '\\', '¥', '"']);
    (is_bare && is_plain && text.trim() == text && text != "none" && text.lines().all(|line| head(line).is_none()))
        .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Fault(KeywordFault);

    impl From<KeywordFault> for Fault {
        fn from(fault: KeywordFault) -> Self {
            Self(fault)
        }
    }

    fn messages(text: &str) -> Result<Vec<OutgoingMessage>, Fault> {
        let json = serde_json::json!({"type": "text", "text": text}).to_string();
        Ok(vec![OutgoingMessage { json, said: Content::Text { text: text.to_owned() } }])
    }

    fn read(text: &str) -> Result<Vec<KeywordRule>, Fault> {
        read_rules(text, messages)
    }

    fn answered<'a>(rules: &'a [KeywordRule], words: &str) -> Option<&'a str> {
        answer(rules, words).and_then(plain)
    }

    const RULES: &str = "\nexact: 営業時間、Open?\n10時から\n\n18時まで\n\ncontains: 駐車場, ﾊﾟｰｷﾝｸﾞ\n5台あります\n含む： 営業\n後の規則\n";

    #[test]
    fn the_first_rule_that_fits_answers_whatever_the_width_and_case_of_the_letters() {
        let rules = read(RULES).expect("rules");
        assert_eq!(rules.len(), 3);
        for (words, says) in [
            ("営業時間", Some("10時から\n\n18時まで")),
            (" ｏｐｅｎ？\n", Some("10時から\n\n18時まで")),
            ("OPEN?", Some("10時から\n\n18時まで")),
            ("営業時間は？", Some("後の規則")),
            ("パーキングはありますか", Some("5台あります")),
            ("駐車場の営業", Some("5台あります")),
            ("open? please", None),
            ("", None),
            ("こんにちは", None),
        ] {
            assert_eq!(answered(&rules, words), says, "{words}");
        }
    }

    #[test]
    fn what_is_written_is_read_back_the_same() {
        let json = |answer: &[OutgoingMessage]| answer.iter().map(|message| message.json.clone()).collect::<String>();
        let rules = read(RULES).expect("rules");
        let written = written_rules(&rules, json);
        assert!(
            written.starts_with("exact: 営業時間, open?\n10時から\n\n18時まで\n\ncontains: 駐車場, パーキング\n"),
            "{written}"
        );
        assert_eq!(read(&written).expect("rules"), rules);
        for odd in ["{{x}}", "[1]", "none", "a\nexact: b", " a", "\\{", "~~~\na\n~~~", "\"a\""] {
            let rule =
                KeywordRule { fits: Fits::Exact, keywords: vec!["k".into()], answer: messages(odd).expect("a text") };
            assert!(
                written_rules(std::slice::from_ref(&rule), json)
                    .lines()
                    .nth(1)
                    .is_some_and(|line| line.starts_with("{\"")),
                "{odd}"
            );
        }
    }

    #[test]
    fn what_is_no_rule_or_too_much_is_refused() {
        let rule = |keywords: &str| format!("exact: {keywords}\nanswer\n");
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
        for (text, fault) in [
            ("answer".to_owned(), KeywordFault::NoRule),
            ("hello\nexact: a\nb".to_owned(), KeywordFault::NoRule),
            (rule(""), KeywordFault::NoKeyword),
            (rule(" , 、"), KeywordFault::NoKeyword),
            (rule(&many(21)), KeywordFault::Keywords),
            (rule(&"あ".repeat(51)), KeywordFault::Keywords),
            // One character that is eighteen as it is compared.
            (rule(&"\u{fdfa}".repeat(3)), KeywordFault::Keywords),
            (rule("a").repeat(51), KeywordFault::TooMany),
        ] {
            assert_eq!(read(&text), Err(Fault(fault)), "{text}");
        }
        assert_eq!(read(&rule(&many(20))).map(|rules| rules[0].keywords.len()), Ok(20));
        assert_eq!(read(&rule("a").repeat(50)).map(|rules| rules.len()), Ok(50));
        assert_eq!(read(&rule("a, A, ａ")).map(|rules| rules[0].keywords.len()), Ok(1), "they are one");
        assert_eq!(read(""), Ok(vec![]));
    }
}
