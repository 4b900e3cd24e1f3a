//! Push, multicast, reply, validate: what is accepted, and under which retry key.

use serde_json::{Value, json};

use super::endpoint::Endpoint;
use super::reach::{charge, check_recipients, deliver, recipients};
use super::refusal::refuse;
use super::shape;
use super::state::{Accepted, ReplyToken, State};
use crate::fake::wire::{Answer, ApiRequest};

/// Life of a retry key (LINE reference, "Retrying an API request").
pub(crate) const RETRY_KEY_LIFE_MS: i64 = 24 * 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// `POST /v2/bot/message/push` and `/multicast`.
pub(crate) fn to_many(
    state: &mut State,
    channel_id: &str,
    via: Endpoint,
    asked: &ApiRequest,
    request_id: &str,
) -> Answer {
    let key = match asked.header("x-line-retry-key") {
        Some(key) if !is_uuid(key) => return refuse(400, "Invalid retry key"),
        Some(key) => Some(key.to_ascii_lowercase()),
        None => None,
    };
    if let Some(answer) = key.as_deref().and_then(|key| repeated(state, channel_id, via, key, asked)) {
        return answer;
    }
    let Some(body) = asked.json().filter(Value::is_object) else {
        return refuse(400, "The request body could not be parsed as JSON");
    };
    let wrongs = shape::check_messages(body.get("messages"));
    if !wrongs.is_empty() {
        return Answer::json(400, &shape::refusal(&wrongs));
    }
    let to = match recipients(via, &body) {
        Ok(to) => to,
        Err(answer) => return answer,
    };
    if let Err(answer) = check_recipients(state, channel_id, via, &to) {
        return answer;
    }
    if let Err(answer) = charge(state, channel_id, &to) {
        return answer;
    }
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let sent = sent_messages(state, &messages);
    accept(state, channel_id, via, &to, asked, request_id);
    for (at, recipient) in to.iter().enumerate() {
        deliver(state, channel_id, via, recipient, key.clone(), &messages, if at == 0 { &sent } else { &[] });
    }
    if let Some(known) = key.as_deref().and_then(|key| state.channel(channel_id).retry_keys.get_mut(key)) {
        known.accepted = Some((request_id.to_owned(), sent.clone()));
    }
    match via {
        Endpoint::Push => Answer::json(200, &json!({"sentMessages": sent})),
        _ => Answer::json(200, &json!({})),
    }
}

/// The answer to a key that was accepted before, or that is used for something else.
fn repeated(state: &mut State, channel_id: &str, via: Endpoint, key: &str, asked: &ApiRequest) -> Option<Answer> {
    let known = state.channel(channel_id).retry_keys.get(key)?;
    if known.body != asked.body || known.path != asked.path {
        return Some(refuse(400, "The retry key was used with another request body"));
    }
    let (request_id, sent) = known.accepted.clone()?;
    let mut body = json!({"message": "The retry key is already accepted"});
    if via == Endpoint::Push {
        body["sentMessages"] = json!(sent);
    }
    Some(Answer::json(409, &body).with("x-line-accepted-request-id", request_id))
}

fn sent_messages(state: &mut State, messages: &[Value]) -> Vec<Value> {
    let mut sent = Vec::new();
    for message in messages {
        let id = state.message_id();
        let quotable =
            matches!(message["type"].as_str(), Some("text" | "textV2" | "sticker" | "image" | "video" | "template"));
        sent.push(if quotable { json!({"id": id, "quoteToken": format!("qt-{id}")}) } else { json!({"id": id}) });
    }
    sent
}

fn accept(state: &mut State, channel_id: &str, via: Endpoint, to: &[String], asked: &ApiRequest, request_id: &str) {
    let at_ms = state.now_ms();
    state.accepted.push(Accepted {
        channel_id: channel_id.to_owned(),
        via,
        to: to.to_vec(),
        retry_key: asked.header("x-line-retry-key").map(str::to_owned),
        request_id: request_id.to_owned(),
        at_ms,
    });
}

/// `POST /v2/bot/message/reply`: free, once per token, within a minute of the webhook (20 minutes of the event at most).
pub(crate) fn reply(state: &mut State, channel_id: &str, asked: &ApiRequest, request_id: &str) -> Answer {
    if asked.header("x-line-retry-key").is_some() {
        return refuse(400, "The retry key is not supported by this endpoint");
    }
    let Some(body) = asked.json().filter(Value::is_object) else {
        return refuse(400, "The request body could not be parsed as JSON");
    };
    let wrongs = shape::check_messages(body.get("messages"));
    if !wrongs.is_empty() {
        return Answer::json(400, &shape::refusal(&wrongs));
    }
    let now_ms = state.now_ms();
    let token = body["replyToken"].as_str().and_then(|token| state.channel(channel_id).reply_tokens.get_mut(token));
    let alive = |token: &&mut ReplyToken| {
        !token.used && now_ms - token.received_at_ms <= MINUTE_MS && now_ms - token.event_at_ms <= 20 * MINUTE_MS
    };
    let Some(token) = token.filter(alive) else {
        return refuse(400, "Invalid reply token");
    };
    token.used = true;
    let chat = token.chat.clone();
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let sent = sent_messages(state, &messages);
    accept(state, channel_id, Endpoint::Reply, std::slice::from_ref(&chat), asked, request_id);
    deliver(state, channel_id, Endpoint::Reply, &chat, None, &messages, &sent);
    Answer::json(200, &json!({"sentMessages": sent}))
}

/// `POST /v2/bot/message/validate/*`: only `messages` is looked at.
pub(crate) fn validate(asked: &ApiRequest) -> Answer {
    let body = asked.json().unwrap_or(Value::Null);
    let wrongs = shape::check_messages(body.get("messages"));
    if wrongs.is_empty() { Answer::json(200, &json!({})) } else { Answer::json(400, &shape::refusal(&wrongs)) }
}

fn is_uuid(key: &str) -> bool {
    key.len() == 36 && uuid::Uuid::try_parse(key).is_ok()
}
