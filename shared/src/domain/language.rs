//! The languages in which Musubi speaks to people.

/// A language in which operators and marketers read our words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Japanese, in the polite form.
    Japanese,
    /// English: also the answer to every language we do not speak.
    #[default]
    English,
}

impl Language {
    /// The language for a BCP 47 tag such as `ja`, `ja-JP` or `en_US`; anything but Japanese is answered in English.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("ja") {
            Self::Japanese
        } else {
            Self::English
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_read_by_its_primary_part_and_the_unknown_is_english() {
        for tag in ["ja", "ja-JP", "JA_jp", " ja "] {
            assert_eq!(Language::from_tag(tag), Language::Japanese, "{tag}");
        }
        for tag in ["en", "en-GB", "jav", "", "zh-Hant"] {
            assert_eq!(Language::from_tag(tag), Language::English, "{tag}");
        }
    }
}
