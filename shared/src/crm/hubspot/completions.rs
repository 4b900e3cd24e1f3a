//! Telling waiting workflows how a message ended.
//!
//! Source: HubSpot's automation API (2026-03). What it answers for a callback that it does not know (yet), alone or among
//! others, is not documented: a 404 means so here. Searching a refused batch by halves would cost two calls for each callback
//! that is not known, and they come in hundreds: a workflow that was deleted, a day on which our answers were lost. So of a
//! refused batch a few are told alone, and the rest is not told now.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::VERSION;
use super::api::{Api, Call, Repeat};
use super::batch::{self, Batch, NOT_ATTEMPTED};
use super::contacts::segment;
use crate::ports::crm::{CompletionWrite, CrmFailure, Each};

/// Of a refused batch so many are told alone in one call.
const ALONE: usize = 20;

/// Tells each workflow. The same callback twice is told once: what came last. Of a batch that was refused 20 are told alone;
/// for the others the answer is `Later`, and nobody knows of them: the caller tells them again, without those that were told alone.
pub(crate) async fn complete(api: &Api, completions: &[CompletionWrite]) -> Vec<Each<()>> {
    let last: BTreeMap<&str, &CompletionWrite> =
        completions.iter().map(|completion| (completion.callback.as_str(), completion)).collect();
    let inputs: Vec<Value> = last.values().map(|completion| input(completion)).collect();
    let path = format!("/automation/actions/callbacks/{VERSION}/complete");
    let mut batch = Batch::write("callbacks/complete", path, Repeat::Harmless);
    (batch.traced, batch.silent, batch.bisected) = (false, true, false);
    let mut answers =
        if inputs.len() > 1 { batch::run(api, &batch, &inputs).await } else { vec![Err(CrmFailure::Gone)] };
    let (mut alone, mut stopped) = (0, false);
    for (answer, (callback, completion)) in answers.iter_mut().zip(&last) {
        if !matches!(answer, Err(CrmFailure::Gone | CrmFailure::Refused { .. } | CrmFailure::NotReady { .. })) {
            continue;
        }
        if alone == ALONE || stopped {
            *answer = Err(NOT_ATTEMPTED);
            continue;
        }
        alone += 1;
        *answer = complete_one(api, callback, completion).await;
        stopped = matches!(answer, Err(CrmFailure::Later { .. } | CrmFailure::Unknown | CrmFailure::Disconnected));
    }
    let by_callback: BTreeMap<&str, &Each<Value>> = last.keys().copied().zip(&answers).collect();
    let answer = |completion: &CompletionWrite| match by_callback.get(completion.callback.as_str()) {
        Some(Ok(_)) => Ok(()),
        Some(Err(failure)) => Err(failure.clone()),
        None => Err(CrmFailure::Unknown),
    };
    completions.iter().map(answer).collect()
}

async fn complete_one(api: &Api, callback: &str, completion: &CompletionWrite) -> Each<Value> {
    let path = format!("/automation/actions/callbacks/{VERSION}/{}/complete", segment(callback));
    let mut body = input(completion);
    if let Some(fields) = body.as_object_mut() {
        fields.remove("callbackId");
    }
    api.call(&Call::post("callbacks/complete_one", path, body, Repeat::Harmless)).await
}

fn input(completion: &CompletionWrite) -> Value {
    let mut outputs: Map<String, Value> =
        completion.outputs.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let state = if completion.success { "SUCCESS" } else { "FAIL_CONTINUE" };
    outputs.insert("hs_execution_state".to_owned(), json!(state));
    // `typedOutputs` is required by the API's description.
    json!({"callbackId": completion.callback.as_str(), "outputFields": outputs, "typedOutputs": {}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::CallbackId;

    #[test]
    fn a_completion_has_the_shape_of_the_documented_sample() {
        let completion = CompletionWrite {
            callback: CallbackId::new("ap-1-2-3-0"),
            success: true,
            outputs: BTreeMap::from([("line_message_id".to_owned(), "461230966842064897".to_owned())]),
        };
        let sample = r#"{"callbackId":"ap-1-2-3-0","outputFields":{"hs_execution_state":"SUCCESS",
            "line_message_id":"461230966842064897"},"typedOutputs":{}}"#;
        assert_eq!(input(&completion), serde_json::from_str::<Value>(sample).unwrap());
    }
}
