//! The CRM's part of the world: records, activities, and how workflow steps stand.

use serde_json::{Value, json};

use super::Demo;
use crate::fake::hubspot::{Execution, ExecutionState, ObjectType, RecordView};

/// With it somebody says in the CRM that the person was answered elsewhere.
const ANSWERED_AT: &str = "line_answered_at";

pub(super) fn crm(demo: &Demo) -> Value {
    let (hubspot, portal_id) = (&demo.hubspot, demo.portal_id);
    let all =
        |records: Vec<RecordView>, view: fn(&RecordView) -> Value| -> Vec<Value> { records.iter().map(view).collect() };
    let completions: Vec<Value> = hubspot
        .completions()
        .iter()
        .filter(|it| it.portal_id == portal_id)
        .map(|it| {
            json!({"callback_id": it.callback_id, "outputs": it.outputs, "at_ms": it.at_ms, "applied": it.applied})
        })
        .collect();
    let ledger = hubspot.ledger();
    let mut executions: Vec<Execution> = hubspot.executions();
    executions.retain(|it| it.spec.portal_id == portal_id);
    executions.sort_by_key(|it| (it.first_at_ms, it.spec.enrollment_id));
    json!({
        "portal_id": portal_id.to_string(),
        "contacts": all(hubspot.contacts(portal_id), contact),
        "notes": all(hubspot.notes(portal_id), note),
        "tasks": all(hubspot.tasks(portal_id), task),
        "events": events(demo),
        "completions": completions,
        "executions": executions.iter().map(execution).collect::<Vec<_>>(),
        "owners": owners(demo),
        "calls": ledger.calls.len(),
        "violations": ledger.violations,
        "takes_answered_at": hubspot.property(portal_id, ObjectType::Contact, ANSWERED_AT).is_some(),
    })
}

fn contact(record: &RecordView) -> Value {
    json!({
        "id": record.id.to_string(), "properties": record.properties,
        "created_at_ms": record.created_at_ms, "updated_at_ms": record.updated_at_ms,
    })
}

fn note(record: &RecordView) -> Value {
    json!({
        "id": record.id.to_string(), "contact_id": first_contact(record), "contact_ids": contacts(record),
        "body": said(record, "hs_note_body"), "at_ms": time_of(record),
        "attached": said(record, "hs_attachment_ids").split(';').filter(|id| !id.is_empty()).collect::<Vec<_>>(),
    })
}

fn task(record: &RecordView) -> Value {
    json!({
        "id": record.id.to_string(), "contact_id": first_contact(record), "contact_ids": contacts(record),
        "subject": said(record, "hs_task_subject"), "body": said(record, "hs_task_body"),
        "status": said(record, "hs_task_status"), "owner_id": record.properties.get("hubspot_owner_id"),
        "due_at_ms": time_of(record), "at_ms": record.created_at_ms,
    })
}

fn events(demo: &Demo) -> Vec<Value> {
    let events = demo.hubspot.timeline_events(demo.portal_id);
    let view = |it: &crate::fake::hubspot::TimelineEvent| json!({"id": it.id, "contact_id": it.contact_id.map(|id| id.to_string()), "event": it.json, "at_ms": it.at_ms});
    events.iter().map(view).collect()
}

fn owners(demo: &Demo) -> Vec<Value> {
    let owners = demo.hubspot.owners(demo.portal_id);
    let view = |it: &crate::fake::hubspot::OwnerSpec| {
        json!({
            "owner_id": it.owner_id.to_string(), "first_name": it.first_name, "last_name": it.last_name,
            "email": it.email,
        })
    };
    owners.iter().map(view).collect()
}

fn execution(it: &Execution) -> Value {
    let (state, until_ms, outputs) = match &it.state {
        ExecutionState::Waiting => ("waiting", None, None),
        ExecutionState::Retrying { due_at_ms } => ("retrying", Some(*due_at_ms), None),
        ExecutionState::Blocked { expires_at_ms } => ("blocked", Some(*expires_at_ms), None),
        ExecutionState::Done { outputs } => ("done", None, Some(outputs)),
        ExecutionState::Failed => ("failed", None, None),
        ExecutionState::Expired => ("expired", None, None),
    };
    json!({
        "callback_id": it.spec.callback_id(), "contact_id": it.spec.contact_id.to_string(), "fields": it.fields,
        "state": state, "until_ms": until_ms, "outputs": outputs, "posts": it.posts, "at_ms": it.first_at_ms,
    })
}

fn contacts(record: &RecordView) -> Vec<String> {
    record.contact_ids.iter().map(u64::to_string).collect()
}

fn first_contact(record: &RecordView) -> Option<String> {
    record.contact_ids.first().map(u64::to_string)
}

fn said<'a>(record: &'a RecordView, name: &str) -> &'a str {
    record.properties.get(name).map_or("", String::as_str)
}

/// `hs_timestamp` is read as HubSpot takes it: milliseconds or ISO 8601; without it a record is as old as it is.
fn time_of(record: &RecordView) -> i64 {
    let text = said(record, "hs_timestamp");
    let iso = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
    text.parse().ok().or_else(iso).unwrap_or(record.created_at_ms)
}
