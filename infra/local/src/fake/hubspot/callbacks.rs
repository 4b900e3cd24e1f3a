//! Completions of blocked workflow actions.

use serde_json::{Value, json};

use super::execution::ExecutionState;
use super::inputs::inputs_of;
use super::problem::Problem;
use super::state::{Completion, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Completions per batch. HubSpot documents no number; 100 is what callers are held to.
const LARGEST_BATCH: usize = 100;

/// `POST /automation/actions/callbacks/{V}/{callbackId}/complete`.
pub(crate) fn complete(
    state: &mut State,
    portal_id: u64,
    callback_id: &str,
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let body = asked.json().ok_or_else(|| Problem::validation("Invalid input JSON"))?;
    check(&body)?;
    let callback_id = callback_id.replace("%3A", ":");
    if !is_blocked(state, portal_id, &callback_id) && state.switches.unknown_block_is_404 {
        keep(state, portal_id, &callback_id, &body, false);
        return Err(Problem::not_found());
    }
    apply(state, portal_id, &callback_id, &body);
    Ok(Answer::empty(204))
}

/// `POST /automation/actions/callbacks/{V}/complete`. Where an unknown block is 404, one such input refuses the whole batch.
pub(crate) fn complete_batch(state: &mut State, portal_id: u64, asked: &ApiRequest) -> Result<Answer, Problem> {
    let inputs = inputs_of(asked, LARGEST_BATCH)?;
    for input in &inputs {
        check(input)?;
    }
    let id = |input: &Value| input["callbackId"].as_str().map(str::to_owned);
    let ids: Vec<String> = inputs.iter().filter_map(id).collect();
    if ids.len() != inputs.len() {
        return Err(Problem::validation("callbackId is required"));
    }
    let all_blocked = ids.iter().all(|id| is_blocked(state, portal_id, id));
    if !all_blocked && state.switches.unknown_block_is_404 {
        for (id, input) in ids.iter().zip(&inputs) {
            keep(state, portal_id, id, input, false);
        }
        return Err(Problem::not_found());
    }
    for (id, input) in ids.iter().zip(&inputs) {
        apply(state, portal_id, id, input);
    }
    Ok(Answer::empty(204))
}

/// `typedOutputs` is required by HubSpot's specification, `outputFields` is where the outcome is.
fn check(body: &Value) -> Result<(), Problem> {
    if !body["typedOutputs"].is_object() || !body["outputFields"].is_object() {
        return Err(Problem::validation("outputFields and typedOutputs are required"));
    }
    match body["outputFields"]["hs_execution_state"].as_str() {
        Some("SUCCESS" | "FAIL_CONTINUE") | None => Ok(()),
        Some(_) => Err(Problem::validation("hs_execution_state must be SUCCESS or FAIL_CONTINUE")),
    }
}

fn is_blocked(state: &mut State, portal_id: u64, callback_id: &str) -> bool {
    let now_ms = state.now_ms();
    state.executions.get(callback_id).is_some_and(|execution| {
        let lives = matches!(execution.state, ExecutionState::Blocked { expires_at_ms } if now_ms < expires_at_ms);
        lives && execution.spec.portal_id == portal_id
    })
}

fn apply(state: &mut State, portal_id: u64, callback_id: &str, body: &Value) {
    let blocked = is_blocked(state, portal_id, callback_id);
    keep(state, portal_id, callback_id, body, blocked);
    if let Some(execution) = state.executions.get_mut(callback_id).filter(|_| blocked) {
        execution.state = ExecutionState::Done { outputs: body["outputFields"].clone() };
    }
}

fn keep(state: &mut State, portal_id: u64, callback_id: &str, body: &Value, applied: bool) {
    let at_ms = state.now_ms();
    let outputs = body.get("outputFields").cloned().unwrap_or_else(|| json!({}));
    state.completions.push(Completion { portal_id, callback_id: callback_id.to_owned(), outputs, at_ms, applied });
}
