//! What waits: dead letters, work for the CRM, sends and questions that a person decides about.

use std::sync::Arc;

use super::{Doctor, cannot};
use crate::domain::account::CrmAccount;
use crate::domain::finding::{About, Complaint, Fact, Finding};
use crate::domain::push::PushState;
use crate::domain::queue_kind::QueueKind;
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

fn complaint(queue: QueueKind) -> &'static Complaint {
    match queue {
        QueueKind::Inbox => &work::INBOX_DEAD_LETTERS,
        QueueKind::Push => &work::PUSH_DEAD_LETTERS,
        QueueKind::Crm => &work::CRM_DEAD_LETTERS,
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
    pub(super) async fn dead_letters(&self) -> Vec<Finding> {
        let counted = futures::future::join_all(self.queues.iter().map(|queue| async move {
            let unchecked = |because: Fact| {
                let finding = Finding::new(&work::QUEUE_UNCHECKED, About::Stack);
                finding.with("queue", queue.kind.as_str()).with("because", because)
            };
            let Some(letters) = &queue.letters else {
                return Some(unchecked(Fact::words("アドレスが設定されていない", "its address is not set")));
            };
            match letters.count().await {
                Ok(0) => None,
                Ok(count) => Some(Finding::new(complaint(queue.kind), About::Stack).with("count", count.to_string())),
                Err(error) => Some(unchecked(cannot::because(&error))),
            }
        }));
        counted.await.into_iter().flatten().collect()
    }

    /// What waits for the account.
    pub(super) async fn waiting(&self, account: &CrmAccount) -> Vec<Finding> {
        let about = || About::Account(account.key.clone());
        let (outbox, parked, questions) =
            futures::join!(self.outbox(account), self.parked(account), self.questions(account));
        let (mut findings, mut unreadable) = (Vec::new(), 0);
        match outbox {
            Ok(due) => {
                unreadable += due.unread.len();
                findings.extend(self.overdue(account, &due));
            }
            Err(error) => findings.push(cannot::read(about(), cannot::OUTBOX, &error)),
        }
        for (counted, part, complaint) in
            [(parked, cannot::PARKED, &work::SENDS_PARKED), (questions, cannot::QUESTIONS, &work::QUESTIONS_WAIT)]
        {
            match counted {
                Ok((waiting, unread)) => {
                    unreadable += unread;
                    let finding = || Finding::new(complaint, about()).with("count", waiting.to_string());
                    findings.extend((waiting > 0).then(finding));
                }
                Err(error) => findings.push(cannot::read(about(), part, &error)),
            }
        }
        if unreadable > 0 {
            findings.push(Finding::new(&ties::UNREADABLE_WORK, about()).with("count", unreadable.to_string()));
        }
        findings
    }

    /// What is due, and what failed and is due again later.
    async fn outbox(&self, account: &CrmAccount) -> Result<Due, PortError> {
        let mut walk = Walk::through(&account.key, self.clock.now_ms() + LONGEST_PAUSE_MS);
        let mut all = Due::default();
        while !walk.is_over() {
            let due = self.journal.next_due(&mut walk, PAGE).await?;
            all.rows.extend(due.rows);
            all.unread.extend(due.unread);
        }
        Ok(all)
    }

    fn overdue(&self, account: &CrmAccount, due: &Due) -> Vec<Finding> {
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
        findings
    }

    /// How many sends wait for a decision, and how many rows about them cannot be read.
    async fn parked(&self, account: &CrmAccount) -> Result<(usize, usize), PortError> {
        let listed = self.journal.parked(&account.key).await?;
        let (mut waiting, mut unreadable) = (0, listed.unreadable);
        for id in listed {
            match self.journal.push(id).await {
                Ok(push) => {
                    waiting += usize::from(push.is_some_and(|it| matches!(it.value.state, PushState::Parked(_))))
                }
                Err(error) if error.is_unreadable() => unreadable += 1,
                Err(error) => return Err(error),
            }
        }
        Ok((waiting, unreadable))
    }

    /// How many questions wait for an answer, and how many rows about them cannot be read.
    async fn questions(&self, account: &CrmAccount) -> Result<(usize, usize), PortError> {
        let listed = self.journal.questions(&account.key).await?;
        let (mut waiting, mut unreadable) = (0, listed.unreadable);
        for question in listed {
            match self.is_settled(account, &question).await {
                Ok(is_settled) => waiting += usize::from(!is_settled),
                Err(error) if error.is_unreadable() => unreadable += 1,
                Err(error) => return Err(error),
            }
        }
        Ok((waiting, unreadable))
    }

    /// Whether somebody has linked the two otherwise.
    async fn is_settled(&self, account: &CrmAccount, question: &Question) -> Result<bool, PortError> {
        let Some(user) = question.conversation.source.user() else { return Ok(false) };
        let link = self.links.of_user(&question.conversation.channel, user).await?;
        Ok(link.is_some_and(|link| link.value.account == account.key && link.value.contact == question.contact))
    }
}
