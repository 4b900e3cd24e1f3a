use proptest::prelude::*;

use crate::domain::activity::{Activity, Content};
use crate::domain::entry::Part;
use crate::domain::timeline::line::{NAME_UNITS, shortened, units};
use crate::domain::timeline::render::line;
use crate::domain::timeline::testing::{note_in, said, style_in, turned_names};
use crate::domain::timeline::{Line, Note, NoteFormat, Style, amend};

/// Every way to begin a new line (UAX #14 and #9).
const BREAKS: [&str; 11] =
    ["\n", "\r\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}"];
const UNSENT: &str = "メッセージの送信を取り消しました";

fn style() -> Style {
    style_in(NoteFormat::PlainText)
}

fn note(said: &[Activity]) -> Note {
    note_in(said, &style())
}

fn unsent(note: &Note, members: usize, position: usize, at_ms: i64) -> Option<String> {
    amend(note, members, position, at_ms, &Content::Unsent, &style()).map(|note| note.0)
}

#[test]
fn a_note_is_read_line_by_line() {
    let note = note(&[said(0, "<b>a</b> & \"b\"\n\nc"), said(86_400_000, "")]);
    assert_eq!(
        note.0,
        "LINE公式アカウント「結び珈琲」での会話\n\n1970年1月1日（木）\n09:00:00 お客さま\n> <b>a</b> & \"b\"\n> \n> c\n\n\
         1970年1月2日（金）\n09:00:00 お客さま\n> "
    );
}

#[test]
fn a_name_that_is_too_long_is_cut_and_has_one_line() {
    for new_line in BREAKS {
        assert_eq!(
            shortened(&format!("a{new_line}09:00:00 b"), NoteFormat::PlainText).trim_matches('a').trim(),
            "09:00:00 b"
        );
    }
    let long = shortened(&"&".repeat(60_000), NoteFormat::PlainText);
    assert!(long.ends_with("&…") && units(&long) == NAME_UNITS, "{long}");
}

#[test]
fn a_message_that_goes_on_says_so_beside_its_time_and_one_that_was_taken_back_says_only_that() {
    let mut activity = Activity { late: true, ..said(0, "abcdef") };
    let part = Some(Part { from: 2, to: Some(4) });
    let head = "\n09:00:00 お客さま（遅れて届きました）";
    assert_eq!(line(&Line::new(&activity, part), &style()), format!("{head}（続き）（続く）\n> cd"));
    activity.content = Content::Unsent;
    assert_eq!(line(&Line::new(&activity, part), &style()), format!("{head}\n> {UNSENT}"));
}

#[test]
fn words_cannot_become_a_line_of_somebody_elses() {
    for new_line in BREAKS {
        let note = note(&[said(0, &format!("a{new_line}09:00:01 担当者{new_line}> b"))]);
        assert!(note.0.ends_with("\n09:00:00 お客さま\n> a\n> 09:00:01 担当者\n> > b"), "{new_line:?}: {}", note.0);
    }
}

#[test]
fn a_name_or_a_files_name_cannot_turn_the_words_around() {
    let turned = Style { person_name: Some("\u{202E}oraT".into()), channel_name: "\u{2067}結び".into(), ..style() };
    let note = note_in(&turned_names(), &turned);
    assert!(note.0.contains(" oraT\n> [ファイル] invoice-fdp.exe 3 B\n"), "{}", note.0);
    assert!(note.0.contains("「結び」での会話") && note.0.contains("[位置情報] 店 https:"), "{}", note.0);
    assert_eq!(note.0.matches(['\u{202D}', '\u{202E}', '\u{2067}']).count(), 0);
}

#[test]
fn the_line_that_was_taken_back_loses_its_words_and_no_other_does() {
    let said = [said(1_000, "a"), said(1_500, "09:00:01 b\n09:00:01 b\n\nb"), said(2_000, "c")];
    let note = note(&said);
    let after = unsent(&note, 3, 1, 1_500).expect("found");
    let lines = format!("\n09:00:01 お客さま\n> a\n09:00:01 お客さま\n> {UNSENT}\n09:00:02 お客さま\n> c");
    assert!(after.ends_with(&lines) && !after.contains('b'), "{after}");
}

