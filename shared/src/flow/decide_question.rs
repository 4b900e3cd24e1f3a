//! An operator answers: is this person that contact?

use super::link::Link;
use super::retry::retry_on_conflict;
use crate::domain::account::CrmAccountKey;
use crate::domain::claim::{Claim, ClaimedBy, Target};
use crate::ports::PortError;
use crate::ports::table::Commit;
use crate::store::Channels;
use crate::store::journal::{Question, write};

/// What the operator found out, by looking at the contact and at the talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// The person is this contact.
    Same,
    /// They are two.
    Different,
}

/// What became of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuestionDecision {
    /// It is recorded.
    Recorded(Question),
    /// No such question waits: it was answered, the person was erased, or another contact is asked about by now.
    NotAsked,
    /// The Official Account is connected no more: nobody can be linked.
    NoChannel,
}

/// Records answers.
pub struct DecideQuestion {
    /// By whom they are linked.
    pub channels: Channels,
    /// Who they are.
    pub link: Link,
}

impl DecideQuestion {
    /// Answers the question about the person of this CRM account's whose conversation has this hash. The answer is recorded
    /// before the question goes: after a failure in between it is asked again, and a second call answers it again. Once it is
    /// answered, a second call finds none.
    ///
    /// # Errors
    /// As the ports'.
    pub async fn decide(
        &self,
        account: &CrmAccountKey,
        conversation: &str,
        answer: Sameness,
    ) -> Result<QuestionDecision, PortError> {
        let questions = self.link.outbox.journal.questions(account).await?;
        let asked = questions.into_iter().find(|question| question.conversation.hash() == conversation);
        let Some(question) = asked else { return Ok(QuestionDecision::NotAsked) };
        match answer {
            Sameness::Same => self.link(account, question).await,
            Sameness::Different => self.deny(account, question).await,
        }
    }

    /// The claim, then the question goes.
    async fn link(&self, account: &CrmAccountKey, question: Question) -> Result<QuestionDecision, PortError> {
        let key = &question.conversation;
        if let Some(user) = key.source.user() {
            let Some(channel) = self.channels.find(&key.channel).await? else { return Ok(QuestionDecision::NoChannel) };
            let target = Target::Contact(question.contact.clone());
            let claim = Claim::new(ClaimedBy::Operator, target, self.link.outbox.clock.now_ms());
            self.link.claim(&channel, user, &claim).await?;
        }
        let closed = self.link.outbox.journal.commit(vec![write::question_closed(account, key)]).await?;
        Ok(if closed == Commit::Done { QuestionDecision::Recorded(question) } else { QuestionDecision::NotAsked })
    }

    /// The same question may come up again meanwhile: it is answered, too. What is asked about another contact is not.
    async fn deny(&self, account: &CrmAccountKey, question: Question) -> Result<QuestionDecision, PortError> {
        let (journal, clock) = (&self.link.outbox.journal, &self.link.outbox.clock);
        let question = &question;
        let attempt = || async move {
            let standing = journal.question(account, &question.conversation).await?;
            let is_it = |standing: &Question| standing.contact == question.contact && !standing.denied;
            let Some(standing) = standing.filter(|standing| is_it(&standing.value)) else {
                return Ok(Some(QuestionDecision::NotAsked));
            };
            let denied = write::denied(account, &standing, clock.now_ms());
            let is_done = journal.commit(vec![denied]).await? == Commit::Done;
            Ok::<_, PortError>(is_done.then(|| QuestionDecision::Recorded(question.clone())))
        };
        retry_on_conflict(&**clock, "decide question", attempt).await
    }
}

#[cfg(test)]
#[path = "decide_question_tests.rs"]
mod tests;
