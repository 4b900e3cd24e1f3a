//! A line of a note is found again and says something else, whichever format the note has.

use std::ops::Range;

use super::when::time_of;
use super::{Note, Style};
use crate::domain::activity::{Content, Speaker};
use crate::domain::words;

/// The note with the person's line at `position` (of `members`) said anew. `None`: no such line is left, or not as it was
/// written.
pub fn amend(
    note: &Note,
    members: usize,
    position: usize,
    at_ms: i64,
    content: &Content,
    style: &Style,
) -> Option<Note> {
    let notation = style.format.notation();
    let time = time_of(at_ms, style);
    let lines = notation.lines(&note.0);
    let is_then = |line: &&Range<usize>| note.0[(*line).clone()].starts_with(&time);
    let same_time: Vec<_> = lines.iter().filter(is_then).collect();
    let found = match lines.get(position) {
        Some(line) if lines.len() == members && is_then(&line) => line,
        _ if same_time.len() == 1 => same_time[0],
        _ => return None,
    };
    let who = words::speaker(Speaker::Person, style.language);
    let said = notation.escape(&words::of(content, style.language));
    let anew = notation.said_anew(&note.0[found.clone()], who, &said)?;
    let mut body = note.0.clone();
    body.replace_range(found.clone(), &anew);
    Some(Note(body))
}
