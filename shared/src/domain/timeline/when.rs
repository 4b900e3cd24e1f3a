//! Days and times of day, as they stand in a note.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Style;
use crate::domain::language::Language;

/// A time of day has so many bytes.
pub(super) const TIME_BYTES: usize = 8;

/// Reads an IANA time zone name; a wrong one reads as Japan's.
pub fn time_zone(name: &str) -> TimeZone {
    TimeZone::get(name).or_else(|_| TimeZone::get("Asia/Tokyo")).unwrap_or(TimeZone::UTC)
}

fn zoned(at_ms: i64, style: &Style) -> jiff::Zoned {
    Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(style.time_zone.clone())
}

pub(super) fn time_of(at_ms: i64, style: &Style) -> String {
    zoned(at_ms, style).strftime("%H:%M:%S").to_string()
}

/// Whether a time of day stands first, whichever.
pub(super) fn begins_with_a_time(text: &str) -> bool {
    let digit_or_colon = |(at, byte): (usize, &u8)| match at {
        2 | 5 => *byte == b':',
        _ => byte.is_ascii_digit(),
    };
    text.as_bytes().get(..TIME_BYTES).is_some_and(|time| time.iter().enumerate().all(digit_or_colon))
}

pub(super) fn day_of(at_ms: i64, style: &Style) -> String {
    let at = zoned(at_ms, style);
    match style.language {
        Language::Japanese => {
            let weekday = ["月", "火", "水", "木", "金", "土", "日"]
                [usize::try_from(at.weekday().to_monday_zero_offset()).unwrap_or(0)];
            format!("{}（{weekday}）", at.strftime("%Y年%-m月%-d日"))
        }
        Language::English => at.strftime("%A, %-d %B %Y").to_string(),
    }
}
