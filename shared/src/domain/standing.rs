//! What a doctor found the last time, and since when it is so: kept, so that what is new is told from what was known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding::{About, Complaint, Fact, Finding, Gravity};
use super::words::findings;

/// What stands about one of those whom findings are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllAbout {
    /// Whom.
    pub about: About,
    /// The gravest first.
    pub standing: Vec<Standing>,
}

/// A finding, by its name, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    code: String,
    facts: BTreeMap<String, Fact>,
    /// When it was found first, of all the times in a row, in milliseconds.
    pub since_ms: i64,
    /// An alarm was raised for it.
    #[serde(default)]
    told: bool,
}

/// So many findings about one are kept, the gravest: who repairs those is told of the rest then. A row stays small.
const MOST: usize = 50;

impl AllAbout {
    /// What is found now, given what stood before: a finding that stood already keeps its time, and what could not be checked this
    /// time stands as it did. `found` has the gravest first.
    pub fn now(about: About, found: &[&Finding], before: Option<&Self>, now_ms: i64) -> Self {
        let before = before.map_or(&[][..], |before| &before.standing);
        let mut standing: Vec<Standing> = Vec::new();
        for finding in found.iter().take(MOST) {
            let new = Standing::new(finding, now_ms);
            let known = before.iter().filter(|known| known.code == new.code);
            // Where there are several of one code, their facts tell them apart; of one alone, the facts may have changed.
            let is_alone = found.iter().filter(|it| it.complaint.code == new.code).count() == 1;
            let known = known.clone().find(|it| it.facts == new.facts).or(known.clone().next().filter(|_| is_alone));
            let (since_ms, told) = known.map_or((now_ms, false), |known| (known.since_ms, known.told));
            standing.push(Standing { since_ms, told, ..new });
        }
        if found.iter().any(|finding| finding.complaint.is_unchecked()) {
            let left = before.iter().filter(|known| standing.iter().all(|it| it.code != known.code));
            standing.extend(left.cloned().collect::<Vec<_>>());
            standing.truncate(MOST);
        }
        Self { about, standing }
    }

    /// The findings, each with its time. One that this version does not know is left out.
    pub fn findings(&self) -> impl Iterator<Item = (Finding, i64)> {
        self.standing.iter().filter_map(|it| Some((it.finding(&self.about)?, it.since_ms)))
    }

    /// How many of them an alarm is to be raised for, which counts as raised from now on: none for a note, and none for what could
    /// not be checked until the second time.
    pub fn tell(&mut self, now_ms: i64) -> usize {
        let mut count = 0;
        for standing in self.standing.iter_mut().filter(|it| !it.told) {
            let Some(complaint) = standing.complaint() else { continue };
            let waits = complaint.is_unchecked() && standing.since_ms == now_ms;
            if complaint.gravity != Gravity::Note && !waits {
                standing.told = true;
                count += 1;
            }
        }
        count
    }
}

impl Standing {
    fn new(finding: &Finding, now_ms: i64) -> Self {
        let facts = finding.all_facts().iter().map(|(name, fact)| ((*name).to_owned(), fact.clone()));
        Self { code: finding.complaint.code.to_owned(), facts: facts.collect(), since_ms: now_ms, told: false }
    }

    fn complaint(&self) -> Option<&'static Complaint> {
        findings::all().find(|complaint| complaint.code == self.code)
    }

    fn finding(&self, about: &About) -> Option<Finding> {
        let complaint = self.complaint()?;
        let facts = complaint.facts.iter().filter_map(|name| Some((*name, self.facts.get(*name)?.clone())));
        Some(facts.fold(Finding::new(complaint, about.clone()), |finding, (name, fact)| finding.with(name, fact)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::findings::{line, ties, work};

    fn found(count: &str) -> Finding {
        Finding::new(&work::INBOX_DEAD_LETTERS, About::Stack).with("count", count)
    }

    fn missing(channel: &str) -> Finding {
        Finding::new(&ties::CHANNEL_MISSING, About::Stack).with("channel", channel)
    }

    fn webhook_off() -> Finding {
        Finding::new(&line::WEBHOOK_OFF, About::Stack)
    }

    fn unchecked() -> Finding {
        Finding::new(&line::UNCHECKED, About::Stack).with("part", "p").with("because", "b")
    }

    #[test]
    fn a_finding_comes_back_from_its_row_with_its_facts() {
        let kept = AllAbout::now(About::Stack, &[&found("3")], None, 5);
        let read: AllAbout = serde_json::from_str(&serde_json::to_string(&kept).expect("json")).expect("a row");
        assert_eq!(read.findings().collect::<Vec<_>>(), [(found("3"), 5)]);
    }

    #[test]
    fn what_stood_before_keeps_its_time_and_is_told_once() {
        let mut first = AllAbout::now(About::Stack, &[&found("3")], None, 5);
        // Looked at by an operator: nobody was told by an alarm.
        let mut then = AllAbout::now(About::Stack, &[&found("4")], Some(&first), 9);
        assert_eq!(then.findings().collect::<Vec<_>>(), [(found("4"), 5)]);
        assert_eq!((first.tell(5), then.tell(9), then.tell(9)), (1, 1, 0));
        let gone = AllAbout::now(About::Stack, &[], Some(&then), 12);
        let mut again = AllAbout::now(About::Stack, &[&found("4")], Some(&gone), 20);
        assert_eq!(again.tell(20), 1);
    }

    #[test]
    fn several_of_one_code_are_told_apart_by_their_facts() {
        let mut first = AllAbout::now(About::Stack, &[&missing("1")], None, 5);
        assert_eq!(first.tell(5), 1);
        let mut then = AllAbout::now(About::Stack, &[&missing("1"), &missing("2")], Some(&first), 9);
        assert_eq!(then.findings().collect::<Vec<_>>(), [(missing("1"), 5), (missing("2"), 9)]);
        assert_eq!(then.tell(9), 1);
    }

    #[test]
    fn what_could_not_be_checked_stands_as_it_did_and_is_told_the_second_time() {
        let mut first = AllAbout::now(About::Stack, &[&webhook_off()], None, 5);
        assert_eq!(first.tell(5), 1);
        let mut silent = AllAbout::now(About::Stack, &[&unchecked()], Some(&first), 9);
        assert_eq!(silent.findings().collect::<Vec<_>>(), [(unchecked(), 9), (webhook_off(), 5)]);
        assert_eq!(silent.tell(9), 0);
        let mut back = AllAbout::now(About::Stack, &[&webhook_off()], Some(&silent), 12);
        assert_eq!((back.findings().collect::<Vec<_>>(), back.tell(12)), (vec![(webhook_off(), 5)], 0));
        let mut still = AllAbout::now(About::Stack, &[&unchecked()], Some(&silent), 12);
        assert_eq!(still.tell(12), 1);
    }

    #[test]
    fn a_row_holds_no_more_than_so_many() {
        let all: Vec<Finding> = (0..60).map(|it| missing(&it.to_string())).collect();
        let kept = AllAbout::now(About::Stack, &all.iter().collect::<Vec<_>>(), None, 5);
        assert_eq!(kept.findings().count(), MOST);
    }

    #[test]
    fn what_this_version_does_not_know_hides_nothing_else() {
        let mut kept = AllAbout::now(About::Stack, &[&found("3"), &missing("4")], None, 5);
        kept.standing[0].code = "work.of_another_version".into();
        assert_eq!((kept.findings().collect::<Vec<_>>(), kept.tell(5)), (vec![(missing("4"), 5)], 1));
    }
}
