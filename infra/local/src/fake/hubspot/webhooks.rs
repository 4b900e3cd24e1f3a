//! Webhook subscriptions: events gathered into arrays of up to 100, signed v1 and v3, repeated until they are answered with 2xx.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::platform::FakeHubSpot;
use super::signature::{sign_v1, sign_v3};
use super::state::WaitingWebhook;
use crate::fake::{Posted, outgoing};

const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const LARGEST_BATCH: usize = 100;
/// Ten repeats over a day; the gaps are not documented.
const MOST_ATTEMPTS: u32 = 10;
const GAP_MS: i64 = 2 * 3_600_000;

impl FakeHubSpot {
    /// How many webhook events wait to be posted.
    pub fn waiting_webhooks(&self) -> usize {
        self.lock().webhooks.len()
    }

    /// The webhook events that wait, as they will be posted.
    pub fn waiting_webhook_events(&self) -> Vec<Value> {
        self.lock().webhooks.iter().map(|waiting| waiting.event.clone()).collect()
    }

    /// Posts all webhook events that are due, events of several portals mixed; returns what came of each array.
    pub async fn deliver_webhooks(&self) -> Vec<Posted> {
        let (url, mut due) = {
            let mut state = self.lock();
            let now_ms = state.now_ms();
            let Some(url) = state.app.webhook_url.clone() else {
                return Vec::new();
            };
            let (mut due, later): (Vec<_>, Vec<_>) =
                state.webhooks.drain(..).partition(|waiting| waiting.due_at_ms <= now_ms);
            state.webhooks = later;
            if state.switches.webhooks_are_untidy {
                due = due.into_iter().rev().flat_map(|waiting| [waiting.clone(), waiting]).collect();
            }
            (url, due)
        };
        let mut outcomes = Vec::new();
        while !due.is_empty() {
            let rest = due.split_off(due.len().min(LARGEST_BATCH));
            let batch = std::mem::replace(&mut due, rest);
            let posted = self.post_webhooks(&url, &batch).await;
            if !posted.is_success() {
                self.repeat_later(batch);
            }
            outcomes.push(posted);
        }
        outcomes
    }

    fn repeat_later(&self, batch: Vec<WaitingWebhook>) {
        let mut state = self.lock();
        let now_ms = state.now_ms();
        let repeated =
            batch.into_iter().filter(|waiting| waiting.attempt < MOST_ATTEMPTS).map(|waiting| WaitingWebhook {
                due_at_ms: now_ms + if waiting.attempt == 0 { 60_000 } else { GAP_MS },
                attempt: waiting.attempt + 1,
                ..waiting
            });
        let alive: Vec<WaitingWebhook> =
            repeated.filter(|waiting| now_ms - waiting.first_at_ms <= 12 * GAP_MS).collect();
        state.webhooks.extend(alive);
    }

    async fn post_webhooks(&self, url: &str, batch: &[WaitingWebhook]) -> Posted {
        let events: Vec<Value> = batch
            .iter()
            .map(|waiting| {
                let mut event = waiting.event.clone();
                event["attemptNumber"] = json!(waiting.attempt);
                event
            })
            .collect();
        let body = Bytes::from(Value::Array(events).to_string());
        let headers = {
            let state = self.lock();
            let signed_as = state.app.webhook_url_as_signed.clone().unwrap_or_else(|| url.to_owned());
            webhook_headers(&state.app.client_secret, &signed_as, &body, state.now_ms())
        };
        outgoing::post(&self.client, url, headers, body, ANSWER_LIMIT).await
    }
}

/// The headers of a webhook: v1 and v3 with its time, as seen in a capture of 2026.
pub fn webhook_headers(client_secret: &str, uri: &str, body: &[u8], at_ms: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let timestamp = at_ms.to_string();
    let signed = [
        ("x-hubspot-signature", sign_v1(client_secret, body)),
        ("x-hubspot-signature-version", "v1".to_owned()),
        ("x-hubspot-signature-v3", sign_v3(client_secret, "POST", uri, body, &timestamp)),
        ("x-hubspot-request-timestamp", timestamp),
    ];
    for (name, value) in signed {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    headers
}
