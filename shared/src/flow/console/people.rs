//! An operator looks for people on LINE, and says who they are.
//!
//! They find people of their CRM account and of the Official Accounts that they see, and nobody else's.

use std::sync::Arc;

use super::Console;
use crate::domain::channel::Channel;
use crate::domain::claim::{Claim, ClaimedBy, EmailAddress, Target};
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId, LineUserId};
use crate::domain::operator::audit::Deed;
use crate::domain::operator::{Operator, OperatorName};
use crate::flow::erase::{Erase, Receipt, Who};
use crate::flow::link::Link;
use crate::flow::person_state::{PersonState, PersonStates};
use crate::flow::tend::Tend;
use crate::ports::crm::CrmFailure;
use crate::ports::secrets::Secret;
use crate::ports::table::Commit;
use crate::ports::{Crms, PortError};
use crate::store::operators::{self, KeptReceipt};
use crate::store::{Accounts, Channels};

/// A person waits no longer than this for the CRM, in milliseconds.
const CRM_MS: i64 = 8_000;

/// Whom somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Whoever is this contact.
    Contact(ContactId),
    /// This person.
    User(LineUserId),
}

/// What came of asking the CRM for an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ByEmail {
    /// It is this contact's.
    Contact(ContactId),
    /// It is nobody's.
    Nobody,
    /// The CRM account must be connected anew.
    Disconnected,
    /// The CRM did not say.
    Silent,
}

/// Looks for people, and says who they are; notes who did.
pub struct People {
    /// Where it is noted, and receipts are kept for a day.
    pub console: Console,
    /// Which Official Accounts are the CRM account's.
    pub accounts: Accounts,
    /// By their own word, too.
    pub channels: Channels,
    /// Who has an e-mail address.
    pub crms: Arc<dyn Crms>,
    /// How people stand.
    pub states: PersonStates,
    /// Links, moves and unlinks.
    pub link: Link,
    /// Ends a wait.
    pub tend: Tend,
    /// Erases.
    pub erase: Erase,
}

impl People {
    /// The contact with this e-mail address, in the operator's CRM account. Asks the CRM.
    ///
    /// # Errors
    /// The settings or the secrets cannot be read.
    pub async fn by_email(&self, by: &Operator, address: &EmailAddress) -> Result<ByEmail, PortError> {
        let Some(account) = self.accounts.find(&by.account).await? else { return Ok(ByEmail::Disconnected) };
        let until_ms = self.console.clock.now_ms() + CRM_MS;
        let Some(crm) = self.crms.connect(&account.value, until_ms).await? else { return Ok(ByEmail::Disconnected) };
        let found = crm.find_by_email(std::slice::from_ref(address), &[]).await.pop();
        Ok(match found {
            Some(Ok(Some(record))) => ByEmail::Contact(record.contact),
            Some(Ok(None)) => ByEmail::Nobody,
            Some(Err(CrmFailure::Disconnected)) => ByEmail::Disconnected,
            Some(Err(_)) | None => ByEmail::Silent,
        })
    }

