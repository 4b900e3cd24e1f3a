//! Push, multicast, reply, validate: what is accepted, what it costs, and whom it reaches.

use serde_json::{Value, json};

use super::dispatch::refuse;
use super::state::{Accepted, Delivered, Friendship, State, TalkLine};
use super::{Endpoint, shape};
use crate::fake::wire::{Answer, Asked};

/// Life of a retry key (LINE reference, "Retrying an API request").
pub(crate) const RETRY_KEY_LIFE_MS: i64 = 24 * 3_600_000;
/// A push also reaches somebody who is no friend but wrote within so many days (LINE docs, "Sending messages").
const WROTE_RECENTLY_MS: i64 = 7 * 24 * 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// The text of the third kind of 429 is not published word for word; callers must not depend on it.
const TOO_MANY_TO_ONE_USER: &str = "Too many messages have been sent to the same user.";
const FAILED_TO_SEND: &str = "Failed to send messages";
const MONTHLY_LIMIT: &str = "You have reached your monthly limit.";

/// `POST /v2/bot/message/push` and `/multicast`.
pub(crate) fn to_many(state: &mut State, channel_id: &str, via: Endpoint, asked: &Asked, request_id: &str) -> Answer {
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
fn repeated(state: &mut State, channel_id: &str, via: Endpoint, key: &str, asked: &Asked) -> Option<Answer> {
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

fn recipients(via: Endpoint, body: &Value) -> Result<Vec<String>, Answer> {
    let invalid = || refuse(400, "The property, 'to', in the request body is invalid (line: -, column: -)");
    let to: Vec<String> = match (via, &body["to"]) {
        (Endpoint::Push, Value::String(to)) if is_chat_id(to, "UCR") => vec![to.clone()],
        (Endpoint::Multicast, Value::Array(to)) if (1..=500).contains(&to.len()) => {
            to.iter().filter_map(|to| to.as_str().filter(|to| is_chat_id(to, "U")).map(str::to_owned)).collect()
        }
        _ => return Err(invalid()),
    };
    let named = body["to"].as_array().map_or(1, Vec::len);
    if to.len() == named { Ok(to) } else { Err(invalid()) }
}

fn check_recipients(state: &mut State, channel_id: &str, via: Endpoint, to: &[String]) -> Result<(), Answer> {
    let provider = state.channel(channel_id).spec.provider.clone();
    let foreign_is_refused = via == Endpoint::Push || state.switches.multicast_refuses_foreign_users;
    for recipient in to {
        let known = match recipient.as_bytes().first() {
            Some(b'U') => state.people.get(recipient).is_some_and(|person| person.provider == provider),
            _ => state.channel(channel_id).groups.contains_key(recipient),
        };
        if !known && foreign_is_refused {
            return Err(refuse(400, FAILED_TO_SEND));
        }
    }
    let Some(limit) = state.switches.messages_per_user_and_minute else { return Ok(()) };
    let since_ms = state.now_ms() - MINUTE_MS;
    let channel = state.channel(channel_id);
    for recipient in to {
        let Some(tie) = channel.ties.get_mut(recipient) else { continue };
        tie.got_at_ms.retain(|at_ms| *at_ms > since_ms);
        if tie.got_at_ms.len() >= limit as usize {
            return Err(refuse(429, TOO_MANY_TO_ONE_USER));
        }
    }
    Ok(())
}

/// Counts the recipients that are reached against the month's messages. Months begin in Japan's time zone.
fn charge(state: &mut State, channel_id: &str, to: &[String]) -> Result<(), Answer> {
    let month = month_of(state.now_ms());
    let reached = to.iter().map(|recipient| reached_people(state, channel_id, recipient).len() as u32).sum::<u32>();
    let channel = state.channel(channel_id);
    let used = channel.used_by_month.entry(month).or_default();
    if let Some(limit) = channel.spec.monthly_limit
        && (*used >= limit || *used + reached > limit)
    {
        return Err(refuse(429, MONTHLY_LIMIT));
    }
    *used += reached;
    Ok(())
}

/// The people whose phones show a message to this chat.
fn reached_people(state: &State, channel_id: &str, chat: &str) -> Vec<String> {
    let Some(channel) = state.channels.get(channel_id) else { return Vec::new() };
    if let Some(members) = channel.groups.get(chat) {
        return members.clone();
    }
    let now_ms = state.now_ms();
    let reached = channel.ties.get(chat).is_some_and(|tie| match tie.friendship {
        Friendship::Friend => true,
        Friendship::Blocked => false,
        Friendship::None => tie.wrote_at_ms.is_some_and(|wrote_at_ms| now_ms - wrote_at_ms <= WROTE_RECENTLY_MS),
    });
    if reached { vec![chat.to_owned()] } else { Vec::new() }
}

fn sent_messages(state: &mut State, messages: &[Value]) -> Vec<Value> {
    let mut sent = Vec::new();
    for message in messages {
        let id = state.message_id();
        let quotable = matches!(message["type"].as_str(), Some("text" | "textV2" | "sticker" | "image" | "video" | "template"));
        sent.push(if quotable { json!({"id": id, "quoteToken": format!("qt-{id}")}) } else { json!({"id": id}) });
    }
    sent
}

fn accept(state: &mut State, channel_id: &str, via: Endpoint, to: &[String], asked: &Asked, request_id: &str) {
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

fn deliver(
    state: &mut State,
    channel_id: &str,
    via: Endpoint,
    chat: &str,
    retry_key: Option<String>,
    messages: &[Value],
    sent: &[Value],
) {
    if reached_people(state, channel_id, chat).is_empty() {
        return;
    }
    let at_ms = state.now_ms();
    state.delivered.push(Delivered {
        channel_id: channel_id.to_owned(),
        to: chat.to_owned(),
        retry_key,
        messages: messages.to_vec(),
        at_ms,
        via,
    });
    for (at, message) in messages.iter().enumerate() {
        let own_id = sent.get(at).and_then(|sent| sent["id"].as_str()).map(str::to_owned);
        let message_id = own_id.unwrap_or_else(|| state.message_id());
        let line = TalkLine { by_person: false, message_id, message: message.clone(), at_ms, unsent: false };
        let tie = state.channel(channel_id).ties.entry(chat.to_owned()).or_default();
        tie.talk.push(line);
        tie.got_at_ms.push(at_ms);
    }
}

/// `POST /v2/bot/message/reply`: free, once per token, within a minute of the webhook (20 minutes of the event at most).
pub(crate) fn reply(state: &mut State, channel_id: &str, asked: &Asked, request_id: &str) -> Answer {
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
    let alive = |token: &&mut super::state::ReplyToken| {
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
pub(crate) fn validate(asked: &Asked) -> Answer {
    let body = asked.json().unwrap_or(Value::Null);
    let wrongs = shape::check_messages(body.get("messages"));
    if wrongs.is_empty() { Answer::json(200, &json!({})) } else { Answer::json(400, &shape::refusal(&wrongs)) }
}

/// The Japanese calendar month (year, month) of a time.
pub(crate) fn month_of(at_ms: i64) -> (i16, i8) {
    let shifted = jiff::Timestamp::from_millisecond(at_ms + 9 * 3_600_000).unwrap_or_default();
    let date = shifted.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.year(), date.month())
}

fn is_uuid(key: &str) -> bool {
    key.len() == 36 && uuid::Uuid::try_parse(key).is_ok()
}

/// One of these letters and 32 lowercase hexadecimal digits.
fn is_chat_id(id: &str, letters: &str) -> bool {
    let mut characters = id.chars();
    let first_fits = characters.next().is_some_and(|first| letters.contains(first));
    first_fits && id.len() == 33 && characters.all(|character| matches!(character, '0'..='9' | 'a'..='f'))
}
