//! Quota, the webhook's address, message content, loading animation, mark as read.

use serde_json::{Value, json};

use super::reach::month_of;
use super::refusal::refuse;
use super::state::{Friendship, State};
use crate::fake::wire::{Answer, ApiRequest};

/// `GET /v2/bot/message/quota`.
pub(crate) fn quota(state: &mut State, channel_id: &str) -> Answer {
    match state.channel(channel_id).spec.monthly_limit {
        Some(limit) => Answer::json(200, &json!({"type": "limited", "value": limit})),
        None => Answer::json(200, &json!({"type": "none"})),
    }
}

/// `GET /v2/bot/message/quota/consumption`.
pub(crate) fn consumption(state: &mut State, channel_id: &str) -> Answer {
    let month = month_of(state.now_ms());
    let used = state.channel(channel_id).used_by_month.get(&month).copied().unwrap_or_default();
    Answer::json(200, &json!({"totalUsage": used}))
}

/// `GET` and `PUT /v2/bot/channel/webhook/endpoint`. "Use webhook" itself can only be switched in the console.
pub(crate) fn webhook_endpoint(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let spec = &mut state.channel(channel_id).spec;
    if asked.method == "GET" {
        return match &spec.webhook_url {
            Some(url) => Answer::json(200, &json!({"endpoint": url, "active": spec.webhook_active})),
            None => refuse(404, "Not found"),
        };
    }
    match asked.json().as_ref().and_then(|body| body["endpoint"].as_str()) {
        Some(url) if is_webhook_url(url) => {
            spec.webhook_url = Some(url.to_owned());
            Answer::json(200, &json!({}))
        }
        _ => refuse(400, "Invalid webhook endpoint URL"),
    }
}

/// LINE asks for https; the fake also takes http on loopback, since everything here runs on one machine.
fn is_webhook_url(url: &str) -> bool {
    let loopback = url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:");
    url.len() <= 500 && (url.starts_with("https://") || loopback)
}

/// Where `POST /v2/bot/channel/webhook/test` shall post, or the refusal.
pub(crate) fn test_target(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Result<String, Answer> {
    let body = asked.json().unwrap_or(Value::Null);
    let own = state.channel(channel_id).spec.webhook_url.clone();
    match body["endpoint"].as_str().map(str::to_owned).or(own) {
        Some(url) if is_webhook_url(&url) => Ok(url),
        Some(_) => Err(refuse(400, "Invalid webhook endpoint URL")),
        None => Err(refuse(404, "Not found")),
    }
}

/// `GET /v2/bot/message/{messageId}/content`: 202 while it is prepared, 410 once it is deleted.
pub(crate) fn content(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let id = asked.segments().get(3).copied().unwrap_or_default().to_owned();
    let Some(content) = state.contents.get_mut(&id).filter(|content| content.channel_id == channel_id) else {
        return refuse(404, "Not found");
    };
    if content.gone {
        return refuse(410, "Gone");
    }
    if content.preparing > 0 {
        content.preparing -= 1;
        return Answer::empty(202);
    }
    Answer::bytes(200, &content.content_type, content.bytes.clone())
}

/// `POST /v2/bot/chat/loading/start`: 5 to 60 seconds in steps of 5.
pub(crate) fn loading(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let body = asked.json().unwrap_or(Value::Null);
    let seconds = if body["loadingSeconds"].is_null() { Some(20) } else { body["loadingSeconds"].as_i64() };
    let seconds = seconds.filter(|seconds| (5..=60).contains(seconds) && seconds % 5 == 0);
    let until_ms = state.now_ms() + seconds.unwrap_or_default() * 1000;
    let channel = state.channel(channel_id);
    let chat = body["chatId"].as_str().filter(|chat| channel.relationships.contains_key(*chat));
    match (chat, seconds) {
        (Some(chat), Some(_)) => {
            if channel.relationships[chat].friendship != Friendship::Blocked {
                channel.loadings.push((chat.to_owned(), until_ms));
            }
            Answer::json(202, &json!({}))
        }
        _ => refuse(400, "The request body has 1 error(s)"),
    }
}

/// `POST /v2/bot/chat/markAsRead`. The token is the one of a webhook's message; it never expires, and marks what came before it, too.
/// Chat must be on (LINE docs, "Mark messages as read", 2026-08).
pub(crate) fn mark_as_read(state: &mut State, channel_id: &str, asked: &ApiRequest) -> Answer {
    let body = asked.json().unwrap_or(Value::Null);
    let channel = state.channel(channel_id);
    let known = body["markAsReadToken"].as_str().and_then(|token| channel.read_tokens.get(token).cloned());
    match known.filter(|_| channel.spec.chat) {
        Some((chat, message_id)) => {
            let one = channel.relationships.entry(chat).or_default();
            let until = one.talk.iter().position(|line| line.message_id == message_id).map_or(0, |at| at + 1);
            one.talk[..until].iter_mut().filter(|line| line.by_person).for_each(|line| line.read = true);
            Answer::json(200, &json!({}))
        }
        None => refuse(400, "Invalid mark as read token"),
    }
}
