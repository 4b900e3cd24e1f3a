//! From a request to an endpoint: dated paths, faults, token, rate, scope, ledger. Synchronous, under one lock.

use super::batch::{self, BatchWrite};
use super::endpoint::Endpoint;
use super::object_type::ObjectType;
use super::problem::Problem;
use super::routes::{endpoint_of, scope_of};
use super::state::State;
use super::{associations, callbacks, consent, files, inbox, misc, oauth, objects, properties, search};
use crate::fake::wire::{Answer, ApiRequest};
use crate::fake::{Call, Fault};

/// How a call ends.
pub(crate) enum Step {
    /// Send this, after so many milliseconds.
    Answer { answer: Answer, delay_ms: u64 },
    /// Cut the connection.
    NoAnswer,
}

const WINDOW_MS: i64 = 10_000;

/// Does what a call asks.
pub(crate) fn take(state: &mut State, asked: &ApiRequest) -> Step {
    let correlation_id = state.ids.uuid();
    let segments = asked.segments();
    let Some(endpoint) = endpoint_of(&asked.method, &segments) else {
        return close(state, asked, None, correlation_id.clone(), None, Problem::not_found().answer(&correlation_id));
    };
    let fault = state.faults.strike(endpoint);
    let grant = asked.bearer().and_then(|token| live_grant(state, token));
    let portal_id = grant.as_ref().map(|(portal_id, _)| *portal_id);
    if let Some(answer) = before_effect(fault, &correlation_id) {
        return close(state, asked, portal_id, correlation_id, fault, answer);
    }
    let (answer, portal_id) = match endpoint {
        Endpoint::Authorize => {
            let portal = if let ["oauth", id, "authorize"] = segments.as_slice() { Some(*id) } else { None };
            (consent::authorize(state, portal, asked), None)
        }
        Endpoint::Decide => (consent::decide(state, asked), None),
        Endpoint::Token => (oauth::token(state, asked), None),
        Endpoint::Introspect => (oauth::introspect(state, asked), None),
        Endpoint::Revoke => (oauth::revoke(state, asked), None),
        Endpoint::Download => (files::download(state, files::secret_of(&segments).unwrap_or_default()), None),
        // By a key, and no portal's token.
        Endpoint::CustomChannel => {
            let made = inbox::channel(state, segments.get(3).copied(), asked);
            (made.unwrap_or_else(|problem| refusal(&problem, &correlation_id)), None)
        }
        _ => match admitted(state, endpoint, grant) {
            Ok(portal_id) => {
                let answer = perform(state, portal_id, endpoint, &segments, asked);
                (answer.unwrap_or_else(|problem| refusal(&problem, &correlation_id)), Some(portal_id))
            }
            Err(problem) => (refusal(&problem, &correlation_id), portal_id),
        },
    };
    let answer = match portal_id.filter(|_| !matches!(endpoint, Endpoint::Search(_))) {
        Some(portal_id) => with_rate_headers(state, portal_id, answer),
        None => answer,
    };
    close(state, asked, portal_id, correlation_id, fault, answer)
}

/// A fault that leaves no effect.
fn before_effect(fault: Option<Fault>, correlation_id: &str) -> Option<Answer> {
    let plain = |status| Problem::new(status, "INTERNAL_ERROR", "Injected failure").answer(correlation_id);
    match fault? {
        Fault::CloseBeforeEffect => Some(plain(503)),
        Fault::FailBefore(status) => Some(plain(status)),
        Fault::FailBeforeRetryAfter { status, seconds } => Some(plain(status).with("retry-after", seconds.to_string())),
        Fault::RateLimited => Some(refusal(&ten_secondly(), correlation_id)),
        Fault::LoseAnswerAfterEffect | Fault::FailAfterEffect(_) | Fault::Delay(_) => None,
    }
}

fn ten_secondly() -> Problem {
    Problem::new(429, "RATE_LIMITS", "You have reached your ten_secondly_rolling limit.")
}

/// 429 has a body of its own; everything else is the common error body.
fn refusal(problem: &Problem, correlation_id: &str) -> Answer {
    if problem.status != 429 {
        return problem.answer(correlation_id);
    }
    let policy = if problem.message.contains("secondly limit") { "SECONDLY" } else { "TEN_SECONDLY_ROLLING" };
    let body = serde_json::json!({
        "status": "error", "message": problem.message, "errorType": "RATE_LIMIT", "correlationId": correlation_id,
        "policyName": policy, "requestId": correlation_id,
    });
    Answer::json(429, &body)
}

fn live_grant(state: &State, token: &str) -> Option<(u64, Vec<String>)> {
    let grant = state.access_tokens.get(token).filter(|grant| state.now_ms() < grant.expires_at_ms)?;
    Some((grant.portal_id, grant.scopes.clone()))
}

