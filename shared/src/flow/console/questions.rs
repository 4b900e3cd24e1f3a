//! An operator says whether people on LINE are contacts.

use super::Console;
use crate::domain::operator::Operator;
use crate::domain::operator::audit::Deed;
use crate::flow::decide_question::{DecideQuestion, QuestionDecision, Sameness};
use crate::flow::open_questions::{OpenQuestion, OpenQuestions};
use crate::ports::PortError;
use crate::ports::table::Listed;

/// Lists questions and records answers, and notes who gave them.
pub struct AnswerQuestions {
    /// Where it is noted.
    pub console: Console,
    /// What is asked.
    pub questions: OpenQuestions,
    /// Answers it.
    pub decide: DecideQuestion,
}

impl AnswerQuestions {
    /// What is asked about people of the Official Accounts that the operator sees.
    ///
    /// # Errors
    /// As [`OpenQuestions::list`].
    pub async fn list(&self, by: &Operator) -> Result<Listed<OpenQuestion>, PortError> {
        let mut listed = self.questions.list(&by.account).await?;
        listed.found.retain(|question| by.sees(&question.channel));
        Ok(listed)
    }

    /// Answers the question of this ID. One that is not asked of them is [`NotAsked`](QuestionDecision::NotAsked), and nothing
    /// is noted then.
    ///
    /// # Errors
    /// As [`DecideQuestion::decide`].
    pub async fn answer(&self, by: &Operator, id: &str, answer: Sameness) -> Result<QuestionDecision, PortError> {
        let Some(question) = self.list(by).await?.into_iter().find(|question| question.id == id) else {
            return Ok(QuestionDecision::NotAsked);
        };
        let (contact, same) = (question.contact, answer == Sameness::Same);
        self.console.note(by, Deed::AnsweredQuestion { id: question.channel, contact, same }).await?;
        self.decide.decide(&by.account, id, answer).await
    }
}
