//! An operator looks at dead letters and sends them back.
//!
//! The queues are the whole stack's. An operator sees those that are about their CRM account and its Official Accounts, and of
//! others not even how many there are.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::Console;
use crate::domain::notice::Notice;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::domain::queue_kind::QueueKind;
use crate::flow::send_back::SendBack;
use crate::ports::PortError;
use crate::ports::dead_letters::{DeadLetter, Which};
use crate::store::{Accounts, Channels};

/// So many are sent back together: what a page waits for must come to an end.
const AT_MOST: usize = 200;

/// A dead letter and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In the dead letters of this queue.
    pub queue: QueueKind,
    /// What is known of it.
    pub letter: DeadLetter,
}

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// The oldest first.
    pub letters: Vec<Found>,
    /// Queues that did not answer.
    pub silent: Vec<QueueKind>,
}

/// Lists dead letters and sends them back, and notes who did.
pub struct ReturnLetters {
    /// Where it is noted.
    pub console: Console,
    /// Which Official Accounts are the CRM account's, by its own word.
    pub accounts: Accounts,
    /// And by theirs.
    pub channels: Channels,
    /// Sends back.
    pub send_back: SendBack,
}

impl ReturnLetters {
    /// What lies there. Looking hides it for up to a minute from others who look.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub async fn list(&self, by: &Operator) -> Result<Seen, PortError> {
        let groups = self.groups(by).await?;
        Ok(self.seen(&groups).await)
    }

    async fn seen(&self, groups: &BTreeSet<String>) -> Seen {
        let looks = QueueKind::ALL.map(|queue| async move {
            let letters = self.send_back.queues.of(queue)?;
            Some((queue, letters.list().await))
        });
        let mut seen = Seen::default();
        for (queue, listing) in join_all(looks).await.into_iter().flatten() {
            let Ok(listing) = listing else {
                seen.silent.push(queue);
                continue;
            };
            let is_theirs = |letter: &DeadLetter| letter.group.as_ref().is_some_and(|group| groups.contains(group));
            let letters = listing.letters.into_iter().filter(is_theirs);
            seen.letters.extend(letters.map(|letter| Found { queue, letter }));
        }
        seen.letters.sort_by_key(|found| found.letter.since_ms);
        seen
    }

    /// Sends back the one of this ID, or (`None`) as many as are sent back together; says how many. One that is not there, or
    /// not theirs, is none, and nothing is noted then.
    ///
    /// # Errors
    /// As [`SendBack::send_back`].
    pub async fn send_back(&self, by: &Operator, id: Option<&str>) -> Result<usize, PortError> {
        let groups = self.groups(by).await?;
        let which = Which { id, groups: Some(&groups), at_most: AT_MOST };
        let letters = self.seen(&groups).await.letters;
        let meant = letters.iter().filter(|found| which.takes(&found.letter.id, found.letter.group.as_deref()));
        let count = meant.count().min(AT_MOST);
        if count == 0 {
            return Ok(0);
        }
        self.console.note(by, Deed::SentBack { count }).await?;
        self.send_back.send_back(which).await
    }

    /// The groups of messages that are theirs.
    async fn groups(&self, by: &Operator) -> Result<BTreeSet<String>, PortError> {
        let mut groups = BTreeSet::new();
        let account = self.accounts.find(&by.account).await?.map(|account| account.value);
        for id in account.into_iter().flat_map(|account| account.channels).filter(|id| by.sees(id)) {
            let channel = self.channels.find(&id).await?;
            if channel.is_some_and(|channel| channel.account == by.account) {
                // Its own name is what webhooks and sends are of, too.
                groups.extend(Notice::groups(&id));
            }
        }
        // Work for the CRM is about people of every Official Account.
        if by.channels.is_none() {
            groups.insert(by.account.to_string());
        }
        Ok(groups)
    }
}