/// Token, then rate, then scope.
fn admitted(state: &mut State, endpoint: Endpoint, grant: Option<(u64, Vec<String>)>) -> Result<u64, Problem> {
    let unauthorized =
        || Problem::new(401, "EXPIRED_AUTHENTICATION", "The access token is expired, invalid or missing.");
    let (portal_id, scopes) = grant.ok_or_else(unauthorized)?;
    let now_ms = state.now_ms();
    let portal = state.portal(portal_id);
    if !matches!(endpoint, Endpoint::Search(_)) {
        portal.recent_calls.retain(|at_ms| *at_ms > now_ms - WINDOW_MS);
        if portal.recent_calls.len() >= portal.spec.calls_per_ten_seconds as usize {
            return Err(ten_secondly());
        }
        portal.recent_calls.push_back(now_ms);
    }
    match scope_of(endpoint) {
        Some(scope) if !scopes.iter().any(|granted| granted == scope) => {
            Err(Problem::new(403, "MISSING_SCOPES", format!("This call needs the scope {scope}.")))
        }
        _ => Ok(portal_id),
    }
}

fn with_rate_headers(state: &mut State, portal_id: u64, answer: Answer) -> Answer {
    let Some(portal) = state.portals.get(&portal_id) else {
        return answer;
    };
    let most = portal.spec.calls_per_ten_seconds;
    let left = most.saturating_sub(portal.recent_calls.len() as u32);
    answer
        .with("x-hubspot-ratelimit-max", most.to_string())
        .with("x-hubspot-ratelimit-remaining", left.to_string())
        .with("x-hubspot-ratelimit-interval-milliseconds", WINDOW_MS.to_string())
}

fn perform(
    state: &mut State,
    portal_id: u64,
    endpoint: Endpoint,
    segments: &[&str],
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let id = segments.get(4).copied().unwrap_or_default();
    match endpoint {
        Endpoint::Uninstall => {
            state.forget_tokens(portal_id);
            Ok(Answer::empty(204))
        }
        Endpoint::Account => Ok(misc::account(state, portal_id)),
        Endpoint::Get(kind) => objects::get(state, portal_id, kind, id, asked),
        Endpoint::Create(kind) => objects::create(state, portal_id, kind, asked),
        Endpoint::Update(kind) => objects::patch(state, portal_id, kind, id, asked),
        Endpoint::Delete(kind) => objects::delete(state, portal_id, kind, id, asked),
        Endpoint::BatchRead(kind) => batch::read(state, portal_id, kind, asked),
        Endpoint::BatchCreate(kind) => batch::write(state, portal_id, kind, BatchWrite::Create, asked),
        Endpoint::BatchUpdate(kind) => batch::write(state, portal_id, kind, BatchWrite::Update, asked),
        Endpoint::BatchUpsert(kind) => batch::write(state, portal_id, kind, BatchWrite::Upsert, asked),
        Endpoint::BatchArchive(kind) => batch::archive(state, portal_id, kind, asked),
        Endpoint::Search(kind) => search::search(state, portal_id, kind, asked),
        Endpoint::Merge => objects::merge(state, portal_id, asked),
        Endpoint::GdprDelete => objects::gdpr_delete(state, portal_id, asked),
        Endpoint::Associate | Endpoint::ReadAssociations | Endpoint::Dissociate => {
            perform_association(state, portal_id, endpoint, segments, asked)
        }
        Endpoint::ReadProperties | Endpoint::WriteProperties => perform_property(state, portal_id, segments, asked),
        Endpoint::Owners => match segments.get(3) {
            Some(id) => misc::owner(state.portal(portal_id), id, asked),
            None => Ok(misc::owners(state.portal(portal_id), asked)),
        },
        Endpoint::Upload => files::upload(state, portal_id, asked),
        Endpoint::FileStat => files::stat(state, portal_id, asked),
        Endpoint::SignedUrl => files::signed_url(state, portal_id, segments.get(3).copied().unwrap_or_default(), asked),
        Endpoint::DeleteFile => files::delete(state, portal_id, segments.get(3).copied().unwrap_or_default()),
        Endpoint::TimelineEvent => misc::event(state, portal_id, asked),
        Endpoint::TimelineBatch => misc::events(state, portal_id, asked),
        Endpoint::Inboxes
        | Endpoint::ChannelAccounts
        | Endpoint::ConnectChannelAccount
        | Endpoint::ChangeChannelAccount
        | Endpoint::InboxMessage
        | Endpoint::InboxStatus => perform_inbox(state, portal_id, endpoint, segments, asked),
        Endpoint::Complete => callbacks::complete(state, portal_id, id, asked),
        Endpoint::CompleteBatch => callbacks::complete_batch(state, portal_id, asked),
        Endpoint::Authorize
        | Endpoint::Decide
        | Endpoint::Token
        | Endpoint::Introspect
        | Endpoint::Revoke
        | Endpoint::Download
        | Endpoint::CustomChannel => Err(Problem::not_found()),
    }
}

