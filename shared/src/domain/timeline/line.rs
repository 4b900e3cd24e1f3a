//! One line of an entry, and how long it is at most: measured as it is written.

use super::format::NoteFormat;
use crate::domain::activity::{Activity, Content};
use crate::domain::entry::Part;
use crate::domain::file::FileLoss;
use crate::domain::language::Language;
use crate::domain::{shown, words};

/// No name is longer on the timeline, in UTF-16 code units as it is written: names are somebody's choice. LINE's have 20 characters.
pub(super) const NAME_UNITS: usize = 120;
/// What stands around a line's words is no longer than this, in UTF-16 code units: time, name, marks, what it answers, a day's heading.
const LINE_UNITS: usize = NAME_UNITS + 220;

/// What is said of a file that is lost is no longer than this.
const FILE_UNITS: usize = 80;

/// One line of an entry: an activity, or the part of one that the entry holds.
pub struct Line<'a> {
    /// Of what.
    pub activity: &'a Activity,
    /// Which part; `None`: all of it.
    pub part: Option<Part>,
    /// The CRM does not take the words: the line says so in their place.
    pub withheld: bool,
    /// Its file is not in the CRM, and why.
    pub lost: Option<FileLoss>,
}

impl<'a> Line<'a> {
    /// A line with an activity's words.
    pub fn new(activity: &'a Activity, part: Option<Part>) -> Self {
        Self { activity, part, withheld: false, lost: None }
    }

    /// What it says, before it is written in a format. A message that was taken back says that and no part of it.
    pub fn words(&self, language: Language) -> String {
        if self.withheld {
            return words::withheld(language).to_owned();
        }
        let mut all = words::of(&self.activity.content, language);
        all.push_str(self.lost.map_or("", |why| words::file_loss(why, language)));
        match self.part() {
            None => all,
            Some(part) => all.chars().skip(part.from).take(part.to.unwrap_or(usize::MAX) - part.from).collect(),
        }
    }

    /// How long it is at most, in UTF-16 code units as it is written: whatever the names and the time zone are when it is, and
    /// if the message is taken back until then.
    pub fn size_units(&self, format: NoteFormat, language: Language) -> usize {
        let unsent = words::of(&Content::Unsent, language);
        // That a file is lost may become known only when the line is written.
        let file = if matches!(self.activity.content, Content::Media { .. }) { FILE_UNITS } else { 0 };
        units(&format.escape(&self.words(language))).max(units(&format.escape(&unsent))) + LINE_UNITS + file
    }

    /// The same in bytes of UTF-8, three of which are at most one UTF-16 code unit.
    pub fn size_bytes(&self, format: NoteFormat, language: Language) -> usize {
        format.escape(&self.words(language)).len() + LINE_UNITS * 3
    }

    /// How many characters of it fit into so many UTF-16 code units; at least one.
    pub fn fitting_chars(&self, room_units: usize, format: NoteFormat, language: Language) -> usize {
        let (mut left, mut fitting) = (room_units.saturating_sub(LINE_UNITS), 0);
        for letter in self.words(language).chars() {
            let size = units(&format.escape(letter.encode_utf8(&mut [0; 4])));
            if size > left {
                break;
            }
            left -= size;
            fitting += 1;
        }
        fitting.max(1)
    }

    pub(super) fn part(&self) -> Option<Part> {
        self.part.filter(|_| self.activity.content != Content::Unsent)
    }
}

/// A name as it is written, cut where it is too long.
pub(super) fn shortened(name: &str, format: NoteFormat) -> String {
    let (mut written, mut left) = (String::new(), NAME_UNITS - 1);
    for letter in shown::name(name).chars() {
        let letter = format.notation().name(letter.encode_utf8(&mut [0; 4]));
        let Some(rest) = left.checked_sub(units(&letter)) else {
            written.push('…');
            break;
        };
        left = rest;
        written.push_str(&letter);
    }
    written
}

/// As HubSpot most likely counts: it says "characters", and its code is Java.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}
