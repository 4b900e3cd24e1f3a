//! Records: writing what was checked, taking away, looking up.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use serde_json::{Value, json};

use super::object_type::ObjectType;
use super::state::{Portal, Properties, Record, State, iso};

/// One property to be set (`None`: cleared).
pub(crate) type Write = (String, Option<String>);

/// Makes a record. The writes have been checked.
pub(crate) fn create(state: &mut State, portal_id: u64, kind: ObjectType, writes: &[Write], source: &str) -> u64 {
    let id = state.record_id();
    create_as(state, portal_id, (kind, id), writes, source);
    id
}

/// Makes a record under this ID. The writes have been checked.
pub(crate) fn create_as(
    state: &mut State,
    portal_id: u64,
    (kind, id): (ObjectType, u64),
    writes: &[Write],
    source: &str,
) {
    let now_ms = state.now_ms();
    let mut properties = Properties::from([("hs_object_id".to_owned(), id.to_string())]);
    properties.insert("createdate".to_owned(), iso(now_ms));
    properties.insert("hs_createdate".to_owned(), iso(now_ms));
    let record = Record {
        id,
        properties,
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
        archived: false,
        history: BTreeMap::new(),
        versions: Vec::new(),
    };
    state.portal(portal_id).records.insert((kind, id), record);
    update(state, portal_id, kind, id, writes, source);
}

/// Writes to a record that exists. The writes have been checked.
pub(crate) fn update(state: &mut State, portal_id: u64, kind: ObjectType, id: u64, writes: &[Write], source: &str) {
    let now_ms = state.now_ms();
    let indexed_at_ms = now_ms + state.switches.search_lag_ms;
    let subscribed = state.app.subscribed_properties.clone();
    let mut events = Vec::new();
    let portal = state.portal(portal_id);
    let Some(record) = portal.records.get_mut(&(kind, id)) else {
        return;
    };
    for (name, value) in writes {
        let before = match value {
            Some(value) => record.properties.insert(name.clone(), value.clone()),
            None => record.properties.remove(name),
        };
        if before == *value {
            continue;
        }
        let version = (value.clone().unwrap_or_default(), source.to_owned(), now_ms);
        record.history.entry(name.clone()).or_default().push(version);
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
    // Of the states that search may show already, only the newest will ever be shown.
    let shown = record.versions.iter().rposition(|(at_ms, _)| *at_ms <= now_ms).unwrap_or_default();
    record.versions.drain(..shown);
    record.versions.push((indexed_at_ms, seen));
    for event in events {
        state.emit(portal_id, event);
    }
}

/// Takes a record away: archived ones may be restored in HubSpot, purged ones never. Its unique values become free.
pub(crate) fn remove(state: &mut State, portal_id: u64, kind: ObjectType, id: u64, purge: bool) {
    let portal = state.portal(portal_id);
    let Some(record) = portal.records.get_mut(&(kind, id)) else {
        return;
    };
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

/// Takes an archived record back. A unique value that another record has by now is lost. False: there is none.
pub(crate) fn restore(state: &mut State, portal_id: u64, kind: ObjectType, id: u64) -> bool {
    let portal = state.portal(portal_id);
    let Some(record) = portal.records.get_mut(&(kind, id)).filter(|record| record.archived) else {
        return false;
    };
    record.archived = false;
    let known = portal.definitions.get(&kind).into_iter().flatten();
    for name in known.filter(|(_, known)| known.unique).map(|(name, _)| name) {
        let Some(value) = record.properties.get(name) else { continue };
        let key = (kind, name.clone(), unique_form(name, value));
        match portal.unique.entry(key) {
            Entry::Occupied(_) => _ = record.properties.remove(name),
            Entry::Vacant(free) => _ = free.insert(id),
        }
    }
    true
}

impl Portal {
    /// A record that is there and not archived.
    pub(crate) fn live(&self, kind: ObjectType, id: u64) -> Option<&Record> {
        self.records.get(&(kind, id)).filter(|record| !record.archived)
    }

    /// True if this property may serve as `idProperty`.
    pub(crate) fn is_unique(&self, kind: ObjectType, name: &str) -> bool {
        self.definitions
            .get(&kind)
            .and_then(|known| known.get(name))
            .is_some_and(|known| known.unique && !known.archived)
    }

    /// The live record with this unique value.
    pub(crate) fn by_unique(&self, kind: ObjectType, name: &str, value: &str) -> Option<u64> {
        let id = *self.unique.get(&(kind, name.to_owned(), unique_form(name, value)))?;
        self.live(kind, id).map(|record| record.id)
    }

    /// Associates a note or task to a contact. Doing it twice changes nothing.
    pub(crate) fn associate(&mut self, activity: (ObjectType, u64), contact: u64) {
        self.contacts_of.entry(activity).or_default().insert(contact);
        self.activities_of.entry(contact).or_default().insert(activity);
    }

    /// What a record is associated to, by ascending ID.
    pub(crate) fn linked(&self, from: ObjectType, id: u64, to: ObjectType) -> Vec<u64> {
        match (from, to) {
            (ObjectType::Contact, _) => {
                let activities = self.activities_of.get(&id).into_iter().flatten();
                activities.filter(|(kind, _)| *kind == to).map(|(_, id)| *id).collect()
            }
            (_, ObjectType::Contact) => self.contacts_of.get(&(from, id)).into_iter().flatten().copied().collect(),
            _ => Vec::new(),
        }
    }
}

impl Record {
    /// The versions of these properties, newest first, as answers show them.
    pub(crate) fn history(&self, names: &[String]) -> Value {
        let versions = |name: &String| -> Vec<Value> {
            let versions = self.history.get(name).into_iter().flatten().rev();
            versions
                .map(|(value, source, at_ms)| json!({"value": value, "timestamp": iso(*at_ms), "sourceType": source}))
                .collect()
        };
        names.iter().map(|name| (name.clone(), json!(versions(name)))).collect::<serde_json::Map<_, _>>().into()
    }

    /// The record as answers show it: always the basic properties, and those of `names` that it has or lacks (null).
    pub(crate) fn json(&self, kind: ObjectType, names: &[String]) -> Value {
        let basic: &[&str] = match kind {
            ObjectType::Contact => {
                &["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"]
            }
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

/// E-mail addresses are unique whatever their case.
pub(crate) fn unique_form(name: &str, value: &str) -> String {
    if name == "email" { value.to_lowercase() } else { value.to_owned() }
}
