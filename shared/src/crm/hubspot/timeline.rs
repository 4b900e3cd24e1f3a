//! What hangs on a contact: notes and tasks are written, associated and found in the same way.
//!
//! Where the account takes a unique property on them, a record is upserted by our key and then associated to the contact, both of
//! which may be repeated. Elsewhere it is created with its association in one call that is never repeated; when that ends in the
//! unknown, the contact's own records are read. Source: HubSpot's notes, tasks and associations APIs (2026-03).

use serde_json::{Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::batch::{self, Batch, text};
use super::contacts::{current_id, segment};
use crate::domain::ids::ContactId;
use crate::ports::crm::{CrmFailure, Each};

/// The unique property that holds our key, where the account takes one on notes and tasks.
pub const KEY_PROPERTY: &str = "musubi_key";
/// Pages of 500 that are read of a contact's notes or tasks.
const MOST_PAGES: usize = 20;

/// Which kind of record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Note,
    Task,
}

impl Kind {
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Note => "notes",
            Self::Task => "tasks",
        }
    }

    /// The type of the association to a contact, in this direction (HubSpot's guides on notes and tasks).
    fn to_contact(self) -> u32 {
        match self {
            Self::Note => 202,
            Self::Task => 204,
        }
    }
}

/// A record to be written.
pub(crate) struct Hanging {
    pub(crate) key: String,
    pub(crate) contact: ContactId,
    pub(crate) properties: Value,
}

/// Writes records that have a key; twice makes one. Answers with record IDs.
///
/// A task is not written again when it is there already: its owner may have changed it since.
pub(crate) async fn upsert(api: &Api, kind: Kind, items: &[Hanging]) -> Vec<Each<String>> {
    let mut ids: Vec<Each<String>> = match kind {
        Kind::Note => vec![Err(CrmFailure::Gone); items.len()],
        Kind::Task => find_keys(api, kind, items).await,
    };
    let missing: Vec<usize> = (0..items.len()).filter(|place| ids[*place] == Err(CrmFailure::Gone)).collect();
    let inputs: Vec<Value> = missing
        .iter()
        .map(|place| &items[*place])
        .map(|item| json!({"id": item.key, "idProperty": KEY_PROPERTY, "properties": item.properties}))
        .collect();
    let path = format!("/crm/objects/{VERSION}/{}/batch/upsert", kind.path());
    let written = batch::run(api, &Batch::write("timeline/batch/upsert", path, Repeat::Harmless), &inputs).await;
    for (place, answer) in missing.into_iter().zip(written) {
        ids[place] = answer.and_then(|record| id_of(&record));
    }
    associate(api, kind, items, ids).await
}

