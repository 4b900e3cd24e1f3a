//! The CRM's card: talks on the contact's record. The CRM's servers carry each question and sign it: the account and the user are who
//! they say, and nothing in the body counts for that.
//!
//! A link names its CRM account, so a contact of another account is linked to nobody here. The first question about a contact also
//! reads it from the CRM before anything is shown; a question whether something is new, which comes every few seconds from each open
//! card, asks the CRM nothing.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use musubi::domain::account::{CrmAccount, CrmAccountKey};
use musubi::domain::ids::{ChannelId, ContactId, CrmAppId, CrmUserId, fingerprint};
use musubi::domain::language::Language;
use musubi::domain::operator::Operator;
use musubi::domain::push::PushId;
use musubi::flow::console::hand_over::NotLetIn;
use musubi::flow::console::talks::{FromCrm, OpenTalk, Said};
use musubi::flow::decide::Verdict;
use musubi::http::{Refusal, Request};
use musubi::line::message;
use musubi::ports::PortError;
use musubi::ports::crm_caller::{CallKind, Unreadable};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::pages::card;
use crate::{KIND, Ports};

/// No contact's ID is longer.
const MAX_CONTACT: usize = 64;
/// A message's name is so long.
const NAME: std::ops::RangeInclusive<usize> = 16..=64;

/// What the card asks. Of the fields each question has some.
#[derive(Deserialize)]
struct Asked {
    contact: String,
    language: Option<String>,
    channel: Option<String>,
    /// The talk that the card shows.
    talk: Option<String>,
    before: Option<u32>,
    tag: Option<String>,
    entry: Option<u32>,
    name: Option<String>,
    words: Option<String>,
    send: Option<String>,
    arrived: Option<String>,
}

/// Who asks, and what.
struct Question {
    operator: Operator,
    user: CrmUserId,
    account: CrmAccount,
    contact: ContactId,
    language: Language,
    asked: Asked,
}

/// Which talk is meant.
enum Meant {
    Talk(Box<OpenTalk>),
    /// There is none, or several: said so.
    Answer(Value),
}

/// `POST /console/card/talk`: the talk as it stands, or that nothing is new in it.
pub async fn talk(State(ports): State<Arc<Ports>>, request: Request) -> Result<Response, Refusal> {
    let question = match question(&ports, &request).await? {
        Ok(question) => question,
        Err(refused) => return Ok(answered(&refused)),
    };
    let asked = &question.asked;
    if asked.tag.is_none() {
        let there = ports.talks.is_there(&question.operator, &question.contact).await?;
        if let Some(why) = not_there(&there) {
            return Ok(answered(&json!({ "refused": why })));
        }
    }
    let talk = match meant(&ports, &question).await? {
        Meant::Talk(talk) => talk,
        Meant::Answer(answer) => return Ok(answered(&answer)),
    };
    let quota_out = is_quota_out(&ports, &question, &talk).await?;
    let mut answer = card::talk(&talk, &question.account, question.language, quota_out);
    let tag = fingerprint(&[&answer.to_string()]);
    if asked.before.is_none() && asked.tag.as_ref() == Some(&tag) {
        return Ok(answered(&json!({"is": "same"})));
    }
    let newest = talk.newest.next_entry;
    let is_same_talk = asked.talk == Some(talk.key().hash());
    let is_known = asked.before.is_none() && asked.tag.is_some() && asked.entry == Some(newest) && is_same_talk;
    answer["older"] = if is_known {
        Value::Null
    } else {
        let before = asked.before.unwrap_or(newest).min(newest);
        match ports.talks.older(&question.operator, &talk, before).await? {
            FromCrm::Said(older) => card::older(&older),
            FromCrm::Disconnected => return Ok(answered(&json!({"refused": "not_connected"}))),
            FromCrm::Silent => return Ok(answered(&json!({"refused": "silent"}))),
        }
    };
    answer["tag"] = tag.into();
    Ok(answered(&answer))
}

/// `POST /console/card/say`: says something. A request that comes twice is one message: the card names it.
pub async fn say(State(ports): State<Arc<Ports>>, request: Request) -> Result<Response, Refusal> {
    let pressed_at_ms = ports.console.clock.now_ms();
    let question = match question(&ports, &request).await? {
        Ok(question) => question,
        Err(refused) => return Ok(answered(&refused)),
    };
    let name = question.asked.name.as_deref().filter(|name| is_name(name)).ok_or(Refusal::BAD_REQUEST)?;
    let words = question.asked.words.as_deref().unwrap_or_default();
    let message = match message::typed("text", words) {
        Ok(message) => message,
        Err(invalid) => return Ok(answered(&json!({"mistake": invalid.problem.in_words(question.language)}))),
    };
    let Some(talk) = the_one_shown(&ports, &question).await? else {
        return Ok(answered(&json!({"refused": "not_found"})));
    };
    let (channel, user) = (&talk.channel.id, &talk.state.user);
    let by = ports.talks.called_as_in_crm(&question.operator, &question.user).await?;
    Ok(answered(&match ports.talks.say(&by, (channel, user), name, vec![message], pressed_at_ms).await? {
        Said::OnItsWay(id) => json!({"said": id}),
        Said::Nobody => json!({"refused": "not_found"}),
    }))
}

