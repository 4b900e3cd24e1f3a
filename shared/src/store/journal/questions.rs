//! What operators are asked: is this person that contact?

use super::*;

/// What lasts comes up again; what was denied is not asked again meanwhile.
const QUESTION_DAYS: i64 = 30;
/// A question that comes up again within this time is not written again.
const ASKED_AGAIN_MS: i64 = 86_400_000;

/// An operator is asked: is this person that contact? It holds no name and no address; the operator looks at the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The person's conversation.
    pub conversation: ConversationKey,
    /// The contact that they may be.
    pub contact: ContactId,
    /// Why it is asked. Rows of before were asked for an address alone.
    #[serde(default)]
    pub why: AskedBecause,
    /// When it last came up, in milliseconds; 0 in rows of before.
    #[serde(default)]
    pub asked_at_ms: i64,
    /// The operator said no. It is remembered for as long as a question stands, so that what comes up again is not asked again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
}

impl Question {
    /// A question that comes up now.
    pub fn new(conversation: &ConversationKey, contact: &ContactId, why: AskedBecause, asked_at_ms: i64) -> Self {
        Self { conversation: conversation.clone(), contact: contact.clone(), why, asked_at_ms, denied: false }
    }

    /// Whether this one need not be written where that one stands: it is the same, and not old; or it has been answered.
    fn is_asked_by(&self, standing: &Self) -> bool {
        let is_young = self.asked_at_ms < standing.asked_at_ms.saturating_add(ASKED_AGAIN_MS);
        self.contact == standing.contact && (standing.denied || self.why == standing.why && is_young)
    }
}

impl Journal {
    /// What operators are asked about an account's people, and have not answered.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn questions(&self, account: &CrmAccountKey) -> Result<Listed<Question>, PortError> {
        let mut listed: Listed<Question> = Listed::of(&self.all(&question_partition(account), "").await?);
        listed.found.retain(|question| !question.denied);
        Ok(listed)
    }

    /// Whether operators are asked about this person, or have answered.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_asked(&self, account: &CrmAccountKey, key: &ConversationKey) -> Result<bool, PortError> {
        Ok(self.0.get(&question_key(account, key)).await?.is_some())
    }

    /// Whether an operator has said that the person is not this contact.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn is_denied(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
        contact: &ContactId,
    ) -> Result<bool, PortError> {
        let standing = self.standing_question(account, key).await?;
        Ok(standing.is_some_and(|standing| standing.denied && standing.contact == *contact))
    }

    /// The write that asks, if it is to be asked. A person has one question at a time: the newest.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn to_ask(&self, account: &CrmAccountKey, question: &Question) -> Result<Option<Write>, PortError> {
        let standing = self.standing_question(account, &question.conversation).await?;
        let is_asked = standing.is_some_and(|standing| question.is_asked_by(&standing));
        Ok((!is_asked).then(|| write::question(account, question)))
    }

    /// What operators are asked about this person, or have answered.
    ///
    /// # Errors
    /// The table does not answer, or another version of Musubi wrote the row.
    pub async fn question(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
    ) -> Result<Option<Versioned<Question>>, PortError> {
        self.read(&question_key(account, key)).await
    }

    /// The same, where what another version wrote is none: it is overwritten by what comes up now.
    async fn standing_question(
        &self,
        account: &CrmAccountKey,
        key: &ConversationKey,
    ) -> Result<Option<Question>, PortError> {
        match self.question(account, key).await {
            Err(error) if error.is_unreadable() => Ok(None),
            standing => Ok(standing?.map(|standing| standing.value)),
        }
    }
}

/// An operator is asked whether the person is this contact. What nothing but the question remembers stands until it is
/// answered.
pub fn question(account: &CrmAccountKey, question: &Question) -> Write {
    let write = Write::put(question_key(account, &question.conversation), question, Precondition::Any);
    match question.why {
        AskedBecause::Email | AskedBecause::Merged => write,
        _ => write.expiring(question.asked_at_ms, QUESTION_DAYS),
    }
}

/// The operator has said, at `now_ms`, that the person is not this contact, if the question is still the one that was read: the
/// person may be erased meanwhile.
pub fn denied(account: &CrmAccountKey, question: &Versioned<Question>, now_ms: i64) -> Write {
    let Versioned { value, version } = question;
    let denied = Question { denied: true, ..value.clone() };
    Write::put(question_key(account, &value.conversation), &denied, Precondition::Version(*version))
        .expiring(now_ms, QUESTION_DAYS)
}

/// Nothing is asked about the person, and nothing was.
pub fn question_closed(account: &CrmAccountKey, key: &ConversationKey) -> Write {
    Write::Delete { key: question_key(account, key), expect: Precondition::Any }
}

pub(super) fn question_partition(account: &CrmAccountKey) -> String {
    format!("q:{}", fingerprint(&[account.kind.as_str(), account.id.as_str()]))
}

pub(super) fn question_key(account: &CrmAccountKey, key: &ConversationKey) -> RowKey {
    RowKey::new(question_partition(account), key.hash())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::LineUserId;

    fn asked(contact: &str, why: AskedBecause, asked_at_ms: i64) -> Question {
        let key = ConversationKey::person(&ChannelId::new("1"), &LineUserId::new("U1"));
        Question::new(&key, &ContactId::new(contact), why, asked_at_ms)
    }

    #[test]
    fn what_comes_up_again_is_asked_again_after_a_day_and_never_once_it_is_denied() {
        let standing = asked("5", AskedBecause::Sent, 10);
        assert!(asked("5", AskedBecause::Sent, 20).is_asked_by(&standing));
        assert!(!asked("5", AskedBecause::Sent, 10 + ASKED_AGAIN_MS).is_asked_by(&standing));
        assert!(!asked("5", AskedBecause::Merged, 20).is_asked_by(&standing));
        let denied = Question { denied: true, ..standing };
        assert!(asked("5", AskedBecause::Merged, 10 + ASKED_AGAIN_MS).is_asked_by(&denied));
        assert!(!asked("6", AskedBecause::Sent, 20).is_asked_by(&denied), "another contact is another question");
    }

    #[test]
    fn a_question_of_before_and_one_of_a_later_version_are_read() {
        let json = serde_json::to_value(asked("5", AskedBecause::Sent, 10)).expect("JSON");
        let (mut before, mut later) = (json.clone(), json);
        for name in ["why", "asked_at_ms"] {
            before.as_object_mut().expect("an object").remove(name);
        }
        later["why"] = "dream".into();
        let read = |json| serde_json::from_value::<Question>(json).expect("a question").why;
        assert_eq!([read(before), read(later)], [AskedBecause::Email, AskedBecause::Other]);
    }
}
