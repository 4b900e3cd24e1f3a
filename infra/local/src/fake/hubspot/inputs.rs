//! What the inputs of a call are, and how an answer tells which of them were taken.

use serde_json::{Value, json};

use super::problem::Problem;
use super::state::{State, iso};
use crate::fake::wire::{Answer, ApiRequest};

/// The inputs of a batch: some, and not too many.
pub(crate) fn inputs_of(asked: &ApiRequest, largest: usize) -> Result<Vec<Value>, Problem> {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    match body["inputs"].as_array() {
        Some(inputs) if inputs.len() > largest => Err(Problem::validation(format!(
            "The maximum number of inputs is {largest}, but {} were given",
            inputs.len()
        ))),
        Some(inputs) if !inputs.is_empty() => Ok(inputs.clone()),
        _ => Err(Problem::validation("inputs must not be empty")),
    }
}

/// The answer to a batch: 207 where some inputs were not taken.
pub(crate) fn multi_status(state: &State, complete: u16, results: Vec<Value>, errors: Vec<Value>) -> Answer {
    let at = iso(state.now_ms());
    let mut body = json!({"status": "COMPLETE", "results": results, "startedAt": at, "completedAt": at});
    if errors.is_empty() {
        return Answer::json(complete, &body);
    }
    body["numErrors"] = json!(errors.len());
    body["errors"] = json!(errors);
    Answer::json(207, &body)
}

/// A number, or a number written as text.
pub(crate) fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