/// `POST /console/card/decide`: of a message that may or may not have arrived. Twice is the same as once.
pub async fn decide(State(ports): State<Arc<Ports>>, request: Request) -> Result<Response, Refusal> {
    let question = match question(&ports, &request).await? {
        Ok(question) => question,
        Err(refused) => return Ok(answered(&refused)),
    };
    let id = question.asked.send.as_deref().and_then(PushId::parse).ok_or(Refusal::BAD_REQUEST)?;
    let verdict = match question.asked.arrived.as_deref() {
        Some("yes") => Verdict::Shown,
        Some("again") => Verdict::NotShown,
        _ => return Err(Refusal::BAD_REQUEST),
    };
    let Some(talk) = the_one_shown(&ports, &question).await? else {
        return Ok(answered(&json!({"refused": "not_found"})));
    };
    let person = (&talk.channel.id, &talk.state.user);
    let compose = |words: &str| message::typed("text", words).ok();
    let by = ports.talks.called_as_in_crm(&question.operator, &question.user).await?;
    ports.talks.decide(&by, person, id, verdict, compose).await?;
    // One that is over already is what was wanted.
    Ok(answered(&json!({"done": true})))
}

/// Who asks, and what; inside, why somebody who is known to the CRM is told nothing.
async fn question(ports: &Ports, request: &Request) -> Result<Result<Question, Value>, Refusal> {
    let app = (KIND, CrmAppId::new(&ports.app));
    let call = request.call();
    let verified = ports.verify.verify(&app, CallKind::Person, &call).await?;
    let visitor =
        ports.verify.caller(&app)?.read_visitor(&verified, ports.console.clock.now_ms()).map_err(unreadable)?;
    let asked: Asked = serde_json::from_slice(verified.body()).map_err(|_| Refusal::BAD_REQUEST)?;
    let is_contact =
        (1..=MAX_CONTACT).contains(&asked.contact.len()) && asked.contact.bytes().all(|b| b.is_ascii_digit());
    if !is_contact {
        return Err(Refusal::BAD_REQUEST);
    }
    let account = CrmAccountKey { kind: KIND, id: visitor.account };
    let refused = |why: &str| Ok(Err(json!({ "refused": why })));
    let Some(found) = ports.accounts.find(&account).await?.filter(|found| found.value.app == app.1) else {
        return refused("not_connected");
    };
    let operator = match ports.console.let_in(&account, &visitor.user).await {
        Ok(operator) => operator,
        Err(NotLetIn::NotNow(error)) => return Err(error.into()),
        Err(NotLetIn::Removed) => return refused("removed"),
        Err(NotLetIn::NoAdmin) => return refused("no_admin"),
        Err(NotLetIn::TooMany | NotLetIn::Used) => return Err(Refusal::BAD_REQUEST),
    };
    let language = if asked.language.as_deref() == Some("en") { Language::English } else { Language::Japanese };
    let contact = ContactId::new(&asked.contact);
    Ok(Ok(Question { operator, user: visitor.user, account: found.value, contact, language, asked }))
}

/// The talk, if it is still the one that the card shows: the contact may have been linked to somebody else since.
async fn the_one_shown(ports: &Ports, question: &Question) -> Result<Option<Box<OpenTalk>>, PortError> {
    let Meant::Talk(talk) = meant(ports, question).await? else { return Ok(None) };
    Ok((question.asked.talk == Some(talk.key().hash())).then_some(talk))
}

async fn meant(ports: &Ports, question: &Question) -> Result<Meant, PortError> {
    let Question { operator, contact, asked, .. } = question;
    let mut known = ports.talks.of_contact(operator, contact).await?;
    if let Some(channel) = asked.channel.as_ref().map(ChannelId::new) {
        known.retain(|(of, _)| of.id == channel);
    }
    match known.as_slice() {
        [] => {
            let channels = ports.talks.seen_channels(operator).await?;
            Ok(Meant::Answer(card::not_linked(&channels, &ports.public_url, &ports.line_app_url)))
        }
        [(channel, state)] => {
            let talk = ports.talks.open(operator, &channel.id, &state.user).await?;
            Ok(talk.map_or_else(|| Meant::Answer(json!({"refused": "not_found"})), |talk| Meant::Talk(Box::new(talk))))
        }
        several => Ok(Meant::Answer(card::choose(several))),
    }
}

/// The month's messages were used up at the doctor's last look, which is from this month's last days.
async fn is_quota_out(ports: &Ports, question: &Question, talk: &OpenTalk) -> Result<bool, PortError> {
    const LATELY_MS: i64 = 2 * 86_400_000;
    let last = ports.check_up.kept.last(&question.account.key).await?;
    let is_new = last.at_ms.is_some_and(|at_ms| ports.console.clock.now_ms() - at_ms <= LATELY_MS);
    let quota = last.reading.channels.get(&talk.channel.id).and_then(|reading| reading.quota);
    Ok(is_new && quota.is_some_and(|quota| quota.limit.is_some_and(|limit| quota.used >= limit)))
}

fn not_there(there: &FromCrm<bool>) -> Option<&'static str> {
    match there {
        FromCrm::Said(true) => None,
        FromCrm::Said(false) => Some("not_found"),
        FromCrm::Disconnected => Some("not_connected"),
        FromCrm::Silent => Some("silent"),
    }
}

fn is_name(name: &str) -> bool {
    NAME.contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn answered(answer: &Value) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

fn unreadable(why: Unreadable) -> Refusal {
    tracing::warn!(%why, "call.unreadable");
    Refusal::BAD_REQUEST
}
