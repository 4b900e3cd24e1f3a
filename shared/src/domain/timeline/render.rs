//! An entry's lines become a note.

use super::format::Said;
use super::line::{Line, shortened};
use super::quoting::quoted_in;
use super::when::{day_of, time_of};
use super::{Note, Style};
use crate::domain::activity::{Content, Speaker};
use crate::domain::entry::Part;
use crate::domain::language::Language;
use crate::domain::words;

/// What stands around an entry's lines is no longer than this, in UTF-16 code units.
pub const HEAD_UNITS: usize = 400;

/// Renders an entry's lines, which are in order.
pub fn render(lines: &[Line<'_>], style: &Style) -> Note {
    let notation = style.format.notation();
    let (before, after) = match style.language {
        Language::Japanese => ("LINE公式アカウント「", "」での会話"),
        Language::English => ("Conversation on LINE with \"", "\""),
    };
    let [before, after] = [before, after].map(|words| notation.escape(words));
    let mut body = notation.title(&format!("{before}{}{after}", shortened(&style.channel_name, style.format)));
    let mut day = String::new();
    for of in lines {
        let today = day_of(of.activity.mark.at_ms, style);
        if today != day {
            body.push_str(&notation.day(&today));
            day = today;
        }
        body.push_str(&line(of, style));
    }
    Note(body)
}

/// One line as it is written.
pub(super) fn line(line: &Line<'_>, style: &Style) -> String {
    let (activity, language) = (line.activity, style.language);
    let who = match (&style.person_name, activity.speaker) {
        (Some(name), Speaker::Person) => name.clone(),
        (_, speaker) => words::said_by(speaker, activity.operator.as_ref(), language),
    };
    let part = line.part().unwrap_or(Part { from: 0, to: None });
    // Once, and of nothing that was taken back.
    let quoted = activity.quotes.filter(|_| part.from == 0 && activity.content != Content::Unsent);
    let quotes = quoted.map(|quoted| quoted_in(&quoted, language, &style.time_zone)).unwrap_or_default();
    let mark = |is_so: bool, japanese, english| if is_so { language.pick(japanese, english) } else { "" };
    style.format.notation().line(&Said {
        time: &time_of(activity.mark.at_ms, style),
        who: &shortened(&who, style.format),
        late: mark(activity.late, "（遅れて届きました）", " (arrived late)"),
        quotes: &style.format.notation().name(&match (quotes.is_empty(), language) {
            (true, _) => quotes,
            (false, Language::Japanese) => format!("（{quotes}）"),
            (false, Language::English) => format!(" ({quotes})"),
        }),
        before: mark(part.from > 0, "（続き）", " (continued)"),
        after: mark(part.to.is_some(), "（続く）", " (to be continued)"),
        words: &style.format.escape(&line.words(language)),
    })
}
