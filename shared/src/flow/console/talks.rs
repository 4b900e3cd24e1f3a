//! An operator reads the talks of the Official Accounts that they see, and answers.

mod files;
mod list;

use std::sync::Arc;

use self::list::{name_of, names, picture_of};
use super::Console;
use crate::domain::account::CrmAccount;
use crate::domain::activity::Content;
use crate::domain::channel::Channel;
use crate::domain::conversation::ConversationKey;
use crate::domain::ids::{ChannelId, ContactId, CrmUserId, LineUserId};
use crate::domain::operator::audit::Deed;
use crate::domain::operator::{Operator, OperatorName};
use crate::domain::push::{OutgoingMessage, PushId, PushState};
use crate::flow::decide::{Decide, Verdict};
use crate::flow::mark_read::MarkRead;
use crate::flow::person_state::{PersonState, PersonStates};
use crate::flow::read_talk::{NewestTalk, OlderTalk, ReadTalk};
use crate::flow::talk::{Saying, Talk};
use crate::ports::crm::CrmFailure;
use crate::ports::{Clock, Crm, Crms, PortError};
use crate::store::{Accounts, Channels};

pub use self::files::{SentPart, published};
pub use self::list::{ListedTalk, TalkList, TalkQuery};

/// A person waits no longer than this for the CRM, in milliseconds.
/// HubSpot gives a card 15 seconds for all of a question.
const CRM_MS: i64 = 4_000;

/// What came of asking the CRM.
pub enum FromCrm<T> {
    /// This.
    Said(T),
    /// The CRM account must be connected anew.
    Disconnected,
    /// It did not say.
    Silent,
}

/// A talk with one person on one Official Account.
pub struct OpenTalk {
    /// The Official Account.
    pub channel: Channel,
    /// How they stand.
    pub state: PersonState,
    /// What is in no note yet.
    pub newest: NewestTalk,
    /// An answer is free of charge until then, in milliseconds.
    pub free_until_ms: Option<i64>,
    /// The newest message does not show as read on the person's phone, as far as we could show it.
    pub is_unread: bool,
}

impl OpenTalk {
    /// Which one.
    pub fn key(&self) -> ConversationKey {
        ConversationKey::person(&self.channel.id, &self.state.user)
    }
}

/// As the CRM knows somebody.
#[derive(Default)]
pub struct Face {
    /// What they are called.
    pub name: Option<String>,
    /// The address of their picture on LINE.
    pub picture: Option<String>,
    /// What the owner of their contact is called.
    pub owner: Option<String>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is on its way, under this name.
    OnItsWay(PushId),
    /// The operator does not see the Official Account, or it does not know the person.
    Nobody,
}

/// Reads and answers.
pub struct Talks {
    /// Where decisions are noted.
    pub console: Console,
    /// Which Official Accounts are the CRM account's.
    pub accounts: Accounts,
    /// By their own word, too.
    pub channels: Channels,
    /// Who is who, and what older notes say.
    pub crms: Arc<dyn Crms>,
    /// How people stand.
    pub states: PersonStates,
    /// What was said.
    pub read: ReadTalk,
    /// Sends.
    pub talk: Talk,
    /// Shows people that somebody has read what they wrote.
    pub mark_read: MarkRead,
    /// Ends what nobody knows.
    pub decide: Decide,
    /// The time of now.
    pub clock: Arc<dyn Clock>,
}

impl Talks {
    /// How many messages went out as replies this month, of the Official Accounts that the operator sees: each a push less.
    ///
    /// # Errors
    /// A table does not answer, or another version wrote a row.
    pub async fn replied_this_month(&self, by: &Operator) -> Result<u64, PortError> {
        let Some(account) = self.account(by).await? else { return Ok(0) };
        let mut all = 0;
        for channel in self.seen(by, &account).await? {
            all += self.read.journal.replied(&channel.id).await?.value.this_month(self.clock.now_ms());
        }
        Ok(all)
    }

    /// Whether the contact is one of the operator's CRM account, as the CRM says now.
    ///
    /// # Errors
    /// The settings or the secrets cannot be read.
    pub async fn is_there(&self, by: &Operator, contact: &ContactId) -> Result<FromCrm<bool>, PortError> {
        let Some(crm) = self.crm_of(by).await? else { return Ok(FromCrm::Disconnected) };
        Ok(match crm.read_contacts(std::slice::from_ref(contact), &[]).await.pop() {
            Some(Ok(_)) => FromCrm::Said(true),
            Some(Err(CrmFailure::Gone)) => FromCrm::Said(false),
            Some(Err(failure)) => unsaid(&failure),
            None => FromCrm::Silent,
        })
    }

