//! Notes in plain text: each activity is a line with its time of day and who, and below it the words, every line of them behind
//! a mark.
//!
//! ```text
//! Conversation on LINE with "Musubi Coffee"
//!
//! Thursday, 1 January 1970
//! 09:00:00 Customer
//! > Are you open
//! > on Sunday?
//! 09:05:00 Operator
//! > We are.
//! ```
//!
//! So a line that begins with a time is ours, whatever a person writes, and what a person wrote is whatever stands behind a
//! mark. The mark is a character that is seen, as in a quoted e-mail (RFC 3676, 4.5): spaces are trimmed here and there, and a
//! line that is merely indented looks like one of ours.

use std::ops::Range;

use super::format::{Notation, Said};
use super::when::{TIME_BYTES, begins_with_a_time};

/// Stands before every line of words.
const MARK: &str = "> ";
/// What is left of it where a CRM trims lines.
const TRIMMED: &str = ">";

pub(super) struct PlainText;

impl Notation for PlainText {
    fn escape(&self, words: &str) -> String {
        one_break_each(words).replace('\n', &format!("\n{MARK}"))
    }

    /// A name has one line.
    fn name(&self, name: &str) -> String {
        one_break_each(name).replace('\n', " ")
    }

    fn title(&self, title: &str) -> String {
        title.to_owned()
    }

    fn day(&self, day: &str) -> String {
        format!("\n\n{day}")
    }

    /// What we say of the words stands above them.
    fn line(&self, said: &Said<'_>) -> String {
        let Said { time, who, late, quotes, before, after, words } = said;
        format!("\n{time} {who}{late}{quotes}{before}{after}\n{MARK}{words}")
    }

    /// Every line that begins with a time of day, and what stands below it until the next.
    fn lines(&self, note: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for line in note.split_inclusive('\n') {
            let end = start + line.len();
            if begins_with_a_time(line) {
                found.push(start..end);
            } else if let Some(last) = found.last_mut() {
                last.end = end;
            }
            start = end;
        }
        found
    }

    /// Everything behind a mark goes, and so does what stands beside the time: somebody may have joined the lines. What is left is
    /// a day's heading, or was written by somebody in the CRM. Where nothing stands behind a mark, somebody took the marks away,
    /// and their words cannot be told from ours.
    fn said_anew(&self, line: &str, who: &str, words: &str) -> Option<String> {
        let is_marked = |line: &&str| line.trim_start().starts_with(TRIMMED);
        let (marked, kept): (Vec<&str>, Vec<&str>) = line.split_inclusive('\n').skip(1).partition(is_marked);
        let ends = if line.ends_with('\n') || !kept.is_empty() { "\n" } else { "" };
        let time = &line[..TIME_BYTES];
        (!marked.is_empty()).then(|| format!("{time} {who}\n{MARK}{words}{ends}{}", kept.concat()))
    }
}

/// The text with `\n` wherever it goes on in another line, for whoever shows it or cuts it into lines.
fn one_break_each(text: &str) -> String {
    text.replace("\r\n", "\n").replace(breaks, "\n")
}

/// A new line or a new paragraph begins behind it: Unicode, UAX #14 (BK, CR, LF, NL) and UAX #9 (B).
fn breaks(letter: char) -> bool {
    matches!(letter, '\n'..='\r' | '\u{1C}'..='\u{1E}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
