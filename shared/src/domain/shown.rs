//! Names as they may be shown among other words.

/// A name without the marks that turn the direction of writing: with U+202E, `invoice-exe.pdf` is shown for a file that is none,
/// and whatever follows a name on its line would run backwards. (Unicode, UAX #9: the explicit and the implicit marks.)
///
/// Texts keep theirs: they stand alone in their paragraph, where the marks end.
pub fn name(text: &str) -> String {
    text.chars().filter(|character| !turns(*character)).collect()
}

fn turns(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_direction_marks_and_nothing_else() {
        assert_eq!(name("invoice-\u{202E}fdp.exe"), "invoice-fdp.exe");
        assert_eq!(name("\u{2066}a\u{2069}\u{200F}\u{61C}b\u{202A}"), "ab");
        for kept in ["山田 太郎", "👨‍👩‍👧", "שלום", "e\u{301}"] {
            assert_eq!(name(kept), kept);
        }
    }
}