    /// The Official Accounts that the operator sees.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub async fn seen_channels(&self, by: &Operator) -> Result<Vec<Channel>, PortError> {
        match self.account(by).await? {
            Some(account) => self.seen(by, &account).await,
            None => Ok(Vec::new()),
        }
    }

    /// On which of the Official Accounts that the operator sees the contact is known.
    ///
    /// # Errors
    /// A table does not answer, or another version wrote a row.
    pub async fn of_contact(
        &self,
        by: &Operator,
        contact: &ContactId,
    ) -> Result<Vec<(Channel, PersonState)>, PortError> {
        let mut found = Vec::new();
        let Some(account) = self.account(by).await? else { return Ok(found) };
        for channel in self.seen(by, &account).await? {
            let state = self.states.of_contact(&by.account, &channel.id, contact).await?;
            found.extend(state.map(|state| (channel, state)));
        }
        Ok(found)
    }

    /// The talk with a person, as far as it is in no note yet. `None`: the operator does not see the Official Account, or it does not
    /// know the person.
    ///
    /// # Errors
    /// A table does not answer, or another version wrote a row.
    pub async fn open(
        &self,
        by: &Operator,
        channel: &ChannelId,
        user: &LineUserId,
    ) -> Result<Option<OpenTalk>, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(None) };
        let Some(state) = self.states.of_user(&by.account, &channel.id, user).await? else { return Ok(None) };
        let key = ConversationKey::person(&channel.id, user);
        let head = self.read.journal.conversation(&key).await?.map(|head| head.value);
        let head = head.filter(|head| head.account == by.account);
        let newest = self.read.newest(&by.account, &key, head.as_ref()).await?;
        let now_ms = self.clock.now_ms();
        let is_unread = head.as_ref().is_some_and(|head| head.read_token.is_some());
        let free_until_ms =
            head.and_then(|head| head.reply_chance).filter(|chance| chance.is_fresh(now_ms)).map(|it| it.use_by_ms);
        Ok(Some(OpenTalk { channel, state, newest, free_until_ms, is_unread }))
    }

    /// Somebody has opened the talk, or answered in it: what the person wrote shows as read on their phone. A page that asks by itself
    /// whether something is new has not read it. It is never an error.
    pub async fn has_read(&self, talk: &OpenTalk) {
        if talk.is_unread {
            self.mark_read.mark(&talk.channel, &talk.state.user).await;
        }
    }

    /// The operator is writing: the person sees it on their phone, if they look at the chat. Nobody who blocked the account is shown
    /// anything. It is never an error.
    pub async fn is_writing(&self, talk: &OpenTalk) {
        if talk.state.follows != Some(false)
            && let Err(error) = self.mark_read.signs.show_writing(&talk.channel.id, &talk.state.user).await
        {
            crate::telemetry::log_chain("writing.not_shown", &error);
        }
    }

    /// What older notes say, read back from the CRM, before this entry.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn older(&self, by: &Operator, talk: &OpenTalk, before: u32) -> Result<FromCrm<OlderTalk>, PortError> {
        let Some(crm) = self.crm_of(by).await? else { return Ok(FromCrm::Disconnected) };
        let key = ConversationKey::person(&talk.channel.id, &talk.state.user);
        let older = self.read.older(&*crm, &key, before).await?;
        Ok(older.map_or_else(|failure| unsaid(&failure), FromCrm::Said))
    }

    /// What the contact of a talk is called, and looks like.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn face(&self, by: &Operator, talk: &OpenTalk) -> Result<Face, PortError> {
        let Some(link) = &talk.state.link else { return Ok(Face::default()) };
        let Some(crm) = self.crm_of(by).await? else { return Ok(Face::default()) };
        let providers = [talk.channel.provider];
        let read = crm.read_contacts(std::slice::from_ref(&link.contact), &names(&providers)).await.pop();
        let Some(Ok(record)) = read else { return Ok(Face::default()) };
        let owner = match record.owner.as_deref().filter(|_| talk.state.assigned.is_none()) {
            Some(owner) => crm.name_of_owner(owner).await.ok().flatten(),
            None => None,
        };
        Ok(Face { name: name_of(&record, &providers), picture: picture_of(&record, &providers), owner })
    }

    /// The operator under the name that the CRM has for them: whoever is known by a number alone stands in notes as what they are called.
    /// Without one, or where the CRM does not say, as they are.
    ///
    /// # Errors
    /// The settings or the secrets cannot be read.
    pub async fn called_as_in_crm(&self, by: &Operator, user: &CrmUserId) -> Result<Operator, PortError> {
        let Some(crm) = self.crm_of(by).await? else { return Ok(by.clone()) };
        let name = crm.name_of_user(user).await.ok().flatten().and_then(|name| OperatorName::parse(&name));
        Ok(Operator { name: name.unwrap_or_else(|| by.name.clone()), ..by.clone() })
    }

    /// Says something to a person, under this name: the same name in the same talk is the same message, for ever. The button was pressed
    /// at `at_ms`.
    ///
    /// # Errors
    /// A table or the queue does not answer: to be asked again by the same name.
    pub async fn say(
        &self,
        by: &Operator,
        (channel, user): (&ChannelId, &LineUserId),
        name: &str,
        messages: Vec<OutgoingMessage>,
        at_ms: i64,
    ) -> Result<Said, PortError> {
        let Some(channel) = self.channel(by, channel).await? else { return Ok(Said::Nobody) };
        let Some(account) = self.account(by).await? else { return Ok(Said::Nobody) };
        if self.states.of_user(&by.account, &channel.id, user).await?.is_none() {
            return Ok(Said::Nobody);
        }
        let id = Self::id_of(by, &ConversationKey::person(&channel.id, user), name);
        let saying = Saying { id, by: by.name.clone(), channel: channel.id, to: user.clone(), messages, at_ms };
        self.talk.say(&account, saying).await?;
        Ok(Said::OnItsWay(id))
    }

    /// What this name stands for in this talk, for ever.
    pub fn id_of(by: &Operator, talk: &ConversationKey, name: &str) -> PushId {
        PushId::of_talk(talk, &by.id, name)
    }

    /// Whether something that was said has been taken up: it is found in the talk then, or has ended.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn is_taken_up(&self, id: PushId) -> Result<bool, PortError> {
        Ok(self.read.journal.push(id).await?.is_some())
    }

    /// Ends a message of which nobody knows whether it arrived: it did, or it did not and is said again. Of two who say different things
    /// the first counts. `false`: it waits for nobody in this talk, perhaps not any more. `again` makes messages of a push's body.
    ///
    /// It is said again only once it is settled that it did not arrive. So a stop right in between leaves a line in the talk that it was
    /// not sent, and never two messages.
    ///
    /// # Errors
    /// As [`say`](Self::say).
    pub async fn decide(
        &self,
        by: &Operator,
        (channel, user): (&ChannelId, &LineUserId),
        id: PushId,
        verdict: Verdict,
        again: impl Fn(&str, &[Content]) -> Option<Vec<OutgoingMessage>>,
    ) -> Result<bool, PortError> {
        let Some(push) = self.read.journal.push(id).await?.map(|push| push.value) else { return Ok(false) };
        let PushState::Parked(sending) = &push.state else { return Ok(false) };
        let is_of_talk = push.account == by.account && by.sees(&push.channel) && push.channel == *channel;
        let Some(account) = self.account(by).await? else { return Ok(false) };
        if !is_of_talk || sending.to != *user || push.sender.operator().is_none() {
            return Ok(false);
        }
        let Some(messages) = again(&sending.body, &sending.said) else { return Ok(false) };
        let (arrived, at_ms) = (verdict == Verdict::Shown, self.clock.now_ms());
        self.console.note(by, Deed::DecidedSend { id: channel.clone(), push: id, arrived }).await?;
        let is_first = self.decide.decide(id, verdict).await?;
        if is_first && !arrived {
            let (channel, to, by) = (channel.clone(), user.clone(), by.name.clone());
            let saying = Saying { id: id.said_again(), by, channel, to, messages, at_ms };
            self.talk.say(&account, saying).await?;
        }
        Ok(is_first)
    }

    async fn account(&self, by: &Operator) -> Result<Option<CrmAccount>, PortError> {
        Ok(self.accounts.find(&by.account).await?.map(|account| account.value))
    }

    async fn crm_of(&self, by: &Operator) -> Result<Option<Arc<dyn Crm>>, PortError> {
        match self.account(by).await? {
            Some(account) => self.crm(&account).await,
            None => Ok(None),
        }
    }

    async fn crm(&self, account: &CrmAccount) -> Result<Option<Arc<dyn Crm>>, PortError> {
        self.crms.connect(account, self.clock.now_ms() + CRM_MS).await
    }

    async fn seen(&self, by: &Operator, account: &CrmAccount) -> Result<Vec<Channel>, PortError> {
        let mut seen = Vec::new();
        for id in &account.channels {
            seen.extend(self.channel(by, id).await?);
        }
        Ok(seen)
    }

    async fn channel(&self, by: &Operator, id: &ChannelId) -> Result<Option<Channel>, PortError> {
        if !by.sees(id) {
            return Ok(None);
        }
        Ok(self.channels.find(id).await?.filter(|channel| channel.account == by.account))
    }
}

fn unsaid<T>(failure: &CrmFailure) -> FromCrm<T> {
    if *failure == CrmFailure::Disconnected { FromCrm::Disconnected } else { FromCrm::Silent }
}
