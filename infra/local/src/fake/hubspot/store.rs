//! Records: what may be written, and writing it. Every rule about values is here, whichever endpoint a write came by.

use serde_json::{Value, json};

use super::problem::Problem;
use super::state::{ObjectType, Portal, Properties, Record, State, iso};

/// One property to be set (`None`: cleared).
pub(crate) type Write = (String, Option<String>);

/// Longest string value and note body (HubSpot docs).
const LONGEST_STRING: usize = 65_536;

/// Reads `properties` of a request: strings, numbers and booleans become text, null and "" clear.
pub(crate) fn writes_of(properties: &Value) -> Result<Vec<Write>, Problem> {
    let Some(map) = properties.as_object() else {
        return Err(Problem::validation("Invalid input JSON: properties must be an object"));
    };
    let read = |(name, value): (&String, &Value)| match value {
        Value::String(text) if text.is_empty() => Ok((name.clone(), None)),
        Value::String(text) => Ok((name.clone(), Some(text.clone()))),
        Value::Null => Ok((name.clone(), None)),
        Value::Number(number) => Ok((name.clone(), Some(number.to_string()))),
        Value::Bool(flag) => Ok((name.clone(), Some(flag.to_string()))),
        _ => Err(Problem::validation("Invalid input JSON: property values are strings")),
    };
    map.iter().map(read).collect()
}

/// Checks writes to one record (`None`: a new one) against the portal's definitions and its unique values.
pub(crate) fn check(
    portal: &Portal,
    kind: ObjectType,
    id: Option<u64>,
    writes: &[Write],
    conflict_is_409: bool,
) -> Result<(), Problem> {
    for (name, value) in writes {
        let definition = portal.definitions.get(&kind).and_then(|known| known.get(name)).filter(|known| !known.archived);
        let Some(definition) = definition else {
            return Err(Problem::property(name, "PROPERTY_DOESNT_EXIST", &format!("Property \"{name}\" does not exist")));
        };
        if definition.json["modificationMetadata"]["readOnlyValue"] == json!(true) {
            return Err(Problem::property(name, "READ_ONLY_VALUE", "This property is read only"));
        }
        let Some(value) = value else { continue };
        check_value(name, value, &definition.json)?;
        let owner = portal.unique.get(&(kind, name.clone(), unique_form(name, value)));
        if let Some(owner) = owner.filter(|owner| definition.unique && Some(**owner) != id) {
            return Err(conflict(name, *owner, conflict_is_409));
        }
    }
    let given = |name: &str| writes.iter().any(|(written, value)| written == name && value.is_some());
    if id.is_none() && kind != ObjectType::Contact && !given("hs_timestamp") {
        return Err(Problem::property("hs_timestamp", "MISSING_REQUIRED_PROPERTY", "hs_timestamp is required"));
    }
    Ok(())
}

/// The answer when a unique value is taken already.
pub(crate) fn conflict(name: &str, owner: u64, conflict_is_409: bool) -> Problem {
    if name == "email" {
        return Problem::new(409, "CONFLICT", format!("Contact already exists. Existing ID: {owner}"));
    }
    let mut problem = Problem::property(name, "CONFLICTING_UNIQUE_VALUE", "another record already has that value");
    if conflict_is_409 {
        problem.status = 409;
        problem.category = "CONFLICT";
    }
    problem
}

fn check_value(name: &str, value: &str, definition: &Value) -> Result<(), Problem> {
    let refuse = |code: &str, what: &str| Err(Problem::property(name, code, what));
    if value.chars().count() > LONGEST_STRING {
        return refuse("PROPERTY_VALUE_TOO_LONG", "The value is longer than 65536 characters");
    }
    if name == "email" && !value.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.')) {
        return refuse("INVALID_EMAIL", "The e-mail address is invalid");
    }
    let fits = match definition["type"].as_str() {
        Some("number") => value.parse::<f64>().is_ok(),
        Some("bool") => matches!(value, "true" | "false"),
        Some("datetime") => value.parse::<i64>().is_ok() || value.parse::<jiff::Timestamp>().is_ok(),
        Some("date") => {
            value.parse::<jiff::civil::Date>().is_ok() || value.parse::<i64>().is_ok_and(|at_ms| at_ms % 86_400_000 == 0)
        }
        Some("enumeration") => {
            let options = definition["options"].as_array().map(Vec::as_slice).unwrap_or_default();
            let known = |part: &str| options.iter().any(|option| option["value"] == json!(part));
            options.is_empty() || value.split(';').filter(|part| !part.is_empty()).all(known)
        }
        _ => true,
    };
    if fits { Ok(()) } else { refuse("INVALID_VALUE", "The value does not fit the property's type") }
}

/// E-mail addresses are unique whatever their case.
pub(crate) fn unique_form(name: &str, value: &str) -> String {
    if name == "email" { value.to_lowercase() } else { value.to_owned() }
}

