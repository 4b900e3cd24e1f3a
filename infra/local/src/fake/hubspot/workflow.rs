//! Workflows: posting the app's action once per enrolled contact, and again where that is due.
//!
//! For custom actions HubSpot documents neither time limit nor pace; those of its workflow webhooks are used: 30 seconds, 20
//! posts at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use http::HeaderMap;

use super::action::{ActionSpec, Signatures, action_request};
use super::execution::{Execution, ExecutionState};
use super::object_type::ObjectType;
use super::platform::FakeHubSpot;
use crate::fake::{Posted, outgoing};

const ANSWER_LIMIT: Duration = Duration::from_secs(30);
const AT_ONCE: usize = 20;

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
            let execution =
                Execution { spec, fields: fields.clone(), state: ExecutionState::Waiting, posts: 0, first_at_ms };
            state.executions.insert(execution.spec.callback_id(), execution);
        }
        ids
    }

    /// Enrols contacts and posts the action for each, 20 at a time. Returns the callback IDs.
    pub async fn run_workflow(
        &self,
        portal_id: u64,
        contact_ids: &[u64],
        fields: &BTreeMap<String, String>,
    ) -> Vec<String> {
        let ids = self.enrol(portal_id, contact_ids, fields);
        futures::stream::iter(&ids)
            .for_each_concurrent(AT_ONCE, |id| async move {
                self.post_action(id).await;
            })
            .await;
        ids
    }

    /// Posts one execution's action (again) and takes note of the answer.
    pub async fn post_action(&self, callback_id: &str) -> Posted {
        let Some((url, headers, body)) = self.action_request_of(callback_id) else {
            return Posted::NotSent;
        };
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
            let is_due = |execution: &&Execution| matches!(execution.state, ExecutionState::Retrying { due_at_ms } if due_at_ms <= now_ms);
            state.executions.values().filter(is_due).map(|execution| execution.spec.callback_id()).collect()
        };
        futures::stream::iter(&due)
            .for_each_concurrent(AT_ONCE, |id| async move {
                self.post_action(id).await;
            })
            .await;
        due.len()
    }

    /// One execution as it stands by the clock.
    pub fn execution(&self, callback_id: &str) -> Option<Execution> {
        let mut state = self.lock();
        state.expire_blocks();
        state.executions.get(callback_id).cloned()
    }

    /// How many executions are so as they stand by the clock, without copying what there is.
    pub fn count_executions(&self, is_counted: impl Fn(&Execution) -> bool) -> usize {
        let mut state = self.lock();
        state.expire_blocks();
        state.executions.values().filter(|one| is_counted(one)).count()
    }

    /// All executions as they stand by the clock, by callback ID.
    pub fn executions(&self) -> Vec<Execution> {
        let mut state = self.lock();
        state.expire_blocks();
        state.executions.values().cloned().collect()
    }
}
