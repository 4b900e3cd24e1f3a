//! Opening hours: for each day of the week, from when until when somebody is there, or may be written to.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::auto_reply::normal;

const DAY_MINUTES: u16 = 24 * 60;
/// Whoever closes at two at night writes 26:00; no day ends later than this.
const LATEST_MINUTES: u16 = 30 * 60;
/// A day has no more spans.
const MAX_SPANS: usize = 4;
/// Monday first, as the week is counted here.
const DAYS: [(&str, &str); 7] =
    [("mon", "月"), ("tue", "火"), ("wed", "水"), ("thu", "木"), ("fri", "金"), ("sat", "土"), ("sun", "日")];

/// From one minute of the day until before another.
type Span = (u16, u16);

/// When somebody is there. Stored as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpeningHours {
    days: [Vec<Span>; 7],
}

impl OpeningHours {
    /// Reads `mon-fri 10:00-12:00 13:00-18:00, sat 10:00-15:00`, with the days in Japanese as well. `None`: it is not written so.
    pub fn read(text: &str) -> Option<Self> {
        let mut days: [Vec<Span>; 7] = Default::default();
        let text = normal(text).replace(['~', '〜', '–'], "-").replace('、', ",");
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let mut words = part.split_whitespace();
            let named = days_of(words.next()?)?;
            let spans = words.map(span).collect::<Option<Vec<Span>>>().filter(|spans| !spans.is_empty())?;
            for day in named {
                days[day].extend(&spans);
            }
        }
        for spans in &mut days {
            spans.sort_unstable();
            if spans.len() > MAX_SPANS || spans.windows(2).any(|two| two[0].1 > two[1].0) {
                return None;
            }
        }
        days.iter().any(|spans| !spans.is_empty()).then_some(Self { days })
    }

    /// Whether somebody is there, by the clocks of the place. What is open past midnight belongs to the day before.
    pub fn are_open(&self, at: DateTime, holidays: &BTreeSet<Date>) -> bool {
        let minute = u16::from(at.hour().unsigned_abs()) * 60 + u16::from(at.minute().unsigned_abs());
        let is_within = |date: Date, minute: u16| {
            let day = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
            !holidays.contains(&date) && self.days[day].iter().any(|(from, to)| (*from..*to).contains(&minute))
        };
        let yesterday = at.date().yesterday();
        is_within(at.date(), minute) || yesterday.is_ok_and(|date| is_within(date, minute + DAY_MINUTES))
    }
}

impl OpeningHours {
    /// The next moment at which they begin, by the clocks of this time zone, where they do not last at `at_ms`, in milliseconds. Where they
    /// last: `at_ms`. `None`: the time is none.
    ///
    /// A day on which the clocks skip the hour at which they begin begins behind it.
    pub fn next_ms(&self, at_ms: i64, time_zone: &TimeZone) -> Option<i64> {
        let at = Timestamp::from_millisecond(at_ms).ok()?.to_zoned(time_zone.clone());
        if self.are_open(at.datetime(), &BTreeSet::new()) {
            return Some(at_ms);
        }
        let mut day = at.date();
        // Today's may be over; those of the same weekday come within a week.
        for _ in 0..=DAYS.len() {
            let spans = &self.days[usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())];
            let begins = spans.iter().filter_map(|(from, _)| {
                let time = Time::new(i8::try_from(from / 60).ok()?, i8::try_from(from % 60).ok()?, 0, 0).ok()?;
                Some(day.to_datetime(time).to_zoned(time_zone.clone()).ok()?.timestamp().as_millisecond())
            });
            if let Some(begins_ms) = begins.filter(|begins_ms| *begins_ms > at_ms).min() {
                return Some(begins_ms);
            }
            day = day.tomorrow().ok()?;
        }
        None
    }
}

/// `mon`, `mon-fri`, `daily`; `月`, `月-金`, `毎日`.
fn days_of(text: &str) -> Option<Vec<usize>> {
    let day = |text: &str| DAYS.iter().position(|(english, japanese)| text == *english || text == *japanese);
    match text.split_once('-') {
        None if matches!(text, "daily" | "毎日") => Some((0..DAYS.len()).collect()),
        None => day(text).map(|day| vec![day]),
        Some((from, to)) => {
            let (from, to) = (day(from)?, day(to)?);
            let count = (to + DAYS.len() - from) % DAYS.len();
            Some((0..=count).map(|step| (from + step) % DAYS.len()).collect())
        }
    }
}

fn span(text: &str) -> Option<Span> {
    let (from, to) = text.split_once('-')?;
    let span = (minute(from)?, minute(to)?);
    (span.0 < span.1 && span.0 < DAY_MINUTES && span.1 <= LATEST_MINUTES).then_some(span)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str, most: u16| {
        let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &u16| is_number && *number <= most)
    };
    (minute.len() == 2).then_some(number(hour, 30)? * 60 + number(minute, 59)?)
}

impl fmt::Display for OpeningHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut day = 0;
        while day < DAYS.len() {
            let spans = &self.days[day];
            let alike = self.days[day..].iter().take_while(|other| *other == spans).count();
            if !spans.is_empty() {
                let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
                let spans: Vec<String> =
                    spans.iter().map(|(from, to)| format!("{}-{}", clock(*from), clock(*to))).collect();
                let days = match alike {
                    1 => DAYS[day].0.to_owned(),
                    7 => "daily".to_owned(),
                    _ => format!("{}-{}", DAYS[day].0, DAYS[day + alike - 1].0),
                };
                parts.push(format!("{days} {}", spans.join(" ")));
            }
            day += alike;
        }
        f.write_str(&parts.join(", "))
    }
}