/// Creates records with their associations, each at most once. `Unknown` where no answer says what became of one.
pub(crate) async fn create(api: &Api, kind: Kind, items: &[Hanging]) -> Vec<Each<String>> {
    let input = |item: &Hanging, contact: &ContactId| {
        let types = json!([{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": kind.to_contact()}]);
        let associations = json!([{"to": {"id": contact.as_str()}, "types": types}]);
        json!({"properties": item.properties, "associations": associations})
    };
    let path = format!("/crm/objects/{VERSION}/{}/batch/create", kind.path());
    let batch = Batch::write("timeline/batch/create", path, Repeat::Never);
    let inputs: Vec<Value> = items.iter().map(|item| input(item, &item.contact)).collect();
    let mut answers = batch::run(api, &batch, &inputs).await;
    for (answer, item) in answers.iter_mut().zip(items) {
        if !matches!(answer, Err(CrmFailure::Gone | CrmFailure::Refused { .. } | CrmFailure::NotReady { .. })) {
            continue;
        }
        // Refused for its contact? A merge may have given it a new ID.
        match current_id(api, &item.contact).await {
            Ok(contact) if contact != item.contact => {
                let again = batch::run(api, &batch, &[input(item, &contact)]).await;
                *answer = again.into_iter().next().unwrap_or(Err(CrmFailure::Unknown));
            }
            Err(CrmFailure::Gone) => *answer = Err(CrmFailure::Gone),
            _ => {}
        }
    }
    answers.into_iter().map(|answer| answer.and_then(|record| id_of(&record))).collect()
}

/// Finds a record by its key and sees to it that it is associated.
pub(crate) async fn find_by_key(api: &Api, kind: Kind, item: Hanging) -> Each<Option<String>> {
    let items = [item];
    let found = find_keys(api, kind, &items).await;
    match associate(api, kind, &items, found.clone()).await.pop() {
        Some(Err(CrmFailure::Gone)) if found == [Err(CrmFailure::Gone)] => Ok(None),
        Some(answer) => answer.map(Some),
        None => Ok(None),
    }
}

/// Finds a record among the contact's own: never by search, whose index lags.
pub(crate) async fn find_on_contact(
    api: &Api,
    kind: Kind,
    contact: &ContactId,
    properties: &[&str],
    fits: impl Fn(&Value) -> bool + Send,
) -> Each<Option<String>> {
    let contact = current_id(api, contact).await?;
    let inputs: Vec<Value> = hanging_on(api, kind, &contact).await?.iter().map(|id| json!({ "id": id })).collect();
    let path = format!("/crm/objects/{VERSION}/{}/batch/read", kind.path());
    let batch = Batch::read("timeline/batch/read", path, properties);
    for answer in batch::run(api, &batch, &inputs).await {
        match answer {
            Ok(record) if fits(&record["properties"]) => return id_of(&record).map(Some),
            Ok(_) | Err(CrmFailure::Gone) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

/// The IDs of the notes or tasks of a contact.
async fn hanging_on(api: &Api, kind: Kind, contact: &ContactId) -> Each<Vec<String>> {
    let path = format!("/crm/associations/{VERSION}/contacts/{}/batch/read", kind.path());
    let mut ids = Vec::new();
    let mut input = json!({"id": contact.as_str()});
    for _ in 0..MOST_PAGES {
        let body = json!({"inputs": [input]});
        let answer = match api.call(&Call::post("associations/batch/read", path.clone(), body, Repeat::Harmless)).await
        {
            Ok(answer) => answer,
            // A contact with none may be answered so.
            Err(CrmFailure::Gone) => break,
            Err(failure) => return Err(failure),
        };
        let page = &answer["results"][0];
        ids.extend(page["to"].as_array().into_iter().flatten().filter_map(|to| text(&to["toObjectId"])));
        let Some(after) = text(&page["paging"]["next"]["after"]) else { break };
        input["after"] = json!(after);
    }
    Ok(ids)
}

async fn find_keys(api: &Api, kind: Kind, items: &[Hanging]) -> Vec<Each<String>> {
    // `idProperty` in the inputs tells the batch how to match answers; HubSpot wants it beside them.
    let inputs: Vec<Value> = items.iter().map(|item| json!({"id": item.key, "idProperty": KEY_PROPERTY})).collect();
    let path = format!("/crm/objects/{VERSION}/{}/batch/read", kind.path());
    let mut batch = Batch::read("timeline/batch/read", path, &[KEY_PROPERTY]);
    batch.beside.push(("idProperty", json!(KEY_PROPERTY)));
    let answers = batch::run(api, &batch, &inputs).await;
    answers.into_iter().map(|answer| answer.and_then(|record| id_of(&record))).collect()
}

/// Associates what was written to its contact. Twice is the same as once.
async fn associate(api: &Api, kind: Kind, items: &[Hanging], mut ids: Vec<Each<String>>) -> Vec<Each<String>> {
    let places: Vec<usize> = (0..ids.len()).filter(|place| ids[*place].is_ok()).collect();
    let inputs: Vec<Value> = places
        .iter()
        .filter_map(|place| Some((ids[*place].as_ref().ok()?, &items[*place].contact)))
        .map(|(id, contact)| json!({"from": {"id": id}, "to": {"id": contact.as_str()}}))
        .collect();
    let path = format!("/crm/associations/{VERSION}/{}/contacts/batch/associate/default", kind.path());
    let mut batch = Batch::write("associations/batch/associate", path, Repeat::Harmless);
    batch.traced = false;
    for (place, answer) in places.into_iter().zip(batch::run(api, &batch, &inputs).await) {
        let failure = match answer {
            Ok(_) => continue,
            Err(CrmFailure::Gone | CrmFailure::Refused { .. } | CrmFailure::NotReady { .. }) => {
                match (&ids[place], &items[place].contact) {
                    (Ok(id), contact) => associate_one(api, kind, id, contact).await.err(),
                    (Err(_), _) => None,
                }
            }
            Err(failure) => Some(failure),
        };
        if let Some(failure) = failure {
            ids[place] = Err(failure);
        }
    }
    ids
}

/// Associates one, to the ID that a merge may have given the contact. Where the contact is gone, the record goes too: somebody's
/// words must not outlive a privacy deletion, associated to nobody.
async fn associate_one(api: &Api, kind: Kind, id: &str, contact: &ContactId) -> Each<()> {
    let contact = match current_id(api, contact).await {
        Err(CrmFailure::Gone) => {
            let path = format!("/crm/objects/{VERSION}/{}/{}", kind.path(), segment(id));
            api.call(&Call::delete("timeline/delete", path)).await?;
            return Err(CrmFailure::Gone);
        }
        contact => contact?,
    };
    let (id, contact) = (segment(id), segment(contact.as_str()));
    let path = format!("/crm/objects/{VERSION}/{}/{id}/associations/default/contacts/{contact}", kind.path());
    api.call(&Call::put("associations/put", path)).await.map(|_| ())
}

fn id_of(record: &Value) -> Each<String> {
    text(&record["id"]).ok_or(CrmFailure::Unknown)
}

/// HubSpot's way to write a moment.
pub(crate) fn iso(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default();
    format!("{at:.3}")
}

/// A moment as HubSpot writes it: ISO 8601, or milliseconds.
pub(crate) fn ms(value: &Value) -> Option<i64> {
    let text = text(value)?;
    let parsed = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    parsed.or_else(|| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_they_are_written_and_in_both_of_hubspots_ways() {
        assert_eq!(iso(1_798_102_800_123), "2026-12-24T09:00:00.123Z");
        assert_eq!(ms(&json!(iso(1_798_102_800_120))), Some(1_798_102_800_120));
        assert_eq!(ms(&json!("2026-12-24T09:00:00Z")), Some(1_798_102_800_000));
        assert_eq!(ms(&json!("1798102800123")), Some(1_798_102_800_123));
        assert_eq!(ms(&json!("soon")), None);
    }
}
