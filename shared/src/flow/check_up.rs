//! The doctor looks, and what was found is kept: for the console's page, and so that what is new is told once.
//!
//! ```text
//! each day:       everything       -> the findings of every account, and how many are new
//! an operator:    one account      -> its findings; not more often than every two minutes
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::doctor::Doctor;
use crate::domain::account::CrmAccountKey;
use crate::domain::finding::{About, Finding};
use crate::domain::ids::ChannelId;
use crate::domain::standing::AllAbout;
use crate::ports::{Clock, PortError};
use crate::store::{Accounts, Channels, Findings, findings};

/// So long after a look the next one is answered by what was found. A look takes one of the 60 webhook tests that LINE allows an
/// Official Account in an hour (LINE Messaging API reference, 2026-07).
const REST_MS: i64 = 2 * 60_000;

/// Looks, and keeps what is found.
pub struct CheckUp {
    /// Who looks.
    pub doctor: Doctor,
    /// What was found.
    pub kept: Kept,
    /// CRM accounts.
    pub accounts: Accounts,
    /// Official Accounts.
    pub channels: Channels,
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
}

impl Kept {
    /// What was found the last time.
    ///
    /// # Errors
    /// As the table's.
    pub async fn last(&self, account: &CrmAccountKey) -> Result<LastLook, PortError> {
        let at_ms = self.findings.looked_at_ms(account).await?;
        let (own, common) = futures::try_join!(self.findings.standing(Some(account)), self.findings.standing(None))?;
        let common = common.into_iter().filter(|all| all.about == About::Stack);
        let all: Vec<AllAbout> = own.into_iter().chain(common).collect();
        let mut found: Vec<(Finding, i64)> = all.iter().flat_map(AllAbout::findings).collect();
        found.sort_by(|(one, _), (other, _)| one.order().cmp(&other.order()));
        Ok(LastLook { at_ms, found })
    }
}

impl CheckUp {
    /// Looks at everything. Answers with how many findings are new since the last look, notes aside. Twice in a row the second
    /// finds nothing new.
    ///
    /// # Errors
    /// What was found could not be kept, or what was kept could not be read: then nothing is said to be new.
    pub async fn everything(&self) -> Result<usize, PortError> {
        let found = self.doctor.examine().await.findings;
        let (accounts, channels) = futures::try_join!(self.accounts.all(), self.channels.all())?;
        let of: BTreeMap<ChannelId, CrmAccountKey> =
            channels.into_iter().map(|channel| (channel.id, channel.account)).collect();
        let known: BTreeSet<CrmAccountKey> = accounts.into_iter().map(|account| account.key).collect();
        let whose = |about: &About| match about {
            About::Stack => None,
            About::Account(key) => Some(key.clone()),
            About::Channel(id) => of.get(id).cloned(),
        };
        let whose = |about: &About| whose(about).filter(|key| known.contains(key));
        let mut new = 0;
        for account in known.iter().map(Some).chain([None]) {
            let found: Vec<&Finding> = found.iter().filter(|it| whose(&it.about).as_ref() == account).collect();
            new += self.keep(account, &found, |_| true).await?;
        }
        Ok(new)
    }

    /// Looks at one account, unless somebody has within the last two.
    ///
    /// # Errors
    /// As [`CheckUp::everything`].
    pub async fn account(&self, key: &CrmAccountKey) -> Result<(), PortError> {
        let last_ms = self.kept.findings.looked_at_ms(key).await?;
        if last_ms.is_some_and(|last_ms| self.clock.now_ms() - last_ms < REST_MS) {
            return Ok(());
        }
        let found = self.doctor.examine_account(key).await.findings;
        let (common, own): (Vec<_>, Vec<_>) = found.iter().partition(|finding| finding.about == About::Stack);
        self.keep(Some(key), &own, |_| true).await?;
        // Of what is of no account, only this was looked at.
        self.keep(None, &common, |about| *about == About::Stack).await?;
        Ok(())
    }

    /// These stand now and no others, of those that were looked at. Answers with how many are new.
    async fn keep(
        &self,
        account: Option<&CrmAccountKey>,
        found: &[&Finding],
        looked_at: impl Fn(&About) -> bool,
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
            let all = AllAbout::now(about, &found, known, now_ms);
            new += all.new_since(now_ms);
            writes.push(findings::stands(account, &all, now_ms));
        }
        writes.extend(account.map(|key| findings::looked(key, now_ms)));
        self.kept.findings.commit(writes).await?;
        Ok(new)
    }
}
