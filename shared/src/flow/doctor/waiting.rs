//! What waits: dead letters, work for the CRM, sends and questions that a person decides about.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt;

use super::{Doctor, cannot};
use crate::domain::account::CrmAccount;
use crate::domain::finding::{About, Complaint, Fact, Finding};
use crate::domain::ids::ChannelId;
use crate::domain::push::{PushId, PushState};
use crate::domain::queue_kind::QueueKind;
use crate::domain::reading::{AccountReading, StackReading};
use crate::domain::words::findings::{ties, work};
use crate::ports::{DeadLetters, PortError};
use crate::store::journal::{Due, Question, Walk};

/// The schedule comes every minute: what has been due for longer than this is done by nobody.
const STANDS_STILL_MS: i64 = 15 * 60_000;
/// A try that fails is repeated; that it fails for longer than this is a finding.
const KEEPS_FAILING_MS: i64 = 60 * 60_000;
/// No failed try is repeated later than this.
const LONGEST_PAUSE_MS: i64 = 15 * 60_000;
/// How many outbox rows are read together.
const PAGE: usize = 500;
/// Of the outbox so many rows are read, each list's from what has been due longest on: a look at 100,000 people's work takes no longer
/// than one at 5,000 people's.
const MOST_ROWS: usize = 5_000;
/// So many sends, and so many questions, are looked into one by one; of more, the list's own word counts.
const MOST_LOOKED_INTO: usize = 1_000;
/// How many of them at once.
const AT_ONCE: usize = 16;

fn complaint(queue: QueueKind) -> &'static Complaint {
    match queue {
        QueueKind::Inbox => &work::INBOX_DEAD_LETTERS,
        QueueKind::Push => &work::PUSH_DEAD_LETTERS,
        QueueKind::Crm => &work::CRM_DEAD_LETTERS,
        QueueKind::Notices => &work::NOTICE_DEAD_LETTERS,
    }
}

/// A queue whose dead letters are counted.
pub struct DeadLetterQueue {
    /// Which.
    pub kind: QueueKind,
    /// `None`: nobody said where they are.
    pub letters: Option<Arc<dyn DeadLetters>>,
}

impl Doctor {
    /// How many there are in each queue.
    pub(super) async fn dead_letters(&self) -> (Vec<Finding>, StackReading) {
        let counted = futures::future::join_all(self.queues.iter().map(|queue| async move {
            let unchecked = |because: Fact| {
                let finding = Finding::new(&work::QUEUE_UNCHECKED, About::Stack);
                finding.with("queue", queue.kind.as_str()).with("because", because)
            };
            let Some(letters) = &queue.letters else {
                return (Some(unchecked(Fact::words("アドレスが設定されていない", "its address is not set"))), None);
            };
            match letters.count().await {
                Ok(0) => (None, Some(0)),
                Ok(count) => {
                    let finding = Finding::new(complaint(queue.kind), About::Stack);
                    (Some(finding.with("count", count.to_string())), Some(count))
                }
                Err(error) => (Some(unchecked(cannot::because(&error))), None),
            }
        }));
        let (findings, counts): (Vec<_>, Vec<Option<usize>>) = counted.await.into_iter().unzip();
        (findings.into_iter().flatten().collect(), StackReading { dead_letters: counts.into_iter().sum() })
    }

    /// What waits for the account.
    pub(super) async fn waiting(&self, account: &CrmAccount) -> (Vec<Finding>, AccountReading) {
        let about = || About::Account(account.key.clone());
        let (outbox, parked, questions) =
            futures::join!(self.outbox(account), self.parked(account), self.questions(account));
        let (mut findings, mut reading, mut unreadable) = (Vec::new(), AccountReading::default(), 0);
        match outbox {
            Ok(due) => {
                unreadable += due.unread.len();
                let (found, waits_since_ms) = self.overdue(account, &due);
                findings.extend(found);
                reading.waits_since_ms = waits_since_ms;
            }
            Err(error) => findings.push(cannot::read(about(), cannot::OUTBOX, &error)),
        }
        for (counted, part, complaint) in
            [(parked, cannot::PARKED, &work::SENDS_PARKED), (questions, cannot::QUESTIONS, &work::QUESTIONS_WAIT)]
        {
            match counted {
                Ok(counted) => {
                    unreadable += counted.unreadable;
                    let count = counted.of.values().sum::<usize>() + counted.more;
                    findings
                        .extend((count > 0).then(|| Finding::new(complaint, about()).with("count", count.to_string())));
                    for (channel, count) in counted.of {
                        reading.channels.entry(channel).or_default().decisions += count;
                    }
                }
                Err(error) => findings.push(cannot::read(about(), part, &error)),
            }
        }
        if unreadable > 0 {
            findings.push(Finding::new(&ties::UNREADABLE_WORK, about()).with("count", unreadable.to_string()));
        }
        (findings, reading)
    }

