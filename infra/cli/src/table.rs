//! Tables and lists for people.

use musubi::domain::language::Language;
use unicode_width::UnicodeWidthStr;

/// A table with a heading, columns as wide as they need. `None`: nothing to show.
pub fn table(heads: &[&str], rows: &[Vec<String>], language: Language) -> String {
    if rows.is_empty() {
        return language.pick("ありません。", "None.").to_owned();
    }
    let head: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| rows.iter().chain([&head]).map(|row| row[column].width()).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide - cell.width())));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    [&head].into_iter().chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

/// Names and values, one a line.
pub fn facts(facts: &[(&str, String)]) -> String {
    let wide = facts.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    let line = |(name, value): &(&str, String)| format!("{name}{}  {value}", " ".repeat(wide - name.width()));
    facts.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Milliseconds as a span that people read.
pub fn span(duration_ms: i64) -> String {
    match duration_ms.max(0) / 1000 {
        s if s < 60 => format!("{s}s"),
        s if s < 3600 && s % 60 != 0 => format!("{}m{}s", s / 60, s % 60),
        s if s < 3600 => format!("{}m", s / 60),
        s if s < 86_400 && s % 3600 >= 60 => format!("{}h{}m", s / 3600, s % 3600 / 60),
        s if s < 86_400 => format!("{}h", s / 3600),
        s => format!("{}d{}h", s / 86_400, s % 86_400 / 3600),
    }
}

/// A moment in a time zone; in UTC where the zone is unknown.
pub fn moment(at_ms: i64, time_zone: &str) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    match at.in_tz(time_zone) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
        Err(_) => at.to_string(),
    }
}

/// Yes or no.
pub fn on(value: bool, language: Language) -> String {
    if value { language.pick("オン", "on") } else { language.pick("オフ", "off") }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_also_in_japanese() {
        let rows = vec![vec!["結び".to_owned(), "1".to_owned()], vec!["abcdef".to_owned(), "2".to_owned()]];
        let lines = table(&["name", "n"], &rows, Language::English);
        assert_eq!(lines, "name    n\n結び    1\nabcdef  2");
        assert_eq!(table(&["a"], &[], Language::Japanese), "ありません。");
    }

    #[test]
    fn spans_are_short() {
        assert_eq!([900, 61_000, 900_000, 3_600_000, 90_000_000].map(span), ["0s", "1m1s", "15m", "1h", "1d1h"]);
    }
}
