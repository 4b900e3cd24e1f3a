//! From a request to an endpoint: exact paths, faults, token, rate, ledger. Everything here is synchronous, under one lock.

use super::endpoint::Endpoint;
use super::login::{account_link, masked, routes as login};
use super::refusal::{RATE_LIMITED, UNAUTHORIZED, refuse};
use super::state::{RetryKey, State};
use super::{admin, people, send, token};
use crate::fake::wire::{Answer, ApiRequest};
use crate::fake::{Call, Fault, TokenBucket};

/// What is left to do for a call.
pub(crate) enum Step {
    /// Send this, after so many milliseconds.
    Answer { answer: Answer, delay_ms: u64 },
    /// Cut the connection.
    NoAnswer,
    /// Call the channel's webhook first, then `close` the call.
    TestWebhook { channel_id: String, url: String, ticket: Ticket },
}

/// A call between its effect and its answer.
pub(crate) struct Ticket {
    request_id: String,
    channel_id: Option<String>,
    fault: Option<Fault>,
    /// The ledger keeps no value of it.
    masked: bool,
}

fn endpoint_of(method: &str, segments: &[&str]) -> Option<Endpoint> {
    let found = match (method, segments) {
        ("POST", ["oauth2", "v3", "token"]) => Endpoint::Token,
        ("POST", ["v2", "bot", "message", "push"]) => Endpoint::Push,
        ("POST", ["v2", "bot", "message", "multicast"]) => Endpoint::Multicast,
        ("POST", ["v2", "bot", "message", "reply"]) => Endpoint::Reply,
        ("POST", ["v2", "bot", "message", "validate", "push" | "reply" | "multicast"]) => Endpoint::Validate,
        ("GET", ["v2", "bot", "profile", id]) if !id.is_empty() => Endpoint::Profile,
        ("GET", ["v2", "bot", "group", group, "member", id]) if !group.is_empty() && !id.is_empty() => {
            Endpoint::Profile
        }
        ("GET", ["v2", "bot", "followers", "ids"]) => Endpoint::Followers,
        ("GET", ["v2", "bot", "info"]) => Endpoint::BotInfo,
        ("GET", ["v2", "bot", "message", "quota"]) => Endpoint::Quota,
        ("GET", ["v2", "bot", "message", "quota", "consumption"]) => Endpoint::QuotaConsumption,
        ("GET" | "PUT", ["v2", "bot", "channel", "webhook", "endpoint"]) => Endpoint::WebhookEndpoint,
        ("POST", ["v2", "bot", "channel", "webhook", "test"]) => Endpoint::WebhookTest,
        ("GET", ["v2", "bot", "message", id, "content"]) if !id.is_empty() => Endpoint::Content,
        ("POST", ["v2", "bot", "chat", "loading", "start"]) => Endpoint::Loading,
        ("POST", ["v2", "bot", "chat", "markAsRead"]) => Endpoint::MarkAsRead,
        _ => return login::endpoint_of(method, segments),
    };
    Some(found)
}

/// The documented rate: calls per so many milliseconds, per channel. Bursts up to one period's calls are taken at once.
fn documented_rate(endpoint: Endpoint) -> (u32, u32) {
    match endpoint {
        Endpoint::Multicast => (200, 1_000),
        Endpoint::Loading => (100, 1_000),
        Endpoint::WebhookEndpoint => (1_000, 60_000),
        Endpoint::WebhookTest => (60, 3_600_000),
        _ => (2_000, 1_000),
    }
}

/// Does what a call asks, up to a webhook test's own call.
pub(crate) fn take(state: &mut State, asked: &ApiRequest) -> Step {
    let request_id = state.ids.uuid();
    let Some(endpoint) = endpoint_of(&asked.method, &asked.segments()) else {
        let ticket = Ticket { request_id, channel_id: None, fault: None, masked: false };
        return close(state, asked, ticket, refuse(404, "Not found"));
    };
    let owner = asked.bearer().and_then(|bearer| token::channel_of(state, bearer));
    let channel_id = owner.clone().filter(|id| state.channels.contains_key(id));
    note_retry_key(state, channel_id.as_deref(), asked);
    let fault = state.faults.strike(endpoint);
    let ticket = Ticket { request_id, channel_id: owner, fault, masked: login::is_masked(endpoint) };
    match fault {
        Some(Fault::CloseBeforeEffect) => {
            return close(state, asked, ticket, refuse(503, "closed before effect"));
        }
        Some(Fault::FailBefore(status)) => {
            return close(state, asked, ticket, refuse(status, "Injected failure"));
        }
        Some(Fault::FailBeforeRetryAfter { status, seconds }) => {
            let answer = refuse(status, "Injected failure").with("retry-after", seconds.to_string());
            return close(state, asked, ticket, answer);
        }
        Some(Fault::RateLimited) => return close(state, asked, ticket, refuse(429, RATE_LIMITED)),
        _ => {}
    }
    if endpoint == Endpoint::Token {
        let answer = token::issue(state, asked);
        return close(state, asked, ticket, answer);
    }
    if let Some(answer) = login::perform(state, endpoint, asked) {
        return close(state, asked, ticket, answer);
    }
    let Some(channel_id) = channel_id else {
        return close(state, asked, ticket, refuse(401, UNAUTHORIZED));
    };
    if !within_rate(state, &channel_id, endpoint) {
        return close(state, asked, ticket, refuse(429, RATE_LIMITED));
    }
    if asked.body.len() > 2 << 20 {
        return close(state, asked, ticket, refuse(413, "The request entity is larger than the limit"));
    }
    if endpoint == Endpoint::WebhookTest {
        return match admin::test_target(state, &channel_id, asked) {
            Ok(url) => Step::TestWebhook { channel_id, url, ticket },
            Err(answer) => close(state, asked, ticket, answer),
        };
    }
    let answer = perform(state, &channel_id, endpoint, asked, &ticket.request_id);
    close(state, asked, ticket, answer)
}

