//! What the workflow hears at once: a function of the request and the settings alone, so that a repeat hears the same.

use std::collections::BTreeMap;

use musubi::domain::account::CrmAccount;
use musubi::domain::push::PushOutcome;
use musubi::domain::words::outcome_words;
use musubi::flow::accept::PushRequest;
use musubi::ports::CrmCaller;
use musubi::ports::crm_caller::ActionAnswer;
use serde_json::Value;

use crate::ask::TurnedAway;

/// It waits for the outcome where it can; else it goes on with `queued`.
pub fn accepted(caller: &dyn CrmCaller, account: &CrmAccount, asked: &PushRequest) -> Value {
    if account.capabilities.workflows_wait && asked.callback.is_some() {
        return caller.answer(ActionAnswer::Wait { expiry_ms: account.block_expiry_ms });
    }
    let reason = outcome_words(PushOutcome::Queued, account.language);
    caller.answer(ActionAnswer::Done { success: true, outputs: &outputs(PushOutcome::Queued, reason) })
}

/// It goes on, and shows why nothing was sent.
pub fn turned_away(caller: &dyn CrmCaller, account: &CrmAccount, turned_away: &TurnedAway) -> Value {
    let outcome = turned_away.refused.outcome;
    tracing::warn!(crm.account = %account.key, outcome = outcome.as_str(), "action.refused");
    caller.answer(ActionAnswer::Done { success: false, outputs: &outputs(outcome, &turned_away.reason) })
}

fn outputs(outcome: PushOutcome, reason: &str) -> BTreeMap<String, String> {
    let fields = [("outcome", outcome.as_str()), ("reason", reason)];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