    /// What is due, and what failed and is due again later.
    async fn outbox(&self, account: &CrmAccount) -> Result<Due, PortError> {
        let mut walk = Walk::through(&account.key, self.clock.now_ms() + LONGEST_PAUSE_MS);
        let mut all = Due::default();
        while !walk.is_over() && all.rows.len() + all.unread.len() < MOST_ROWS {
            let due = self.journal.next_due(&mut walk, PAGE).await?;
            all.rows.extend(due.rows);
            all.unread.extend(due.unread);
        }
        Ok(all)
    }

    /// What is wrong, and since when the oldest of it waits that is due by now or has failed, in milliseconds.
    fn overdue(&self, account: &CrmAccount, due: &Due) -> (Vec<Finding>, Option<i64>) {
        let now_ms = self.clock.now_ms();
        let finding = |complaint| Finding::new(complaint, About::Account(account.key.clone()));
        let mut findings = Vec::new();
        let late_ms = due.rows.iter().map(|row| now_ms - row.due_at_ms).max().unwrap_or(0);
        if late_ms >= STANDS_STILL_MS {
            findings.push(finding(&work::STANDS_STILL).with("minutes", (late_ms / 60_000).to_string()));
        }
        let failing = due.rows.iter().filter(|row| row.why.is_some() && row.due_at_ms > now_ms - STANDS_STILL_MS);
        let ages_ms = failing.map(|row| now_ms - row.since_ms).filter(|age_ms| *age_ms >= KEEPS_FAILING_MS);
        let ages_ms: Vec<i64> = ages_ms.collect();
        if let Some(oldest_ms) = ages_ms.iter().max() {
            let counted = finding(&work::KEEPS_FAILING).with("count", ages_ms.len().to_string());
            findings.push(counted.with("hours", (oldest_ms / 3_600_000).to_string()));
        }
        let waiting = due.rows.iter().filter(|row| row.due_at_ms <= now_ms || row.why.is_some());
        (findings, waiting.map(|row| row.since_ms).min())
    }

    /// Sends that wait for a decision.
    async fn parked(&self, account: &CrmAccount) -> Result<Counted, PortError> {
        let listed = self.journal.parked(&account.key).await?;
        count(listed.found, listed.unreadable, |id: PushId| async move {
            let push = self.journal.push(id).await?;
            Ok(push.filter(|it| matches!(it.value.state, PushState::Parked(_))).map(|it| it.value.channel))
        })
        .await
    }

    /// Questions that wait for an answer.
    async fn questions(&self, account: &CrmAccount) -> Result<Counted, PortError> {
        let listed = self.journal.questions(&account.key).await?;
        count(listed.found, listed.unreadable, |question: Question| async move {
            let is_settled = self.is_settled(account, &question).await?;
            Ok((!is_settled).then_some(question.conversation.channel))
        })
        .await
    }

    /// Whether somebody has linked the two otherwise.
    async fn is_settled(&self, account: &CrmAccount, question: &Question) -> Result<bool, PortError> {
        let Some(user) = question.conversation.source.user() else { return Ok(false) };
        let link = self.links.of_user(&question.conversation.channel, user).await?;
        Ok(link.is_some_and(|link| link.value.account == account.key && link.value.contact == question.contact))
    }
}

/// What waits for a person's decision.
struct Counted {
    /// Of each Official Account, what was looked into.
    of: BTreeMap<ChannelId, usize>,
    /// What was not looked into.
    more: usize,
    /// What another version of Musubi wrote.
    unreadable: usize,
}

/// Counts those that still wait, each by its Official Account.
async fn count<T, F>(listed: Vec<T>, mut unreadable: usize, waits_at: impl Fn(T) -> F) -> Result<Counted, PortError>
where
    F: Future<Output = Result<Option<ChannelId>, PortError>>,
{
    let all = listed.len();
    let mut of = BTreeMap::new();
    let looked_into: Vec<_> = listed.into_iter().take(MOST_LOOKED_INTO).map(waits_at).collect();
    let mut looked_into = futures::stream::iter(looked_into).buffer_unordered(AT_ONCE);
    while let Some(found) = looked_into.next().await {
        match found {
            Ok(channel) => channel.into_iter().for_each(|channel| *of.entry(channel).or_insert(0) += 1),
            Err(error) if error.is_unreadable() => unreadable += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(Counted { of, more: all.saturating_sub(MOST_LOOKED_INTO), unreadable })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_very_many_the_first_are_looked_into_and_the_rest_are_counted() {
        let all = (0..MOST_LOOKED_INTO + 3).collect();
        let counted = count(all, 1, |number: usize| async move {
            assert!(number < MOST_LOOKED_INTO, "{number} was looked into");
            Ok(number.is_multiple_of(2).then(|| ChannelId::new("1")))
        });
        let counted = counted.await.expect("counted");
        assert_eq!(counted.of, BTreeMap::from([(ChannelId::new("1"), MOST_LOOKED_INTO / 2)]));
        assert_eq!((counted.more, counted.unreadable), (3, 1));
    }
}
