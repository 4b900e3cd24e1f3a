//! An entry as it reads on the timeline, in the format that the CRM takes. No word of a person becomes anything but words.
//!
//! Each activity begins with its time of day. A message that is taken back later is found by that: by its position if the note
//! still has as many such lines as members, else by its time if that is unique. Where a person has rewritten the note, nothing
//! is guessed.

mod amend;
mod format;
mod html;
mod line;
mod plain_text;
mod quoting;
mod read;
mod render;
#[cfg(test)]
mod testing;
mod when;

pub use self::amend::{amend, append};
pub use self::format::NoteFormat;
pub use self::line::Line;
pub use self::quoting::quoted_in;
pub use self::read::words_of;
pub use self::render::{HEAD_UNITS, render};
pub use self::when::time_zone;

use jiff::tz::TimeZone;

use super::language::Language;

/// How a note is written.
#[derive(Debug, Clone)]
pub struct Style {
    /// In what: the CRM says it.
    pub format: NoteFormat,
    /// The account's language.
    pub language: Language,
    /// The account's time zone.
    pub time_zone: TimeZone,
    /// The Official Account's name.
    pub channel_name: String,
    /// The person's name as the CRM has it.
    pub person_name: Option<String>,
}

/// A note's body, in the CRM's format.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(pub String);

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Note(..)")
    }
}