    /// The Official Accounts of the CRM account that the operator sees.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub async fn seen(&self, by: &Operator) -> Result<Vec<Channel>, PortError> {
        let account = self.accounts.find(&by.account).await?.map(|account| account.value);
        let mut seen = Vec::new();
        for id in account.into_iter().flat_map(|account| account.channels) {
            seen.extend(self.channel(by, &id).await?);
        }
        Ok(seen)
    }

    /// How they stand on each Official Account that knows them and that the operator sees.
    ///
    /// # Errors
    /// As [`PersonStates`].
    pub async fn look(&self, by: &Operator, sought: &Sought) -> Result<Vec<PersonState>, PortError> {
        let mut states = Vec::new();
        for channel in self.seen(by).await? {
            states.extend(match sought {
                Sought::Contact(contact) => self.states.of_contact(&by.account, &channel.id, contact).await?,
                Sought::User(user) => self.states.of_user(&by.account, &channel.id, user).await?,
            });
        }
        Ok(states)
    }

    /// Says that the person is this contact. `false`: the operator does not see the Official Account. Where that is so or is said
    /// already, nothing is changed and nothing noted.
    ///
    /// # Errors
    /// As the tables'.
    pub async fn link(
        &self,
        by: &Operator,
        channel: &ChannelId,
        user: &LineUserId,
        contact: &ContactId,
    ) -> Result<bool, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(false) };
        let target = Target::Contact(contact.clone());
        let linked = self.states.of_user(&by.account, &channel.id, user).await?;
        let is_so = linked
            .as_ref()
            .is_some_and(|state| !state.is_claimed && state.link.as_ref().is_some_and(|link| link.contact == *contact));
        if is_so || self.is_said(&channel, user, &target).await? {
            return Ok(true);
        }
        self.console.note(by, Deed::Linked { id: channel.id.clone(), contact: contact.clone() }).await?;
        self.say(&channel, user, target).await
    }

    /// Says that the person is no contact. Else as [`link`](Self::link).
    ///
    /// # Errors
    /// As the tables'.
    pub async fn unlink(&self, by: &Operator, channel: &ChannelId, user: &LineUserId) -> Result<bool, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(false) };
        let state = self.states.of_user(&by.account, &channel.id, user).await?;
        let is_so = state.is_some_and(|state| state.is_unlinked && state.link.is_none() && !state.is_claimed);
        if is_so || self.is_said(&channel, user, &Target::Unlinked).await? {
            return Ok(true);
        }
        self.console.note(by, Deed::Unlinked { id: channel.id.clone() }).await?;
        self.say(&channel, user, Target::Unlinked).await
    }

    /// Says that what the person wrote is answered. Else as [`link`](Self::link); where nothing waits, nothing is noted.
    ///
    /// # Errors
    /// As the tables'.
    pub async fn answered(&self, by: &Operator, channel: &ChannelId, user: &LineUserId) -> Result<bool, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(false) };
        let state = self.states.of_user(&by.account, &channel.id, user).await?;
        if state.is_some_and(|state| state.unanswered_since_ms.is_some()) {
            self.console.note(by, Deed::Answered { id: channel.id.clone() }).await?;
            self.tend.answered(&channel, user).await?;
        }
        Ok(true)
    }

    /// Says that there is still something to do. Else as [`answered`](Self::answered).
    ///
    /// # Errors
    /// As the tables'.
    pub async fn to_do(&self, by: &Operator, channel: &ChannelId, user: &LineUserId) -> Result<bool, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(false) };
        let state = self.states.of_user(&by.account, &channel.id, user).await?;
        if state.is_some_and(|state| state.has_written && state.unanswered_since_ms.is_none()) {
            self.console.note(by, Deed::WaitsAgain { id: channel.id.clone() }).await?;
            self.tend.to_do(&channel, user).await?;
        }
        Ok(true)
    }

    /// Gives the talk to this operator of the account, who must see the Official Account; `None`: to nobody. `false`: the operator does
    /// not see it, or there is nobody of this name who does. Twice is the same as once.
    ///
    /// # Errors
    /// As the tables'.
    pub async fn assign(
        &self,
        by: &Operator,
        channel: &ChannelId,
        user: &LineUserId,
        to: Option<&OperatorName>,
    ) -> Result<bool, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(false) };
        let Some(state) = self.states.of_user(&by.account, &channel.id, user).await? else { return Ok(false) };
        if state.assigned.as_ref() == to {
            return Ok(true);
        }
        if let Some(to) = to
            && !self.console.team_of(by, &channel.id).await?.contains(to)
        {
            return Ok(false);
        }
        self.console.note(by, Deed::Assigned { id: channel.id.clone(), to: to.cloned() }).await?;
        self.tend.assign(&channel, user, to).await?;
        Ok(true)
    }

    /// Erases the person and keeps the receipt for a day under this name, which is used for nothing else. `false`: the operator
    /// does not see the Official Account. A call whose receipt is there does nothing; after a failure in between, a second call's
    /// receipt tells of what was left.
    ///
    /// # Errors
    /// As [`Erase::erase`].
    pub async fn erase(
        &self,
        by: &Operator,
        channel: &ChannelId,
        user: &LineUserId,
        name: &Secret,
    ) -> Result<bool, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(false) };
        if self.receipt(by, name).await?.is_some() {
            return Ok(true);
        }
        self.console.note(by, Deed::Erased { id: channel.id.clone() }).await?;
        let receipt = self.erase.erase(&by.account, &channel.id, &Who::User(user.clone())).await?;
        let kept = KeptReceipt { channel: channel.id, receipt: to_json(&receipt) };
        // A conflict: the same form was sent twice at once, and the other receipt is kept.
        let write = operators::receipt(&by.account, name, &kept, self.console.clock.now_ms());
        match self.console.operators.commit(vec![write]).await? {
            Commit::Done | Commit::Conflict => Ok(true),
        }
    }

    /// The receipt of this name, of an Official Account that the operator sees.
    ///
    /// # Errors
    /// As the table's.
    pub async fn receipt(&self, by: &Operator, name: &Secret) -> Result<Option<(ChannelId, Receipt)>, PortError> {
        let kept = self.console.operators.receipt(&by.account, name).await?;
        let Some(kept) = kept.filter(|kept| by.sees(&kept.channel)) else { return Ok(None) };
        Ok(serde_json::from_str(&kept.receipt).ok().map(|receipt| (kept.channel, receipt)))
    }

    async fn channel(&self, by: &Operator, id: &ChannelId) -> Result<Option<Channel>, PortError> {
        if !by.sees(id) {
            return Ok(None);
        }
        let found = self.channels.find(id).await?;
        Ok(found.filter(|channel| channel.account == by.account))
    }

    /// Whether an operator has said so, and it waits.
    async fn is_said(&self, channel: &Channel, user: &LineUserId, target: &Target) -> Result<bool, PortError> {
        let key = ConversationKey::person(&channel.id, user);
        let waiting = self.states.journal.claim(&key).await?;
        Ok(waiting.is_some_and(|it| it.value.by == ClaimedBy::Operator && it.value.target == *target))
    }

    async fn say(&self, channel: &Channel, user: &LineUserId, target: Target) -> Result<bool, PortError> {
        let claim = Claim::new(ClaimedBy::Operator, target, self.console.clock.now_ms());
        self.link.claim(channel, user, &claim).await.map(|()| true)
    }
}

/// So many notes a receipt names: it is kept in one row.
const NOTES: usize = 5_000;

fn to_json(receipt: &Receipt) -> String {
    let mut receipt = receipt.clone();
    receipt.left.unnamed_notes = receipt.left.notes.len().saturating_sub(NOTES);
    receipt.left.notes.truncate(NOTES);
    serde_json::to_string(&receipt).expect("numbers and IDs are JSON")
}
