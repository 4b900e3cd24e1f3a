//! What a workflow asks of us, read leniently, and how it is answered.
//!
//! Source: HubSpot's guide on custom workflow actions and a captured request. Fields we do not know are ignored, IDs may be
//! numbers or texts, an input left empty may be missing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::batch::{number, text};
use super::kind::is_contact;
use crate::domain::action::{ActionRequest, Execution, MessageInput, OptionsRequest, Purpose};
use crate::domain::channel::Channel;
use crate::domain::ids::{CallbackId, ContactId, CrmAccountId, LineUserId};
use crate::ports::crm_caller::{ActionAnswer, Unreadable, VerifiedCall};

/// The input fields that hold messages, in order.
const MESSAGES: [&str; 5] = ["message_1", "message_2", "message_3", "message_4", "message_5"];
/// So many texts of a list, each of at most so many characters, are one text: the choices of a property that takes several.
const MOST_CHOICES: usize = 50;
const LONGEST_CHOICE: usize = 200;
/// Portal IDs are numbers; nothing longer than this is looked up.
const LONGEST_PORTAL: usize = 20;
/// HubSpot documents no longest BLOCK; more than a year is a typing error.
const LONGEST_BLOCK_MS: i64 = 365 * 86_400_000;

/// Reads the execution of an action.
///
/// # Errors
/// See [`Unreadable`].
pub fn parse(request: &VerifiedCall<'_>) -> Result<ActionRequest, Unreadable> {
    let body = object(request.body())?;
    let portal = portal(&body)?;
    let input =
        |name: &str| [&body["inputFields"][name], &body["fields"][name]].into_iter().find(|value| !value.is_null());
    let trimmed =
        |name: &str| input(name).and_then(flat).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let contact = contact(&body["object"]);
    Ok(ActionRequest {
        execution: execution(&body, &portal),
        is_other_record: contact.is_none() && is_other_record(&body["object"]),
        contact,
        contact_properties: properties(&body["object"]["properties"]),
        channel: trimmed("channel"),
        line_user_id: trimmed("line_user_id").map(LineUserId::new),
        messages: MESSAGES.into_iter().filter_map(|name| Some((name, input(name).and_then(message)?))).collect(),
        not_after: trimmed("not_after"),
        tag: trimmed("tag"),
        purpose: Purpose::read(trimmed("purpose").as_deref()),
        account: portal,
    })
}

/// Reads the question for the options of an input field.
///
/// # Errors
/// See [`Unreadable`].
pub fn parse_options(request: &VerifiedCall<'_>) -> Result<OptionsRequest, Unreadable> {
    let body = object(request.body())?;
    let search = body["fetchOptions"]["q"].as_str().map(str::trim).filter(|search| !search.is_empty());
    Ok(OptionsRequest {
        account: portal(&body)?,
        field: body["inputFieldName"].as_str().map(str::to_owned),
        search: search.map(str::to_owned),
    })
}

/// The answer to an action.
pub fn answer(answer: ActionAnswer<'_>) -> Value {
    match answer {
        ActionAnswer::Wait { expiry_ms } => block(expiry_ms),
        ActionAnswer::Done { success, outputs } => done(success, outputs),
    }
}

/// "Wait for our completion", for so long; then the workflow goes on by itself.
fn block(expiry_ms: i64) -> Value {
    let expiry_s = expiry_ms.clamp(1_000, LONGEST_BLOCK_MS) / 1000;
    json!({"outputFields": {"hs_execution_state": "BLOCK", "hs_expiration_duration": duration(expiry_s)}})
}

/// "It is over", with these output fields.
fn done(success: bool, outputs: &BTreeMap<String, String>) -> Value {
    let mut fields = json!(outputs);
    fields["hs_execution_state"] = json!(if success { "SUCCESS" } else { "FAIL_CONTINUE" });
    json!({ "outputFields": fields })
}

/// The Official Accounts to choose from, narrowed by what was typed. One page: an account has few.
pub fn options(channels: &[Channel], search: Option<&str>) -> Value {
    let search = search.map(str::to_lowercase);
    let fits = |channel: &&Channel| {
        let Some(search) = &search else { return true };
        [channel.name.as_str(), &channel.basic_id, channel.id.as_str()]
            .iter()
            .any(|text| text.to_lowercase().contains(search))
    };
    let option = |channel: &Channel| {
        let label = match (channel.name.is_empty(), channel.basic_id.is_empty()) {
            (false, false) => format!("{} ({})", channel.name, channel.basic_id),
            (false, true) => channel.name.clone(),
            (true, false) => channel.basic_id.clone(),
            (true, true) => channel.id.to_string(),
        };
        json!({"label": label, "description": channel.basic_id, "value": channel.id.as_str()})
    };
    let options: Vec<Value> = channels.iter().filter(fits).map(option).collect();
    json!({"options": options, "searchable": true})
}

