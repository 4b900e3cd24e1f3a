//! A note as it was read, as words for a person: whatever the CRM or somebody in it made of its markup.

use super::format::NoteFormat;

/// What begins or ends a line in HTML.
const BLOCKS: [&str; 12] = ["p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "tr"];

/// The words of a note, line by line, no line empty. Nothing in them is markup any more.
pub fn words_of(note: &str, format: NoteFormat) -> Vec<String> {
    let text = match format {
        NoteFormat::PlainText => note.to_owned(),
        NoteFormat::Html => without_tags(note),
    };
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn without_tags(html: &str) -> String {
    let (mut text, mut rest) = (String::new(), html);
    while let Some((before, from)) = rest.split_once('<') {
        text.push_str(&html_escape::decode_html_entities(before));
        let Some((tag, after)) = from.split_once('>') else { return text };
        let name = tag.trim_start_matches('/').split(|letter: char| !letter.is_ascii_alphanumeric()).next();
        if name.is_some_and(|name| BLOCKS.iter().any(|block| block.eq_ignore_ascii_case(name))) {
            text.push('\n');
        }
        rest = after;
    }
    text.push_str(&html_escape::decode_html_entities(rest));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timeline::testing::{note_in, said, style_in};

    #[test]
    fn a_note_of_ours_is_read_as_it_was_written_whatever_was_said() {
        let words = "<b>1 < 2 & \"3\"</b>\n改行 &lt;p&gt;";
        for format in [NoteFormat::Html, NoteFormat::PlainText] {
            let note = note_in(&[said(0, words)], &style_in(format)).0;
            let read = words_of(&note, format).join("\n");
            for line in words.lines() {
                assert!(read.contains(line), "{format:?}: {read}");
            }
        }
    }

    #[test]
    fn markup_that_somebody_made_of_it_goes_and_their_words_stay() {
        let note =
            "<div class=\"a>b\"><P style='x'>10:00 <strong>A</strong> b&amp;c<br/>d</P><script>e</script><p></p> f <";
        assert_eq!(words_of(note, NoteFormat::Html), ["b\">", "10:00 A b&c", "d", "e", "f"]);
    }
}
