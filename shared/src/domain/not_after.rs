//! The moment after which a message is no longer to be sent, as a marketer or the CRM writes it.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use thiserror::Error;

use super::language::Language;

/// Smaller numbers are seconds, years or typing errors: 10^11 ms is in March 1973.
const SMALLEST_MS: i64 = 100_000_000_000;

/// Why `not_after` cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAfterError {
    /// It is no time.
    #[error("not_after is no time")]
    Unreadable,
    /// A number, but not of milliseconds since 1970.
    #[error("not_after is a number, but not of milliseconds")]
    NotMilliseconds,
    /// The account's time zone is unknown.
    #[error("the account's time zone is unknown")]
    TimeZone,
}

impl NotAfterError {
    /// Words for the marketer, with the fix.
    pub fn words(self, language: Language) -> &'static str {
        match self {
            Self::Unreadable => language.pick(
                "「not_after」を日時として読み取れません。2026-12-24、2026-12-24T18:00:00+09:00、またはミリ秒で入力してください。",
                "“not_after” is not a time. Write 2026-12-24, 2026-12-24T18:00:00+09:00, or milliseconds since 1970.",
            ),
            Self::NotMilliseconds => language.pick(
                "「not_after」の数値が小さすぎます。1970年からのミリ秒（13桁）で入力してください。",
                "The number in “not_after” is too small. Write milliseconds since 1970 (13 digits).",
            ),
            Self::TimeZone => language.pick(
                "CRMアカウントのタイムゾーンを読み取れません。アカウントの設定を確認してください。",
                "The CRM account's time zone is unknown. Check the account's settings.",
            ),
        }
    }
}

/// The moment in milliseconds since 1970. Takes milliseconds (HubSpot writes dates and date-times so), an ISO 8601
/// date-time (without an offset: in the account's time zone), or a date, which means the end of that day in that time zone.
///
/// # Errors
/// It is none of these, or the time zone is unknown where it is needed.
pub fn parse_not_after(text: &str, time_zone: &str) -> Result<i64, NotAfterError> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        let number: i64 = text.parse().map_err(|_| NotAfterError::NotMilliseconds)?;
        let in_range = number >= SMALLEST_MS && Timestamp::from_millisecond(number).is_ok();
        return in_range.then_some(number).ok_or(NotAfterError::NotMilliseconds);
    }
    if text.contains(['T', 't', ' ']) {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(at.as_millisecond());
        }
        let local: DateTime = text.parse().map_err(|_| NotAfterError::Unreadable)?;
        return in_zone(local, time_zone);
    }
    let day: Date = text.parse().map_err(|_| NotAfterError::Unreadable)?;
    let next = day.checked_add(1.day()).map_err(|_| NotAfterError::Unreadable)?;
    Ok(in_zone(next.to_datetime(Time::midnight()), time_zone)? - 1)
}

fn in_zone(local: DateTime, time_zone: &str) -> Result<i64, NotAfterError> {
    let zone = TimeZone::get(time_zone).map_err(|_| NotAfterError::TimeZone)?;
    let at = zone.to_timestamp(local).map_err(|_| NotAfterError::Unreadable)?;
    Ok(at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_dates_and_date_times_are_read() {
        let read = |text| parse_not_after(text, "Asia/Tokyo");
        assert_eq!(read("1798761600000"), Ok(1_798_761_600_000));
        assert_eq!(read(" 2026-12-24T18:00:00+09:00 "), Ok(1_798_102_800_000));
        assert_eq!(read("2026-12-24T09:00:00Z"), Ok(1_798_102_800_000));
        assert_eq!(read("2026-12-24T18:00:00.5+09:00"), Ok(1_798_102_800_500));
        assert_eq!(read("2026-12-24T18:00:00"), Ok(1_798_102_800_000));
        assert_eq!(read("2026-12-24 18:00"), Ok(1_798_102_800_000));
    }

    #[test]
    fn a_date_means_the_end_of_that_day_where_the_account_is() {
        assert_eq!(parse_not_after("2026-12-24", "Asia/Tokyo"), Ok(1_798_124_400_000 - 1));
        assert_eq!(parse_not_after("2026-12-24", "UTC"), Ok(1_798_156_800_000 - 1));
        // The day the clocks change has 25 hours in Berlin.
        let (before, day) =
            (parse_not_after("2026-10-24", "Europe/Berlin"), parse_not_after("2026-10-25", "Europe/Berlin"));
        assert_eq!(day.unwrap() - before.unwrap(), 25 * 3_600_000);
    }

    #[test]
    fn what_is_no_time_is_refused_in_words() {
        for (text, why) in [
            ("", NotAfterError::Unreadable),
            ("tomorrow", NotAfterError::Unreadable),
            ("2026-13-01", NotAfterError::Unreadable),
            ("2026-12-24T25:00:00Z", NotAfterError::Unreadable),
            ("12/24/2026", NotAfterError::Unreadable),
            ("1798761600", NotAfterError::NotMilliseconds),
            ("20261224", NotAfterError::NotMilliseconds),
            ("99999999999999999999", NotAfterError::NotMilliseconds),
        ] {
            assert_eq!(parse_not_after(text, "Asia/Tokyo"), Err(why), "{text}");
            assert!(why.words(Language::Japanese).contains("not_after"));
        }
        assert_eq!(parse_not_after("2026-12-24", "Mars/Base"), Err(NotAfterError::TimeZone));
    }
}
