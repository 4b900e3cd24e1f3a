use proptest::prelude::*;

use super::*;
use crate::domain::activity::{Content, Speaker};
use crate::domain::ids::{ChannelId, EventId, LineUserId};
use crate::domain::limits::Limits;
use crate::domain::timeline::{NoteFormat, Style, render, time_zone};

fn said(at_ms: i64, text: &str) -> Activity {
    Activity {
        mark: serde_json::from_value(
            serde_json::json!({"at_ms": at_ms, "event": EventId::new(format!("E{at_ms:05}"))}),
        )
        .expect("a mark"),
        arrived_at_ms: at_ms,
        speaker: Speaker::Person,
        operator: None,
        message: Some(MessageId::new(at_ms.to_string())),
        quotes: None,
        content: Content::Text { text: text.to_owned() },
        late: true,
    }
}

fn key() -> ConversationKey {
    ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"))
}

/// As HubSpot.
const MAX_UNITS: usize = 60_000;
const HTML: NoteFormat = NoteFormat::Html;
const FORMATS: [NoteFormat; 2] = [HTML, NoteFormat::PlainText];

fn seal(number: u32, continued: Option<&Continued>, before_at_ms: Option<i64>, left: &[Activity]) -> Option<Entry> {
    seal_within((HTML, MAX_UNITS), number, continued, before_at_ms, left)
}

fn seal_within(
    (format, max_units): (NoteFormat, usize),
    number: u32,
    continued: Option<&Continued>,
    before_at_ms: Option<i64>,
    left: &[Activity],
) -> Option<Entry> {
    let (conversation, contact) = (key(), ContactId::new("7"));
    let language = Language::Japanese;
    let sealing = Sealing {
        conversation: &conversation,
        number,
        contact: &contact,
        language,
        format,
        continued,
        before_at_ms,
        max_units,
    };
    Entry::seal(&sealing, left)
}

fn lines<'a>(entry: &Entry, left: &'a [Activity]) -> Vec<Line<'a>> {
    let of = |member: &Member| left.iter().find(|activity| activity.mark == member.mark).expect("it waits");
    entry.members.iter().map(|member| Line::new(of(member), member.part)).collect()
}

/// With the longest names.
fn style(format: NoteFormat, language: Language) -> Style {
    Style {
        format,
        language,
        time_zone: time_zone("Asia/Tokyo"),
        channel_name: "'".repeat(5_000),
        person_name: Some("&".repeat(5_000)),
    }
}

/// Seals entry after entry, as the dispatcher does, until nothing waits.
fn all(left: Vec<Activity>, visit: impl FnMut(&Entry, &[Activity])) {
    all_within((HTML, MAX_UNITS), left, visit);
}

fn all_within(space: (NoteFormat, usize), mut left: Vec<Activity>, mut visit: impl FnMut(&Entry, &[Activity])) {
    let (mut continued, mut before) = (None, None);
    for number in 0.. {
        let Some(entry) = seal_within(space, number, continued.as_ref(), before, &left) else { return };
        visit(&entry, &left);
        continued = entry.continued();
        before = Some(entry.at_ms);
        left.retain(|activity| {
            entry.members.iter().all(|member| member.mark != activity.mark || member.goes_on_at().is_some())
        });
        assert!(number < 1_000, "it comes to an end");
    }
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let letters =
        prop::sample::select(vec!["&", "<", "\"", "'", "/", "\n", "\r\n", "\u{2028}", "a", "結", "😀", "\u{202e}"]);
    let text = (letters, 1_usize..30_000, "\\PC{0,20}").prop_map(|(letter, times, end)| letter.repeat(times) + &end);
    prop::collection::vec(text, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.min(48)))]

    #[test]
    fn whatever_is_said_and_whoever_is_named_no_entry_is_too_long_as_it_is_written_and_no_word_is_lost(texts in texts()) {
        for format in FORMATS {
            let said: Vec<Activity> = texts.iter().zip(0..).map(|(text, at_ms)| said(at_ms, text)).collect();
            let mut read = vec![String::new(); texts.len()];
            all_within((format, MAX_UNITS), said, |entry, left| {
                let lines = lines(entry, left);
                for language in [Language::Japanese, Language::English] {
                    let note = render(&lines, &style(format, language));
                    assert!(note.0.encode_utf16().count() <= 65_536, "{}", note.0.encode_utf16().count());
                }
                for (line, member) in lines.iter().zip(&entry.members) {
                    read[usize::try_from(member.mark.at_ms).expect("small")].push_str(&line.words(Language::Japanese));
                }
            });
            prop_assert_eq!(&read, &texts);
        }
    }
}

#[test]
fn a_crm_that_takes_little_gets_every_word_in_more_entries() {
    let max_units = Limits::LEAST_NOTE_UNITS;
    for (format, letters) in
        FORMATS.into_iter().flat_map(|format| ["&結", "\n結", "\r\n"].map(|letters| (format, letters)))
    {
        let words = letters.repeat(5_000);
        let mut read = String::new();
        all_within((format, max_units), vec![said(0, &words)], |entry, left| {
            let lines = lines(entry, left);
            let note = render(&lines, &style(format, Language::Japanese));
            assert!(note.0.encode_utf16().count() <= max_units, "{}", note.0.encode_utf16().count());
            read.push_str(&lines[0].words(Language::Japanese));
        });
        assert_eq!(read, words, "{format:?}");
    }
}

