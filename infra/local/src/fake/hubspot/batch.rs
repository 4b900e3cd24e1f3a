//! Up to 100 records at once. One bad input fails all, unless every input has its own `objectWriteTraceId`: then 207.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::inputs::{inputs_of, multi_status, number};
use super::object_type::ObjectType;
use super::objects::{associations_of, names, shown};
use super::problem::Problem;
use super::state::State;
use super::store::{self, Write, unique_form};
use super::values;
use crate::fake::wire::{Answer, ApiRequest};

/// Inputs per call (HubSpot docs).
const LARGEST_BATCH: usize = 100;

/// The three batch writes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BatchWrite {
    Create,
    Update,
    Upsert,
}

/// An input that may be written.
struct Planned {
    /// The record to write to; `None`: a new one.
    target: Option<u64>,
    writes: Vec<Write>,
    contacts: Vec<u64>,
}

/// `POST /crm/objects/{V}/{type}/batch/{create,update,upsert}`.
pub(crate) fn write(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    how: BatchWrite,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let inputs = inputs_of(asked, LARGEST_BATCH)?;
    refuse_repeated_ids(how, &inputs)?;
    let mut taken = HashSet::new();
    let mut plans = Vec::new();
    for input in &inputs {
        plans.push(plan(state, portal_id, kind, how, input, &mut taken));
    }
    if let Some(problem) = plans.iter().find_map(|plan| plan.as_ref().err())
        && !may_be_partial(how, &inputs)
    {
        let status = if state.switches.failed_batch_keeps_status { problem.status } else { 400 };
        return Err(Problem { status, ..problem.clone() });
    }
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for (input, plan) in inputs.iter().zip(plans) {
        match plan {
            Ok(plan) => results.push(apply(state, portal_id, kind, how, input, plan)),
            Err(problem) => errors.push(problem.entry(json!({"objectWriteTraceId": [input["objectWriteTraceId"]]}))),
        }
    }
    let complete = if how == BatchWrite::Create { 201 } else { 200 };
    Ok(multi_status(state, complete, results, errors))
}

/// The same record twice in one batch: refused here. At HubSpot this is unverified; callers should not send it.
fn refuse_repeated_ids(how: BatchWrite, inputs: &[Value]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    let repeated = inputs.iter().any(|input| !seen.insert((input["idProperty"].to_string(), input["id"].to_string())));
    if how != BatchWrite::Create && repeated {
        return Err(Problem::validation("Duplicate IDs found in batch input"));
    }
    Ok(())
}

/// Partial success needs a trace ID on each input, no two alike. By e-mail there are no partial upserts.
fn may_be_partial(how: BatchWrite, inputs: &[Value]) -> bool {
    let mut seen = HashSet::new();
    let traced = inputs.iter().all(|input| input["objectWriteTraceId"].as_str().is_some_and(|id| seen.insert(id)));
    let by_email = inputs.iter().any(|input| input["idProperty"] == json!("email"));
    traced && !(how == BatchWrite::Upsert && by_email)
}

fn plan(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    how: BatchWrite,
    input: &Value,
    taken: &mut HashSet<(String, String)>,
) -> Result<Planned, Problem> {
    let mut writes = values::writes_of(&input["properties"])?;
    let target = match how {
        BatchWrite::Create => None,
        BatchWrite::Update => Some(existing(state, portal_id, kind, input)?),
        BatchWrite::Upsert => upserted(state, portal_id, kind, input, &mut writes)?,
    };
    let conflict_is_409 = state.switches.unique_conflict_is_409;
    values::check(state.portal(portal_id), kind, target, &writes, conflict_is_409)?;
    let contacts = match how {
        BatchWrite::Create => associations_of(state, portal_id, kind, &input["associations"])?,
        _ => Vec::new(),
    };
    let portal = state.portal(portal_id);
    for (name, value) in &writes {
        let Some(value) = value.as_ref().filter(|_| portal.is_unique(kind, name)) else {
            continue;
        };
        if !taken.insert((name.clone(), unique_form(name, value))) {
            return Err(values::conflict(name, 0, conflict_is_409));
        }
    }
    Ok(Planned { target, writes, contacts })
}

