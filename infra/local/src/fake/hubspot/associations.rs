//! Associations between contacts and their notes and tasks. Associating twice is the same as once.
//!
//! HubSpot's separate limits for association calls (100 or 150 per ten seconds, 500,000 a day) are not enforced: they count
//! against the app's 110 here.

use serde_json::{Value, json};

use super::inputs::{inputs_of, multi_status, number};
use super::object_type::ObjectType;
use super::problem::Problem;
use super::state::{Portal, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Documented sizes: 2,000 inputs to create, 1,000 to read.
const LARGEST_CREATE: usize = 2_000;
const LARGEST_READ: usize = 1_000;
/// Associated records per page.
const PAGE: usize = 500;

/// Associates two live records, if the fake knows associations between their types.
fn associate_two(portal: &mut Portal, from: (ObjectType, u64), to: (ObjectType, u64)) -> Result<(), Problem> {
    if portal.live(from.0, from.1).is_none() || portal.live(to.0, to.1).is_none() {
        return Err(Problem::not_found());
    }
    match (from.0, to.0) {
        (ObjectType::Contact, ObjectType::Contact) => {
            Err(Problem::validation("No default association between these types"))
        }
        (ObjectType::Contact, _) => {
            portal.associate(to, from.1);
            Ok(())
        }
        (_, ObjectType::Contact) => {
            portal.associate(from, to.1);
            Ok(())
        }
        _ => Err(Problem::validation("No default association between these types")),
    }
}

fn associated(from: (ObjectType, u64), to: (ObjectType, u64)) -> Value {
    json!({
        "from": {"id": from.1.to_string()}, "to": {"id": to.1.to_string()},
        "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id(from.0, to.0)},
    })
}

/// The association type from one type to the other. The reverse of 202 and of 204 is one less.
fn type_id(from: ObjectType, to: ObjectType) -> u64 {
    match (from.to_contact(), to.to_contact()) {
        (Some(id), None) => id,
        (None, Some(id)) => id - 1,
        _ => 0,
    }
}

/// `PUT /crm/objects/{V}/{from}/{id}/associations/default/{to}/{id}`.
pub(crate) fn put(
    state: &mut State,
    portal_id: u64,
    from: (ObjectType, u64),
    to: (ObjectType, u64),
) -> Result<Answer, Problem> {
    associate_two(state.portal(portal_id), from, to)?;
    Ok(multi_status(state, 200, vec![associated(from, to)], Vec::new()))
}

/// `POST /crm/associations/{V}/{from}/{to}/batch/associate/default`: what is not there becomes an error of a 207.
pub(crate) fn associate(
    state: &mut State,
    portal_id: u64,
    from: ObjectType,
    to: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let inputs = inputs_of(asked, LARGEST_CREATE)?;
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for input in inputs {
        let ids = (number(&input["from"]["id"]), number(&input["to"]["id"]));
        let outcome = match ids {
            (Some(first), Some(second)) => {
                let (first, second) = ((from, first), (to, second));
                associate_two(state.portal(portal_id), first, second).map(|()| associated(first, second))
            }
            _ => return Err(Problem::validation("from.id and to.id are required")),
        };
        match outcome {
            Ok(result) => results.push(result),
            Err(problem) => {
                errors.push(
                    problem.entry(json!({"fromObjectId": [input["from"]["id"]], "toObjectId": [input["to"]["id"]]})),
                );
            }
        }
    }
    Ok(multi_status(state, 200, results, errors))
}

/// `POST /crm/associations/{V}/{from}/{to}/batch/read`.
pub(crate) fn read(
    state: &mut State,
    portal_id: u64,
    from: ObjectType,
    to: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let inputs = inputs_of(asked, LARGEST_READ)?;
    let with_errors = state.switches.no_associations_is_207;
    let portal = state.portal(portal_id);
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for input in inputs {
        let id = number(&input["id"]).ok_or_else(|| Problem::validation("id is required"))?;
        let after = number(&input["after"]).unwrap_or_default();
        let all = portal.linked(from, id, to);
        if all.is_empty() {
            let problem = Problem::new(404, "OBJECT_NOT_FOUND", "No associations found");
            errors.push(problem.entry(json!({"fromObjectId": [id.to_string()]})));
            continue;
        }
        let (associated, paging) = page(&all, after, PAGE, from, to);
        let mut result = json!({"from": {"id": id.to_string()}, "to": associated});
        if let Some(paging) = paging {
            result["paging"] = paging;
        }
        results.push(result);
    }
    Ok(multi_status(state, 200, results, if with_errors { errors } else { Vec::new() }))
}

/// `POST /crm/associations/{V}/{from}/{to}/batch/archive`.
pub(crate) fn archive(
    state: &mut State,
    portal_id: u64,
    from: ObjectType,
    to: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    for input in inputs_of(asked, LARGEST_CREATE)? {
        let Some(first) = number(&input["from"]["id"]) else {
            continue;
        };
        for second in input["to"].as_array().into_iter().flatten().filter_map(|to| number(&to["id"])) {
            let (contact, activity) =
                if from == ObjectType::Contact { (first, (to, second)) } else { (second, (from, first)) };
            let portal = state.portal(portal_id);
            if let Some(contacts) = portal.contacts_of.get_mut(&activity) {
                contacts.remove(&contact);
            }
            if let Some(activities) = portal.activities_of.get_mut(&contact) {
                activities.remove(&activity);
            }
        }
    }
    Ok(Answer::empty(204))
}

/// `GET /crm/objects/{V}/{from}/{id}/associations/{to}`.
pub(crate) fn list(
    state: &mut State,
    portal_id: u64,
    from: (ObjectType, u64),
    to: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let portal = state.portal(portal_id);
    portal.live(from.0, from.1).ok_or_else(Problem::not_found)?;
    let after = asked.query_value("after").and_then(|after| after.parse().ok()).unwrap_or_default();
    let limit = asked.query_value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(PAGE).clamp(1, PAGE);
    let (associated, paging) = page(&portal.linked(from.0, from.1, to), after, limit, from.0, to);
    let mut body = json!({"results": associated});
    if let Some(paging) = paging {
        body["paging"] = paging;
    }
    Ok(Answer::json(200, &body))
}

/// One page after the record `after`, and where the next begins.
fn page(all: &[u64], after: u64, limit: usize, from: ObjectType, to: ObjectType) -> (Vec<Value>, Option<Value>) {
    let mut ids: Vec<u64> = all.iter().copied().filter(|id| *id > after).collect();
    let more = ids.len() > limit;
    ids.truncate(limit);
    let type_id = type_id(from, to);
    let kinds = json!([{"category": "HUBSPOT_DEFINED", "typeId": type_id, "label": null}]);
    let associated = ids.iter().map(|id| json!({"toObjectId": id, "associationTypes": kinds})).collect();
    let next = ids.last().filter(|_| more).map(|last| json!({"next": {"after": last.to_string()}}));
    (associated, next)
}
