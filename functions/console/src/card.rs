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
use musubi::line::{message, stickers};
use musubi::ports::PortError;
use musubi::ports::crm_caller::{CallKind, NotAnswered, Unreadable};
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
    sticker: Option<String>,
    quick: Option<Vec<String>>,
    send: Option<String>,
    arrived: Option<String>,
    /// Names of files that people sent.
    files: Option<Vec<String>>,
    /// Where a file lies that is to be sent, and what it is called.
    address: Option<String>,
    called: Option<String>,
    /// What is said of the talk as a whole.
    tend: Option<String>,
}

/// Who asks, and what.
pub struct Question {
    /// As who they are known here.
    pub operator: Operator,
    user: CrmUserId,
    account: CrmAccount,
    contact: ContactId,
    /// In which language they are answered.
    pub language: Language,
    asked: Asked,
}

impl Question {
    /// The name that the card gave what it says.
    ///
    /// # Errors
    /// It gave none, or one that somebody could guess.
    pub fn name(&self) -> Result<&str, Refusal> {
        self.asked.name.as_deref().filter(|name| is_name(name)).ok_or(Refusal::BAD_REQUEST)
    }

    /// Where a file lies that is to be sent, and what it is called.
    pub fn file(&self) -> Option<(&str, Option<&str>)> {
        Some((self.asked.address.as_deref()?, self.asked.called.as_deref()))
    }

    /// Who asks, under the name that the CRM has for them.
    ///
    /// # Errors
    /// The settings or the secrets cannot be read.
    pub async fn called_as_in_crm(&self, ports: &Ports) -> Result<Operator, PortError> {
        ports.talks.called_as_in_crm(&self.operator, &self.user).await
    }

    /// What is said of the talk as a whole.
    pub fn tend(&self) -> Option<&str> {
        self.asked.tend.as_deref()
    }

    /// The files that it asks for.
    pub fn files(&self) -> &[String] {
        self.asked.files.as_deref().unwrap_or_default()
    }

    /// Whether the card that asks shows this talk.
    fn shows(&self, talk: &OpenTalk) -> bool {
        self.asked.talk == Some(talk.key().hash())
    }
}

/// What the card is told.
pub struct Answered(pub Value);

/// Why a question goes no further.
pub enum Ended {
    /// Whoever asks is told why.
    Answered(Value),
    /// A bare status.
    Refused(Refusal),
}

