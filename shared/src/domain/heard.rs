//! In which hours an Official Account was heard of, for five weeks: what silence is, is told by the same hours of the weeks before.
//!
//! A day is twenty-four bits; an hour is set once, whatever comes in it. Days and hours are UTC's: a week later it is the same hour.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::activity::Content;
use super::inbound::{InboundEvent, InboundWhat};
use super::occurrence::Occurrence;

const HOUR_MS: i64 = 3_600_000;
const DAY_HOURS: i64 = 24;
const WEEK_HOURS: i64 = 7 * DAY_HOURS;
/// Four weeks to compare with, behind a silence of one.
const KEPT_DAYS: i64 = 5 * 7;
/// An hour is one in which something comes if something came in it in so many of so many weeks.
const USUAL_WEEKS: usize = 3;
const OF_WEEKS: i64 = 4;
/// So many such hours without anything are a silence: an hour or two may be chance.
const SILENT_HOURS: usize = 6;

/// What a webhook's event tells, beside what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// When it happened, in milliseconds.
    pub at_ms: i64,
    /// LINE says that it sends it again.
    pub is_redelivered: bool,
    /// LINE suspends the Official Account, or ends that.
    pub suspends: Option<bool>,
}

impl Sign {
    /// Of an event.
    pub fn of(event: &InboundEvent, is_redelivered: bool) -> Self {
        let suspends = match &event.what {
            InboundWhat::Said { content: Content::Other { what: Occurrence::BotSuspended }, .. } => Some(true),
            InboundWhat::Said { content: Content::Other { what: Occurrence::BotResumed }, .. } => Some(false),
            _ => None,
        };
        Self { at_ms: event.at_ms, is_redelivered, suspends }
    }
}

/// When an Official Account was heard of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Days since 1970, and a bit for each hour in which something happened.
    #[serde(default)]
    days: BTreeMap<i64, u32>,
    /// When the first event that was sent again had happened, in milliseconds.
    #[serde(default)]
    pub redelivered_at_ms: Option<i64>,
    /// Whether LINE has suspended it, by the newest event about that.
    #[serde(default)]
    suspension: Option<Suspension>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Suspension {
    at_ms: i64,
    is_on: bool,
}

/// It was heard of in these hours of the weeks before, and is not now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Silence {
    /// The end of the hour in which it was last heard of, in milliseconds.
    pub since_ms: i64,
    /// In how many hours since then something was to be expected.
    pub hours: usize,
}

impl Heard {
    /// Takes a sign into account. `false`: it was known. What has a time that is yet to come tells of no hour.
    pub fn observe(&mut self, sign: Sign, now_ms: i64) -> bool {
        let before = self.clone();
        if sign.at_ms <= now_ms {
            self.hear(sign.at_ms.div_euclid(HOUR_MS));
        }
        if sign.is_redelivered {
            self.redelivered_at_ms.get_or_insert(sign.at_ms);
        }
        if let Some(is_on) = sign.suspends
            && self.suspension.is_none_or(|known| known.at_ms < sign.at_ms)
        {
            self.suspension = Some(Suspension { at_ms: sign.at_ms, is_on });
        }
        *self != before
    }

    /// LINE has suspended the Official Account, and has not said that it ended.
    pub fn is_suspended(&self) -> bool {
        self.suspension.is_some_and(|known| known.is_on)
    }

    fn hear(&mut self, hour: i64) {
        let day = hour.div_euclid(DAY_HOURS);
        if self.days.last_key_value().is_some_and(|(newest, _)| day <= newest - KEPT_DAYS) {
            return;
        }
        *self.days.entry(day).or_default() |= 1 << hour.rem_euclid(DAY_HOURS);
        let newest = self.days.last_key_value().map_or(day, |(newest, _)| *newest);
        self.days.retain(|day, _| *day > newest - KEPT_DAYS);
    }

    fn was_heard(&self, hour: i64) -> bool {
        let hours = self.days.get(&hour.div_euclid(DAY_HOURS));
        hours.is_some_and(|hours| hours & (1 << hour.rem_euclid(DAY_HOURS)) != 0)
    }