fn object(body: &[u8]) -> Result<Value, Unreadable> {
    serde_json::from_slice(body).ok().filter(Value::is_object).ok_or(Unreadable("the request is no JSON object"))
}

fn portal(body: &Value) -> Result<CrmAccountId, Unreadable> {
    let portal = number(&body["origin"]["portalId"]).filter(|id| id.len() <= LONGEST_PORTAL);
    portal.map(CrmAccountId::new).ok_or(Unreadable("the request names no account"))
}

/// The callback ID; without one, HubSpot's own numbers, in either of the places where they were seen.
fn execution(body: &Value, portal: &CrmAccountId) -> Option<Execution> {
    if let Some(callback) = id(&body["callbackId"]) {
        return Some(Execution::Callback(CallbackId::new(callback)));
    }
    let origin = &body["origin"];
    let index = [&origin["actionExecutionIndexIdentifier"], &body["context"]["actionExecutionIndexIdentifier"]];
    let index = index.into_iter().find(|index| index.is_object())?;
    Some(Execution::Enrolment {
        account: portal.as_str().to_owned(),
        definition: number(&origin["actionDefinitionId"])?,
        enrolment: number(&index["enrollmentId"])?,
        index: number(&index["actionExecutionIndex"])?,
    })
}

/// The record, if it is a contact. Where HubSpot does not say what it is, the action's definition allows contacts alone.
fn contact(object: &Value) -> Option<ContactId> {
    (!is_other_record(object)).then(|| number(&object["objectId"])).flatten().map(ContactId::new)
}

fn is_other_record(object: &Value) -> bool {
    let kinds = [&object["objectType"], &object["objectTypeId"]].into_iter().filter_map(Value::as_str);
    kinds.into_iter().any(|kind| !is_contact(kind))
}

/// By name; one without a value is there and empty.
fn properties(properties: &Value) -> BTreeMap<String, String> {
    let each = properties.as_object().into_iter().flatten();
    each.map(|(name, value)| (name.clone(), property(value))).collect()
}

/// HubSpot's values are texts. A list is its texts; an object would be JSON before a person's eyes, and is none.
fn property(value: &Value) -> String {
    match value {
        Value::Null | Value::Object(_) => String::new(),
        Value::Array(items) => joined(items).unwrap_or_default(),
        other => flat(other).unwrap_or_default(),
    }
}

/// A message field. `None`: it is blank.
fn message(value: &Value) -> Option<MessageInput> {
    let text = |text: String| (!text.trim().is_empty()).then_some(MessageInput::Text(text));
    match value {
        Value::Array(items) => match items.as_slice() {
            [] => None,
            [Value::String(only)] => text(only.clone()),
            // Message objects, which the reader of messages has words for.
            items if items.iter().all(Value::is_object) => text(value.to_string()),
            items => joined(items).map_or(Some(MessageInput::List), text),
        },
        other => flat(other).and_then(text),
    }
}

/// A list as one text, where all of it are short texts and none looks like JSON.
fn joined(items: &[Value]) -> Option<String> {
    let short = |item: &Value| {
        text(item).filter(|text| text.chars().count() <= LONGEST_CHOICE && !text.trim_start().starts_with(['{', '[']))
    };
    let texts: Vec<String> = items.iter().map(short).collect::<Option<_>>()?;
    let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
    (texts.len() <= MOST_CHOICES).then(|| texts.join("、"))
}

/// An ID: a number or a text that is not blank.
fn id(value: &Value) -> Option<String> {
    text(value).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A value as one text: what is no text is written as JSON.
fn flat(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// ISO 8601, in the largest unit that fits without a rest.
fn duration(seconds: i64) -> String {
    match seconds {
        s if s % 3600 == 0 => format!("PT{}H", s / 3600),
        s if s % 60 == 0 => format!("PT{}M", s / 60),
        s => format!("PT{s}S"),
    }
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