impl Ended {
    /// For this reason, as the card knows it.
    pub fn refused(why: &str) -> Self {
        Self::Answered(json!({ "refused": why }))
    }
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PortError> for Ended {
    fn from(error: PortError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<NotAnswered> for Ended {
    fn from(why: NotAnswered) -> Self {
        Self::Refused(why.into())
    }
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        ([(CACHE_CONTROL, "no-store")], Json(self.0)).into_response()
    }
}

impl IntoResponse for Ended {
    fn into_response(self) -> Response {
        match self {
            Self::Answered(answer) => Answered(answer).into_response(),
            Self::Refused(refusal) => refusal.into_response(),
        }
    }
}

/// `POST /console/card/talk`: the talk as it stands, or that nothing is new in it.
pub async fn talk(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let question = question(&ports, &request).await?;
    if question.asked.tag.is_none() {
        contact_is_there(&ports, &question).await?;
    }
    let talk = meant(&ports, &question).await?;
    let quota_out = is_quota_out(&ports, &question, &talk).await?;
    let mut answer = card::talk(&talk, &question.account, &question.operator, question.language, quota_out);
    let tag = fingerprint(&[&answer.to_string()]);
    if question.asked.before.is_none() && question.asked.tag.as_ref() == Some(&tag) {
        return Ok(Answered(json!({"is": "same"})));
    }
    let (older, ()) = futures::join!(older(&ports, &question, &talk), has_read(&ports, &question, &talk));
    answer["older"] = older?;
    answer["texts"] = texts(&ports, &question).await?;
    answer["tag"] = tag.into();
    Ok(Answered(answer))
}

/// `POST /console/card/say`: says something. A request that comes twice is one message: the card names it.
pub async fn say(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let pressed_at_ms = ports.console.clock.now_ms();
    let question = question(&ports, &request).await?;
    let name = question.name()?;
    let words = question.asked.words.as_deref().unwrap_or_default();
    let message = match question.asked.sticker.as_deref() {
        Some(sticker) => Ok(stickers::chosen(sticker).ok_or(Refusal::BAD_REQUEST)?),
        None => message::with_buttons("text", words, question.asked.quick.as_deref().unwrap_or_default()),
    };
    let message = match message {
        Ok(message) => message,
        Err(invalid) => return Ok(Answered(json!({"mistake": invalid.problem.in_words(question.language)}))),
    };
    let talk = the_one_shown(&ports, &question).await?;
    let (channel, user) = (&talk.channel.id, &talk.state.user);
    let by = question.called_as_in_crm(&ports).await?;
    let said = ports
        .talks
        .say(&by, (channel, user), name, vec![message::as_operators(message, &talk.channel.settings)], pressed_at_ms)
        .await?;
    ports.talks.has_read(&talk).await;
    match said {
        Said::OnItsWay(id) => Ok(Answered(json!({"said": id}))),
        Said::Nobody => Err(Ended::refused("not_found")),
    }
}

/// `POST /console/card/writing`: somebody types an answer. The card says so at most every 20 seconds.
pub async fn writing(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let question = question(&ports, &request).await?;
    ports.talks.is_writing(&the_one_shown(&ports, &question).await?).await;
    Ok(Answered(json!({"done": true})))
}

/// `POST /console/card/decide`: of a message that may or may not have arrived. Twice is the same as once.
pub async fn decide(State(ports): State<Arc<Ports>>, request: Request) -> Result<Answered, Ended> {
    let question = question(&ports, &request).await?;
    let id = question.asked.send.as_deref().and_then(PushId::parse).ok_or(Refusal::BAD_REQUEST)?;
    let verdict = match question.asked.arrived.as_deref() {
        Some("yes") => Verdict::Shown,
        Some("again") => Verdict::NotShown,
        _ => return Err(Refusal::BAD_REQUEST.into()),
    };
    let talk = the_one_shown(&ports, &question).await?;
    let person = (&talk.channel.id, &talk.state.user);
    let by = question.called_as_in_crm(&ports).await?;
    ports.talks.decide(&by, person, id, verdict, message::again).await?;
    // One that is over already is what was wanted.
    Ok(Answered(json!({"done": true})))
}

/// Who asks, and what.
pub async fn question(ports: &Ports, request: &Request) -> Result<Question, Ended> {
    let app = (KIND, CrmAppId::new(&ports.app));
    let call = request.call();
    let verified = ports.verify.verify(&app, CallKind::Person, &call).await?;
    let visitor =
        ports.verify.caller(&app)?.read_visitor(&verified, ports.console.clock.now_ms()).map_err(unreadable)?;
    let asked: Asked = serde_json::from_slice(verified.body()).map_err(|_| Refusal::BAD_REQUEST)?;
    let is_contact =
        (1..=MAX_CONTACT).contains(&asked.contact.len()) && asked.contact.bytes().all(|b| b.is_ascii_digit());
    if !is_contact {
        return Err(Refusal::BAD_REQUEST.into());
    }
    let account = CrmAccountKey { kind: KIND, id: visitor.account };
    let refused = |why| Err(Ended::refused(why));
    let Some(found) = ports.accounts.find(&account).await?.filter(|found| found.value.app == app.1) else {
        return refused("not_connected");
    };
    let operator = match ports.console.let_in(&account, &visitor.user).await {
        Ok(operator) => operator,
        Err(NotLetIn::NotNow(error)) => return Err(error.into()),
        Err(NotLetIn::Removed) => return refused("removed"),
        Err(NotLetIn::NoAdmin) => return refused("no_admin"),
        Err(NotLetIn::TooMany | NotLetIn::Used) => return Err(Refusal::BAD_REQUEST.into()),
    };
    let language = if asked.language.as_deref() == Some("en") { Language::English } else { Language::Japanese };
    let contact = ContactId::new(&asked.contact);
    Ok(Question { operator, user: visitor.user, account: found.value, contact, language, asked })
}

/// The talk, if it is still the one that the card shows: the contact may have been linked to somebody else since.
pub async fn the_one_shown(ports: &Ports, question: &Question) -> Result<OpenTalk, Ended> {
    match meant(ports, question).await {
        Ok(talk) if question.shows(&talk) => Ok(talk),
        Ok(_) | Err(Ended::Answered(_)) => Err(Ended::refused("not_found")),
        Err(refusal) => Err(refusal),
    }
}

/// The one talk with this contact, or that there is none, or which there are.
async fn meant(ports: &Ports, question: &Question) -> Result<OpenTalk, Ended> {
    let Question { operator, contact, asked, .. } = question;
    let mut known = ports.talks.of_contact(operator, contact).await?;
    if let Some(channel) = asked.channel.as_ref().map(ChannelId::new) {
        known.retain(|(of, _)| of.id == channel);
    }
    match known.as_slice() {
        [] => {
            let channels = ports.talks.seen_channels(operator).await?;
            Err(Ended::Answered(card::not_linked(&channels, &ports.public_url, &ports.line_app_url)))
        }
        [(channel, state)] => {
            let talk = ports.talks.open(operator, &channel.id, &state.user).await?;
            talk.ok_or_else(|| Ended::refused("not_found"))
        }
        several => Err(Ended::Answered(card::choose(several))),
    }
}

/// What older notes say; nothing where the card shows the newest of them already.
async fn older(ports: &Ports, question: &Question, talk: &OpenTalk) -> Result<Value, Ended> {
    let (asked, newest) = (&question.asked, talk.newest.next_entry);
    let is_known = asked.tag.is_some() && asked.entry == Some(newest) && question.shows(talk);
    if asked.before.is_none() && is_known {
        return Ok(Value::Null);
    }
    let before = asked.before.unwrap_or(newest).min(newest);
    let older = from_crm(ports.talks.older(&question.operator, talk, before).await?)?;
    Ok(card::older(&older, question.language))
}

/// What the team says again and again; nothing where the card has it already.
async fn texts(ports: &Ports, question: &Question) -> Result<Value, PortError> {
    match question.asked.tag {
        Some(_) => Ok(Value::Null),
        None => ports.console.texts(&question.operator).await.map(|texts| card::texts(&texts)),
    }
}

/// Opening the card is reading; a question whether something is new is not, nor is one for what is older.
async fn has_read(ports: &Ports, question: &Question, talk: &OpenTalk) {
    if question.asked.tag.is_none() && question.asked.before.is_none() {
        ports.talks.has_read(talk).await;
    }
}

/// Reads the contact from the CRM.
async fn contact_is_there(ports: &Ports, question: &Question) -> Result<(), Ended> {
    match from_crm(ports.talks.is_there(&question.operator, &question.contact).await?)? {
        true => Ok(()),
        false => Err(Ended::refused("not_found")),
    }
}

/// What the CRM said, or that it did not.
pub fn from_crm<T>(came: FromCrm<T>) -> Result<T, Ended> {
    match came {
        FromCrm::Said(said) => Ok(said),
        FromCrm::Disconnected => Err(Ended::refused("not_connected")),
        FromCrm::Silent => Err(Ended::refused("silent")),
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

fn is_name(name: &str) -> bool {
    NAME.contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn unreadable(why: Unreadable) -> Refusal {
    tracing::warn!(%why, "call.unreadable");
    Refusal::BAD_REQUEST
}
