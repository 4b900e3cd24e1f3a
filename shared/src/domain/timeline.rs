//! An entry as it reads on the timeline: HTML, every word of a person escaped.
//!
//! Each activity is one `<p>` that begins with its time of day. A message that is taken back later
//! is found by that: by its position if the note still has as many such lines as members, else by
//! its time if that is unique. Where a person has rewritten the note, nothing is guessed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::activity::{Activity, Content, Speaker};
use super::entry::Part;
use super::language::Language;
use super::{shown, words};

/// How a note is written.
#[derive(Debug, Clone)]
pub struct Style {
    /// The account's language.
    pub language: Language,
    /// The account's time zone.
    pub time_zone: TimeZone,
    /// The Official Account's name.
    pub channel_name: String,
    /// The person's name as the CRM has it.
    pub person_name: Option<String>,
}

impl std::fmt::Debug for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Note(..)")
    }
}

/// A note's HTML.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(pub String);

/// Reads an IANA time zone name; a wrong one reads as Japan's.
pub fn time_zone(name: &str) -> TimeZone {
    TimeZone::get(name).or_else(|_| TimeZone::get("Asia/Tokyo")).unwrap_or(TimeZone::UTC)
}

/// What stands around an entry's lines is no longer than this, in UTF-16 code units.
pub const HEAD_UNITS: usize = 400;
/// No name is longer on the timeline, in UTF-16 code units of HTML: names are somebody's choice. LINE's have 20 characters.
const NAME_UNITS: usize = 120;
/// What stands around a line's words is no longer than this, in UTF-16 code units: time, name, marks, a day's heading.
const LINE_UNITS: usize = NAME_UNITS + 140;

/// One line of an entry: an activity, or the part of one that the entry holds.
pub struct Line<'a> {
    /// Of what.
    pub activity: &'a Activity,
    /// Which part; `None`: all of it.
    pub part: Option<Part>,
    /// The CRM does not take the words: the line says so in their place.
    pub withheld: bool,
}

impl<'a> Line<'a> {
    /// A line with an activity's words.
    pub fn new(activity: &'a Activity, part: Option<Part>) -> Self {
        Self { activity, part, withheld: false }
    }

    /// What it says, plain. A message that was taken back says that and no part of it.
    pub fn words(&self, language: Language) -> String {
        if self.withheld {
            return words::withheld(language).to_owned();
        }
        let all = words::of(&self.activity.content, language);
        match self.part() {
            None => all,
            Some(part) => all.chars().skip(part.from).take(part.to.unwrap_or(usize::MAX) - part.from).collect(),
        }
    }

    /// How long it is at most, in UTF-16 code units of HTML: whatever the names and the time zone are when it is written, and
    /// if the message is taken back until then.
    pub fn size_units(&self, language: Language) -> usize {
        let unsent = words::of(&Content::Unsent, language);
        units(&escape(&self.words(language))).max(units(&escape(&unsent))) + LINE_UNITS
    }

    /// The same in bytes of UTF-8, three of which are at most one UTF-16 code unit.
    pub fn size_bytes(&self, language: Language) -> usize {
        escape(&self.words(language)).len() + LINE_UNITS * 3
    }

    /// How many characters of it fit into so many UTF-16 code units; at least one.
    pub fn fitting_chars(&self, room_units: usize, language: Language) -> usize {
        let (mut left, mut fitting) = (room_units.saturating_sub(LINE_UNITS), 0);
        for letter in self.words(language).chars() {
            let size = units(&escape(letter.encode_utf8(&mut [0; 4])));
            if size > left {
                break;
            }
            left -= size;
            fitting += 1;
        }
        fitting.max(1)
    }

    fn part(&self) -> Option<Part> {
        self.part.filter(|_| self.activity.content != Content::Unsent)
    }
}

