//! Everything that a doctor can find wrong, in words: what is wrong, why it matters, what to do and where. Each is declared once.

pub mod crm;
pub mod inbox;
pub mod line;
pub mod login;
mod places;
pub mod sends;
pub mod ties;
pub mod work;

use super::both;
use crate::domain::finding::Complaint;
use crate::domain::settings::Bilingual;

/// Before why it matters.
pub const WHY: Bilingual = both("影響", "why it matters");
/// Before what to do.
pub const TODO: Bilingual = both("対処", "what to do");
/// Before where it is done.
pub const PLACE: Bilingual = both("場所", "where");

/// All of them, by family.
pub fn all() -> impl Iterator<Item = &'static Complaint> {
    [line::ALL, sends::ALL, login::ALL, crm::ALL, inbox::ALL, ties::ALL, work::ALL].into_iter().flatten().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::language::Language;

    fn named(words: Bilingual, language: Language) -> BTreeSet<&'static str> {
        let parts = words.of(language).split('{').skip(1);
        parts.map(|part| part.split_once('}').expect("a name ends").0).collect()
    }

    #[test]
    fn every_complaint_has_a_name_of_its_own() {
        let codes: Vec<&str> = all().map(|complaint| complaint.code).collect();
        assert_eq!(codes.iter().collect::<BTreeSet<_>>().len(), codes.len(), "{codes:?}");
        let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        for code in codes {
            let parts: Vec<&str> = code.split('.').collect();
            assert!(parts.len() == 2 && parts.into_iter().all(is_name), "{code}");
        }
    }

    #[test]
    fn every_complaint_has_words_in_both_languages_with_the_same_facts() {
        for complaint in all() {
            let place = complaint.place.map(|place| place.words);
            let mut used = BTreeSet::new();
            for words in [complaint.wrong, complaint.why, complaint.todo].into_iter().chain(place) {
                let (japanese, english) = (words.japanese, words.english);
                assert!(!japanese.is_empty() && !english.is_empty(), "{}", complaint.code);
                assert!(!japanese.is_ascii() && english.is_ascii(), "{}: {english}", complaint.code);
                let [in_japanese, in_english] = [Language::Japanese, Language::English].map(|it| named(words, it));
                assert_eq!(in_japanese, in_english, "{}: {english}", complaint.code);
                used.extend(in_english);
            }
            assert_eq!(used, complaint.facts.iter().copied().collect(), "{}", complaint.code);
        }
    }

    #[test]
    fn sentences_in_japanese_are_polite_and_end() {
        for complaint in all() {
            for words in [complaint.wrong, complaint.why, complaint.todo] {
                for sentence in words.japanese.split_inclusive('。') {
                    // What stands in brackets at its end is no part of the sentence.
                    let bracket = sentence.strip_suffix("）。").and_then(|rest| rest.rfind('（'));
                    let sentence = &bracket.map_or_else(|| sentence.to_owned(), |at| format!("{}。", &sentence[..at]));
                    let polite = ["です。", "ます。", "ません。", "ました。", "ください。", "でした。"];
                    assert!(polite.iter().any(|end| sentence.ends_with(end)), "{}: {sentence}", complaint.code);
                }
                assert!(words.english.ends_with('.'), "{}: {}", complaint.code, words.english);
            }
        }
    }
}
