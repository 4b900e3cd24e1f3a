//! The phone's side: what people do becomes a signed webhook, posted with LINE's two seconds and redelivered where that is on.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use super::FakeLine;
use super::event::{self, Common};
use super::state::{Friendship, Redelivery, State, TalkLine};
use crate::fake::wire::Answer;
use crate::fake::{Posted, outgoing};

/// LINE waits so long for a webhook's answer (guidelines, 2026).
const WEBHOOK_LIMIT: Duration = Duration::from_secs(2);

/// One thing a person did, as it went out.
#[derive(Clone, Debug)]
pub struct PhoneWebhook {
    /// ULID of the event.
    pub webhook_event_id: String,
    /// The message's ID, for messages.
    pub message_id: Option<String>,
    /// What came of the webhook. `NotSent`: no URL, or "Use webhook" is off.
    pub posted: Posted,
}

impl FakeLine {
    /// The person writes a text.
    pub async fn write_text(&self, channel_id: &str, user_id: &str, text: &str) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::text(common, id, text)).await
    }

    /// The person sends a sticker.
    pub async fn write_sticker(&self, channel_id: &str, user_id: &str, package_id: &str, sticker_id: &str) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::sticker(common, id, package_id, sticker_id, &["Happy"])).await
    }

    /// The person sends a picture; its bytes can be fetched as the message's content.
    pub async fn write_image(&self, channel_id: &str, user_id: &str, content_type: &str, bytes: Bytes) -> PhoneWebhook {
        let fake = self.clone();
        let keep = |common: &Common, id: &str| {
            fake.keep_content(channel_id, id, content_type, bytes, 0);
            event::image(common, id)
        };
        self.write(channel_id, user_id, keep).await
    }

    /// The person sends a place.
    pub async fn write_location(&self, channel_id: &str, user_id: &str, title: &str, address: &str, at: (f64, f64)) -> PhoneWebhook {
        self.write(channel_id, user_id, |common, id| event::location(common, id, title, address, at.0, at.1)).await
    }

    /// The person sends any message: `make` builds the event from what is common and a new message ID.
    pub async fn write(&self, channel_id: &str, user_id: &str, make: impl FnOnce(&Common, &str) -> Value) -> PhoneWebhook {
        let message_id = self.lock().message_id();
        let mut webhook = self
            .act(channel_id, user_id, true, |state, common| {
                state.channel(channel_id).ties.entry(user_id.to_owned()).or_default().wrote_at_ms = Some(common.at_ms);
                let _ = state;
            }, |common| make(common, &message_id))
            .await;
        webhook.message_id = Some(message_id);
        webhook
    }

    /// The person taps a postback action.
    pub async fn postback(&self, channel_id: &str, user_id: &str, data: &str) -> PhoneWebhook {
        self.act(channel_id, user_id, true, |_, _| {}, |common| event::postback(common, data, None)).await
    }

    /// The person takes a message back; the phone no longer shows it, and its content is gone.
    pub async fn unsend(&self, channel_id: &str, user_id: &str, message_id: &str) -> PhoneWebhook {
        self.drop_content(message_id);
        let forget = |state: &mut State, _: &Common| {
            let tie = state.channel(channel_id).ties.entry(user_id.to_owned()).or_default();
            for line in tie.talk.iter_mut().filter(|line| line.message_id == message_id) {
                line.unsent = true;
                line.message = json!({"type": "unsent"});
            }
        };
        self.act(channel_id, user_id, false, forget, |common| event::unsend(common, message_id)).await
    }

    /// The person adds the channel, or unblocks it if they had blocked it.
    pub async fn follow(&self, channel_id: &str, user_id: &str) -> PhoneWebhook {
        let unblocked = self.friendship(channel_id, user_id) == Friendship::Blocked;
        self.set_friendship(channel_id, user_id, Friendship::Friend);
        self.act(channel_id, user_id, true, |_, _| {}, |common| event::follow(common, unblocked)).await
    }

    /// The person blocks the channel.
    pub async fn block(&self, channel_id: &str, user_id: &str) -> PhoneWebhook {
        self.set_friendship(channel_id, user_id, Friendship::Blocked);
        self.act(channel_id, user_id, false, |_, _| {}, event::unfollow).await
    }

    /// The person unblocks the channel: a follow with `isUnblocked`.
    pub async fn unblock(&self, channel_id: &str, user_id: &str) -> PhoneWebhook {
        self.follow(channel_id, user_id).await
    }

    async fn act(
        &self,
        channel_id: &str,
        user_id: &str,
        with_reply_token: bool,
        effect: impl FnOnce(&mut State, &Common),
        make: impl FnOnce(&Common) -> Value,
    ) -> PhoneWebhook {
        let common = {
            let mut state = self.lock();
            let at_ms = state.now_ms();
            let id = state.ids.ulid(at_ms);
            let token = state.ids.hex32();
            let common = Common::by_user(user_id, at_ms, &id, with_reply_token.then_some(token.as_str()));
            effect(&mut state, &common);
            common
        };
        let event = make(&common);
        if let Some(message) = event.get("message") {
            let line = TalkLine {
                by_person: true,
                message_id: message["id"].as_str().unwrap_or_default().to_owned(),
                message: message.clone(),
                at_ms: common.at_ms,
                unsent: false,
            };
            self.lock().channel(channel_id).ties.entry(user_id.to_owned()).or_default().talk.push(line);
        }
        let posted = self.post_events(channel_id, vec![event]).await;
        PhoneWebhook { webhook_event_id: common.webhook_event_id, message_id: None, posted }
    }

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
            let Some(url) = spec.webhook_url.clone().filter(|_| spec.webhook_active) else { return Posted::NotSent };
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
                channel.read_tokens.insert(token.to_owned());
            }
            if let Some(id) = event["webhookEventId"].as_str() {
                channel.events.entry(id.to_owned()).or_insert_with(|| event.clone());
            }
        }
    }
}
