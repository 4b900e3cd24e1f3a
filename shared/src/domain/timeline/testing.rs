//! A few things said, for the tests of every format.

use super::{Line, Note, NoteFormat, Style, render, time_zone};
use crate::domain::activity::{Activity, Content, Mark, Media, Speaker};
use crate::domain::ids::{EventId, MessageId};
use crate::domain::language::Language;

pub(super) fn style_in(format: NoteFormat) -> Style {
    Style {
        format,
        language: Language::Japanese,
        time_zone: time_zone("Asia/Tokyo"),
        channel_name: "結び珈琲".into(),
        person_name: None,
    }
}

pub(super) fn said(at_ms: i64, text: &str) -> Activity {
    Activity {
        mark: Mark::at(at_ms, EventId::new("E")),
        arrived_at_ms: at_ms,
        speaker: Speaker::Person,
        operator: None,
        message: Some(MessageId::new("1")),
        quotes: None,
        content: Content::Text { text: text.into() },
        late: false,
    }
}

/// A file and a place whose names would turn the direction of writing.
pub(super) fn turned_names() -> [Activity; 2] {
    let file = Content::Media {
        media: Media::File,
        name: Some("invoice-\u{202E}fdp.exe".into()),
        size_bytes: Some(3),
        duration_ms: None,
        url: None,
    };
    let place = Content::Location {
        title: Some("\u{202D}店".into()),
        address: None,
        latitude: "1".into(),
        longitude: "2".into(),
    };
    [file, place].map(|content| Activity { content, ..said(0, "") })
}

pub(super) fn note_in(said: &[Activity], style: &Style) -> Note {
    let lines: Vec<Line<'_>> = said.iter().map(|activity| Line::new(activity, None)).collect();
    render(&lines, style)
}
