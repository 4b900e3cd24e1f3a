//! One person on LINE, as operators see them: whose contact they are, whether they follow, and what waits.

use crate::domain::account::CrmAccountKey;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId};
use crate::domain::link::ContactLink;
use crate::domain::operator::OperatorName;
use crate::ports::PortError;
use crate::store::{Journal, LinkReader};

/// What is known of a person on one Official Account. `Debug` does not show who they are.
#[derive(Debug, Clone)]
pub struct PersonState {
    /// Who.
    pub user: LineUserId,
    /// On which Official Account.
    pub channel: ChannelId,
    /// Their contact, if they are linked to one of this CRM account.
    pub link: Option<ContactLink>,
    /// Whether they follow. `None`: it is not known.
    pub follows: Option<bool>,
    /// Since when a message of theirs waits for an answer, in milliseconds.
    pub unanswered_since_ms: Option<i64>,
    /// They have written, so that there can be something to do.
    pub has_written: bool,
    /// There is a talk with them, which somebody can have.
    pub has_talk: bool,
    /// The operator whose the talk is.
    pub assigned: Option<OperatorName>,
    /// Somebody unlinked them: no contact is made for them.
    pub is_unlinked: bool,
    /// Somebody has said who they are, and the dispatcher has not acted on it yet.
    pub is_claimed: bool,
    /// Operators are asked who they are.
    pub is_asked: bool,
}

/// Looks at people. It changes nothing.
#[derive(Clone)]
pub struct PersonStates {
    /// Conversations, claims and questions.
    pub journal: Journal,
    /// Who is linked to whom.
    pub links: LinkReader,
}

impl PersonStates {
    /// Whoever is linked to this contact on this Official Account.
    ///
    /// # Errors
    /// A table does not answer, or another version wrote a row.
    pub async fn of_contact(
        &self,
        account: &CrmAccountKey,
        channel: &ChannelId,
        contact: &ContactId,
    ) -> Result<Option<PersonState>, PortError> {
        let Some(link) = self.links.of_contact(account, contact, channel).await? else { return Ok(None) };
        self.state(account, channel, link.value.user.clone(), Some(link.value)).await.map(Some)
    }

    /// This person, if this Official Account of the CRM account knows them.
    ///
    /// # Errors
    /// A table does not answer, or another version wrote a row.
    pub async fn of_user(
        &self,
        account: &CrmAccountKey,
        channel: &ChannelId,
        user: &LineUserId,
    ) -> Result<Option<PersonState>, PortError> {
        let link = self.links.of_user(channel, user).await?.map(|link| link.value);
        let link = link.filter(|link| link.account == *account);
        let is_linked = link.is_some();
        let state = self.state(account, channel, user.clone(), link).await?;
        let key = ConversationKey::person(channel, user);
        let talks = self.journal.conversation(&key).await?.is_some_and(|head| head.value.account == *account);
        Ok((is_linked || talks || state.is_claimed).then_some(state))
    }

    async fn state(
        &self,
        account: &CrmAccountKey,
        channel: &ChannelId,
        user: LineUserId,
        link: Option<ContactLink>,
    ) -> Result<PersonState, PortError> {
        let key = ConversationKey::person(channel, &user);
        let head = self.journal.conversation(&key).await?.map(|head| head.value);
        let head = head.filter(|head| head.account == *account);
        let question = self.journal.question(account, &key).await?;
        Ok(PersonState {
            follows: head.as_ref().and_then(|head| head.friendship.blocked).map(|blocked| !blocked),
            unanswered_since_ms: head.as_ref().and_then(|head| head.unanswered_since_ms),
            has_written: head.as_ref().is_some_and(|head| head.last_inbound.is_some()),
            has_talk: head.is_some(),
            assigned: head.as_ref().and_then(|head| head.assigned.clone()),
            is_unlinked: head.as_ref().is_some_and(|head| head.unlinked),
            is_claimed: self.journal.claim(&key).await?.is_some(),
            is_asked: question.is_some_and(|question| !question.value.denied),
            user,
            channel: channel.clone(),
            link,
        })
    }
}
