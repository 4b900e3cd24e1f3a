//! In which language a page is shown.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

use crate::domain::language::Language;

/// As the link says (its `lang`), else as the browser does, else Japanese.
pub fn language_of(lang: Option<&str>, headers: &HeaderMap) -> Language {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    lang.or(accepted).map_or_else(Language::default, Language::from_tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_more_than_a_browser_and_who_says_nothing_reads_japanese() {
        let browser = |accepts: &str| HeaderMap::from_iter([(ACCEPT_LANGUAGE, accepts.parse().unwrap())]);
        for (lang, headers, language) in [
            (None, HeaderMap::new(), Language::Japanese),
            (None, browser("en-US,ja;q=0.5"), Language::English),
            (None, browser("ja,en;q=0.8"), Language::Japanese),
            (Some("ja"), browser("en"), Language::Japanese),
            (Some("en"), browser("ja"), Language::English),
            (Some("en"), HeaderMap::new(), Language::English),
        ] {
            assert_eq!(language_of(lang, &headers), language, "{lang:?} {headers:?}");
        }
    }
}