#[test]
fn ninety_short_messages_of_long_names_are_one_entry_and_the_next_waits() {
    let said: Vec<Activity> = (0..91).map(|at_ms| said(at_ms, "a")).collect();
    let mut sizes = Vec::new();
    all(said, |entry, _| sizes.push(entry.members.len()));
    assert_eq!(sizes, [90, 1]);
}

#[test]
fn no_two_neighbours_stand_at_the_same_time() {
    let mut times = Vec::new();
    all(vec![said(5, &"&".repeat(40_000))], |entry, _| times.push(entry.at_ms));
    assert_eq!(times.len(), 4);
    assert!(times.windows(2).all(|pair| pair[0] != pair[1]), "{times:?}");
}

#[test]
fn an_entry_stands_at_its_first_activity_and_behind_one_of_the_same_moment() {
    let after = |before_at_ms| seal(1, None, before_at_ms, &[said(5_000, "a")]).expect("something waits").at_ms;
    let table = [(None, 5_000), (Some(4_999), 5_000), (Some(5_000), 5_001), (Some(5_999), 6_000), (Some(6_000), 5_000)];
    for (before_at_ms, stands_at_ms) in table {
        assert_eq!(after(before_at_ms), stands_at_ms, "{before_at_ms:?}");
    }
}

#[test]
fn an_entry_reaches_to_its_last_activity() {
    let entry = seal(0, None, None, &[said(1, "a"), said(2, "b")]).expect("something waits");
    assert_eq!(entry.until().map(|mark| mark.at_ms), Some(2));
}

#[test]
fn what_fits_to_the_letter_is_one_entry_and_a_letter_more_is_two() {
    let of = |letters: usize| said(1, &"a".repeat(letters));
    let room = MAX_UNITS - timeline::HEAD_UNITS;
    let fits = room + 1_000 - Line::new(&of(1_000), None).size_units(HTML, Language::Japanese);
    let continued = |letters| seal(0, None, None, &[of(letters)]).expect("something waits").continued();
    assert_eq!(continued(fits), None);
    assert!(continued(fits + 1).is_some());
}

#[test]
fn what_is_escaped_in_one_format_and_not_in_the_other_fits_as_it_is_written() {
    let continued = |format, letters: &str| {
        let entry = seal_within((format, MAX_UNITS), 0, None, None, &[said(1, letters)]).expect("something waits");
        entry.continued().map(|continued| continued.from)
    };
    let (tags, breaks) = ("&".repeat(50_000), "\n".repeat(20_000));
    assert_eq!(continued(NoteFormat::PlainText, &tags), None, "a letter is a letter");
    assert!(continued(HTML, &tags).is_some_and(|from| (11_000..12_000).contains(&from)), "five for each");
    assert!(continued(NoteFormat::PlainText, &breaks).is_some_and(|from| (19_000..20_000).contains(&from)), "three");
    assert!(continued(HTML, &breaks).is_some_and(|from| (14_000..15_000).contains(&from)), "four");
}

#[test]
fn half_of_four_messages_is_two() {
    let left = [said(1, "a"), said(2, "b"), said(3, "c"), said(4, "d")];
    let entry = seal(0, None, None, &left).expect("something waits");
    let half = entry.halved(&lines(&entry, &left), HTML, Language::Japanese, MAX_UNITS).expect("a half");
    assert_eq!(half.members.len(), 2);
}

#[test]
fn half_of_an_entry_is_half_of_its_messages_and_then_of_the_one_while_that_is_long_in_bytes() {
    let left = [said(1, &"結".repeat(30_000)), said(2, "a"), said(3, "b")];
    let entry = seal(0, None, None, &left).expect("something waits");
    assert_eq!(entry.members.len(), 3);
    let one = entry.halved(&lines(&entry, &left), HTML, Language::Japanese, MAX_UNITS).expect("a half");
    assert_eq!((one.members.len(), one.continued()), (1, None));
    let half = one.halved(&lines(&one, &left), HTML, Language::Japanese, MAX_UNITS).expect("a half");
    assert_eq!(half.continued().map(|continued| continued.from), Some(15_000));
    assert_eq!(
        half.halved(&lines(&half, &left), HTML, Language::Japanese, MAX_UNITS),
        None,
        "short, however it is counted"
    );
    assert_eq!((&half.key, half.at_ms), (&entry.key, entry.at_ms), "it is the same entry");
}

#[test]
fn an_entry_that_is_short_in_its_format_is_not_halved() {
    let left = [said(1, &"&".repeat(50_000))];
    let entry = seal_within((NoteFormat::PlainText, MAX_UNITS), 0, None, None, &left).expect("something waits");
    let halved = |format| entry.halved(&lines(&entry, &left), format, Language::Japanese, MAX_UNITS);
    assert_eq!(halved(NoteFormat::PlainText), None, "50,000 bytes");
    assert!(halved(HTML).is_some(), "250,000 bytes");
}

#[test]
fn an_entry_of_before_parts_is_read() {
    let old = r#"{"number":1,"key":"k","contact":"7","at_ms":5,"members":[{"mark":{"at_ms":5,"event":"E"},
        "message":null}],"rendering":1,"tried_at_ms":null,"note":null}"#;
    let entry: Entry = serde_json::from_str(old).expect("readable");
    assert_eq!((entry.members[0].part, entry.continued(), entry.withheld), (None, None, None));
}
