//! Contacts: made or found by the unique LINE property, read and changed by record ID, followed through merges.
//!
//! Source: HubSpot's contacts API (2026-03) and its guides on contacts and merges: the ID of a record that was merged away
//! still works in a single PATCH, and not in a batch update.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::batch::{self, Batch, text};
use super::failure::PROPERTY_DOESNT_EXIST;
use crate::domain::claim::EmailAddress;
use crate::domain::ids::{ContactId, LineUserId};
use crate::domain::properties::LINE_USER_ID;
use crate::ports::crm::{ContactRecord, ContactWrite, CrmFailure, Each, Named, PersonWrite, Properties};

pub(super) const OWNER: &str = "hubspot_owner_id";
const EMAIL: &str = "email";

/// Makes or finds people. The same person twice is written once, the later properties winning.
pub(crate) async fn upsert(api: &Api, people: &[PersonWrite]) -> Vec<Each<ContactId>> {
    let id_field = people.first().map_or(LINE_USER_ID, |person| person.id_field);
    let merged = Merged::of(people.iter().map(|person| (person.user.expose(), &person.properties)));
    let inputs: Vec<Value> = merged
        .values
        .iter()
        .map(|(user, properties)| json!({"id": user, "idProperty": id_field, "properties": properties}))
        .collect();
    let path = format!("/crm/objects/{VERSION}/contacts/batch/upsert");
    let answers = batch::run(api, &Batch::write("contacts/batch/upsert", path, Repeat::Harmless), &inputs).await;
    merged.spread(answers.into_iter().map(|answer| answer.and_then(|record| id_of(&record))).collect())
}

/// Reads contacts; one that a batch does not find is looked for alone, which follows merges.
pub(crate) async fn read(api: &Api, contacts: &[ContactId], names: &[&str]) -> Vec<Each<ContactRecord>> {
    let mut wanted = names.to_vec();
    wanted.push(OWNER);
    let nothing = Properties::default();
    let merged = Merged::of(contacts.iter().map(|contact| (contact.as_str(), &nothing)));
    let inputs: Vec<Value> = merged.values.iter().map(|(id, _)| json!({ "id": id })).collect();
    let path = format!("/crm/objects/{VERSION}/contacts/batch/read");
    let mut answers = batch::run(api, &Batch::read("contacts/batch/read", path, &wanted), &inputs).await;
    for (answer, (id, _)) in answers.iter_mut().zip(&merged.values) {
        if matches!(answer, Err(CrmFailure::Gone)) {
            *answer = read_one(api, id, &wanted).await;
        }
    }
    merged.spread(answers.into_iter().map(|answer| answer.and_then(|record| contact_of(&record, names))).collect())
}

/// Changes contacts; one that a batch does not find is changed alone, which follows merges.
pub(crate) async fn update(api: &Api, writes: &[ContactWrite]) -> Vec<Each<ContactId>> {
    let merged = Merged::of(writes.iter().map(|write| (write.contact.as_str(), &write.properties)));
    let inputs: Vec<Value> =
        merged.values.iter().map(|(id, properties)| json!({"id": id, "properties": properties})).collect();
    let path = format!("/crm/objects/{VERSION}/contacts/batch/update");
    let mut answers = batch::run(api, &Batch::write("contacts/batch/update", path, Repeat::Harmless), &inputs).await;
    for (answer, (id, properties)) in answers.iter_mut().zip(&merged.values) {
        if answer.as_ref().is_err_and(may_have_been_merged) {
            *answer = patch_one(api, id, json!(properties)).await;
        }
    }
    merged.spread(answers.into_iter().map(|answer| answer.and_then(|record| id_of(&record))).collect())
}

/// The contacts with these e-mail addresses. HubSpot's answer names a contact's first address alone, and finds by further
/// ones too (its guide on contacts): so each is asked for by itself, and in a body, since addresses belong in no URL.
pub(crate) async fn find_by_email(
    api: &Api,
    addresses: &[EmailAddress],
    names: &[&str],
) -> Vec<Each<Option<ContactRecord>>> {
    let mut wanted = names.to_vec();
    wanted.push(OWNER);
    let path = format!("/crm/objects/{VERSION}/contacts/batch/read");
    let mut found = Vec::new();
    for address in addresses {
        let inputs = json!([{ "id": address.expose() }]);
        let body = json!({"idProperty": EMAIL, "properties": wanted, "propertiesWithHistory": [], "inputs": inputs});
        let answer = api.call(&Call::post("contacts/by email", path.clone(), body, Repeat::Harmless)).await;
        found.push(match answer {
            Ok(body) => body["results"].get(0).map(|record| contact_of(record, names)).transpose(),
            Err(CrmFailure::Gone) => Ok(None),
            Err(failure) => Err(failure),
        });
    }
    found
}

