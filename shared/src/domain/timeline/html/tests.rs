use crate::domain::activity::{Activity, Content};
use crate::domain::entry::Part;
use crate::domain::timeline::line::{NAME_UNITS, shortened, units};
use crate::domain::timeline::render::line;
use crate::domain::timeline::testing::{note_in, said, style_in, turned_names};
use crate::domain::timeline::{Line, Note, NoteFormat, Style, amend};

fn style() -> Style {
    style_in(NoteFormat::Html)
}

fn note(said: &[Activity]) -> Note {
    note_in(said, &style())
}

#[test]
fn a_name_that_is_too_long_is_cut_and_stays_words() {
    assert_eq!(shortened("<結び>", NoteFormat::Html), "&lt;結び&gt;");
    let long = shortened(&"&".repeat(60_000), NoteFormat::Html);
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
    let turned = Style { person_name: Some("\u{202E}oraT".into()), channel_name: "\u{2067}結び".into(), ..style() };
    let note = note_in(&turned_names(), &turned);
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
