//! Characters that look right in JSON and are not: curly quotes, wide punctuation, blanks that are no spaces, marks without width.
//! Word processors, chats and Japanese keyboards put them there.

use super::{json::Json, problem::Problem};

/// Why a text is no JSON: by the character that makes it none, where that is one of these; else by the place alone. Places count
/// characters, from 1.
pub(super) fn why_not_json(written: &str, error: &serde_json::Error) -> Problem {
    let offset = offset_of(written, error.line(), error.column());
    let odd = written[offset..].chars().next().filter(|found| instead_of(*found).is_some());
    match odd.map(|found| (offset, found)).or_else(|| closing_quote(written)) {
        Some((offset, found)) => {
            let (line, column) = place_of(written, offset);
            Problem::OddCharacter { line, column, found, instead: instead_of(found).unwrap_or(Instead::Nothing) }
        }
        None => {
            let (line, column) = place_of(written, offset);
            Problem::NotJson { line, column }
        }
    }
}

/// A text that begins with a wide brace and would be a message object with plain characters.
pub(super) fn wide_object(written: &str) -> Option<Problem> {
    let found = written.chars().next().filter(|first| *first == '｛')?;
    let plain: String = written.chars().filter_map(plain).collect();
    let object: Json = serde_json::from_str(&plain).ok()?;
    object.text("type")?;
    Some(Problem::OddCharacter { line: 1, column: 1, found, instead: Instead::Character('{') })
}

/// What is to be typed in place of a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// This character.
    Character(char),
    /// A space.
    Space,
    /// Nothing: it is to be deleted.
    Nothing,
}

fn instead_of(found: char) -> Option<Instead> {
    Some(match found {
        '“' | '”' | '„' | '‟' | '〝' | '〞' | '〟' | '«' | '»' | '‘' | '’' | '‚' | '‛' | '\'' | '＇' | '`' | '´'
        | '′' | '″' => Instead::Character('"'),
        '、' | '､' => Instead::Character(','),
        '\u{FF01}'..='\u{FF5E}' => Instead::Character(char::from_u32(u32::from(found) - 0xFEE0)?),
        '\u{AD}'
        | '\u{61C}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}' => Instead::Nothing,
        blank if blank.is_whitespace() && !matches!(blank, ' ' | '\t' | '\n' | '\r') => Instead::Space,
        _ => return None,
    })
}

fn plain(character: char) -> Option<char> {
    match instead_of(character) {
        None => Some(character),
        Some(Instead::Character(plain)) => Some(plain),
        Some(Instead::Space) => Some(' '),
        Some(Instead::Nothing) => None,
    }
}

/// A string that begins with a straight quote and ends with a curly one is noticed only further on: so the first curly quote, where
/// straight ones in their place would make it JSON.
fn closing_quote(written: &str) -> Option<(usize, char)> {
    let is_curly = |found: &char| matches!(found, '“' | '”' | '„' | '‟' | '〝' | '〞' | '〟' | '＂');
    let straight: String = written.chars().map(|found| if is_curly(&found) { '"' } else { found }).collect();
    serde_json::from_str::<Json>(&straight).ok()?;
    written.char_indices().find(|(_, found)| is_curly(found))
}

/// Where serde_json stopped: lines and columns from 1, columns in bytes.
fn offset_of(written: &str, line: usize, column: usize) -> usize {
    let before: usize = written.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut offset = (before + column.saturating_sub(1)).min(written.len());
    while !written.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn place_of(written: &str, offset: usize) -> (usize, usize) {
    let before = &written[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(written: &str) -> Problem {
        match serde_json::from_str::<Json>(written) {
            Err(error) => why_not_json(written, &error),
            Ok(_) => panic!("it is JSON: {written}"),
        }
    }

    #[test]
    fn the_character_is_named_with_its_place_and_what_to_type() {
        let character = Instead::Character;
        for (written, line, column, found, instead) in [
            ("{“type”: “text”}", 1, 2, '“', character('"')),
            ("{\"type\": ”text”}", 1, 10, '”', character('"')),
            ("{\n \"あ\": 'い'}", 2, 7, '\'', character('"')),
            ("{\u{a0}\"type\":1}", 1, 2, '\u{a0}', Instead::Space),
            ("{\u{3000}\"type\":1}", 1, 2, '\u{3000}', Instead::Space),
            ("{\"type\"：1}", 1, 8, '：', character(':')),
            ("{\"a\":1，\"b\":2}", 1, 7, '，', character(',')),
            ("{\"a\":1、\"b\":2}", 1, 7, '、', character(',')),
            ("{\"a\":［1］}", 1, 6, '［', character('[')),
            ("{\"a\":１}", 1, 6, '１', character('1')),
            ("{\u{200b}\"a\":1}", 1, 2, '\u{200b}', Instead::Nothing),
            ("{\"a\":1\u{202e}}", 1, 7, '\u{202e}', Instead::Nothing),
            ("{\"type”: \"text\"}", 1, 7, '”', character('"')),
        ] {
            assert_eq!(why(written), Problem::OddCharacter { line, column, found, instead }, "{written}");
        }
    }

    #[test]
    fn what_stands_inside_a_string_is_not_blamed() {
        for (written, line, column) in [
            ("{\"text\":\"“はい”、どうぞ：\u{a0}\",}", 1, 22),
            ("{やあ、“x”}", 1, 2),
            ("{\n\"a\":\"“\",\n\"b\" 1}", 3, 5),
        ] {
            assert_eq!(why(written), Problem::NotJson { line, column }, "{written}");
        }
    }

    #[test]
    fn a_wide_brace_is_named_only_before_what_would_be_a_message() {
        assert!(wide_object("｛“type”：“text”，\u{3000}“text”：“a”｝").is_some());
        for text in ["｛お知らせ｝", "｛｝", "{\"type\":\"text\"}", "｛\"a\":1｝"] {
            assert_eq!(wide_object(text), None, "{text}");
        }
    }
}
