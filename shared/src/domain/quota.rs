//! Where a month's messages are heading.

use jiff::tz::{TimeZone, offset};
use jiff::{Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 86_400_000;
const NINE_IN_THE_MORNING_MS: i64 = 9 * 3_600_000;
/// Less of a month than this says nothing of the rest of it: one send to many at its beginning would be taken for a daily one.
const FIRST_DAYS_MS: i64 = 7 * DAY_MS;

/// Of so many messages that may be sent, one is left to people who answer, where the month is nearly used up.
const KEPT_OF: u64 = 100;
/// No more are left to them.
const MOST_KEPT: u64 = 20;

/// Whether one more message may begin, as far as is known: `used` by LINE's count, `begun` since it was asked, `limit` may be. A
/// hundredth of the limit, at most 20, stays for people who answer: what a workflow sends does not take the last ones.
pub fn has_room(used: u64, begun: u64, limit: u64) -> bool {
    let kept = (limit / KEPT_OF).min(MOST_KEPT);
    used.saturating_add(begun).saturating_add(kept) < limit
}

/// How many messages an Official Account has sent this month, of how many it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaState {
    /// Roughly, with what was sent elsewhere.
    pub used: u64,
    /// `None`: as many as it likes.
    #[serde(default)]
    pub limit: Option<u64>,
    /// How many it will be by the month's end if it goes on so. `None`: too early to tell.
    #[serde(default)]
    pub forecast: Option<u64>,
}

impl QuotaState {
    /// As it stands at `now_ms`. Months begin at midnight in Japan: LINE's statistics are by UTC+9 (Messaging API reference, 2026-08);
    /// that its quota is, too, no source says in so many words.
    pub fn at(used: u64, limit: Option<u64>, now_ms: i64) -> Self {
        Self { used, limit, forecast: forecast(used, now_ms) }
    }

    /// There is a limit, and the month as it goes on will pass it.
    pub fn will_run_out(&self) -> Option<(u64, u64)> {
        self.forecast.zip(self.limit).filter(|(forecast, limit)| forecast > limit)
    }
}

/// Until when a send that was accepted then is held, where it is held for want of messages, in milliseconds: nine in the morning in Japan on
/// the first of the month after. The month's count begins anew at midnight; nobody is woken. At most 31 days and nine hours.
pub fn held_until_ms(accepted_at_ms: i64) -> Option<i64> {
    let next = in_japan(accepted_at_ms)?.first_of_month().ok()?.checked_add(1.month()).ok()?;
    let begins_ms = next.start_of_day().ok()?.timestamp().as_millisecond();
    Some(begins_ms + NINE_IN_THE_MORNING_MS)
}

fn in_japan(at_ms: i64) -> Option<Zoned> {
    Some(Timestamp::from_millisecond(at_ms).ok()?.to_zoned(TimeZone::fixed(offset(9))))
}

fn forecast(used: u64, now_ms: i64) -> Option<u64> {
    let now = in_japan(now_ms)?;
    let begun_ms = now.first_of_month().ok()?.start_of_day().ok()?.timestamp().as_millisecond();
    let gone_ms = now_ms - begun_ms;
    if gone_ms < FIRST_DAYS_MS {
        return None;
    }
    let all_ms = i64::from(now.days_in_month()) * DAY_MS;
    let share = u128::from(used) * u128::from(all_ms.unsigned_abs()) / u128::from(gone_ms.unsigned_abs());
    u64::try_from(share).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: &str) -> i64 {
        moment.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    #[test]
    fn a_month_is_japans_and_its_first_week_says_nothing() {
        for (moment, forecast) in [
            ("2026-11-01T00:00:00+09:00", None),
            ("2026-11-07T23:59:59+09:00", None),
            ("2026-11-08T00:00:00+09:00", Some(428)),
            ("2026-11-16T00:00:00+09:00", Some(200)),
            ("2026-11-30T23:59:59+09:00", Some(100)),
            // Still November in London.
            ("2026-11-30T15:00:00+00:00", None),
            ("2026-02-15T00:00:00+09:00", Some(200)),
        ] {
            assert_eq!(QuotaState::at(100, Some(150), at(moment)).forecast, forecast, "{moment}");
        }
    }

    #[test]
    fn what_was_begun_counts_and_the_last_hundredth_is_left_to_people_who_answer() {
        for (used, begun, limit, expected) in [
            (0, 0, 0, false),
            (0, 0, 1, true),
            (0, 1, 1, false),
            (98, 0, 99, true),
            (98, 0, 100, true),
            (99, 0, 100, false),
            (97, 1, 100, true),
            (97, 2, 100, false),
            (29_979, 0, 30_000, true),
            (29_980, 0, 30_000, false),
            (u64::MAX, u64::MAX, 5, false),
        ] {
            assert_eq!(has_room(used, begun, limit), expected, "{used} and {begun} of {limit}");
        }
    }

    #[test]
    fn what_is_held_goes_on_the_morning_of_the_next_months_first_day_in_japan() {
        for (accepted, until) in [
            ("2026-11-01T00:00:00+09:00", "2026-12-01T09:00:00+09:00"),
            ("2026-11-30T23:59:59.999+09:00", "2026-12-01T09:00:00+09:00"),
            // December in Japan, November in London.
            ("2026-11-30T15:00:00+00:00", "2027-01-01T09:00:00+09:00"),
            ("2026-12-01T03:00:00+09:00", "2027-01-01T09:00:00+09:00"),
            ("2028-01-31T12:00:00+09:00", "2028-02-01T09:00:00+09:00"),
        ] {
            assert_eq!(held_until_ms(at(accepted)), Some(at(until)), "{accepted}");
        }
        assert_eq!(held_until_ms(i64::MAX), None, "no time");
    }

    #[test]
    fn what_has_no_limit_never_runs_out() {
        let half = at("2026-11-16T00:00:00+09:00");
        assert_eq!(QuotaState::at(100, Some(199), half).will_run_out(), Some((200, 199)));
        assert_eq!(QuotaState::at(100, Some(200), half).will_run_out(), None);
        assert_eq!(QuotaState::at(100, None, half).will_run_out(), None);
        assert_eq!(QuotaState::at(u64::MAX, Some(1), half).will_run_out(), None, "no number of messages");
    }
}
