//! What operators are asked about people and contacts, as it is listed.

use futures::{StreamExt, TryStreamExt};

use crate::domain::account::CrmAccountKey;
use crate::domain::ids::{ChannelId, ContactId};
use crate::domain::question::AskedBecause;
use crate::ports::PortError;
use crate::ports::table::Listed;
use crate::store::journal::Question;
use crate::store::{Journal, LinkReader};

/// How many links are read at once.
const AT_ONCE: usize = 16;

/// Is this person that contact?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenQuestion {
    /// Names it, and tells nobody who the person is.
    pub id: String,
    /// On which Official Account the person is.
    pub channel: ChannelId,
    /// The contact that they may be.
    pub contact: ContactId,
    /// The contact that they are linked to now.
    pub linked: Option<ContactId>,
    /// Why it is asked.
    pub why: AskedBecause,
    /// When it last came up, in milliseconds; 0 in rows of before.
    pub asked_at_ms: i64,
}

/// Lists them.
#[derive(Clone)]
pub struct OpenQuestions {
    /// Where they lie.
    pub journal: Journal,
    /// Who is linked to whom by now.
    pub links: LinkReader,
}

impl OpenQuestions {
    /// What is asked about a CRM account's people, and is not settled. Twice shows the same.
    ///
    /// # Errors
    /// A table does not answer, or another version wrote a link. A question of another version is counted.
    pub async fn list(&self, account: &CrmAccountKey) -> Result<Listed<OpenQuestion>, PortError> {
        let questions = self.journal.questions(account).await?;
        let unreadable = questions.unreadable;
        let open = futures::stream::iter(questions).map(|question| self.open(account, question)).buffered(AT_ONCE);
        let open: Vec<Option<OpenQuestion>> = open.try_collect().await?;
        Ok(Listed { found: open.into_iter().flatten().collect(), unreadable })
    }

    /// `None`: somebody has linked the two otherwise.
    async fn open(&self, account: &CrmAccountKey, question: Question) -> Result<Option<OpenQuestion>, PortError> {
        let channel = &question.conversation.channel;
        let link = match question.conversation.source.user() {
            Some(user) => self.links.of_user(channel, user).await?,
            None => None,
        };
        let linked = link.map(|link| link.value).filter(|link| link.account == *account).map(|link| link.contact);
        Ok((linked.as_ref() != Some(&question.contact)).then(|| OpenQuestion {
            id: question.conversation.hash(),
            channel: channel.clone(),
            contact: question.contact,
            linked,
            why: question.why,
            asked_at_ms: question.asked_at_ms,
        }))
    }
}
