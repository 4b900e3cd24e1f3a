//! The list of talks: people on LINE as the CRM finds them.
//!
//! It knows names, and who waits. So nothing of a person lies with us for it, and it lags behind by the seconds of the CRM's search. Which
//! talks are an operator's, the journal knows.

use super::{FromCrm, Talks, unsaid};
use crate::domain::channel::Channel;
use crate::domain::ids::{ChannelId, ContactId, LineUserId};
use crate::domain::operator::{Operator, OperatorName};
use crate::domain::properties as property;
use crate::domain::provider::ProviderNumber;
use crate::ports::crm::{ContactRecord, CrmFailure, PEOPLE_PAGE, PeopleQuery};
use crate::ports::{Crm, PortError};

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub struct TalkQuery {
    /// Everybody, and not only who waits for an answer.
    pub everybody: bool,
    /// Only talks that were given to the operator who asks, whether they wait or not.
    pub mine: bool,
    /// Only people of this Official Account. `None`: of each that the operator sees.
    pub channel: Option<ChannelId>,
    /// A name, an e-mail address, a telephone number.
    pub words: Option<String>,
    /// Where the page before ended.
    pub after: Option<String>,
}

/// Somebody in a list.
#[derive(Clone)]
pub struct ListedTalk {
    /// Who, in the CRM.
    pub contact: ContactId,
    /// As the CRM or LINE calls them.
    pub name: Option<String>,
    /// A message waits for an answer.
    pub waits: bool,
    /// What they said last, as far as the CRM shows it.
    pub last: Option<String>,
    /// Whose the talk is, where that is known of one Official Account.
    pub assigned: Option<OperatorName>,
    /// Their picture on LINE.
    pub picture: Option<String>,
    /// Who they are on the one Official Account that was asked for.
    pub on: Option<(ChannelId, LineUserId)>,
}

/// A page of a list.
pub struct TalkList {
    /// Whoever changed last first.
    pub talks: Vec<ListedTalk>,
    /// Where to go on.
    pub next: Option<String>,
}

impl Talks {
    /// A page of the people on LINE, from the CRM.
    ///
    /// # Errors
    /// The settings or the secrets cannot be read.
    pub async fn list(&self, by: &Operator, query: &TalkQuery) -> Result<FromCrm<TalkList>, PortError> {
        let Some(account) = self.account(by).await? else { return Ok(FromCrm::Disconnected) };
        let Some(crm) = self.crm(&account).await? else { return Ok(FromCrm::Disconnected) };
        let mut seen = self.seen(by, &account).await?;
        if let Some(channel) = &query.channel {
            seen.retain(|it| it.id == *channel);
        }
        let mut providers = Vec::new();
        for channel in &seen {
            if !providers.contains(&channel.provider) {
                providers.push(channel.provider);
            }
        }
        if providers.is_empty() {
            return Ok(FromCrm::Said(TalkList { talks: Vec::new(), next: None }));
        }
        if query.mine {
            return self.mine(by, query, &seen, &*crm).await;
        }
        let asked = PeopleQuery {
            waiting: !query.everybody,
            words: query.words.clone(),
            after: query.after.clone(),
            providers: providers.clone(),
        };
        let found = crm.search_people(&asked, &names(&providers)).await;
        let found = match found {
            Ok(found) => found,
            Err(failure) => return Ok(unsaid(&failure)),
        };
        let mut talks: Vec<ListedTalk> = found.people.iter().map(|record| listed(record, &providers)).collect();
        if by.channels.is_some() || query.channel.is_some() {
            talks = self.on(by, &seen, talks).await?;
            talks.retain(|talk| query.everybody || talk.waits);
        }
        Ok(FromCrm::Said(TalkList { talks, next: found.next }))
    }