/// The contact with this LINE user ID, and since when: by the history of the property, whose newest version is what stands
/// there (HubSpot's reference, "Read a batch of objects": `propertiesWithHistory`). The ID belongs in no URL.
pub(crate) async fn find_person(api: &Api, id_field: &'static str, user: &LineUserId) -> Each<Option<Named>> {
    let path = format!("/crm/objects/{VERSION}/contacts/batch/read");
    let (names, inputs) = ([id_field], json!([{ "id": user.expose() }]));
    let body = json!({"idProperty": id_field, "properties": names, "propertiesWithHistory": names, "inputs": inputs});
    let answer = api.call(&Call::post("contacts/by LINE user ID", path, body, Repeat::Harmless)).await;
    let named = |record: &Value| Ok(Named { contact: id_of(record)?, since_ms: since_ms(record, id_field) });
    match answer {
        Ok(body) => body["results"].get(0).map(named).transpose(),
        Err(CrmFailure::Gone) => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn since_ms(record: &Value, name: &str) -> Option<i64> {
    let versions = record["propertiesWithHistory"][name].as_array()?;
    let times = versions.iter().filter_map(|version| version["timestamp"].as_str()?.parse::<Timestamp>().ok());
    times.map(Timestamp::as_millisecond).max()
}

/// Merges two contacts (HubSpot's `POST .../contacts/merge`, which answers with the record that is left).
pub(crate) async fn merge(api: &Api, from: &ContactId, into: &ContactId) -> Each<ContactId> {
    let path = format!("/crm/objects/{VERSION}/contacts/merge");
    let body = json!({"primaryObjectId": into.as_str(), "objectIdToMerge": from.as_str()});
    id_of(&api.call(&Call::post("contacts/merge", path, body, Repeat::Harmless)).await?)
}

/// The ID to use from now on: a merge may have given the contact a new one. `Gone` where there is none.
pub(crate) async fn current_id(api: &Api, contact: &ContactId) -> Each<ContactId> {
    id_of(&read_one(api, contact.as_str(), &[]).await?)
}

/// How HubSpot words a batch update of a merged-away ID is not documented: any refusal that a single PATCH may mend.
fn may_have_been_merged(failure: &CrmFailure) -> bool {
    match failure {
        CrmFailure::Gone | CrmFailure::Refused { .. } => true,
        CrmFailure::NotReady { code } => code != PROPERTY_DOESNT_EXIST,
        CrmFailure::Taken | CrmFailure::Unknown | CrmFailure::Later { .. } | CrmFailure::Disconnected => false,
    }
}

/// A PATCH is documented to follow merges; a GET is not. Where the GET finds nothing, a PATCH that changes nothing tells the
/// new ID. (That HubSpot takes an empty PATCH is unverified. If it does not, its refusal is the answer: a merged contact must
/// not look deleted.)
async fn read_one(api: &Api, id: &str, names: &[&str]) -> Each<Value> {
    match get_one(api, id, names).await {
        Err(CrmFailure::Gone) => {}
        answer => return answer,
    }
    let moved = id_of(&patch_one(api, id, json!({})).await?)?;
    get_one(api, moved.as_str(), names).await
}

async fn get_one(api: &Api, id: &str, names: &[&str]) -> Each<Value> {
    let path = format!("/crm/objects/{VERSION}/contacts/{}?properties={}", segment(id), names.join(","));
    api.call(&Call::get("contacts/get", path)).await
}

async fn patch_one(api: &Api, id: &str, properties: Value) -> Each<Value> {
    let path = format!("/crm/objects/{VERSION}/contacts/{}", segment(id));
    api.call(&Call::patch("contacts/patch", path, json!({ "properties": properties }))).await
}

/// An ID as one segment of a path, whatever is in it.
pub(crate) fn segment(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The record's ID. An answer without one says nothing.
pub(crate) fn id_of(record: &Value) -> Each<ContactId> {
    text(&record["id"]).map(ContactId::new).ok_or(CrmFailure::Unknown)
}

pub(super) fn contact_of(record: &Value, names: &[&str]) -> Each<ContactRecord> {
    let mut properties = Properties::default();
    for name in names {
        if let Some(value) = text(&record["properties"][*name]) {
            properties.set(name, value);
        }
    }
    let owner = text(&record["properties"][OWNER]).filter(|owner| !owner.is_empty());
    Ok(ContactRecord { contact: id_of(record)?, owner, properties })
}

/// What the caller asked for, each record once: HubSpot refuses a batch that names one twice.
struct Merged<'a> {
    values: Vec<(&'a str, Map<String, Value>)>,
    /// For each of the caller's items, its place in `values`.
    places: Vec<usize>,
}

impl<'a> Merged<'a> {
    fn of(items: impl Iterator<Item = (&'a str, &'a Properties)>) -> Self {
        let mut merged = Self { values: Vec::new(), places: Vec::new() };
        let mut known: BTreeMap<&str, usize> = BTreeMap::new();
        for (id, properties) in items {
            let place = *known.entry(id).or_insert_with(|| {
                merged.values.push((id, Map::new()));
                merged.values.len() - 1
            });
            merged.places.push(place);
            let properties = properties.0.iter().map(|(name, value)| (name.clone(), json!(value)));
            merged.values[place].1.extend(properties);
        }
        merged
    }

    fn spread<T: Clone>(&self, answers: Vec<Each<T>>) -> Vec<Each<T>> {
        self.places.iter().map(|place| answers[*place].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_named_twice_is_written_once_and_answered_twice() {
        let mut first = Properties::default();
        first.set("a", "1");
        first.set("b", "1");
        let mut second = Properties::default();
        second.set("b", "2");
        let merged = Merged::of([("x", &first), ("y", &first), ("x", &second)].into_iter());
        assert_eq!(merged.values.len(), 2);
        assert_eq!(Value::Object(merged.values[0].1.clone()), json!({"a": "1", "b": "2"}));
        assert_eq!(merged.spread(vec![Ok(1), Err(CrmFailure::Gone)]), vec![Ok(1), Err(CrmFailure::Gone), Ok(1)]);
    }

    #[test]
    fn an_id_stays_one_segment_of_a_path() {
        assert_eq!(segment("a/../b?c d"), "a%2F..%2Fb%3Fc%20d");
    }
}
