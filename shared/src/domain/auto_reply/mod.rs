//! Answers by themselves: by keyword, and outside the opening hours. By reply token alone, so they are free of charge.

mod away;
mod keywords;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use self::away::AwayAnswer;
pub(super) use self::keywords::normal;
pub use self::keywords::{
    Fits, KeywordFault, KeywordRule, MAX_KEYWORD_CHARS, MAX_KEYWORDS, MAX_RULES, read_rules, written_rules,
};
use super::opening_hours::OpeningHours;
use super::push::OutgoingMessage;

/// So many holidays can be named.
pub const MAX_HOLIDAYS: usize = 200;
/// What is answered by itself is not longer, in bytes of all messages as they are sent: every event reads it with the settings.
pub const MAX_ANSWERS_BYTES: usize = 60_000;

/// What an Official Account answers by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AutoReplies {
    /// Of several that fit, the first one wins.
    pub keywords: Vec<KeywordRule>,
    /// When somebody is there. `None`: always.
    pub opening_hours: Option<OpeningHours>,
    /// Days on which nobody is there.
    pub holidays: BTreeSet<Date>,
    /// What is answered while nobody is there; empty: nothing.
    pub out_of_hours: Vec<OutgoingMessage>,
    /// Nobody gets that answer again within this time, in milliseconds.
    pub out_of_hours_pause_ms: i64,
    /// Groups and rooms are answered, too: a group as one person.
    pub in_groups: bool,
}

impl Default for AutoReplies {
    fn default() -> Self {
        Self {
            keywords: Vec::new(),
            opening_hours: None,
            holidays: BTreeSet::new(),
            out_of_hours: Vec::new(),
            out_of_hours_pause_ms: 12 * 3_600_000,
            in_groups: false,
        }
    }
}

impl AutoReplies {
    /// What these words are answered, by the first rule that they fit.
    pub fn to_words(&self, words: &str) -> Option<&[OutgoingMessage]> {
        keywords::answer(&self.keywords, words)
    }

    /// What is answered at this moment because nobody is there; in milliseconds, and by the clocks of this time zone.
    pub fn while_closed(&self, at_ms: i64, time_zone: &jiff::tz::TimeZone) -> Option<&[OutgoingMessage]> {
        let hours = self.opening_hours.as_ref().filter(|_| !self.out_of_hours.is_empty())?;
        let at = jiff::Timestamp::from_millisecond(at_ms).ok()?.to_zoned(time_zone.clone()).datetime();
        (!hours.are_open(at, &self.holidays)).then_some(&self.out_of_hours)
    }

    /// How much of it is sent in messages, in bytes.
    pub fn size_bytes(&self) -> usize {
        let answers = self.keywords.iter().flat_map(|rule| &rule.answer).chain(&self.out_of_hours);
        answers.map(|message| message.json.len()).sum()
    }
}
