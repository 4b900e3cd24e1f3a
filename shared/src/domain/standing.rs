//! What a doctor found the last time, and since when it is so: kept, so that what is new is told from what was known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding::{About, Fact, Finding, Gravity};
use super::words::findings;

/// What stands about one of those whom findings are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllAbout {
    /// Whom.
    pub about: About,
    /// Of one code there may be more; they have one time.
    pub standing: Vec<Standing>,
}

/// A finding, by its name, and since when it is so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    code: String,
    facts: BTreeMap<String, Fact>,
    /// When it was found first, of all the times in a row, in milliseconds.
    pub since_ms: i64,
}

impl AllAbout {
    /// What is found now, given what stood before: a finding that stood already keeps its time.
    pub fn now(about: About, found: &[&Finding], before: Option<&Self>, now_ms: i64) -> Self {
        let before = before.map_or(&[][..], |before| &before.standing);
        let standing = found.iter().map(|finding| {
            let known = before.iter().find(|known| known.code == finding.complaint.code);
            let facts = finding.all_facts().iter().map(|(name, fact)| ((*name).to_owned(), fact.clone()));
            let code = finding.complaint.code.to_owned();
            Standing { code, facts: facts.collect(), since_ms: known.map_or(now_ms, |known| known.since_ms) }
        });
        Self { about, standing: standing.collect() }
    }

    /// The findings, each with its time. One that this version does not know is left out.
    pub fn findings(&self) -> impl Iterator<Item = (Finding, i64)> {
        self.standing.iter().filter_map(|it| Some((it.finding(&self.about)?, it.since_ms)))
    }

    /// How many of them were not so before, and want to be seen to: a note does not.
    pub fn new_since(&self, now_ms: i64) -> usize {
        self.findings()
            .filter(|(finding, since_ms)| *since_ms == now_ms && finding.complaint.gravity != Gravity::Note)
            .count()
    }
}

impl Standing {
    fn finding(&self, about: &About) -> Option<Finding> {
        let complaint = findings::all().find(|complaint| complaint.code == self.code)?;
        let facts = complaint.facts.iter().filter_map(|name| Some((*name, self.facts.get(*name)?.clone())));
        Some(facts.fold(Finding::new(complaint, about.clone()), |finding, (name, fact)| finding.with(name, fact)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::findings::work;

    fn found(count: &str) -> Finding {
        Finding::new(&work::INBOX_DEAD_LETTERS, About::Stack).with("count", count)
    }

    #[test]
    fn a_finding_comes_back_from_its_row_with_its_facts() {
        let kept = AllAbout::now(About::Stack, &[&found("3")], None, 5);
        let read: AllAbout = serde_json::from_str(&serde_json::to_string(&kept).expect("json")).expect("a row");
        assert_eq!(read.findings().collect::<Vec<_>>(), [(found("3"), 5)]);
    }

    #[test]
    fn what_stood_before_keeps_its_time_and_is_not_new() {
        let first = AllAbout::now(About::Stack, &[&found("3")], None, 5);
        let then = AllAbout::now(About::Stack, &[&found("4")], Some(&first), 9);
        assert_eq!(then.findings().collect::<Vec<_>>(), [(found("4"), 5)]);
        assert_eq!((first.new_since(5), then.new_since(9)), (1, 0));
        let gone = AllAbout::now(About::Stack, &[], Some(&then), 12);
        let again = AllAbout::now(About::Stack, &[&found("4")], Some(&gone), 20);
        assert_eq!(again.new_since(20), 1);
    }

    #[test]
    fn what_this_version_does_not_know_hides_nothing_else() {
        let mut kept = AllAbout::now(About::Stack, &[&found("3"), &found("4")], None, 5);
        kept.standing[0].code = "work.of_another_version".into();
        assert_eq!(kept.findings().collect::<Vec<_>>(), [(found("4"), 5)]);
    }
}