/// Makes a record. The writes have been checked.
pub(crate) fn create(state: &mut State, portal_id: u64, kind: ObjectType, writes: &[Write], source: &str) -> u64 {
    let id = state.record_id();
    let now_ms = state.now_ms();
    let mut properties = Properties::from([("hs_object_id".to_owned(), id.to_string())]);
    properties.insert("createdate".to_owned(), iso(now_ms));
    properties.insert("hs_createdate".to_owned(), iso(now_ms));
    let record =
        Record { id, properties, created_at_ms: now_ms, updated_at_ms: now_ms, archived: false, versions: Vec::new() };
    state.portal(portal_id).records.insert((kind, id), record);
    update(state, portal_id, kind, id, writes, source);
    id
}

/// Writes to a record that exists. The writes have been checked.
pub(crate) fn update(state: &mut State, portal_id: u64, kind: ObjectType, id: u64, writes: &[Write], source: &str) {
    let now_ms = state.now_ms();
    let indexed_at_ms = now_ms + state.switches.search_lag_ms;
    let subscribed = state.app.subscribed_properties.clone();
    let mut events = Vec::new();
    let portal = state.portal(portal_id);
    let Some(record) = portal.records.get_mut(&(kind, id)) else { return };
    for (name, value) in writes {
        let before = match value {
            Some(value) => record.properties.insert(name.clone(), value.clone()),
            None => record.properties.remove(name),
        };
        if before == *value {
            continue;
        }
        if portal.definitions.get(&kind).and_then(|known| known.get(name)).is_some_and(|known| known.unique) {
            if let Some(before) = before {
                portal.unique.remove(&(kind, name.clone(), unique_form(name, &before)));
            }
            if let Some(value) = value {
                portal.unique.insert((kind, name.clone(), unique_form(name, value)), id);
            }
        }
        // A merge sends no propertyChange.
        if kind == ObjectType::Contact && source != "MERGE" && subscribed.contains(name) {
            events.push(json!({
                "subscriptionType": "contact.propertyChange", "objectId": id, "changeSource": source,
                "propertyName": name, "propertyValue": value.clone().unwrap_or_default(),
            }));
        }
    }
    record.updated_at_ms = now_ms;
    let modified = if kind == ObjectType::Contact { "lastmodifieddate" } else { "hs_lastmodifieddate" };
    record.properties.insert(modified.to_owned(), iso(now_ms));
    let seen = record.properties.clone();
    record.versions.retain(|(at_ms, _)| *at_ms > now_ms - 600_000);
    record.versions.push((indexed_at_ms, seen));
    for event in events {
        state.emit(portal_id, event);
    }
}

/// Takes a record away: archived ones may be restored in HubSpot, purged ones never. Its unique values become free.
pub(crate) fn remove(state: &mut State, portal_id: u64, kind: ObjectType, id: u64, purge: bool) {
    let portal = state.portal(portal_id);
    let Some(record) = portal.records.get_mut(&(kind, id)) else { return };
    record.archived = true;
    if purge {
        portal.records.remove(&(kind, id));
    }
    portal.unique.retain(|(owner_kind, _, _), owner| !(*owner_kind == kind && *owner == id));
    if kind == ObjectType::Contact {
        for activity in portal.activities_of.remove(&id).unwrap_or_default() {
            if let Some(contacts) = portal.contacts_of.get_mut(&activity) {
                contacts.remove(&id);
            }
        }
    } else if let Some(contacts) = portal.contacts_of.remove(&(kind, id)) {
        for contact in contacts {
            if let Some(activities) = portal.activities_of.get_mut(&contact) {
                activities.remove(&(kind, id));
            }
        }
    }
}

impl Portal {
    /// A record that is there and not archived.
    pub(crate) fn live(&self, kind: ObjectType, id: u64) -> Option<&Record> {
        self.records.get(&(kind, id)).filter(|record| !record.archived)
    }

    /// True if this property may serve as `idProperty`.
    pub(crate) fn is_unique(&self, kind: ObjectType, name: &str) -> bool {
        self.definitions.get(&kind).and_then(|known| known.get(name)).is_some_and(|known| known.unique && !known.archived)
    }

    /// The live record with this unique value.
    pub(crate) fn by_unique(&self, kind: ObjectType, name: &str, value: &str) -> Option<u64> {
        let id = *self.unique.get(&(kind, name.to_owned(), unique_form(name, value)))?;
        self.live(kind, id).map(|record| record.id)
    }

    /// Ties a note or task to a contact. Doing it twice changes nothing.
    pub(crate) fn associate(&mut self, activity: (ObjectType, u64), contact: u64) {
        self.contacts_of.entry(activity).or_default().insert(contact);
        self.activities_of.entry(contact).or_default().insert(activity);
    }
}

impl Record {
    /// The record as answers show it: always the basic properties, and those of `names` that it has or lacks (null).
    pub(crate) fn json(&self, kind: ObjectType, names: &[String]) -> Value {
        let basic: &[&str] = match kind {
            ObjectType::Contact => &["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"],
            _ => &["hs_createdate", "hs_lastmodifieddate", "hs_object_id"],
        };
        let mut shown = serde_json::Map::new();
        for name in basic.iter().copied().chain(names.iter().map(String::as_str)) {
            shown.insert(name.to_owned(), self.properties.get(name).map_or(Value::Null, |value| json!(value)));
        }
        json!({
            "id": self.id.to_string(), "properties": shown, "createdAt": iso(self.created_at_ms),
            "updatedAt": iso(self.updated_at_ms), "archived": self.archived,
        })
    }
}