/// The record of an update's input. IDs of records that were merged away do not work here (HubSpot docs, 2026).
fn existing(state: &mut State, portal_id: u64, kind: ObjectType, input: &Value) -> Result<u64, Problem> {
    let portal = state.portal(portal_id);
    let found = match input["idProperty"].as_str() {
        None => number(&input["id"]).and_then(|id| portal.live(kind, id)).map(|record| record.id),
        Some(name) if portal.is_unique(kind, name) => {
            input["id"].as_str().and_then(|value| portal.by_unique(kind, name, value))
        }
        Some(name) => {
            return Err(Problem::validation(format!("{name} is not a unique property")));
        }
    };
    found.ok_or_else(Problem::not_found)
}

fn upserted(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    input: &Value,
    writes: &mut Vec<Write>,
) -> Result<Option<u64>, Problem> {
    let (Some(name), Some(value)) = (input["idProperty"].as_str(), input["id"].as_str()) else {
        return Err(Problem::validation("idProperty and id are required for upserts"));
    };
    let portal = state.portal(portal_id);
    if !portal.is_unique(kind, name) {
        return Err(Problem::validation(format!("{name} is not a unique property")));
    }
    let found = portal.by_unique(kind, name, value);
    if found.is_none() && !writes.iter().any(|(written, _)| written == name) {
        writes.push((name.to_owned(), Some(value.to_owned())));
    }
    Ok(found)
}

fn apply(state: &mut State, portal_id: u64, kind: ObjectType, how: BatchWrite, input: &Value, plan: Planned) -> Value {
    let is_new = plan.target.is_none();
    let id = match plan.target {
        Some(id) => {
            store::update(state, portal_id, kind, id, &plan.writes, "INTEGRATION");
            id
        }
        None => store::create(state, portal_id, kind, &plan.writes, "INTEGRATION"),
    };
    for contact in plan.contacts {
        state.portal(portal_id).associate((kind, id), contact);
    }
    let mut result = shown(state, portal_id, kind, id, &names(&plan.writes));
    if how == BatchWrite::Upsert {
        result["new"] = json!(is_new);
    }
    if input["objectWriteTraceId"].is_string() {
        result["objectWriteTraceId"] = input["objectWriteTraceId"].clone();
    }
    result
}

/// `POST /crm/objects/{V}/{type}/batch/read`: what is not found becomes an error of a 207.
pub(crate) fn read(state: &mut State, portal_id: u64, kind: ObjectType, asked: &ApiRequest) -> Result<Answer, Problem> {
    let inputs = inputs_of(asked, LARGEST_BATCH)?;
    let body = asked.json().unwrap_or(Value::Null);
    let listed = |list: &str| -> Vec<String> {
        let names = body[list].as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let (wanted, with_history) = (listed("properties"), listed("propertiesWithHistory"));
    let portal = state.portal(portal_id);
    let by = body["idProperty"].as_str();
    if let Some(name) = by.filter(|name| !portal.is_unique(kind, name)) {
        return Err(Problem::validation(format!("{name} is not a unique property")));
    }
    let (mut results, mut missing) = (Vec::new(), Vec::new());
    for input in &inputs {
        let id = match (by, input["id"].as_str()) {
            (Some(name), Some(value)) => portal.by_unique(kind, name, value),
            _ => number(&input["id"]),
        };
        match id.and_then(|id| portal.live(kind, id)) {
            Some(record) => {
                let mut shown = record.json(kind, &wanted);
                if !with_history.is_empty() {
                    shown["propertiesWithHistory"] = record.history(&with_history);
                }
                results.push(shown);
            }
            None => missing.push(input["id"].clone()),
        }
    }
    let problem = Problem::new(404, "OBJECT_NOT_FOUND", "Could not get some objects, they may be deleted or not exist");
    let errors = if missing.is_empty() { Vec::new() } else { vec![problem.entry(json!({"ids": missing}))] };
    Ok(multi_status(state, 200, results, errors))
}

/// `POST /crm/objects/{V}/{type}/batch/archive`: 204, also for what is not there.
pub(crate) fn archive(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    for input in inputs_of(asked, LARGEST_BATCH)? {
        if let Some(id) = number(&input["id"]).filter(|id| state.portal(portal_id).live(kind, *id).is_some()) {
            state.delete_record(portal_id, kind, id, "INTEGRATION");
        }
    }
    Ok(Answer::empty(204))
}
