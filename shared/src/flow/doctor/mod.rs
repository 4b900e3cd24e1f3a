//! What is wrong, why it matters and what to do: every Official Account, every CRM account and the work that waits are looked at.
//!
//! A doctor only reads. What cannot be checked is a finding itself, and one check's failure hides no other. Where one thing is
//! the cause of others that cannot even be asked then, the cause alone is told.

mod cannot;
mod clock;
mod crm;
mod heard;
mod inbox;
mod line;
mod login;
mod ties;
mod waiting;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::{FutureExt, StreamExt};

use self::line::SeenAtLine;
pub use self::waiting::DeadLetterQueue;
use crate::domain::account::{CrmAccount, CrmAccountKey};
use crate::domain::channel::Channel;
use crate::domain::finding::{About, Finding};
use crate::domain::ids::ChannelId;
pub use crate::domain::queue_kind::QueueKind;
use crate::domain::reading::{AccountReading, StackReading};
use crate::domain::words::findings::{line as at_line, ties as tied};
use crate::ports::{Clock, CrmCheckups, LineCheckup, Secrets};
use crate::store::{Accounts, Channels, Inboxes, Journal, LinkReader};

/// How many Official Accounts, or CRM accounts, are looked at together.
const AT_ONCE: usize = 8;

/// Looks at everything.
pub struct Doctor {
    /// CRM accounts.
    pub accounts: Accounts,
    /// Official Accounts.
    pub channels: Channels,
    /// Apps' channels in their CRM's inbox.
    pub inboxes: Inboxes,
    /// What waits.
    pub journal: Journal,
    /// Who is linked to whom.
    pub links: LinkReader,
    /// What is stored of secrets: whether it is.
    pub secrets: Arc<dyn Secrets>,
    /// LINE.
    pub line: Arc<dyn LineCheckup>,
    /// CRMs.
    pub crms: Arc<dyn CrmCheckups>,
    /// Dead letters.
    pub queues: Vec<DeadLetterQueue>,
    /// Ages are told by it.
    pub clock: Arc<dyn Clock>,
    /// Where this Musubi is.
    pub public_url: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The gravest first.
    pub findings: Vec<Finding>,
    /// The Official Accounts that were looked at, each with the CRM account that it names.
    pub channels: Vec<(ChannelId, CrmAccountKey)>,
    /// The CRM accounts that were.
    pub accounts: Vec<CrmAccountKey>,
    /// What else was seen of each of them. An Official Account of an account that is not there is nowhere.
    pub readings: BTreeMap<CrmAccountKey, AccountReading>,
    /// What else was seen of no account.
    pub stack: StackReading,
}

impl Doctor {
    /// Looks at everything there is. Twice finds the same, as long as nobody changes anything.
    pub async fn examine(&self) -> Diagnosis {
        self.look(None).await
    }

    /// Looks at one CRM account, its Official Accounts, and what is of no account alone.
    pub async fn examine_account(&self, key: &CrmAccountKey) -> Diagnosis {
        self.look(Some(key)).await
    }