/// Renders an entry's lines, which are in order.
pub fn render(lines: &[Line<'_>], style: &Style) -> Note {
    let name = shortened(&style.channel_name);
    let title = match style.language {
        Language::Japanese => format!("LINE公式アカウント「{name}」での会話"),
        // As `escape` writes quotation marks.
        Language::English => format!("Conversation on LINE with &quot;{name}&quot;"),
    };
    let mut html = format!("<h3>{title}</h3>");
    let mut day = String::new();
    for of in lines {
        let today = day_of(of.activity.mark.at_ms, style);
        if today != day {
            html.push_str(&format!("<h4>{today}</h4>"));
            day = today;
        }
        html.push_str(&line(of, style));
    }
    Note(html)
}

/// The `<p>` of one line.
pub fn line(line: &Line<'_>, style: &Style) -> String {
    let (activity, language) = (line.activity, style.language);
    let who = match (&style.person_name, activity.speaker) {
        (Some(name), Speaker::Person) => name.as_str(),
        (_, speaker) => words::speaker(speaker, language),
    };
    let part = line.part().unwrap_or(Part { from: 0, to: None });
    let late = if activity.late { language.pick("（遅れて届きました）", " (arrived late)") } else { "" };
    let before = if part.from > 0 { language.pick("（続き）", " (continued)") } else { "" };
    let after = if part.to.is_some() { language.pick("（続く）", " (to be continued)") } else { "" };
    let said = escape(&line.words(language));
    let time = time_of(activity.mark.at_ms, style);
    format!("<p>{time} <b>{}</b>{late}{before} {said}{after}</p>", shortened(who))
}

/// The note with the line at `position` (of `members`) said anew. `None`: no such line is left.
pub fn amend(
    note: &Note,
    members: usize,
    position: usize,
    at_ms: i64,
    content: &Content,
    style: &Style,
) -> Option<Note> {
    let time = time_of(at_ms, style);
    let lines = lines(&note.0);
    let same_time: Vec<_> = lines.iter().filter(|line| starts_with_time(&note.0[line.text.clone()], &time)).collect();
    let found = match lines.get(position) {
        Some(line) if lines.len() == members && starts_with_time(&note.0[line.text.clone()], &time) => line,
        _ if same_time.len() == 1 => same_time[0],
        _ => return None,
    };
    let text = &note.0[found.text.clone()];
    let kept = text
        .find("</b>")
        .or_else(|| text.find("</strong>"))
        .and_then(|at| text[at..].find('>').map(|end| at + end + 1));
    let head = &text[..kept.unwrap_or(time.len())];
    let said = escape(&words::of(content, style.language));
    let mut html = note.0.clone();
    html.replace_range(found.text.clone(), &format!("{head} {said}"));
    Some(Note(html))
}

/// A line of a note as it was read.
struct Found {
    text: std::ops::Range<usize>,
}

/// The inside of every `<p>` that begins with a time of day.
fn lines(html: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = html[from..].find("<p").map(|at| from + at) {
        let Some(start) = html[open..].find('>').map(|at| open + at + 1) else { break };
        let Some(end) = html[start..].find("</p>").map(|at| start + at) else { break };
        let text = &html.as_bytes()[start..end];
        let is_time = text.len() >= 8
            && text[..8]
                .iter()
                .enumerate()
                .all(|(at, b)| if at == 2 || at == 5 { *b == b':' } else { b.is_ascii_digit() });
        if is_time {
            found.push(Found { text: start..end });
        }
        from = end;
    }
    found
}

/// A name as HTML, cut where it is too long.
fn shortened(name: &str) -> String {
    let (mut html, mut left) = (String::new(), NAME_UNITS - 1);
    for letter in shown::name(name).chars() {
        let escaped = escape(letter.encode_utf8(&mut [0; 4]));
        let Some(rest) = left.checked_sub(units(&escaped)) else {
            html.push('…');
            break;
        };
        left = rest;
        html.push_str(&escaped);
    }
    html
}

/// As HubSpot most likely counts: it says "characters", and its code is Java.
fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn starts_with_time(text: &str, time: &str) -> bool {
    text.starts_with(time)
}

fn escape(text: &str) -> String {
    html_escape::encode_safe(text).replace("\r\n", "<br>").replace(['\n', '\r'], "<br>")
}

fn zoned(at_ms: i64, style: &Style) -> jiff::Zoned {
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(style.time_zone.clone())
}

fn time_of(at_ms: i64, style: &Style) -> String {
    zoned(at_ms, style).strftime("%H:%M:%S").to_string()
}

fn day_of(at_ms: i64, style: &Style) -> String {
    let at = zoned(at_ms, style);
    match style.language {
        Language::Japanese => {
            let weekday = ["月", "火", "水", "木", "金", "土", "日"]
                [usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0)];
            format!("{}（{weekday}）", at.strftime("%Y年%-m月%-d日"))
        }
        Language::English => at.strftime("%A, %-d %B %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::activity::Mark;
    use crate::domain::ids::{EventId, MessageId};

    fn style() -> Style {
        Style {
            language: Language::Japanese,
            time_zone: time_zone("Asia/Tokyo"),
            channel_name: "結び珈琲".into(),
            person_name: None,
        }
    }

    fn said(at_ms: i64, text: &str) -> Activity {
        Activity {
            mark: Mark::at(at_ms, EventId::new("E")),
            arrived_at_ms: at_ms,
            speaker: Speaker::Person,
            message: Some(MessageId::new("1")),
            content: Content::Text { text: text.into() },
            late: false,
        }
    }

    fn note(said: &[Activity]) -> Note {
        let lines: Vec<Line<'_>> = said.iter().map(|activity| Line::new(activity, None)).collect();
        render(&lines, &style())
    }

    #[test]
    fn a_name_that_is_too_long_is_cut_and_stays_words() {
        assert_eq!(shortened("<結び>"), "&lt;結び&gt;");
        let long = shortened(&"&".repeat(60_000));
        assert!(long.ends_with("&amp;…") && units(&long) <= NAME_UNITS, "{long}");
    }

    #[test]
    fn a_message_that_goes_on_says_so_and_one_that_was_taken_back_says_only_that() {
        let mut activity = said(0, "abcdef");
        let part = Some(Part { from: 2, to: Some(4) });
        assert!(line(&Line::new(&activity, part), &style()).ends_with("</b>（続き） cd（続く）</p>"));
        activity.content = Content::Unsent;
        let unsent = line(&Line::new(&activity, part), &style());
        assert!(unsent.ends_with("</b> メッセージの送信を取り消しました</p>"), "{unsent}");
    }

    #[test]
    fn words_cannot_become_markup() {
        let note = note(&[said(0, "</p><script>x</script>\n\"&'")]);
        assert_eq!(
            note.0,
            "<h3>LINE公式アカウント「結び珈琲」での会話</h3><h4>1970年1月1日（木）</h4>\
             <p>09:00:00 <b>お客さま</b> &lt;&#x2F;p&gt;&lt;script&gt;x&lt;&#x2F;script&gt;<br>&quot;&amp;&#x27;</p>"
        );
    }

    #[test]
    fn a_name_or_a_files_name_cannot_turn_the_words_around() {
        let turned =
            Style { person_name: Some("\u{202E}oraT".into()), channel_name: "\u{2067}結び".into(), ..style() };
        let file = Content::Media {
            media: crate::domain::activity::Media::File,
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
        let both = [file, place].map(|content| Activity { content, ..said(0, "") });
        let note = render(&both.each_ref().map(|activity| Line::new(activity, None)), &turned);
        assert!(note.0.contains("<b>oraT</b> [ファイル] invoice-fdp.exe 3 B</p>"), "{}", note.0);
        assert!(note.0.contains("「結び」での会話") && note.0.contains("[位置情報] 店 https:"), "{}", note.0);
        assert_eq!(note.0.matches(['\u{202D}', '\u{202E}', '\u{2067}']).count(), 0);
    }

    #[test]
    fn the_line_that_was_taken_back_loses_its_words_and_no_other_does() {
        let said = [said(1_000, "a"), said(1_500, "09:00:01 b"), said(2_000, "c")];
        let note = note(&said);
        let after = amend(&note, 3, 1, 1_500, &Content::Unsent, &style()).expect("found");
        assert!(after.0.contains("<b>お客さま</b> a</p>"), "{}", after.0);
        assert!(after.0.contains("<p>09:00:01 <b>お客さま</b> メッセージの送信を取り消しました</p>"), "{}", after.0);
        assert!(after.0.contains("<b>お客さま</b> c</p>"), "{}", after.0);
        assert!(!after.0.contains('b') || !after.0.contains("09:00:01 b"), "{}", after.0);
    }

    #[test]
    fn a_note_that_a_person_rewrote_is_not_guessed_at() {
        let said = [said(1_000, "a"), said(1_100, "b")];
        let note = note(&said);
        let rewritten = Note(
            note.0
                .replacen("<p>", "<p>00", 1)
                .replace("<p>09:00:01 <b>お客さま</b> b</p>", "<p>09:00:01 x</p><p>09:00:01 y</p><p>09:00:01 z</p>"),
        );
        assert_eq!(amend(&rewritten, 2, 1, 1_100, &Content::Unsent, &style()), None);
    }

    #[test]
    fn a_line_is_found_by_its_time_where_lines_were_added() {
        let said = [said(1_000, "a"), said(5_000, "b")];
        let note = note(&said);
        let more = Note(format!("{}<p>12:00:00 memo</p>", note.0));
        let after = amend(&more, 2, 1, 5_000, &Content::Unsent, &style()).expect("found");
        assert!(!after.0.contains("</b> b</p>") && after.0.contains("memo"), "{}", after.0);
    }
}
