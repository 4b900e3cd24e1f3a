//! One record at a time: create, read, update, delete, merge, GDPR delete.

use serde_json::{Value, json};

use super::inputs::number;
use super::object_type::ObjectType;
use super::problem::Problem;
use super::state::State;
use super::store::{self, Write};
use super::values;
use crate::fake::wire::{Answer, ApiRequest};

type Answered = Result<Answer, Problem>;

/// `POST /crm/objects/{V}/{type}`.
pub(crate) fn create(state: &mut State, portal_id: u64, kind: ObjectType, asked: &ApiRequest) -> Answered {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let writes = values::writes_of(&body["properties"])?;
    let conflict_is_409 = state.switches.unique_conflict_is_409;
    values::check(state.portal(portal_id), kind, None, &writes, conflict_is_409)?;
    let contacts = associations_of(state, portal_id, kind, &body["associations"])?;
    let id = store::create(state, portal_id, kind, &writes, "INTEGRATION");
    let portal = state.portal(portal_id);
    for contact in contacts {
        portal.associate((kind, id), contact);
    }
    Ok(Answer::json(201, &shown(state, portal_id, kind, id, &names(&writes))))
}

/// The contacts that a new note or task shall be associated to: known contacts, by the right association type.
pub(crate) fn associations_of(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    given: &Value,
) -> Result<Vec<u64>, Problem> {
    let Some(given) = given.as_array() else {
        return Ok(Vec::new());
    };
    let mut contacts = Vec::new();
    for association in given {
        let to = number(&association["to"]["id"]);
        let types = association["types"].as_array().map(Vec::as_slice).unwrap_or_default();
        let fits = !types.is_empty()
            && types.iter().all(|of| {
                of["associationCategory"] == json!("HUBSPOT_DEFINED")
                    && number(&of["associationTypeId"]) == kind.to_contact()
            });
        if kind == ObjectType::Contact || !fits {
            return Err(Problem::validation("One or more associations are invalid for these object types"));
        }
        match to.filter(|to| state.portal(portal_id).live(ObjectType::Contact, *to).is_some()) {
            Some(to) => contacts.push(to),
            None => {
                return Err(Problem::validation("One or more associated objects do not exist"));
            }
        }
    }
    Ok(contacts)
}

/// `GET /crm/objects/{V}/{type}/{id}[?idProperty=]`, with `properties` and `associations`.
pub(crate) fn get(state: &mut State, portal_id: u64, kind: ObjectType, id: &str, asked: &ApiRequest) -> Answered {
    let follow = state.switches.single_get_follows_merge;
    let id = find(state, portal_id, kind, id, asked, follow)?;
    let mut body = shown(state, portal_id, kind, id, &wanted(asked));
    let portal = state.portal(portal_id);
    for name in asked.query_value("associations").unwrap_or_default().split(',').filter(|name| !name.is_empty()) {
        let to = ObjectType::parse(name).ok_or_else(|| Problem::validation("Unknown object type in associations"))?;
        let results: Vec<Value> = portal
            .linked(kind, id, to)
            .into_iter()
            .map(|other| json!({"id": other.to_string(), "type": "default"}))
            .collect();
        if !results.is_empty() {
            body["associations"][name] = json!({"results": results});
        }
    }
    Ok(Answer::json(200, &body))
}

/// `PATCH /crm/objects/{V}/{type}/{id}[?idProperty=]`. Works by the ID of a record that was merged away.
pub(crate) fn patch(state: &mut State, portal_id: u64, kind: ObjectType, id: &str, asked: &ApiRequest) -> Answered {
    let id = find(state, portal_id, kind, id, asked, true)?;
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let writes = values::writes_of(&body["properties"])?;
    let conflict_is_409 = state.switches.unique_conflict_is_409;
    values::check(state.portal(portal_id), kind, Some(id), &writes, conflict_is_409)?;
    store::update(state, portal_id, kind, id, &writes, "INTEGRATION");
    Ok(Answer::json(200, &shown(state, portal_id, kind, id, &names(&writes))))
}

/// `DELETE /crm/objects/{V}/{type}/{id}`: to the recycle bin. 204 also when there is nothing.
pub(crate) fn delete(state: &mut State, portal_id: u64, kind: ObjectType, id: &str, asked: &ApiRequest) -> Answered {
    if let Ok(id) = find(state, portal_id, kind, id, asked, false) {
        state.delete_record(portal_id, kind, id, "INTEGRATION");
    }
    Ok(Answer::empty(204))
}

/// `POST /crm/objects/{V}/contacts/merge`.
pub(crate) fn merge(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Answered {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let (Some(primary), Some(other)) = (number(&body["primaryObjectId"]), number(&body["objectIdToMerge"])) else {
        return Err(Problem::validation("primaryObjectId and objectIdToMerge are required"));
    };
    let id = state.merge_records(portal_id, primary, other).ok_or_else(Problem::not_found)?;
    Ok(Answer::json(200, &shown(state, portal_id, ObjectType::Contact, id, &[])))
}

/// `POST /crm/objects/{V}/contacts/gdpr-delete`: for ever.
pub(crate) fn gdpr_delete(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Answered {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let id = match (body["objectId"].as_str(), body["idProperty"].as_str()) {
        (Some(value), Some(name)) => state.portal(portal_id).by_unique(ObjectType::Contact, name, value),
        (Some(value), None) => value.parse().ok(),
        _ => return Err(Problem::validation("objectId is required")),
    };
    if let Some(id) = id {
        state.purge_contact(portal_id, id);
    }
    Ok(Answer::empty(204))
}

/// The record that a path's ID means, by record ID or by `idProperty`.
fn find(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    id: &str,
    asked: &ApiRequest,
    follow_merge: bool,
) -> Result<u64, Problem> {
    let portal = state.portal(portal_id);
    let decoded = percent_decoded(id);
    if let Some(name) = asked.query_value("idProperty") {
        if !portal.is_unique(kind, &name) {
            return Err(Problem::validation(format!("{name} is not a unique property")));
        }
        return portal.by_unique(kind, &name, &decoded).ok_or_else(Problem::not_found);
    }
    let mut id: u64 = decoded.parse().map_err(|_| Problem::not_found())?;
    while let Some(next) = portal.merged.get(&id).filter(|_| follow_merge && kind == ObjectType::Contact) {
        id = *next;
    }
    portal.live(kind, id).map(|record| record.id).ok_or_else(Problem::not_found)
}

fn percent_decoded(segment: &str) -> String {
    // A plus sign in a path is a plus sign, unlike in a form.
    let form = format!("x={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

pub(crate) fn shown(state: &mut State, portal_id: u64, kind: ObjectType, id: u64, names: &[String]) -> Value {
    state.portal(portal_id).records.get(&(kind, id)).map_or(Value::Null, |record| record.json(kind, names))
}

pub(crate) fn names(writes: &[Write]) -> Vec<String> {
    writes.iter().map(|(name, _)| name.clone()).collect()
}

fn wanted(asked: &ApiRequest) -> Vec<String> {
    let list = asked.query_value("properties").unwrap_or_default();
    list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
