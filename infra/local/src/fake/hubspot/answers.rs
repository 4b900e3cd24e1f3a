//! What an action's answer means, when it is posted again, when its block ends.
//!
//! For custom actions HubSpot documents no retry gaps; those of its workflow webhooks are used: the first retry after a minute,
//! then doubling to 8 hours, for 3 days.

use bytes::Bytes;
use serde_json::Value;

use super::execution::{Execution, ExecutionState};
use super::state::State;
use crate::fake::Posted;

const MINUTE_MS: i64 = 60_000;
const LONGEST_GAP_MS: i64 = 8 * 3_600_000;
const RETRIES_END_MS: i64 = 3 * 24 * 3_600_000;
const WEEK_MS: i64 = 7 * 24 * 3_600_000;

impl State {
    pub(super) fn expire_blocks(&mut self) {
        let now_ms = self.now_ms();
        if now_ms < self.next_block_ends_ms {
            return;
        }
        self.next_block_ends_ms = i64::MAX;
        for execution in self.executions.values_mut() {
            match execution.state {
                ExecutionState::Blocked { expires_at_ms } if expires_at_ms <= now_ms => {
                    execution.state = ExecutionState::Expired;
                }
                ExecutionState::Blocked { expires_at_ms } => {
                    self.next_block_ends_ms = self.next_block_ends_ms.min(expires_at_ms);
                }
                _ => {}
            }
        }
    }

    pub(super) fn note_answer(&mut self, callback_id: &str, posted: &Posted) {
        self.expire_blocks();
        let now_ms = self.now_ms();
        let Some(execution) = self.executions.get_mut(callback_id) else {
            return;
        };
        execution.posts += 1;
        // A late or repeated answer changes nothing once the execution went on.
        if !matches!(execution.state, ExecutionState::Waiting | ExecutionState::Retrying { .. }) {
            return;
        }
        let next = match posted {
            Posted::Answered { status: 200..=299, body, .. } => on_success(body, now_ms),
            Posted::Answered { status: 429, retry_after, .. } => {
                let asked_ms = retry_after.as_deref().and_then(|text| text.parse::<i64>().ok());
                retry(execution, asked_ms, now_ms)
            }
            Posted::Answered { status: 400..=499, .. } => ExecutionState::Failed,
            Posted::NotSent => return,
            _ => retry(execution, None, now_ms),
        };
        if let ExecutionState::Blocked { expires_at_ms } = next {
            self.next_block_ends_ms = self.next_block_ends_ms.min(expires_at_ms);
        }
        execution.state = next;
        let undocumented =
            posted_state(posted).is_some_and(|state| !["SUCCESS", "FAIL_CONTINUE", "BLOCK"].contains(&state.as_str()));
        if undocumented {
            self.ledger.violations.push("an action answered with an undocumented hs_execution_state".to_owned());
        }
    }
}

fn posted_state(posted: &Posted) -> Option<String> {
    let Posted::Answered { status: 200..=299, body, .. } = posted else {
        return None;
    };
    let body: Value = serde_json::from_slice(body).ok()?;
    body["outputFields"]["hs_execution_state"].as_str().map(str::to_owned)
}

fn on_success(body: &Bytes, now_ms: i64) -> ExecutionState {
    let body: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let outputs = &body["outputFields"];
    if outputs["hs_execution_state"].as_str() != Some("BLOCK") {
        return ExecutionState::Done { outputs: outputs.clone() };
    }
    let life_ms = outputs["hs_expiration_duration"].as_str().and_then(duration_ms).unwrap_or(WEEK_MS);
    ExecutionState::Blocked { expires_at_ms: now_ms + life_ms }
}

/// `Retry-After` of an action's 429 is in milliseconds (HubSpot docs, 2026); without it the gaps double.
fn retry(execution: &Execution, asked_ms: Option<i64>, now_ms: i64) -> ExecutionState {
    if now_ms - execution.first_at_ms >= RETRIES_END_MS {
        return ExecutionState::Failed;
    }
    let doubled_ms = MINUTE_MS << execution.posts.saturating_sub(1).min(20);
    let gap_ms = asked_ms.unwrap_or_else(|| doubled_ms.min(LONGEST_GAP_MS));
    ExecutionState::Retrying { due_at_ms: now_ms + gap_ms }
}

/// An ISO 8601 duration in milliseconds; days count 24 hours, weeks 7 days.
fn duration_ms(text: &str) -> Option<i64> {
    let span: jiff::Span = text.parse().ok()?;
    let day = jiff::SpanRelativeTo::days_are_24_hours();
    i64::try_from(span.to_duration(day).ok()?.as_millis()).ok()
}
