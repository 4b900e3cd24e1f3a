//! How the sends of the last days ended, counted: not which, not whose.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::push::PushOutcome;

const DAY_MS: i64 = 86_400_000;
/// The days that are counted.
const KEPT_DAYS: i64 = 7;
/// Fewer refusals than this are nobody's pattern.
const FEW: u64 = 20;
/// From this share of the sends on, many are refused.
const MANY_PERCENT: u64 = 10;

/// How many sends ended how.
pub type Ends = BTreeMap<PushOutcome, u64>;

/// How many sends of an Official Account's ended how, by day. Roughly: a send that is told to the CRM twice may be counted twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Days since 1970 (UTC); the outcomes by the names that workflows see.
    days: BTreeMap<i64, BTreeMap<String, u64>>,
}

/// Many of the sends were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManyRefused {
    /// How many.
    pub refused: u64,
    /// Of how many.
    pub all: u64,
    /// How most of them ended.
    pub mostly: PushOutcome,
}

impl Sent {
    /// So many more.
    pub fn add(&mut self, ends: &Ends, now_ms: i64) {
        let today = now_ms.div_euclid(DAY_MS);
        let day = self.days.entry(today).or_default();
        for (outcome, count) in ends {
            *day.entry(outcome.as_str().to_owned()).or_default() += count;
        }
        self.days.retain(|day, _| (today - KEPT_DAYS..=today).contains(day));
    }

    /// Whether many of them were refused in the last days: by LINE, or because LINE would have. That somebody has blocked the account
    /// is not linked or has not agreed is no refusal here: so it is with some people.
    pub fn many_refused(&self, now_ms: i64) -> Option<ManyRefused> {
        let today = now_ms.div_euclid(DAY_MS);
        let (mut all, mut refused) = (0, Ends::new());
        for day in self.days.range(today - KEPT_DAYS..=today).map(|(_, day)| day) {
            for (name, count) in day {
                all += count;
                let outcome = PushOutcome::ALL.into_iter().find(|outcome| outcome.as_str() == name);
                if let Some(outcome) = outcome.filter(|outcome| is_refused_by_line(*outcome)) {
                    *refused.entry(outcome).or_default() += count;
                }
            }
        }
        let (mostly, _) = refused.iter().max_by_key(|(_, count)| **count)?;
        let many = ManyRefused { refused: refused.values().sum(), all, mostly: *mostly };
        (many.refused >= FEW && many.refused * 100 >= all * MANY_PERCENT).then_some(many)
    }
}

fn is_refused_by_line(outcome: PushOutcome) -> bool {
    match outcome {
        PushOutcome::WrongProvider | PushOutcome::InvalidMessage | PushOutcome::NoQuota | PushOutcome::Failed => true,
        PushOutcome::Accepted
        | PushOutcome::Blocked
        | PushOutcome::NotLinked
        | PushOutcome::NoConsent
        | PushOutcome::Expired
        | PushOutcome::Unknown
        | PushOutcome::Queued => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 20_440 * DAY_MS + 5;

    fn after(ends: &[(PushOutcome, u64)]) -> Option<ManyRefused> {
        let mut sent = Sent::default();
        sent.add(&ends.iter().copied().collect(), NOW_MS);
        sent.many_refused(NOW_MS)
    }

    #[test]
    fn many_are_a_tenth_and_twenty() {
        use PushOutcome::{Accepted, Blocked, Failed, InvalidMessage, NotLinked};
        assert_eq!(after(&[]), None);
        assert_eq!(after(&[(InvalidMessage, 19)]), None, "few");
        assert_eq!(after(&[(InvalidMessage, 20), (Accepted, 181)]), None, "a small part");
        let mostly = |refused, all, mostly| Some(ManyRefused { refused, all, mostly });
        assert_eq!(after(&[(InvalidMessage, 20), (Accepted, 180)]), mostly(20, 200, InvalidMessage));
        assert_eq!(after(&[(InvalidMessage, 9), (Failed, 11), (Blocked, 5)]), mostly(20, 25, Failed));
        assert_eq!(after(&[(Blocked, 500), (NotLinked, 500)]), None, "so it is with some people");
    }

    #[test]
    fn what_is_older_than_a_week_counts_no_more_and_goes() {
        let (mut sent, refused) = (Sent::default(), Ends::from([(PushOutcome::Failed, 20)]));
        sent.add(&refused, NOW_MS);
        assert!(sent.many_refused(NOW_MS + 7 * DAY_MS).is_some());
        assert_eq!(sent.many_refused(NOW_MS + 8 * DAY_MS), None);
        sent.add(&refused, NOW_MS + 8 * DAY_MS);
        assert_eq!(sent.days.len(), 1);
    }

    #[test]
    fn an_outcome_of_another_version_is_a_send_and_no_refusal() {
        let sent = r#"{"days":{"20440":{"dreamt":180,"failed":20}}}"#;
        let sent: Sent = serde_json::from_str(sent).expect("a row");
        assert_eq!(sent.many_refused(NOW_MS).map(|many| (many.refused, many.all)), Some((20, 200)));
    }
}
