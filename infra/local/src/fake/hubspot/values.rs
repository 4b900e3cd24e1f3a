//! What may be written: every rule about values is here, whichever endpoint a write comes by.

use serde_json::{Value, json};

use super::object_type::ObjectType;
use super::problem::Problem;
use super::state::Portal;
use super::store::{Write, unique_form};

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
        let definition =
            portal.definitions.get(&kind).and_then(|known| known.get(name)).filter(|known| !known.archived);
        let Some(definition) = definition else {
            return Err(Problem::property(
                name,
                "PROPERTY_DOESNT_EXIST",
                &format!("Property \"{name}\" does not exist"),
            ));
        };
        if definition.json["modificationMetadata"]["readOnlyValue"] == json!(true) {
            return Err(Problem::property(name, "READ_ONLY_VALUE", "This property is read only"));
        }
        let Some(value) = value else { continue };
        check_value(portal, name, value, &definition.json)?;
        if name == "hubspot_owner_id" && portal.inactive_owners.iter().any(|owner| owner.to_string() == *value) {
            return Err(Problem::property(name, "INVALID_OWNER_ID", &format!("{value} was not a valid owner ID")));
        }
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

fn check_value(portal: &Portal, name: &str, value: &str, definition: &Value) -> Result<(), Problem> {
    let refuse = |code: &str, what: &str| Err(Problem::property(name, code, what));
    check_words(portal, value).or_else(|(code, what)| refuse(code, what))?;
    if name == "email"
        && !value.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
    {
        return refuse("INVALID_EMAIL", "The e-mail address is invalid");
    }
    let is_there = |id: &str| id.parse().is_ok_and(|id: u64| portal.files.contains_key(&id));
    if name == "hs_attachment_ids" && portal.spec.refuses_unknown_attachments && !value.split(';').all(is_there) {
        return refuse("INVALID_ATTACHMENT", "A file of the note does not exist");
    }
    let fits = match definition["type"].as_str() {
        Some("number") => value.parse::<f64>().is_ok(),
        Some("bool") => matches!(value, "true" | "false"),
        Some("datetime") => value.parse::<i64>().is_ok() || value.parse::<jiff::Timestamp>().is_ok(),
        Some("date") => {
            value.parse::<jiff::civil::Date>().is_ok()
                || value.parse::<i64>().is_ok_and(|at_ms| at_ms % 86_400_000 == 0)
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

/// What any text must keep to: its length as it is written, HTML and all, and what it says.
pub(crate) fn check_words(portal: &Portal, value: &str) -> Result<(), (&'static str, &'static str)> {
    let length = if portal.spec.counts_bytes { value.len() } else { value.encode_utf16().count() };
    if length > LONGEST_STRING {
        return Err(("PROPERTY_VALUE_TOO_LONG", "The value is longer than 65536 characters"));
    }
    if portal.spec.refused_words.iter().any(|word| value.contains(word)) {
        return Err(("INVALID_CONTENT", "The value is not allowed"));
    }
    Ok(())
}
