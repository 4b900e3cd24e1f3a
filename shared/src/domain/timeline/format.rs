//! The formats in which CRMs take a note, and what each must say of a note's parts.

use std::ops::Range;

use super::html::Html;
use super::plain_text::PlainText;

/// What a CRM takes a note's body for, and shows it as. Each CRM's folder states its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteFormat {
    /// HTML: `<h3>`, `<h4>`, `<p>`, `<b>` and `<br>` are what they are in a page, everything else is escaped.
    Html,
    /// Characters that are shown as they are, with line breaks and nothing else.
    PlainText,
}

impl NoteFormat {
    pub(super) fn notation(self) -> &'static dyn Notation {
        match self {
            Self::Html => &Html,
            Self::PlainText => &PlainText,
        }
    }

    /// Words as they are written into a note, whoever's they are: they stay words.
    pub(super) fn escape(self, words: &str) -> String {
        self.notation().escape(words)
    }
}

/// How the parts of a note are written in one format.
pub(super) trait Notation: Sync {
    /// Words that stay words. Letter by letter it is never shorter than all at once.
    fn escape(&self, words: &str) -> String;

    /// A name, which stands among our own words.
    fn name(&self, name: &str) -> String;

    /// What a note begins with. `title`: escaped.
    fn title(&self, title: &str) -> String;

    /// What stands above the lines of a day.
    fn day(&self, day: &str) -> String;

    /// An activity's line.
    fn line(&self, said: &Said<'_>) -> String;

    /// Where a note, as it was read, has lines of activities: each begins with a time of day.
    fn lines(&self, note: &str) -> Vec<Range<usize>>;

    /// One of these lines with other words. `who`: for whom there is no name; `words`: escaped. `None`: its own words are not
    /// where they were written.
    fn said_anew(&self, line: &str, who: &str, words: &str) -> Option<String>;
}

/// The parts of an activity's line.
pub(super) struct Said<'a> {
    /// Its time of day.
    pub(super) time: &'a str,
    /// Who, as [`Notation::name`] writes it.
    pub(super) who: &'a str,
    /// That it came late; else empty.
    pub(super) late: &'static str,
    /// What it answers; else empty.
    pub(super) quotes: &'a str,
    /// That it goes on from an entry before; else empty.
    pub(super) before: &'static str,
    /// That it goes on in another entry; else empty.
    pub(super) after: &'static str,
    /// What, as [`Notation::escape`] writes it.
    pub(super) words: &'a str,
}
