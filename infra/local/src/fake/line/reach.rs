//! Whom a send names, what it costs, and whose phone shows it.

use serde_json::Value;

use super::endpoint::Endpoint;
use super::refusal::refuse;
use super::state::{Delivered, Friendship, State, TalkLine};
use crate::fake::wire::Answer;

/// A push also reaches somebody who is no friend but wrote within so many days (LINE docs, "Sending messages").
const WROTE_RECENTLY_MS: i64 = 7 * 24 * 3_600_000;
const MINUTE_MS: i64 = 60_000;
/// The text of the third kind of 429 is not published word for word; callers must not depend on it.
const TOO_MANY_TO_ONE_USER: &str = "Too many messages have been sent to the same user.";
const FAILED_TO_SEND: &str = "Failed to send messages";
const MONTHLY_LIMIT: &str = "You have reached your monthly limit.";

/// The recipients that a body names, if each looks like an ID.
pub(crate) fn recipients(via: Endpoint, body: &Value) -> Result<Vec<String>, Answer> {
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

/// Refuses people of another provider, unknown groups, and too many messages to one person.
pub(crate) fn check_recipients(
    state: &mut State,
    channel_id: &str,
    via: Endpoint,
    to: &[String],
) -> Result<(), Answer> {
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
    let Some(limit) = state.switches.messages_per_user_and_minute else {
        return Ok(());
    };
    let since_ms = state.now_ms() - MINUTE_MS;
    let channel = state.channel(channel_id);
    for recipient in to {
        let Some(one) = channel.relationships.get_mut(recipient) else {
            continue;
        };
        one.got_at_ms.retain(|at_ms| *at_ms > since_ms);
        if one.got_at_ms.len() >= limit as usize {
            return Err(refuse(429, TOO_MANY_TO_ONE_USER));
        }
    }
    Ok(())
}

/// Counts the recipients that are reached against the month's messages. Months begin in Japan's time zone.
pub(crate) fn charge(state: &mut State, channel_id: &str, to: &[String]) -> Result<(), Answer> {
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
    let Some(channel) = state.channels.get(channel_id) else {
        return Vec::new();
    };
    if let Some(members) = channel.groups.get(chat) {
        return members.clone();
    }
    let now_ms = state.now_ms();
    let reached = channel.relationships.get(chat).is_some_and(|one| match one.friendship {
        Friendship::Friend => true,
        Friendship::Blocked => false,
        Friendship::None => one.wrote_at_ms.is_some_and(|wrote_at_ms| now_ms - wrote_at_ms <= WROTE_RECENTLY_MS),
    });
    if reached { vec![chat.to_owned()] } else { Vec::new() }
}

/// Shows messages on the phones they reach; `sent` has their IDs where the answer named them.
pub(crate) fn deliver(
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
        let line =
            TalkLine { by_person: false, message_id, message: message.clone(), at_ms, unsent: false, read: false };
        let one = state.channel(channel_id).relationships.entry(chat.to_owned()).or_default();
        one.talk.push(line);
        one.got_at_ms.push(at_ms);
    }
}

/// The Japanese calendar month (year, month) of a time.
pub(crate) fn month_of(at_ms: i64) -> (i16, i8) {
    let shifted = jiff::Timestamp::from_millisecond(at_ms + 9 * 3_600_000).unwrap_or_default();
    let date = shifted.to_zoned(jiff::tz::TimeZone::UTC).date();
    (date.year(), date.month())
}

/// One of these letters and 32 lowercase hexadecimal digits.
fn is_chat_id(id: &str, letters: &str) -> bool {
    let mut characters = id.chars();
    let first_fits = characters.next().is_some_and(|first| letters.contains(first));
    first_fits && id.len() == 33 && characters.all(|character| matches!(character, '0'..='9' | 'a'..='f'))
}
