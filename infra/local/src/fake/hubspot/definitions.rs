//! The properties and groups that every portal has.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::object_type::ObjectType;
use super::state::PropertyDefinition;

/// What every portal has: name, type, field type, options.
const CONTACT: &[(&str, &str, &str, &[&str])] = &[
    ("email", "string", "text", &[]),
    ("firstname", "string", "text", &[]),
    ("lastname", "string", "text", &[]),
    ("phone", "string", "phonenumber", &[]),
    ("mobilephone", "string", "phonenumber", &[]),
    ("company", "string", "text", &[]),
    ("jobtitle", "string", "text", &[]),
    ("hubspot_owner_id", "enumeration", "select", &[]),
    ("lifecyclestage", "enumeration", "radio", &[]),
    ("hs_lead_status", "enumeration", "radio", &[]),
    ("hs_language", "enumeration", "select", &[]),
    (
        "hs_legal_basis",
        "enumeration",
        "checkbox",
        &[
            "Legitimate interest – prospect/lead",
            "Legitimate interest – existing customer",
            "Legitimate interest - other",
            "Performance of a contract",
            "Freely given consent from contact",
            "Not applicable",
        ],
    ),
];
const NOTE: &[(&str, &str, &str, &[&str])] = &[
    ("hs_note_body", "string", "html", &[]),
    ("hs_timestamp", "datetime", "date", &[]),
    ("hs_attachment_ids", "string", "text", &[]),
    ("hubspot_owner_id", "enumeration", "select", &[]),
];
const TASK: &[(&str, &str, &str, &[&str])] = &[
    ("hs_task_subject", "string", "text", &[]),
    ("hs_task_body", "string", "html", &[]),
    ("hs_timestamp", "datetime", "date", &[]),
    // The docs name the first two; an example shows the third. Others are unverified and refused here.
    ("hs_task_status", "enumeration", "select", &["NOT_STARTED", "COMPLETED", "WAITING"]),
    ("hs_task_priority", "enumeration", "select", &["LOW", "MEDIUM", "HIGH"]),
    ("hs_task_type", "enumeration", "select", &["TODO", "CALL", "EMAIL"]),
    ("hs_task_reminders", "string", "text", &[]),
    ("hubspot_owner_id", "enumeration", "select", &[]),
];

/// The definitions of a new portal.
pub(crate) fn defaults(kind: ObjectType) -> BTreeMap<String, PropertyDefinition> {
    let (own, group) = match kind {
        ObjectType::Contact => (CONTACT, "contactinformation"),
        ObjectType::Note => (NOTE, "note"),
        ObjectType::Task => (TASK, "task"),
    };
    let mut definitions = BTreeMap::new();
    for (name, of, field, options) in own {
        let options: Vec<Value> = options.iter().map(|value| json!({"label": value, "value": value})).collect();
        let json = json!({
            "name": name, "label": name, "type": of, "fieldType": field, "groupName": group, "options": options,
            "hasUniqueValue": false, "hubspotDefined": true, "modificationMetadata": {"readOnlyValue": false},
        });
        // An e-mail address is unique although the definition does not say so.
        let unique = *name == "email";
        definitions
            .insert((*name).to_owned(), PropertyDefinition { name: (*name).to_owned(), unique, archived: false, json });
    }
    for name in [
        "hs_object_id",
        "createdate",
        "hs_createdate",
        "lastmodifieddate",
        "hs_lastmodifieddate",
        "hs_merged_object_ids",
    ] {
        let json = json!({
            "name": name, "label": name, "type": "string", "fieldType": "text", "groupName": group, "options": [],
            "hasUniqueValue": false, "hubspotDefined": true, "modificationMetadata": {"readOnlyValue": true},
        });
        let definition = PropertyDefinition { name: name.to_owned(), unique: false, archived: false, json };
        definitions.insert(name.to_owned(), definition);
    }
    definitions
}

/// The groups of a new portal.
pub(crate) fn default_groups(kind: ObjectType) -> BTreeMap<String, Value> {
    let name = match kind {
        ObjectType::Contact => "contactinformation",
        ObjectType::Note => "note",
        ObjectType::Task => "task",
    };
    BTreeMap::from([(name.to_owned(), json!({"name": name, "label": name, "displayOrder": 0, "archived": false}))])
}