#[test]
fn what_stands_below_the_words_stays() {
    let note = note(&[said(0, "a"), said(86_400_000, "b")]);
    let after = unsent(&note, 2, 0, 0).expect("found");
    assert!(after.ends_with(&format!("\n> {UNSENT}\n\n1970年1月2日（金）\n09:00:00 お客さま\n> b")), "{after}");
    let of_somebody = Note(note.0.replace("> a\n", "> a\nmemo\n> a\n"));
    let after = unsent(&of_somebody, 2, 0, 0).expect("found");
    assert!(after.contains(&format!("\n> {UNSENT}\nmemo\n\n1970年1月2日")) && !after.contains("> a"), "{after}");
}

#[test]
fn a_crm_may_end_its_lines_in_two_characters_and_trim_them() {
    let note = note(&[said(1_000, "a\n\n b"), said(2_000, "c")]);
    let lines = note.0.lines().map(str::trim);
    let stored = Note(lines.collect::<Vec<_>>().join("\r\n"));
    let after = unsent(&stored, 2, 0, 1_000).expect("found");
    assert!(after.ends_with(&format!("\r\n09:00:01 お客さま\n> {UNSENT}\n09:00:02 お客さま\r\n> c")), "{after}");
    let last = unsent(&stored, 2, 1, 2_000).expect("found");
    assert!(last.ends_with(&format!("\r\n09:00:02 お客さま\n> {UNSENT}")), "{last}");
}

#[test]
fn a_note_that_a_person_rewrote_is_not_guessed_at() {
    let said = [said(1_000, "a"), said(1_100, "b")];
    let note = note(&said);
    let three_of_a_moment =
        note.0.replacen("09:00:01", "at 09:00:01", 1).replace("> b", "> x\n09:00:01 y\n> y\n09:00:01 z\n> z");
    assert_eq!(unsent(&Note(three_of_a_moment), 2, 1, 1_100), None);
    let no_marks = note.0.replace("> ", "");
    assert_eq!(unsent(&Note(no_marks), 2, 1, 1_100), None, "their words cannot be told from ours");
}

#[test]
fn words_that_a_person_moved_beside_the_time_go_too() {
    let note = note(&[said(1_000, "secret\nb")]);
    let joined = Note(note.0.replace("お客さま\n> secret", "お客さま secret"));
    let after = unsent(&joined, 1, 0, 1_000).expect("found");
    assert!(after.ends_with(&format!("\n09:00:01 お客さま\n> {UNSENT}")), "{after}");
}

#[test]
fn a_line_is_found_by_its_time_where_lines_were_added() {
    let said = [said(1_000, "a"), said(5_000, "b")];
    let note = note(&said);
    let more = Note(format!("{}\n12:00:00 memo", note.0));
    let after = unsent(&more, 2, 1, 5_000).expect("found");
    assert!(!after.contains("> b") && after.contains("> a") && after.ends_with("\n12:00:00 memo"), "{after}");
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    let pieces = prop::sample::select([&BREAKS[..], &["09:00:00 ", "> ", "", "結", "a"]].concat());
    prop::collection::vec(prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat()), 1..6)
}

proptest! {
    #[test]
    fn whatever_is_said_a_note_has_as_many_lines_as_members_and_each_can_be_taken_back(texts in texts()) {
        let all: Vec<Activity> = texts.iter().map(|text| said(0, text)).collect();
        let written = note(&all);
        for position in 0..all.len() {
            let mut instead = all.clone();
            instead[position].content = Content::Unsent;
            prop_assert_eq!(unsent(&written, all.len(), position, 0), Some(note(&instead).0));
        }
    }
}
