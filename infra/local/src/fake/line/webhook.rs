//! Posting webhooks: signed, with LINE's two seconds, redelivered by the clock where that is on, counted where they fail.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::event;
use super::platform::FakeLine;
use super::state::{Redelivery, State};
use crate::fake::wire::Answer;
use crate::fake::{Posted, outgoing};

/// LINE waits so long for a webhook's answer (guidelines, 2026).
const WEBHOOK_LIMIT: Duration = Duration::from_secs(2);

impl FakeLine {
    /// Posts events as one webhook to the channel's URL, and plans a redelivery when that fails and redelivery is on.
    pub async fn post_events(&self, channel_id: &str, events: Vec<Value>) -> Posted {
        let posted = self.post_once(channel_id, &events).await;
        let mut state = self.lock();
        let due_at_ms = state.now_ms() + state.switches.redelivery_after_ms[0];
        let channel = state.channel(channel_id);
        if !posted.is_success() && posted != Posted::NotSent && channel.spec.redelivery {
            let events = events.iter().map(event::redelivered).collect();
            channel.redeliveries.push(Redelivery { events, due_at_ms, attempts: 1 });
        }
        posted
    }

    /// Posts each event as a webhook of its own.
    pub(super) async fn post_all(&self, events: Vec<(String, Value)>) {
        for (channel_id, event) in events {
            self.post_events(&channel_id, vec![event]).await;
        }
    }

    /// Posts an event again that went out before: marked as a redelivery, or (duplicates by network routing) unmarked.
    pub async fn post_again(&self, channel_id: &str, webhook_event_id: &str, marked: bool) -> Posted {
        match self.event(channel_id, webhook_event_id) {
            Some(event) if marked => self.post_once(channel_id, &[event::redelivered(&event)]).await,
            Some(event) => self.post_once(channel_id, &[event]).await,
            None => Posted::NotSent,
        }
    }

    /// How many webhooks wait for redelivery.
    pub fn waiting_redeliveries(&self, channel_id: &str) -> usize {
        self.lock().channels.get(channel_id).map_or(0, |channel| channel.redeliveries.len())
    }

    /// Posts every webhook whose redelivery is due by the clock; returns how many were posted.
    pub async fn redeliver_due(&self) -> usize {
        let due: Vec<(String, Redelivery)> = {
            let mut state = self.lock();
            let now_ms = state.now_ms();
            let channels = state.channels.values_mut();
            let taken = channels.flat_map(|channel| {
                let id = channel.spec.channel_id.clone();
                let (due, later) = channel.redeliveries.drain(..).partition(|waiting| waiting.due_at_ms <= now_ms);
                channel.redeliveries = later;
                let due: Vec<Redelivery> = due;
                due.into_iter().map(move |waiting| (id.clone(), waiting))
            });
            taken.collect()
        };
        let count = due.len();
        for (channel_id, waiting) in due {
            let posted = self.post_once(&channel_id, &waiting.events).await;
            let mut state = self.lock();
            let wait_ms = state.switches.redelivery_after_ms.get(waiting.attempts as usize).copied();
            let now_ms = state.now_ms();
            if let Some(wait_ms) = wait_ms.filter(|_| !posted.is_success()) {
                let again = Redelivery { due_at_ms: now_ms + wait_ms, attempts: waiting.attempts + 1, ..waiting };
                state.channel(&channel_id).redeliveries.push(again);
            }
        }
        count
    }

    async fn post_once(&self, channel_id: &str, events: &[Value]) -> Posted {
        let (url, body, signature) = {
            let mut state = self.lock();
            state.remember(channel_id, events);
            let spec = &state.channel(channel_id).spec;
            let Some(url) = spec.webhook_url.clone().filter(|_| spec.webhook_active) else {
                return Posted::NotSent;
            };
            let body = event::webhook_body(&spec.bot_user_id, events);
            let signature = event::sign(&spec.channel_secret, &body);
            (url, body, signature)
        };
        let posted = outgoing::post(&self.client, &url, headers(&signature), Bytes::from(body), WEBHOOK_LIMIT).await;
        let mut state = self.lock();
        let errors = &mut state.channel(channel_id).errors;
        match &posted {
            Posted::TimedOut => errors.request_timeout += 1,
            Posted::CouldNotConnect => errors.could_not_connect += 1,
            answered if !answered.is_success() => errors.error_status_code += 1,
            _ => {}
        }
        posted
    }

    /// The console's and the API's webhook test: `events: []`, signed.
    pub(super) async fn test_webhook(&self, channel_id: &str, url: String) -> Answer {
        let (body, signature, at_ms) = {
            let mut state = self.lock();
            let at_ms = state.now_ms();
            let spec = &state.channel(channel_id).spec;
            let body = event::webhook_body(&spec.bot_user_id, &[]);
            let signature = event::sign(&spec.channel_secret, &body);
            (body, signature, at_ms)
        };
        let posted = outgoing::post(&self.client, &url, headers(&signature), Bytes::from(body), WEBHOOK_LIMIT).await;
        let (status, reason) = match &posted {
            Posted::Answered { status: 200, .. } => (200, "OK"),
            Posted::Answered { status, .. } => (*status, "ERROR_STATUS_CODE"),
            Posted::TimedOut => (0, "REQUEST_TIMEOUT"),
            _ => (0, "COULD_NOT_CONNECT"),
        };
        let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_string();
        let body = json!({
            "success": status == 200, "timestamp": at, "statusCode": status, "reason": reason,
            "detail": if status == 0 { reason.to_owned() } else { status.to_string() },
        });
        Answer::json(200, &body)
    }
}

fn headers(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("LineBotWebhook/2.0"));
    if let Ok(signature) = HeaderValue::from_str(signature) {
        headers.insert("x-line-signature", signature);
    }
    headers
}

impl State {
    /// Notes what leaves: the events for repeats, their reply tokens and read tokens.
    fn remember(&mut self, channel_id: &str, events: &[Value]) {
        let received_at_ms = self.now_ms();
        for event in events {
            if let Some(token) = event["replyToken"].as_str() {
                let source = &event["source"];
                let chat = ["groupId", "roomId", "userId"].iter().find_map(|name| source[*name].as_str());
                let event_at_ms = event["timestamp"].as_i64().unwrap_or(received_at_ms);
                self.know_reply_token(channel_id, token, chat.unwrap_or_default(), event_at_ms, received_at_ms);
            }
            let channel = self.channel(channel_id);
            if let Some(token) = event["message"]["markAsReadToken"].as_str() {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let of = (text(&event["source"]["userId"]), text(&event["message"]["id"]));
                channel.read_tokens.insert(token.to_owned(), of);
            }
            if let Some(id) = event["webhookEventId"].as_str() {
                channel.events.entry(id.to_owned()).or_insert_with(|| event.clone());
            }
        }
    }
}
