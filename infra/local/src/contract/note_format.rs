//! What a CRM says that it takes a note's body for is what it shows it as. A part of its contract.

use musubi::domain::activity::{Activity, Content, Mark, Speaker};
use musubi::domain::ids::{ContactId, EventId};
use musubi::domain::language::Language;
use musubi::domain::timeline::{self, Line, Note, NoteFormat, Style};
use musubi::ports::Crm;
use musubi::ports::crm::NoteWrite;

/// Words that need no escaping, as the body of a note.
pub fn in_format(crm: &dyn Crm, words: &str) -> String {
    match crm.note_format() {
        NoteFormat::Html => format!("<p>{words}</p>"),
        NoteFormat::PlainText => words.to_owned(),
    }
}

/// What people read where a CRM shows this as HTML.
pub fn html_as_shown(html: &str) -> String {
    let texts = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    let letters = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2F;", "/"), ("&amp;", "&")];
    let shown = texts.collect::<Vec<_>>().join("\n");
    letters.iter().fold(shown, |shown, (escaped, letter)| shown.replace(escaped, letter))
}

/// Words stay words, whatever they look like; and the line of a message that is taken back is found, and loses them.
pub async fn a_note_shows_what_was_said(
    crm: &dyn Crm,
    contact: ContactId,
    shown: &(dyn Fn(&str) -> String + Send + Sync),
) {
    const LINES: [&str; 2] = ["</p><b>&lt;\"'&amp;", "09:00:00 b"];
    let at_ms = 1_786_000_005_000;
    let said = Activity {
        mark: Mark::at(at_ms, EventId::new("E")),
        arrived_at_ms: at_ms,
        speaker: Speaker::Person,
        operator: None,
        message: None,
        quotes: None,
        content: Content::Text { text: LINES.join("\n") },
        late: false,
    };
    let style = Style {
        format: crm.note_format(),
        language: Language::English,
        time_zone: timeline::time_zone("Asia/Tokyo"),
        channel_name: "LINE".to_owned(),
        person_name: None,
    };
    let body = timeline::render(&[Line::new(&said, None)], &style).0;
    let note =
        NoteWrite { key: "musubi-contract-said".to_owned(), contact, at_ms, body, files: Vec::new(), owner: None };
    let id = crm.write_notes(std::slice::from_ref(&note)).await.remove(0).expect("written");
    let stands = Note(crm.read_note(&id).await.expect("it is there"));
    let words = shown(&stands.0);
    assert!(LINES.iter().all(|line| words.contains(line)), "{words}");
    let after = timeline::amend(&stands, 1, 0, at_ms, &Content::Unsent, &style).expect("its line is found");
    assert_eq!(crm.edit_note(&id, &after.0).await, Ok(()));
    let words = shown(&crm.read_note(&id).await.expect("it is there"));
    assert!(words.contains("Unsent a message") && !LINES.iter().any(|line| words.contains(line)), "{words}");
}
