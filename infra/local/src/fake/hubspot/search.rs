//! Search: an index that lags behind the records, five calls a second, no rate headers. Never to be used before a create.

use serde_json::{Value, json};

use super::inputs::number;
use super::object_type::ObjectType;
use super::problem::Problem;
use super::state::{Properties, Record, State};
use crate::fake::TokenBucket;
use crate::fake::wire::{Answer, ApiRequest};

/// What `query` looks at, of a contact (HubSpot's guide "Search the CRM", default searchable properties).
const SEARCHABLE: [&str; 7] = ["firstname", "lastname", "email", "phone", "mobilephone", "fax", "company"];

/// `POST /crm/objects/{V}/{type}/search`. Operators: EQ, NEQ, IN, NOT_IN, HAS_PROPERTY, NOT_HAS_PROPERTY. `query`; one sort.
pub(crate) fn search(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let now_ms = state.now_ms();
    let bucket = state.portal(portal_id).search_bucket.get_or_insert_with(|| TokenBucket::new(5, 1_000, now_ms));
    if !bucket.take(now_ms) {
        return Err(Problem::new(429, "RATE_LIMITS", "You have reached your secondly limit."));
    }
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let groups = body["filterGroups"].as_array().map(Vec::as_slice).unwrap_or_default();
    let limit = number(&body["limit"]).unwrap_or(10);
    let after = number(&body["after"]).unwrap_or_default();
    check_size(groups, limit, after, asked.body.len())?;
    let wanted: Vec<String> = body["properties"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    let portal = state.portal(portal_id);
    let live = portal.records.iter().filter(|((of, _), record)| *of == kind && !record.archived);
    // A hit is shown as the index knows it, not as it is now.
    let hits = live.filter_map(|(_, record)| {
        let seen = state_of(&record.versions, now_ms).filter(|seen| is_hit(seen, groups))?;
        Some(Record { properties: seen.clone(), ..record.clone() })
    });
    let mut found: Vec<Record> = hits.filter(|record| is_named(&record.properties, body["query"].as_str())).collect();
    match body["sorts"].as_array().map(Vec::as_slice) {
        None | Some([]) => {}
        Some([sort]) if sort["propertyName"] == "lastmodifieddate" => {
            found.sort_by_key(|record| (record.updated_at_ms, record.id));
            if sort["direction"] == "DESCENDING" {
                found.reverse();
            }
        }
        Some(_) => return Err(Problem::validation("one sort, and here by lastmodifieddate alone")),
    }
    let total = found.len();
    let page = found.iter().skip(after as usize).take(limit as usize);
    let page: Vec<Value> = page.map(|record| record.json(kind, &wanted)).collect();
    let mut answer = json!({"total": total, "results": page});
    if (after + limit) < total as u64 {
        answer["paging"] = json!({"next": {"after": (after + limit).to_string()}});
    }
    Ok(Answer::json(200, &answer))
}

/// Every word stands somewhere. How HubSpot cuts Japanese into words is not documented: here a part of a name is enough.
fn is_named(seen: &Properties, query: Option<&str>) -> bool {
    let values: Vec<String> =
        SEARCHABLE.iter().filter_map(|name| seen.get(*name)).map(|it| it.to_lowercase()).collect();
    let words = query.unwrap_or_default().split_whitespace().map(str::to_lowercase);
    words.into_iter().all(|word| values.iter().any(|value| value.contains(&word)))
}

/// The documented limits: filters, body, page, and how far one may page.
fn check_size(groups: &[Value], limit: u64, after: u64, body_bytes: usize) -> Result<(), Problem> {
    let filters = |group: &Value| group["filters"].as_array().map_or(0, Vec::len);
    let all_filters: usize = groups.iter().map(filters).sum();
    let too_many = groups.len() > 5 || groups.iter().any(|group| filters(group) > 6) || all_filters > 18;
    if too_many || body_bytes > 3_000 {
        return Err(Problem::validation("The search has too many filters or is too long"));
    }
    if limit > 200 || after + limit > 10_000 {
        return Err(Problem::validation("limit is at most 200, and 10000 results can be paged"));
    }
    Ok(())
}

/// The newest state that the index may show.
fn state_of(versions: &[(i64, Properties)], now_ms: i64) -> Option<&Properties> {
    versions.iter().rev().find(|(at_ms, _)| *at_ms <= now_ms).map(|(_, properties)| properties)
}

/// Groups are alternatives; the filters of a group all hold.
fn is_hit(seen: &Properties, groups: &[Value]) -> bool {
    let holds = |filter: &Value| {
        let value = filter["propertyName"].as_str().and_then(|name| seen.get(name)).map(|value| value.to_lowercase());
        let asked = filter["value"].as_str().unwrap_or_default().to_lowercase();
        let listed = || {
            let values = filter["values"].as_array().into_iter().flatten();
            values.filter_map(Value::as_str).any(|listed| Some(listed) == value.as_deref())
        };
        match filter["operator"].as_str() {
            Some("EQ") => value.as_deref() == Some(asked.as_str()),
            Some("NEQ") => value.as_deref() != Some(asked.as_str()),
            Some("IN") => listed(),
            Some("NOT_IN") => !listed(),
            Some("HAS_PROPERTY") => value.is_some(),
            Some("NOT_HAS_PROPERTY") => value.is_none(),
            _ => false,
        }
    };
    groups.is_empty() || groups.iter().any(|group| group["filters"].as_array().into_iter().flatten().all(holds))
}