    async fn look(&self, only: Option<&CrmAccountKey>) -> Diagnosis {
        let (accounts, channels) = futures::join!(self.accounts.all(), self.channels.all());
        let (mut findings, stack) = self.dead_letters().await;
        for (failed, part) in [(accounts.as_ref().err(), cannot::ACCOUNTS), (channels.as_ref().err(), cannot::CHANNELS)]
        {
            findings.extend(failed.map(|error| cannot::read(About::Stack, part, error)));
        }
        let unreadable =
            accounts.as_ref().map_or(0, |it| it.unreadable) + channels.as_ref().map_or(0, |it| it.unreadable);
        if unreadable > 0 {
            let finding = Finding::new(&tied::UNREADABLE_SETTINGS, About::Stack);
            findings.push(finding.with("count", unreadable.to_string()));
        }
        if let (Ok(accounts), Ok(channels)) = (&accounts, &channels) {
            findings.extend(ties::between(accounts, channels, unreadable == 0));
        }
        let mut accounts = accounts.map(|accounts| accounts.found).unwrap_or_default();
        let mut channels = channels.map(|channels| channels.found).unwrap_or_default();
        if let Some(only) = only {
            accounts.retain(|account| account.key == *only);
            channels.retain(|channel| channel.account == *only);
            findings.retain(|finding| match &finding.about {
                About::Stack => true,
                About::Account(key) => key == only,
                About::Channel(id) => channels.iter().any(|channel| channel.id == *id),
            });
        }
        let (at_crm, at_line) = futures::join!(self.all_accounts(&accounts, &channels), self.all_channels(&channels));
        let mut readings = BTreeMap::new();
        for (account, (found, reading)) in accounts.iter().zip(at_crm) {
            findings.extend(found);
            readings.insert(account.key.clone(), reading);
        }
        findings.extend(clock::differs(at_line.iter().map(|seen| seen.ahead_ms).collect()));
        for (channel, seen) in channels.iter().zip(at_line) {
            findings.extend(seen.findings);
            if let Some(reading) = readings.get_mut(&channel.account) {
                reading.channels.entry(channel.id.clone()).or_default().quota = seen.quota;
            }
        }
        // Who cannot reach our address for LINE cannot reach it for the CRM either.
        if findings.iter().any(|finding| webhook::is_of_our_address(finding.complaint)) {
            findings.retain(|finding| !crm::is_of_our_address(finding.complaint));
        }
        findings.sort_by(|one, other| one.order().cmp(&other.order()));
        Diagnosis {
            findings,
            channels: channels.into_iter().map(|channel| (channel.id, channel.account)).collect(),
            accounts: accounts.into_iter().map(|account| account.key).collect(),
            readings,
            stack,
        }
    }

    async fn all_accounts(&self, accounts: &[CrmAccount], channels: &[Channel]) -> Vec<(Vec<Finding>, AccountReading)> {
        // Boxed here: a closure that borrows hides from the compiler that all of it may go from thread to thread.
        let looks: Vec<_> = accounts.iter().map(|account| self.whole_account(account, channels).boxed()).collect();
        futures::stream::iter(looks).buffered(AT_ONCE).collect().await
    }

    async fn whole_account(&self, account: &CrmAccount, channels: &[Channel]) -> (Vec<Finding>, AccountReading) {
        let (at_crm, (waiting, reading)) = futures::join!(self.account(account, channels), self.waiting(account));
        ([at_crm, waiting].concat(), reading)
    }

    async fn all_channels(&self, channels: &[Channel]) -> Vec<SeenAtLine> {
        let looks: Vec<_> = channels.iter().map(|channel| self.channel(channel).boxed()).collect();
        futures::stream::iter(looks).buffered(AT_ONCE).collect().await
    }

    /// What is wrong with an Official Account, and what else is seen on the way.
    async fn channel(&self, channel: &Channel) -> SeenAtLine {
        let about = || About::Channel(channel.id.clone());
        let mut findings = self.refused_lately(channel).await;
        let secrets = match self.secrets.line(&channel.id).await {
            Ok(secrets) => secrets.filter(|secrets| !secrets.channel_secrets.is_empty()),
            Err(error) => {
                findings.push(cannot::read(about(), cannot::SECRETS, &error));
                return SeenAtLine { findings, ..SeenAtLine::default() };
            }
        };
        let Some(secrets) = secrets else {
            findings.push(Finding::new(&at_line::SECRETS_MISSING, about()));
            return SeenAtLine { findings, ..SeenAtLine::default() };
        };
        let mut seen = self.official_account(channel).await;
        seen.findings.splice(..0, findings);
        self.heard(channel, &mut seen).await;
        self.sends(channel, &mut seen).await;
        if !seen.is_silent {
            seen.findings.extend(self.login(channel, &secrets).await);
        }
        seen
    }
}
