//! How many messages went out as replies, by month: what a push would have cost.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::{TimeZone, offset};
use serde::{Deserialize, Serialize};

/// So many months are kept, this one among them.
const KEPT_MONTHS: usize = 13;

/// How many of an Official Account's messages LINE took as replies and did not count.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    /// By `2026-11`. Months begin at midnight in Japan, as those of the quota do.
    months: BTreeMap<String, u64>,
}

impl Replied {
    /// One more.
    pub fn add(&mut self, now_ms: i64) {
        *self.months.entry(month(now_ms)).or_default() += 1;
        while self.months.len() > KEPT_MONTHS {
            self.months.pop_first();
        }
    }

    /// How many this month.
    pub fn this_month(&self, now_ms: i64) -> u64 {
        self.months.get(&month(now_ms)).copied().unwrap_or_default()
    }
}

fn month(at_ms: i64) -> String {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(TimeZone::fixed(offset(9)));
    format!("{:04}-{:02}", at.year(), at.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(moment: &str) -> i64 {
        moment.parse::<Timestamp>().expect("a time").as_millisecond()
    }

    #[test]
    fn replies_are_counted_by_japans_months_for_a_year() {
        let mut replied = Replied::default();
        replied.add(at("2026-10-31T23:59:59+09:00"));
        replied.add(at("2026-11-01T00:00:00+09:00"));
        replied.add(at("2026-11-30T23:59:59+09:00"));
        assert_eq!(replied.this_month(at("2026-11-15T00:00:00Z")), 2);
        assert_eq!(replied.this_month(at("2026-10-01T00:00:00Z")), 1);
        for month in 1..=12 {
            replied.add(at(&format!("2027-{month:02}-10T00:00:00Z")));
        }
        assert_eq!(replied.months.len(), 13);
        assert_eq!(replied.this_month(at("2026-10-15T00:00:00Z")), 0);
        assert_eq!(replied.this_month(at("2026-12-15T00:00:00Z")), 0);
    }
}