fn perform(state: &mut State, channel_id: &str, endpoint: Endpoint, asked: &ApiRequest, request_id: &str) -> Answer {
    match endpoint {
        Endpoint::Push | Endpoint::Multicast => send::to_many(state, channel_id, endpoint, asked, request_id),
        Endpoint::Reply => send::reply(state, channel_id, asked, request_id),
        Endpoint::Validate => send::validate(asked),
        Endpoint::Profile => people::profile(state, channel_id, asked),
        Endpoint::Followers => people::followers(state, channel_id, asked),
        Endpoint::BotInfo => people::bot_info(state, channel_id),
        Endpoint::Quota => admin::quota(state, channel_id),
        Endpoint::QuotaConsumption => admin::consumption(state, channel_id),
        Endpoint::WebhookEndpoint => admin::webhook_endpoint(state, channel_id, asked),
        Endpoint::Content => admin::content(state, channel_id, asked),
        Endpoint::Loading => admin::loading(state, channel_id, asked),
        Endpoint::MarkAsRead => admin::mark_as_read(state, channel_id, asked),
        Endpoint::LinkToken => account_link::issue(state, channel_id, asked),
        _ => refuse(404, "Not found"),
    }
}

/// Writes the ledger and decides how the answer leaves.
pub(crate) fn close(state: &mut State, asked: &ApiRequest, ticket: Ticket, answer: Answer) -> Step {
    let lost = matches!(ticket.fault, Some(Fault::LoseAnswerAfterEffect | Fault::CloseBeforeEffect));
    let answer = match ticket.fault {
        Some(Fault::FailAfterEffect(status)) => refuse(status, "Injected failure"),
        _ => answer,
    };
    let at_ms = state.now_ms();
    let (path, query, body) = match ticket.masked {
        true => masked::masked(asked),
        false => (asked.path.clone(), asked.query.clone(), asked.body.clone()),
    };
    state.ledger.calls.push(Call {
        method: asked.method.clone(),
        path,
        query,
        status: answer.status,
        lost,
        at_ms,
        retry_key: asked.header("x-line-retry-key").map(str::to_owned),
        request_id: ticket.request_id.clone(),
        owner: ticket.channel_id,
        body,
    });
    if lost {
        return Step::NoAnswer;
    }
    let delay_ms = if let Some(Fault::Delay(ms)) = ticket.fault { ms } else { 0 };
    let answer = answer.with("x-line-request-id", ticket.request_id).with("date", date(at_ms));
    Step::Answer { answer, delay_ms }
}

/// The header `Date`: the platform's time, not that of the computer it runs on.
fn date(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn within_rate(state: &mut State, channel_id: &str, endpoint: Endpoint) -> bool {
    let now_ms = state.now_ms();
    let (calls, per_ms) = state.rates.get(&endpoint).copied().unwrap_or_else(|| documented_rate(endpoint));
    let channel = state.channel(channel_id);
    channel.buckets.entry(endpoint).or_insert_with(|| TokenBucket::new(calls, per_ms, now_ms)).take(now_ms)
}

/// Remembers a retry key at its first sight, and notes what a careful caller never does with one.
fn note_retry_key(state: &mut State, channel_id: Option<&str>, asked: &ApiRequest) {
    let (Some(channel_id), Some(key)) = (channel_id, asked.header("x-line-retry-key")) else {
        return;
    };
    let now_ms = state.now_ms();
    let key = key.to_ascii_lowercase();
    let fresh = || RetryKey { first_at_ms: now_ms, path: asked.path.clone(), body: asked.body.clone(), accepted: None };
    let known = state.channel(channel_id).retry_keys.entry(key.clone()).or_insert_with(fresh);
    if now_ms - known.first_at_ms >= send::RETRY_KEY_LIFE_MS {
        *known = fresh();
        state.ledger.violations.push(format!("retry key {key} used again after 24 hours: a new request"));
    } else if known.body != asked.body || known.path != asked.path {
        state.ledger.violations.push(format!("retry key {key} used with another body or path"));
    }
}
