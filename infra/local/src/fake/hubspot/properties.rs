//! Property definitions and their groups, for contacts, notes and tasks.

use serde_json::{Value, json};

use super::inputs::{inputs_of, multi_status};
use super::object_type::ObjectType;
use super::problem::Problem;
use super::state::{Portal, PropertyDefinition, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Unique-value properties per object type (HubSpot docs).
const MOST_UNIQUE: usize = 10;
const TYPES: [&str; 7] = ["string", "number", "date", "datetime", "enumeration", "bool", "phone_number"];
const FIELD_TYPES: [&str; 12] = [
    "text",
    "textarea",
    "html",
    "phonenumber",
    "number",
    "date",
    "select",
    "radio",
    "checkbox",
    "booleancheckbox",
    "file",
    "calculation_equation",
];

/// `GET /crm/properties/{V}/{type}[/{name}]`.
pub(crate) fn get(portal: &Portal, kind: ObjectType, name: Option<&str>) -> Result<Answer, Problem> {
    let known = portal.definitions.get(&kind).into_iter().flatten().filter(|(_, definition)| !definition.archived);
    match name {
        None => {
            let all: Vec<&Value> = known.map(|(_, definition)| &definition.json).collect();
            Ok(Answer::json(200, &json!({"results": all})))
        }
        Some(name) => {
            let mut known = known;
            let found = known.find(|(known, _)| *known == name).ok_or_else(Problem::not_found)?;
            Ok(Answer::json(200, &found.1.json))
        }
    }
}

/// `POST /crm/properties/{V}/{type}`.
pub(crate) fn create(portal: &mut Portal, kind: ObjectType, asked: &ApiRequest) -> Result<Answer, Problem> {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    define(portal, kind, &body).map(|json| Answer::json(201, &json))
}

/// `POST /crm/properties/{V}/{type}/batch/create`: what exists already becomes an error of a 207.
pub(crate) fn create_batch(
    state: &mut State,
    portal_id: u64,
    kind: ObjectType,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for input in inputs_of(asked, 100)? {
        match define(state.portal(portal_id), kind, &input) {
            Ok(json) => results.push(json),
            Err(problem) => errors.push(problem.entry(json!({"name": [input["name"]]}))),
        }
    }
    Ok(multi_status(state, 201, results, errors))
}

fn define(portal: &mut Portal, kind: ObjectType, body: &Value) -> Result<Value, Problem> {
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    let (Some(name), Some(_), Some(of), Some(field), Some(group)) =
        (text("name"), text("label"), text("type"), text("fieldType"), text("groupName"))
    else {
        return Err(Problem::validation("name, label, type, fieldType and groupName are required"));
    };
    let name_fits = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !name_fits || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(Problem::validation("A property's name consists of lower-case letters, digits and underscores"));
    }
    if !TYPES.contains(&of) || !FIELD_TYPES.contains(&field) {
        return Err(Problem::validation("type or fieldType is unknown"));
    }
    if !portal.groups.get(&kind).is_some_and(|groups| groups.contains_key(group)) {
        return Err(Problem::validation(format!("Property group {group} does not exist")));
    }
    let unique = body["hasUniqueValue"] == json!(true);
    if unique && kind != ObjectType::Contact && !portal.spec.accepts_unique_note_property {
        return Err(Problem::validation("Unique values are not supported for this object type"));
    }
    let definitions = portal.definitions.entry(kind).or_default();
    if definitions.get(name).is_some_and(|known| !known.archived) {
        return Err(Problem::new(409, "OBJECT_ALREADY_EXISTS", format!("A property named '{name}' already exists.")));
    }
    let custom = |known: &&PropertyDefinition| known.unique && known.name != "email" && !known.archived;
    if unique && definitions.values().filter(custom).count() >= MOST_UNIQUE {
        return Err(Problem::validation("The maximum number of unique properties is reached"));
    }
    let mut json = body.clone();
    json["hasUniqueValue"] = json!(unique);
    json["hubspotDefined"] = json!(false);
    json["archived"] = json!(false);
    let definition = PropertyDefinition { name: name.to_owned(), unique, archived: false, json: json.clone() };
    definitions.insert(name.to_owned(), definition);
    Ok(json)
}

/// `PATCH /crm/properties/{V}/{type}/{name}`: labels and options; uniqueness was decided at creation.
pub(crate) fn patch(portal: &mut Portal, kind: ObjectType, name: &str, asked: &ApiRequest) -> Result<Answer, Problem> {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let known = portal.definitions.entry(kind).or_default().get_mut(name).filter(|known| !known.archived);
    let known = known.ok_or_else(Problem::not_found)?;
    if body.get("hasUniqueValue").is_some_and(|unique| *unique != known.json["hasUniqueValue"]) {
        return Err(Problem::validation("hasUniqueValue cannot be changed"));
    }
    for name in
        ["label", "description", "groupName", "type", "fieldType", "options", "displayOrder", "hidden", "formField"]
    {
        if let Some(value) = body.get(name) {
            known.json[name] = value.clone();
        }
    }
    Ok(Answer::json(200, &known.json))
}

/// `GET /crm/properties/{V}/{type}/groups[/{name}]`.
pub(crate) fn groups(portal: &Portal, kind: ObjectType, name: Option<&str>) -> Result<Answer, Problem> {
    let groups = portal.groups.get(&kind);
    match name {
        None => Ok(Answer::json(
            200,
            &json!({"results": groups.into_iter().flatten().map(|(_, json)| json).collect::<Vec<_>>()}),
        )),
        Some(name) => {
            let found = groups.and_then(|groups| groups.get(name)).ok_or_else(Problem::not_found)?;
            Ok(Answer::json(200, found))
        }
    }
}

/// `POST /crm/properties/{V}/{type}/groups`.
pub(crate) fn create_group(portal: &mut Portal, kind: ObjectType, asked: &ApiRequest) -> Result<Answer, Problem> {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    let (Some(name), Some(label)) = (body["name"].as_str(), body["label"].as_str()) else {
        return Err(Problem::validation("name and label are required"));
    };
    let groups = portal.groups.entry(kind).or_default();
    if groups.contains_key(name) {
        return Err(Problem::new(
            409,
            "OBJECT_ALREADY_EXISTS",
            format!("A property group named '{name}' already exists."),
        ));
    }
    let order = body["displayOrder"].as_i64().unwrap_or(-1);
    let json = json!({"name": name, "label": label, "displayOrder": order, "archived": false});
    groups.insert(name.to_owned(), json.clone());
    Ok(Answer::json(201, &json))
}
