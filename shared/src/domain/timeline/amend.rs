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
    let found = line_of(note, members, position, at_ms, style)?;
    let who = words::speaker(Speaker::Person, style.language);
    let said = notation.escape(&words::of(content, style.language));
    let anew = notation.said_anew(&note.0[found.clone()], who, &said)?;
    let mut body = note.0.clone();
    body.replace_range(found.clone(), &anew);
    Some(Note(body))
}

/// The note with these words of ours behind the person's line at `position` (of `members`); as it is where they stand there already. `None`:
/// no such line is left.
pub fn append(note: &Note, members: usize, position: usize, at_ms: i64, words: &str, style: &Style) -> Option<Note> {
    let found = line_of(note, members, position, at_ms, style)?;
    let (line, words) = (&note.0[found.clone()], style.format.escape(words));
    let written = line.trim_end();
    if written.ends_with(words.trim_start()) {
        return Some(note.clone());
    }
    let mut body = note.0.clone();
    body.insert_str(found.start + written.len(), &words);
    Some(Note(body))
}

/// Where the line stands: at its position if the note still has as many lines as members, else by its time if that is unique.
fn line_of(note: &Note, members: usize, position: usize, at_ms: i64, style: &Style) -> Option<Range<usize>> {
    let time = time_of(at_ms, style);
    let lines = style.format.notation().lines(&note.0);
    let is_then = |line: &&Range<usize>| note.0[(*line).clone()].starts_with(&time);
    let same_time: Vec<_> = lines.iter().filter(is_then).collect();
    match lines.get(position) {
        Some(line) if lines.len() == members && is_then(&line) => Some(line.clone()),
        _ if same_time.len() == 1 => Some(same_time[0].clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timeline::NoteFormat;
    use crate::domain::timeline::testing::{note_in, said, style_in};

    #[test]
    fn words_of_ours_come_behind_the_line_once() {
        for format in [NoteFormat::Html, NoteFormat::PlainText] {
            let (one, two) = (said(0, "一"), said(1, "二"));
            let style = style_in(format);
            let at_ms = one.mark.at_ms;
            let note = note_in(&[one, two], &style);
            let after = append(&note, 2, 0, at_ms, "（<なし>）", &style).expect("its line is there");
            let escaped = style.format.escape("（<なし>）");
            assert_eq!(after.0.matches(&*escaped).count(), 1, "{format:?}");
            let line = line_of(&after, 2, 0, at_ms, &style).expect("and still is");
            assert!(after.0[line].trim_end().ends_with(&*escaped), "{format:?}");
            assert_eq!(append(&after, 2, 0, at_ms, "（<なし>）", &style), Some(after.clone()), "twice is once");
            assert_eq!(append(&after, 5, 4, at_ms + 3_600_000, "x", &style), None, "somebody rewrote the note");
        }
    }
}