    /// Whether it has been silent by now for too long. Who is heard of now and then has no usual hours, and no silence; nor has who
    /// is known for less than three weeks.
    pub fn silence(&self, now_ms: i64) -> Option<Silence> {
        let (day, hours) = self.days.last_key_value().filter(|(_, hours)| **hours != 0)?;
        let last = day * DAY_HOURS + i64::from(u32::BITS - 1 - hours.leading_zeros());
        // The hour that is not over may yet bring something.
        let over = now_ms.div_euclid(HOUR_MS).min(last + 1 + WEEK_HOURS);
        let is_usual = |hour: i64| {
            let weeks = (1..=OF_WEEKS).filter(|week| self.was_heard(hour - week * WEEK_HOURS));
            weeks.count() >= USUAL_WEEKS
        };
        let hours = (last + 1..over).filter(|hour| is_usual(*hour)).count();
        (hours >= SILENT_HOURS).then_some(Silence { since_ms: (last + 1) * HOUR_MS, hours })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * HOUR_MS;
    /// Midnight.
    const START_MS: i64 = 20_440 * DAY_MS;

    fn sign(at_ms: i64) -> Sign {
        Sign { at_ms, is_redelivered: false, suspends: None }
    }

    /// Open from 9 to 17 o'clock on five days a week, for so many weeks.
    fn shop(weeks: i64) -> Heard {
        let mut heard = Heard::default();
        let days = (0..weeks * 7).filter(|day| day % 7 < 5);
        for at_ms in days.flat_map(|day| (9..17).map(move |hour| START_MS + day * DAY_MS + hour * HOUR_MS + 5)) {
            assert!(heard.observe(sign(at_ms), at_ms));
            assert!(!heard.observe(sign(at_ms + 60_000), at_ms + 60_000), "an hour is heard once");
        }
        heard
    }

    #[test]
    fn hours_in_which_something_came_in_the_weeks_before_and_nothing_now_are_a_silence() {
        let (heard, monday_ms) = (shop(4), START_MS + 28 * DAY_MS);
        let weekend = heard.silence(monday_ms + 9 * HOUR_MS);
        assert_eq!(weekend, None, "nothing comes at weekends");
        assert_eq!(heard.silence(monday_ms + 15 * HOUR_MS - 1), None, "five hours, and one that is not over");
        let since_ms = START_MS + 25 * DAY_MS + 17 * HOUR_MS;
        assert_eq!(heard.silence(monday_ms + 15 * HOUR_MS), Some(Silence { since_ms, hours: 6 }));
        let later = heard.silence(monday_ms + 400 * DAY_MS);
        assert_eq!(later, Some(Silence { since_ms, hours: 40 }), "it stays so, and is looked at for a week alone");
    }

    #[test]
    fn who_is_new_or_seldom_heard_of_is_not_silent() {
        assert_eq!(Heard::default().silence(START_MS), None);
        assert_eq!(shop(2).silence(START_MS + 20 * DAY_MS), None);
        let mut seldom = Heard::default();
        for week in 0..4 {
            let at_ms = START_MS + week * 7 * DAY_MS + 12 * HOUR_MS;
            seldom.observe(sign(at_ms), at_ms);
        }
        assert_eq!(seldom.silence(START_MS + 60 * DAY_MS), None);
    }

    #[test]
    fn five_weeks_are_kept_and_neither_the_past_nor_the_future_pushes_them_out() {
        let mut heard = shop(9);
        assert_eq!(heard.days.len(), 25, "{heard:?}");
        let before = heard.clone();
        assert!(!heard.observe(sign(START_MS), i64::MAX) && !heard.observe(sign(i64::MAX / 2), START_MS + 63 * DAY_MS));
        assert_eq!(heard, before);
        assert!(serde_json::to_string(&heard).expect("JSON").len() < 1_000);
    }

    #[test]
    fn the_newest_word_of_a_suspension_counts_and_the_first_redelivery_is_kept() {
        let mut heard = Heard::default();
        let says = |at_ms, suspends| Sign { suspends: Some(suspends), ..sign(at_ms) };
        for (sign, is_suspended) in [(says(5, true), true), (says(9, false), false), (says(7, true), false)] {
            heard.observe(sign, 10);
            assert_eq!(heard.is_suspended(), is_suspended, "{sign:?}");
        }
        for at_ms in [3, 4] {
            heard.observe(Sign { is_redelivered: true, ..sign(at_ms) }, 10);
        }
        assert_eq!(heard.redelivered_at_ms, Some(3));
    }
}
