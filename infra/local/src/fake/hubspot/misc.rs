//! Account details, owners, app events on the timeline.

use serde_json::{Value, json};

use super::inputs::{inputs_of, number};
use super::object_type::ObjectType;
use super::problem::Problem;
use super::state::{OwnerSpec, Portal, State, TimelineEvent, iso};
use crate::fake::wire::{Answer, ApiRequest};

/// `GET /account-info/{V}/details`.
pub(crate) fn account(state: &mut State, portal_id: u64) -> Answer {
    let now_ms = state.now_ms();
    let spec = &state.portal(portal_id).spec;
    let offset_ms = jiff::tz::TimeZone::get(&spec.time_zone)
        .and_then(|zone| jiff::Timestamp::from_millisecond(now_ms).map(|at| zone.to_offset(at).seconds()))
        .map_or(0, |seconds| i64::from(seconds) * 1000);
    let sign = if offset_ms < 0 { '-' } else { '+' };
    let minutes = offset_ms.abs() / 60_000;
    let body = json!({
        "portalId": portal_id, "accountType": "STANDARD", "timeZone": spec.time_zone, "companyCurrency": "JPY",
        "additionalCurrencies": [], "uiDomain": spec.ui_domain, "dataHostingLocation": "na1",
        "utcOffset": format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60), "utcOffsetMilliseconds": offset_ms,
    });
    Answer::json(200, &body)
}

fn owner_json(owner: &OwnerSpec) -> Value {
    json!({
        "id": owner.owner_id.to_string(), "userId": owner.user_id, "userIdIncludingInactive": owner.user_id,
        "email": owner.email, "firstName": owner.first_name, "lastName": owner.last_name, "type": "PERSON",
        "archived": false, "createdAt": iso(0), "updatedAt": iso(0),
    })
}

/// `GET /crm/owners/{V}?limit=&after=&email=`.
pub(crate) fn owners(portal: &Portal, asked: &ApiRequest) -> Answer {
    let limit = asked.query_value("limit").and_then(|limit| limit.parse().ok()).unwrap_or(100_usize).clamp(1, 500);
    let after: usize = asked.query_value("after").and_then(|after| after.parse().ok()).unwrap_or_default();
    let email = asked.query_value("email");
    let archived = asked.query_value("archived").as_deref() == Some("true");
    let fits = |owner: &&OwnerSpec| !archived && email.as_ref().is_none_or(|email| *email == owner.email);
    let all: Vec<Value> = portal.owners.iter().filter(fits).map(owner_json).collect();
    let mut body = json!({"results": all.iter().skip(after).take(limit).collect::<Vec<_>>()});
    if after + limit < all.len() {
        body["paging"] = json!({"next": {"after": (after + limit).to_string()}});
    }
    Answer::json(200, &body)
}

/// `GET /crm/owners/{V}/{id}?idProperty=id|userId`.
pub(crate) fn owner(portal: &Portal, id: &str, asked: &ApiRequest) -> Result<Answer, Problem> {
    let id: u64 = id.parse().map_err(|_| Problem::not_found())?;
    let by_user = asked.query_value("idProperty").as_deref() == Some("userId");
    let mut owners = portal.owners.iter();
    let found = owners.find(|owner| if by_user { owner.user_id == id } else { owner.owner_id == id });
    found.map(|owner| Answer::json(200, &owner_json(owner))).ok_or_else(Problem::not_found)
}

/// `POST /integrators/timeline/{V}/events`: 409 for an ID that was used.
pub(crate) fn event(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Result<Answer, Problem> {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    check_event(state.portal(portal_id), &body)?;
    keep_event(state, portal_id, &body);
    Ok(Answer::json(201, &body))
}

/// `POST /integrators/timeline/{V}/events/batch`: all or none, up to 500.
pub(crate) fn events(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Result<Answer, Problem> {
    let inputs = inputs_of(asked, 500)?;
    let mut ids = std::collections::HashSet::new();
    for input in &inputs {
        check_event(state.portal(portal_id), input)?;
        if !ids.insert(input["id"].to_string()) {
            return Err(Problem::validation("An event ID is given twice"));
        }
    }
    for input in &inputs {
        keep_event(state, portal_id, input);
    }
    let at = iso(state.now_ms());
    let body = json!({"status": "COMPLETE", "results": inputs, "startedAt": at, "completedAt": at});
    Ok(Answer::json(201, &body))
}

fn check_event(portal: &Portal, event: &Value) -> Result<(), Problem> {
    let kind = event["eventTypeName"].as_str().unwrap_or_default();
    if !portal.spec.event_types.iter().any(|known| known == kind) {
        return Err(Problem::validation("eventTypeName is unknown"));
    }
    let id = event["id"].as_str().filter(|id| !id.is_empty());
    let named = ["objectId", "email", "utk"].iter().any(|name| !event[*name].is_null());
    let (Some(id), true, true) = (id, event["properties"].is_object(), named) else {
        return Err(Problem::validation("id, properties and one of objectId, email, utk are required"));
    };
    let contact = number(&event["objectId"]);
    if contact.is_some_and(|contact| portal.live(ObjectType::Contact, contact).is_none()) {
        return Err(Problem::validation("The event's contact does not exist"));
    }
    let mut texts = event["properties"].as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
    if texts.any(|text| portal.spec.refused_words.iter().any(|word| text.contains(word))) {
        return Err(Problem::validation("The event's properties are not allowed"));
    }
    if portal.timeline_ids.contains(id) {
        return Err(Problem::new(409, "CONFLICT", "An event with this ID already exists"));
    }
    Ok(())
}

fn keep_event(state: &mut State, portal_id: u64, event: &Value) {
    let at_ms = state.now_ms();
    let portal = state.portal(portal_id);
    let id = event["id"].as_str().unwrap_or_default().to_owned();
    portal.timeline_ids.insert(id.clone());
    portal.timeline.push(TimelineEvent { id, contact_id: number(&event["objectId"]), json: event.clone(), at_ms });
}