impl From<OpeningHours> for String {
    fn from(hours: OpeningHours) -> Self {
        hours.to_string()
    }
}

impl TryFrom<String> for OpeningHours {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::read(&text).ok_or("no opening hours")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> OpeningHours {
        OpeningHours::read(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn hours_are_written_by_days_in_either_language_and_shown_in_one_way() {
        for (text, shown) in [
            ("mon-fri 10:00-18:00", "mon-fri 10:00-18:00"),
            ("月～金 10:00～12:00 13:00～18:00、土 9:30-15:00", "mon-fri 10:00-12:00 13:00-18:00, sat 09:30-15:00"),
            ("毎日　００：００－２４：００", "daily 00:00-24:00"),
            ("Fri-Mon 18:00-26:00", "mon 18:00-26:00, fri-sun 18:00-26:00"),
            ("mon 13:00-18:00, mon 9:00-12:00", "mon 09:00-12:00 13:00-18:00"),
        ] {
            assert_eq!(read(text).to_string(), shown);
            assert_eq!(read(shown).to_string(), shown);
        }
        for bad in [
            "",
            "none",
            "mon",
            "10:00-18:00",
            "mon 18:00-10:00",
            "mon 10:00-10:00",
            "mon 10-18",
            "mon 10:00-31:00",
            "mon 24:00-26:00",
            "mon 10:60-11:00",
            "mon 10:00-12:00 11:00-13:00",
            "moon 10:00-18:00",
            "mon 1:0-2:0",
            "mon 1:00-2:00 3:00-4:00 5:00-6:00 7:00-8:00 9:00-10:00",
        ] {
            assert_eq!(OpeningHours::read(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_next_moment_is_found_over_days_and_over_the_change_of_clocks() {
        let moment = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
        let zone = |name: &str| TimeZone::get(name).expect("a time zone");
        for (hours, place, at, next) in [
            // 2026-11-30 is a Monday.
            ("daily 08:00-21:00", "Asia/Tokyo", "2026-11-30T10:00:00+09:00", "2026-11-30T10:00:00+09:00"),
            ("daily 08:00-21:00", "Asia/Tokyo", "2026-11-30T21:00:00+09:00", "2026-12-01T08:00:00+09:00"),
            ("daily 08:00-21:00", "Asia/Tokyo", "2026-11-30T00:30:00+09:00", "2026-11-30T08:00:00+09:00"),
            ("mon-fri 10:00-12:00 13:00-18:00", "Asia/Tokyo", "2026-12-04T12:00:00+09:00", "2026-12-04T13:00:00+09:00"),
            ("mon-fri 10:00-12:00 13:00-18:00", "Asia/Tokyo", "2026-12-04T18:00:00+09:00", "2026-12-07T10:00:00+09:00"),
            ("mon 10:00-11:00", "Asia/Tokyo", "2026-11-30T11:00:00+09:00", "2026-12-07T10:00:00+09:00"),
            ("fri 18:00-26:00", "Asia/Tokyo", "2026-12-05T01:59:00+09:00", "2026-12-05T01:59:00+09:00"),
            ("fri 18:00-26:00", "Asia/Tokyo", "2026-12-05T02:00:00+09:00", "2026-12-11T18:00:00+09:00"),
            // Clocks go forward from two to three, and back from three to two.
            ("daily 08:00-21:00", "Europe/Berlin", "2026-03-28T21:00:00+01:00", "2026-03-29T08:00:00+02:00"),
            ("daily 02:30-04:00", "Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-29T03:30:00+02:00"),
            ("daily 02:30-04:00", "Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-25T02:30:00+02:00"),
        ] {
            let found = read(hours).next_ms(moment(at), &zone(place)).expect("a moment");
            assert_eq!(Timestamp::from_millisecond(found).unwrap(), next.parse::<Timestamp>().unwrap(), "{hours} {at}");
        }
        assert_eq!(read("daily 08:00-21:00").next_ms(i64::MAX, &zone("Asia/Tokyo")), None);
    }

    #[test]
    fn somebody_is_there_from_the_first_minute_until_before_the_last_and_past_midnight_by_the_day_before() {
        let hours = read("mon-thu 10:00-18:00, fri 18:00-26:00");
        let at = |text: &str| text.parse::<DateTime>().expect("a time");
        // 2026-11-30 is a Monday.
        for (time, is_open) in [
            ("2026-11-30T09:59:59", false),
            ("2026-11-30T10:00:00", true),
            ("2026-11-30T17:59:59", true),
            ("2026-11-30T18:00:00", false),
            ("2026-12-04T18:00:00", true),
            ("2026-12-04T23:59:59", true),
            ("2026-12-05T01:59:59", true),
            ("2026-12-05T02:00:00", false),
            ("2026-12-06T12:00:00", false),
        ] {
            assert_eq!(hours.are_open(at(time), &BTreeSet::new()), is_open, "{time}");
        }
        let holidays = BTreeSet::from([at("2026-12-04T00:00:00").date()]);
        for time in ["2026-12-04T19:00:00", "2026-12-05T01:00:00"] {
            assert!(!hours.are_open(at(time), &holidays), "{time}: the evening is the holiday's");
        }
        assert!(hours.are_open(at("2026-12-03T12:00:00"), &holidays));
    }
}
