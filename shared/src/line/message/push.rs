//! The body of a push request.

use super::{json::escape_noncharacters, shape::is_word};
use crate::domain::ids::LineUserId;
use crate::domain::push::{Naming, OutgoingMessage, Sending};
use serde::Serialize;
use serde_json::value::RawValue;

/// The longest name of an aggregation unit.
const AGGREGATION_UNIT_LENGTH: usize = 30;
/// As long as an ID that LINE gives to a person, group or room.
const ID_LENGTH: usize = 33;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PushBody<'a> {
    to: &'a str,
    messages: Vec<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_aggregation_units: Option<[&'a str; 1]>,
}

#[derive(Serialize)]
struct ValidateBody<'a> {
    messages: Vec<&'a RawValue>,
}

/// The exact body of `POST /v2/bot/message/push`, the same for the same arguments: what a retry key stands for must
/// not change from one attempt to the next.
///
/// The outer keys are ours; nothing inside a message can reach them. Callers give one to five messages that went
/// through [`super::parse_fields`] together, and a unit that is one ([`is_aggregation_unit`]).
pub fn compose_push(to: &LineUserId, messages: &[OutgoingMessage], aggregation_unit: Option<&str>) -> String {
    let custom_aggregation_units = aggregation_unit.map(|unit| [unit]);
    written(&PushBody { to: to.expose(), messages: exact(messages), custom_aggregation_units })
}

/// The body of `POST /v2/bot/message/validate/push`: the same messages to nobody.
pub(in crate::line) fn compose_validate(messages: &[OutgoingMessage]) -> String {
    written(&ValidateBody { messages: exact(messages) })
}

fn exact(messages: &[OutgoingMessage]) -> Vec<&RawValue> {
    let exact = |message| serde_json::from_str(message).expect("messages are made by `parse`, which renders JSON");
    messages.iter().map(|message| exact(&message.json)).collect()
}

fn written(body: &impl Serialize) -> String {
    let json = serde_json::to_string(body).expect("strings, flags and checked messages always serialise");
    escape_noncharacters(json)
}

/// True for a name by which LINE adds up statistics: one to 30 letters, digits and `_`, case-sensitive.
/// (Messaging API reference, `customAggregationUnits`. One name a request, 1,000 different ones a month.)
pub fn is_aggregation_unit(name: &str) -> bool {
    is_word(name, AGGREGATION_UNIT_LENGTH)
}

/// Whether a push of these, to whomever, can be kept until LINE has it.
pub fn fits_a_row(messages: &[OutgoingMessage], aggregation_unit: Option<&str>) -> bool {
    // Every LINE user ID is as long as this one.
    let to = LineUserId::new("U".repeat(ID_LENGTH));
    let body = compose_push(&to, messages, aggregation_unit);
    Sending::first(to, Naming::Contested, body, messages, 0).fits_a_row()
}

/// How large the body of a push with these messages can become.
pub(super) fn largest_body_bytes(messages: &[OutgoingMessage]) -> usize {
    let unit = "u".repeat(AGGREGATION_UNIT_LENGTH);
    compose_push(&LineUserId::new("U".repeat(ID_LENGTH)), messages, Some(&unit)).len()
}