fn perform_inbox(
    state: &mut State,
    portal_id: u64,
    endpoint: Endpoint,
    segments: &[&str],
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let (channel, id) = (segments.get(3).copied().unwrap_or_default(), segments.get(5).copied().unwrap_or_default());
    match endpoint {
        Endpoint::Inboxes => Ok(inbox::inboxes(state, portal_id)),
        Endpoint::ChannelAccounts => Ok(inbox::accounts(state, portal_id, channel)),
        Endpoint::ConnectChannelAccount => inbox::connect(state, portal_id, channel, asked),
        Endpoint::ChangeChannelAccount => inbox::change_account(state, portal_id, id, asked),
        Endpoint::InboxMessage => inbox::message(state, portal_id, channel, asked),
        _ => inbox::status(state, portal_id, id, asked),
    }
}

fn perform_association(
    state: &mut State,
    portal_id: u64,
    endpoint: Endpoint,
    segments: &[&str],
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let kind = |name: &str| ObjectType::parse(name).ok_or_else(Problem::not_found);
    let number = |id: &str| id.parse::<u64>().map_err(|_| Problem::not_found());
    match segments {
        ["crm", "objects", _, from, id, "associations", "default", to, other] => {
            associations::put(state, portal_id, (kind(from)?, number(id)?), (kind(to)?, number(other)?))
        }
        ["crm", "objects", _, from, id, "associations", to] => {
            associations::list(state, portal_id, (kind(from)?, number(id)?), kind(to)?, asked)
        }
        ["crm", "associations", _, from, to, ..] => {
            let (from, to) = (kind(from)?, kind(to)?);
            match endpoint {
                Endpoint::Associate => associations::associate(state, portal_id, from, to, asked),
                Endpoint::ReadAssociations => associations::read(state, portal_id, from, to, asked),
                _ => associations::archive(state, portal_id, from, to, asked),
            }
        }
        _ => Err(Problem::not_found()),
    }
}

fn perform_property(
    state: &mut State,
    portal_id: u64,
    segments: &[&str],
    asked: &ApiRequest,
) -> Result<Answer, Problem> {
    let kind = segments.get(3).and_then(|name| ObjectType::parse(name)).ok_or_else(Problem::not_found)?;
    let rest = segments.get(4..).unwrap_or_default();
    if rest == ["batch", "create"] {
        return properties::create_batch(state, portal_id, kind, asked);
    }
    let portal = state.portal(portal_id);
    match (asked.method.as_str(), rest) {
        ("GET", []) => properties::get(portal, kind, None),
        ("GET", ["groups"]) => properties::groups(portal, kind, None),
        ("GET", ["groups", name]) => properties::groups(portal, kind, Some(name)),
        ("GET", [name]) => properties::get(portal, kind, Some(name)),
        ("POST", []) => properties::create(portal, kind, asked),
        ("POST", ["groups"]) => properties::create_group(portal, kind, asked),
        ("PATCH", [name]) => properties::patch(portal, kind, name, asked),
        ("DELETE", [name]) => {
            portal.archive_property(kind, name);
            Ok(Answer::empty(204))
        }
        _ => Err(Problem::not_found()),
    }
}

fn close(
    state: &mut State,
    asked: &ApiRequest,
    portal_id: Option<u64>,
    correlation_id: String,
    fault: Option<Fault>,
    answer: Answer,
) -> Step {
    let lost = matches!(fault, Some(Fault::LoseAnswerAfterEffect | Fault::CloseBeforeEffect));
    let answer = match fault {
        Some(Fault::FailAfterEffect(status)) => {
            Problem::new(status, "INTERNAL_ERROR", "Injected failure").answer(&correlation_id)
        }
        _ => answer,
    };
    let at_ms = state.now_ms();
    state.ledger.calls.push(Call {
        method: asked.method.clone(),
        path: asked.path.clone(),
        query: asked.query.clone(),
        status: answer.status,
        lost,
        at_ms,
        retry_key: None,
        request_id: correlation_id.clone(),
        owner: portal_id.map(|id| id.to_string()),
        body: asked.body.clone(),
    });
    if lost {
        return Step::NoAnswer;
    }
    let delay_ms = if let Some(Fault::Delay(ms)) = fault { ms } else { 0 };
    Step::Answer { answer: answer.with("x-hubspot-correlation-id", correlation_id), delay_ms }
}
