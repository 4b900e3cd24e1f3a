//! A search among the model's contacts, page by page. It knows at once what was written.

use std::collections::BTreeMap;

use musubi::domain::ids::ContactId;
use musubi::domain::properties::{LINE_UNANSWERED, LINE_USER_ID};
use musubi::domain::provider::ProviderNumber;
use musubi::ports::crm::{ContactRecord, PEOPLE_PAGE, PeopleFound, PeopleQuery, Properties};

use super::crm::State;

type Contacts = BTreeMap<ContactId, BTreeMap<String, String>>;

pub fn searched(contacts: &Contacts, query: &PeopleQuery) -> PeopleFound {
    let mut hits: Vec<_> = contacts.iter().filter(|(_, person)| is_hit(person, query)).collect();
    hits.sort();
    let from = query.after.as_ref().map_or(0, |after| after.parse::<usize>().expect("as it was given"));
    let people = hits.iter().skip(from).take(PEOPLE_PAGE).map(|(id, person)| ContactRecord {
        contact: (*id).clone(),
        owner: None,
        properties: Properties((*person).clone()),
    });
    let next = (from + PEOPLE_PAGE < hits.len()).then(|| (from + PEOPLE_PAGE).to_string());
    PeopleFound { people: people.collect(), next }
}

fn is_hit(person: &BTreeMap<String, String>, query: &PeopleQuery) -> bool {
    let has = |provider: &ProviderNumber| {
        let field = |name| provider.field(name).expect("a provider's field");
        let waits = || person.get(field(LINE_UNANSWERED)).is_some_and(|it| it == "true");
        person.contains_key(field(LINE_USER_ID)) && (!query.waiting || waits())
    };
    let says = |words: &String| person.values().any(|value| value.contains(words.as_str()));
    query.providers.iter().any(has) && query.words.as_ref().is_none_or(says)
}

/// The LINE user ID is unique.
pub(super) fn is_taken(state: &State, writes_to: &ContactId, properties: &Properties) -> bool {
    let has = |field: &str, user: &str| {
        let mut others = state.contacts.iter().filter(|(id, _)| *id != writes_to);
        others.any(|(_, properties)| properties.get(field).is_some_and(|it| it == user))
    };
    let mut fields = ProviderNumber::ALL.iter().map(|provider| provider.user_id_field());
    fields.any(|field| properties.get(field).is_some_and(|user| !user.is_empty() && has(field, user)))
}
