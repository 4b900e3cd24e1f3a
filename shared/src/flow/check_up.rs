//! The doctor looks, and what was found is kept: for the console's page, and so that what is new is told once.
//!
//! ```text
//! each day:       everything       -> the findings of every account, and for how many an alarm is to be raised
//! an operator:    one account      -> its findings; not more often than every two minutes, and no alarm
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::doctor::{Diagnosis, Doctor};
use crate::domain::account::CrmAccountKey;
use crate::domain::finding::{About, Finding};
use crate::domain::ids::ChannelId;
use crate::domain::reading::{AccountReading, StackReading};
use crate::domain::standing::AllAbout;
use crate::ports::table::Write;
use crate::ports::{Clock, PortError};
use crate::store::{Findings, findings};

/// So long after a look the next one is answered by what was found. A look takes one of the 60 webhook tests that LINE allows an
/// Official Account in an hour (LINE Messaging API reference, 2026-07).
const REST_MS: i64 = 2 * 60_000;

/// Looks, and keeps what is found.
pub struct CheckUp {
    /// Who looks.
    pub doctor: Doctor,
    /// What was found.
    pub kept: Kept,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

/// What was found the last time.
#[derive(Clone)]
pub struct Kept {
    /// In their table.
    pub findings: Findings,
}

/// What stands of one account, and of no account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastLook {
    /// When the account was looked at, in milliseconds; `None`: not yet, or not in the last month.
    pub at_ms: Option<i64>,
    /// The gravest first; each with the time since when it is so, in milliseconds.
    pub found: Vec<(Finding, i64)>,
    /// What else was seen of the account.
    pub reading: AccountReading,
    /// What else was seen of no account.
    pub stack: StackReading,
}

impl Kept {
    /// What was found the last time.
    ///
    /// # Errors
    /// As the table's.
    pub async fn last(&self, account: &CrmAccountKey) -> Result<LastLook, PortError> {
        let (at_ms, own, common, reading, stack) = futures::try_join!(
            self.findings.looked_at_ms(account),
            self.findings.standing(Some(account)),
            self.findings.standing(None),
            self.findings.reading(account),
            self.findings.stack_reading(),
        )?;
        let common = common.into_iter().filter(|all| all.about == About::Stack);
        let all: Vec<AllAbout> = own.into_iter().chain(common).collect();
        let mut found: Vec<(Finding, i64)> = all.iter().flat_map(AllAbout::findings).collect();
        found.sort_by(|(one, _), (other, _)| one.order().cmp(&other.order()));
        Ok(LastLook { at_ms, found, reading, stack })
    }
}

/// What came of a look at everything.
#[derive(Debug)]
pub struct Daily {
    /// For so many findings an alarm is to be raised; they count as told.
    pub new: usize,
    /// Why the findings of some could not be kept: they are looked at again the next time.
    pub failed: Option<PortError>,
}

impl CheckUp {
    /// Looks at everything. Twice in a row the second has nothing new to tell. One account whose findings cannot be kept holds up
    /// no other.
    pub async fn everything(&self) -> Daily {
        let diagnosis = self.doctor.examine().await;
        let readings = |account: Option<&CrmAccountKey>| self.readings(account, &diagnosis);
        let Diagnosis { findings: found, channels, accounts, .. } = &diagnosis;
        let of: BTreeMap<&ChannelId, &CrmAccountKey> = channels.iter().map(|(id, key)| (id, key)).collect();
        let known: BTreeSet<&CrmAccountKey> = accounts.iter().collect();
        let whose = |about: &About| match about {
            About::Stack => None,
            About::Account(key) => known.get(key).copied(),
            About::Channel(id) => of.get(id).and_then(|key| known.get(key).copied()),
        };
        let mut daily = Daily { new: 0, failed: None };
        for account in known.iter().copied().map(Some).chain([None]) {
            let found: Vec<&Finding> = found.iter().filter(|it| whose(&it.about) == account).collect();
            match self.keep(account, &found, readings(account), |_| true, Told::Now).await {
                Ok(new) => daily.new += new,
                Err(error) => daily.failed = Some(error),
            }
        }
        daily
    }

    /// Looks at one account, unless somebody has begun to within the last two minutes.
    ///
    /// # Errors
    /// What was found could not be kept, or what was kept could not be read.
    pub async fn account(&self, key: &CrmAccountKey) -> Result<(), PortError> {
        if !self.kept.findings.begin_look(key, self.clock.now_ms(), REST_MS).await? {
            return Ok(());
        }
        let diagnosis = self.doctor.examine_account(key).await;
        let (common, own): (Vec<_>, Vec<_>) =
            diagnosis.findings.iter().partition(|finding| finding.about == About::Stack);
        self.keep(Some(key), &own, self.readings(Some(key), &diagnosis), |_| true, Told::Not).await?;
        // Of what is of no account, only this was looked at.
        self.keep(None, &common, self.readings(None, &diagnosis), |about| *about == About::Stack, Told::Not).await?;
        Ok(())
    }

    /// What else was seen of them.
    fn readings(&self, account: Option<&CrmAccountKey>, diagnosis: &Diagnosis) -> Option<Write> {
        let now_ms = self.clock.now_ms();
        match account {
            Some(key) => diagnosis.readings.get(key).map(|reading| findings::reading(key, reading, now_ms)),
            None => Some(findings::stack_reading(&diagnosis.stack, now_ms)),
        }
    }

    /// These stand now and no others, of those that were looked at. Answers with for how many an alarm is to be raised.
    async fn keep(
        &self,
        account: Option<&CrmAccountKey>,
        found: &[&Finding],
        reading: Option<Write>,
        looked_at: impl Fn(&About) -> bool,
        told: Told,
    ) -> Result<usize, PortError> {
        let now_ms = self.clock.now_ms();
        let before = self.kept.findings.standing(account).await?;
        let mut by_whom: BTreeMap<About, Vec<&Finding>> = BTreeMap::new();
        for finding in found {
            by_whom.entry(finding.about.clone()).or_default().push(finding);
        }
        let gone = before.iter().filter(|all| !by_whom.contains_key(&all.about) && looked_at(&all.about));
        let mut writes: Vec<_> = gone.map(|all| findings::stands_no_more(account, &all.about)).collect();
        let mut new = 0;
        for (about, found) in by_whom {
            let known = before.iter().find(|all| all.about == about);
            let mut all = AllAbout::now(about, &found, known, now_ms);
            if told == Told::Now {
                new += all.tell(now_ms);
            }
            writes.push(findings::stands(account, &all, now_ms));
        }
        writes.extend(reading.into_iter().chain(account.map(|key| findings::looked(key, now_ms))));
        self.kept.findings.commit(writes).await?;
        Ok(new)
    }
}

/// Whether an alarm is raised for what a look finds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Now,
    Not,
}