    /// A page of the talks that are the operator's, as the journal knows them; the CRM says what people are called. Who has no contact any
    /// more is left out.
    async fn mine(
        &self,
        by: &Operator,
        query: &TalkQuery,
        seen: &[Channel],
        crm: &dyn Crm,
    ) -> Result<FromCrm<TalkList>, PortError> {
        let journal = &self.read.journal;
        let mut theirs = journal.assigned(&by.account, &by.name).await?;
        theirs.retain(|hash| query.after.as_ref().is_none_or(|after| hash > after));
        let next = theirs.get(PEOPLE_PAGE - 1).filter(|_| theirs.len() > PEOPLE_PAGE).cloned();
        let (mut states, mut contacts) = (Vec::new(), Vec::new());
        for hash in theirs.iter().take(PEOPLE_PAGE) {
            let Some(talk) = journal.conversation_by_hash(hash).await?.map(|talk| talk.value) else { continue };
            let is_seen = seen.iter().any(|channel| channel.id == talk.key.channel);
            if talk.account != by.account || talk.assigned.as_ref() != Some(&by.name) || !is_seen {
                continue;
            }
            let Some(user) = talk.key.source.user() else { continue };
            let state = self.states.of_user(&by.account, &talk.key.channel, user).await?;
            let Some(contact) = state.as_ref().and_then(|state| state.link.as_ref()).map(|link| link.contact.clone())
            else {
                continue;
            };
            states.extend(state);
            contacts.push(contact);
        }
        let providers: Vec<ProviderNumber> = seen.iter().map(|channel| channel.provider).collect();
        let mut talks = Vec::new();
        for (state, record) in states.into_iter().zip(crm.read_contacts(&contacts, &names(&providers)).await) {
            match record {
                Ok(record) => talks.push(ListedTalk {
                    waits: state.unanswered_since_ms.is_some(),
                    last: None,
                    on: Some((state.channel, state.user)),
                    assigned: state.assigned,
                    ..listed(&record, &providers)
                }),
                Err(CrmFailure::Gone) => {}
                Err(failure) => return Ok(unsaid(&failure)),
            }
        }
        talks.sort_by_key(|talk| !talk.waits);
        Ok(FromCrm::Said(TalkList { talks, next }))
    }

    /// What of these is of these Official Accounts alone. A contact's fields are of all Official Accounts of a LINE
    /// provider: what was said, and whether somebody waits, they do not say of one.
    async fn on(&self, by: &Operator, seen: &[Channel], talks: Vec<ListedTalk>) -> Result<Vec<ListedTalk>, PortError> {
        let mut theirs = Vec::new();
        for talk in talks {
            let mut states = Vec::new();
            for channel in seen {
                states.extend(self.states.of_contact(&by.account, &channel.id, &talk.contact).await?);
            }
            let waits = states.iter().any(|state| state.unanswered_since_ms.is_some());
            let (on, assigned) = match states.as_slice() {
                [state] => (Some((state.channel.clone(), state.user.clone())), state.assigned.clone()),
                _ => (None, None),
            };
            theirs.extend((!states.is_empty()).then_some(ListedTalk { waits, last: None, on, assigned, ..talk }));
        }
        Ok(theirs)
    }
}

/// The properties of each provider's that say who somebody is, what they said last, and whether they wait.
const OF_PROVIDER: [&str; 5] = [
    property::LINE_USER_NAME,
    property::LINE_USER_PICTURE,
    property::LINE_UNANSWERED,
    property::LINE_UNANSWERED_MESSAGE,
    property::LINE_LAST_MESSAGE,
];

pub(super) fn names(providers: &[ProviderNumber]) -> Vec<&'static str> {
    let numbered = providers.iter().flat_map(|provider| OF_PROVIDER.map(|name| provider.field(name).unwrap_or(name)));
    [property::FIRST_NAME, property::LAST_NAME].into_iter().chain(numbered).collect()
}

fn listed(record: &ContactRecord, providers: &[ProviderNumber]) -> ListedTalk {
    let value = |provider: &ProviderNumber, name| provider.field(name).and_then(|name| record.properties.get(name));
    let waiting = providers.iter().find(|provider| value(provider, property::LINE_UNANSWERED) == Some("true"));
    let said = |name| providers.iter().find_map(|provider| value(provider, name));
    let last = waiting
        .and_then(|provider| value(provider, property::LINE_UNANSWERED_MESSAGE))
        .or_else(|| said(property::LINE_LAST_MESSAGE));
    ListedTalk {
        contact: record.contact.clone(),
        name: name_of(record, providers),
        waits: waiting.is_some(),
        last: last.map(str::to_owned),
        assigned: None,
        picture: picture_of(record, providers),
        on: None,
    }
}

/// As LINE told it the last time.
pub(super) fn picture_of(record: &ContactRecord, providers: &[ProviderNumber]) -> Option<String> {
    let mut pictures = providers.iter().filter_map(|it| record.properties.get(it.field(property::LINE_USER_PICTURE)?));
    pictures.find(|picture| !picture.is_empty()).map(str::to_owned)
}

/// By the CRM's own name, family name first; without one by LINE's.
pub(super) fn name_of(record: &ContactRecord, providers: &[ProviderNumber]) -> Option<String> {
    let own = [property::LAST_NAME, property::FIRST_NAME].map(|name| record.properties.get(name));
    let own = own.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = || providers.iter().find_map(|it| record.properties.get(it.field(property::LINE_USER_NAME)?));
    if own.is_empty() { lines().map(str::to_owned) } else { Some(own) }
}
