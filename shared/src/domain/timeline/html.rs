//! Notes in HTML: each activity is one `<p>` that begins with its time of day.

use std::ops::Range;

use super::format::{Notation, Said};
use super::when::{TIME_BYTES, begins_with_a_time};

pub(super) struct Html;

impl Notation for Html {
    fn escape(&self, words: &str) -> String {
        html_escape::encode_safe(words).replace("\r\n", "<br>").replace(['\n', '\r'], "<br>")
    }

    fn name(&self, name: &str) -> String {
        self.escape(name)
    }

    fn title(&self, title: &str) -> String {
        format!("<h3>{title}</h3>")
    }

    fn day(&self, day: &str) -> String {
        format!("<h4>{day}</h4>")
    }

    fn line(&self, said: &Said<'_>) -> String {
        let Said { time, who, late, quotes, before, after, words } = said;
        format!("<p>{time} <b>{who}</b>{late}{quotes}{before} {words}{after}</p>")
    }

    /// The inside of every `<p>` that begins with a time of day.
    fn lines(&self, html: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(open) = html[from..].find("<p").map(|at| from + at) {
            let Some(start) = html[open..].find('>').map(|at| open + at + 1) else { break };
            let Some(end) = html[start..].find("</p>").map(|at| start + at) else { break };
            if begins_with_a_time(&html[start..end]) {
                found.push(start..end);
            }
            from = end;
        }
        found
    }

    /// The name that stands there stays.
    fn said_anew(&self, line: &str, _who: &str, words: &str) -> Option<String> {
        let name_ends = line
            .find("</b>")
            .or_else(|| line.find("</strong>"))
            .and_then(|at| line[at..].find('>').map(|end| at + end + 1));
        let head = &line[..name_ends.unwrap_or(TIME_BYTES)];
        Some(format!("{head} {words}"))
    }
}

#[cfg(test)]
mod tests;
