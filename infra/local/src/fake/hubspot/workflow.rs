//! Workflows: posting our action once per enrolled contact, reading the answer, retrying, blocking, expiring.
//!
//! For custom actions HubSpot documents neither time limit nor retry gaps; those of its workflow webhooks are used: 30 seconds,
//! the first retry after a minute, gaps of at most 8 hours, for 3 days, 20 posts at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;
use serde_json::Value;

use super::FakeHubSpot;
use super::action::{ActionSpec, Signatures, action_request};
use super::state::{ObjectType, State};
use crate::fake::{Posted, outgoing};

const ANSWER_LIMIT: Duration = Duration::from_secs(30);
const AT_ONCE: usize = 20;
const MINUTE_MS: i64 = 60_000;
const LONGEST_GAP_MS: i64 = 8 * 3_600_000;
const RETRIES_END_MS: i64 = 3 * 24 * 3_600_000;
const WEEK_MS: i64 = 7 * 24 * 3_600_000;

/// Where one execution of an action stands.
#[derive(Clone, PartialEq)]
pub enum ExecutionState {
    /// Not answered yet.
    Waiting,
    /// To be posted again at this time.
    Retrying {
        /// Milliseconds since 1970.
        due_at_ms: i64,
    },
    /// The action said BLOCK; the workflow waits for a completion.
    Blocked {
        /// When the workflow goes on by itself, in milliseconds since 1970.
        expires_at_ms: i64,
    },
    /// Ended, with these `outputFields`.
    Done {
        /// As answered or completed.
        outputs: Value,
    },
    /// A 4xx, or three days of retries.
    Failed,
    /// The block expired; the workflow went on without an outcome.
    Expired,
}

/// One execution of an action for one contact.
#[derive(Clone)]
pub struct Execution {
    /// What identifies it.
    pub spec: ActionSpec,
    /// The input fields.
    pub fields: BTreeMap<String, String>,
    /// Where it stands.
    pub state: ExecutionState,
    /// How often it was posted.
    pub posts: u32,
    /// When it was first posted, in milliseconds since 1970.
    pub first_at_ms: i64,
}

impl FakeHubSpot {
    /// Enrols contacts: one execution each, not posted yet. Returns the callback IDs.
    pub fn enrol(&self, portal_id: u64, contact_ids: &[u64], fields: &BTreeMap<String, String>) -> Vec<String> {
        let mut state = self.lock();
        let mut ids = Vec::new();
        for contact_id in contact_ids {
            let spec = ActionSpec {
                portal_id,
                definition_id: state.app.definition_id,
                workflow_id: 1_791_092_093,
                enrollment_id: 2_384_423_471_000 + state.ids.number(),
                action_id: 1,
                execution_index: 0,
                contact_id: *contact_id,
            };
            ids.push(spec.callback_id());
            let first_at_ms = state.now_ms();
            let execution = Execution { spec, fields: fields.clone(), state: ExecutionState::Waiting, posts: 0, first_at_ms };
            state.executions.insert(execution.spec.callback_id(), execution);
        }
        ids
    }

    /// Enrols contacts and posts the action for each, 20 at a time. Returns the callback IDs.
    pub async fn run_workflow(&self, portal_id: u64, contact_ids: &[u64], fields: &BTreeMap<String, String>) -> Vec<String> {
        let ids = self.enrol(portal_id, contact_ids, fields);
        futures::stream::iter(&ids).for_each_concurrent(AT_ONCE, |id| async move {
            self.post_action(id).await;
        }).await;
        ids
    }

    /// Posts one execution's action (again) and takes note of the answer.
    pub async fn post_action(&self, callback_id: &str) -> Posted {
        let Some((url, headers, body)) = self.action_request_of(callback_id) else { return Posted::NotSent };
        let posted = outgoing::post(&self.client, &url, headers, body, ANSWER_LIMIT).await;
        self.note_action_answer(callback_id, &posted);
        posted
    }

    /// The signed request of an execution, for tests that post it themselves: URL, headers, body. `None` without an action URL.
    pub fn action_request_of(&self, callback_id: &str) -> Option<(String, HeaderMap, Bytes)> {
        let mut state = self.lock();
        let now_ms = state.now_ms();
        let url = state.app.action_url.clone()?;
        let wanted = state.app.action_properties.clone();
        let execution = state.executions.get(callback_id)?.clone();
        let portal = state.portal(execution.spec.portal_id);
        let record = portal.live(ObjectType::Contact, execution.spec.contact_id);
        let properties: BTreeMap<String, String> = record
            .map(|record| record.properties.clone())
            .unwrap_or_default()
            .into_iter()
            .filter(|(name, _)| wanted.contains(name))
            .collect();
        let properties = (!wanted.is_empty()).then_some(&properties);
        let signatures = if state.switches.actions_carry_v3 { Signatures::V2AndV3 } else { Signatures::V2 };
        let signed_as = state.app.action_url_as_signed.clone().unwrap_or_else(|| url.clone());
        let secret = &state.app.client_secret;
        let (headers, body) =
            action_request(&execution.spec, &execution.fields, properties, secret, &signed_as, now_ms, signatures);
        Some((url, headers, body))
    }

    /// Tells the platform what answer an action's request got, where a test posted it itself.
    pub fn note_action_answer(&self, callback_id: &str, posted: &Posted) {
        self.lock().note_answer(callback_id, posted);
    }

    /// Posts everything whose retry is due by the clock; returns how many were posted.
    pub async fn retry_due(&self) -> usize {
        let due: Vec<String> = {
            let state = self.lock();
            let now_ms = state.now_ms();
            let is_due = |execution: &&Execution| {
                matches!(execution.state, ExecutionState::Retrying { due_at_ms } if due_at_ms <= now_ms)
            };
            state.executions.values().filter(is_due).map(|execution| execution.spec.callback_id()).collect()
        };
        futures::stream::iter(&due).for_each_concurrent(AT_ONCE, |id| async move {
            self.post_action(id).await;
        }).await;
        due.len()
    }

    /// One execution as it stands by the clock.
    pub fn execution(&self, callback_id: &str) -> Option<Execution> {
        let mut state = self.lock();
        state.expire_blocks();
        state.executions.get(callback_id).cloned()
    }

    /// All executions as they stand by the clock, by callback ID.
    pub fn executions(&self) -> Vec<Execution> {
        let mut state = self.lock();
        state.expire_blocks();
        state.executions.values().cloned().collect()
    }
}

impl State {
    fn expire_blocks(&mut self) {
        let now_ms = self.now_ms();
        for execution in self.executions.values_mut() {
            if matches!(execution.state, ExecutionState::Blocked { expires_at_ms } if expires_at_ms <= now_ms) {
                execution.state = ExecutionState::Expired;
            }
        }
    }

    fn note_answer(&mut self, callback_id: &str, posted: &Posted) {
        self.expire_blocks();
        let now_ms = self.now_ms();
        let Some(execution) = self.executions.get_mut(callback_id) else { return };
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
        execution.state = next;
        let undocumented = posted_state(posted).is_some_and(|state| !["SUCCESS", "FAIL_CONTINUE", "BLOCK"].contains(&state.as_str()));
        if undocumented {
            self.ledger.violations.push("an action answered with an undocumented hs_execution_state".to_owned());
        }
    }
}

fn posted_state(posted: &Posted) -> Option<String> {
    let Posted::Answered { status: 200..=299, body, .. } = posted else { return None };
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
