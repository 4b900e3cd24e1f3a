//! Talks: who waits for an answer, and answering. Words that somebody looks for, and words that somebody says, stand in no address.

use axum::Form;
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::domain::ids::{ChannelId, ContactId, LineUserId, fingerprint};
use musubi::domain::push::PushId;
use musubi::domain::team_text::labels;
use musubi::flow::console::talks::{FromCrm, OpenTalk, Said, TalkQuery};
use musubi::flow::decide::Verdict;
use musubi::line::{message, stickers};
use musubi::pages::Page;
use serde::Deserialize;

use crate::handle::Handle;
use crate::pages::ended::Ended;
use crate::pages::talk::{self, Draft, Sent, Shown};
use crate::pages::talks::{self, Listed, Place};
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{SignedIn, Stopped, Watching};

/// `GET /console/talks`: who waits.
pub async fn waiting(visit: SignedIn) -> Result<Page, Stopped> {
    list(&visit, &TalkQuery::default()).await
}

/// `POST /console/talks`: everybody, or whom the CRM finds by some words.
pub async fn search(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Page, Stopped> {
    let fields = checked(&visit, form)?;
    let given = |name| value(&fields, name).map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned);
    let query = TalkQuery {
        everybody: value(&fields, "who") == Some("everybody"),
        mine: value(&fields, "who") == Some("mine"),
        channel: given("channel").map(ChannelId::new),
        words: given("words"),
        after: given("after").filter(|after| after.bytes().all(|byte| byte.is_ascii_alphanumeric())),
    };
    list(&visit, &query).await
}

async fn list(visit: &SignedIn, query: &TalkQuery) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let channels = visit.channels(&account).await?;
    let found = visit.ports.talks.list(&visit.operator, query).await.map_err(|error| visit.failed(&error))?;
    let found = match found {
        FromCrm::Said(found) => {
            let listed = found.talks.into_iter().map(|talk| {
                let handle = match &talk.on {
                    Some((channel, user)) => Handle::Person(channel.to_string(), user.expose().to_owned()),
                    None => Handle::Contact(talk.contact.as_str().to_owned()),
                };
                let handle = handle.sealed(visit);
                Ok(Listed { handle: handle.map_err(|error| visit.failed(&error))?, talk })
            });
            FromCrm::Said((listed.collect::<Result<Vec<_>, Stopped>>()?, found.next))
        }
        FromCrm::Disconnected => FromCrm::Disconnected,
        FromCrm::Silent => FromCrm::Silent,
    };
    let replied = visit.ports.talks.replied_this_month(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    Ok(talks::page(visit, query, &channels, &found, replied))
}

/// How much of a talk is shown, and what was just done.
#[derive(Deserialize)]
pub struct How {
    /// What was said is on its way.
    sent: Option<String>,
    /// Older notes, before this entry.
    before: Option<u32>,
}

/// Whose talk an address is about.
enum Whose {
    Talk(Box<OpenTalk>),
    Several(Vec<Place>),
}

/// `GET /console/talks/{person}`
pub async fn page(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    how: Result<Query<How>, QueryRejection>,
) -> Result<Page, Stopped> {
    let how = how.map_or(How { sent: None, before: None }, |Query(how)| how);
    match whose(&visit, &handle).await? {
        Whose::Several(places) => Ok(talks::choose(&visit, &places)),
        Whose::Talk(talk) => shown(&visit, &talk, &how, Sent::Nothing, Draft::default()).await,
    }
}

async fn shown(
    visit: &SignedIn,
    talk: &OpenTalk,
    how: &How,
    sent: Sent<'_>,
    draft: Draft<'_>,
) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let (talks, failed) = (&visit.ports.talks, |error| visit.failed(&error));
    let before = how.before.unwrap_or(talk.newest.next_entry).min(talk.newest.next_entry);
    let older = talks.older(&visit.operator, talk, before);
    let has_read = async {
        if before == talk.newest.next_entry {
            talks.has_read(talk).await;
        }
    };
    let face = talks.face(&visit.operator, talk);
    let (texts, team) =
        (visit.ports.console.texts(&visit.operator), visit.ports.console.team_of(&visit.operator, &talk.channel.id));
    let ((), older, face, texts, team) = futures::join!(has_read, older, face, texts, team);
    let (older, face) = (older.map_err(failed)?, face.map_err(failed)?);
    let (texts, team) = (texts.map_err(failed)?, team.map_err(failed)?);
    let handle = of_talk(talk).sealed(visit).map_err(failed)?;
    let person = match &talk.state.link {
        Some(link) => Handle::Contact(link.contact.as_str().to_owned()),
        None => Handle::User(talk.state.user.expose().to_owned()),
    };
    let person = person.sealed(visit).map_err(failed)?;
    let fresh = || browser::random_secret().map_err(failed);
    let (fresh, fresh_sticker, fresh_file) = (fresh()?, fresh()?, fresh()?);
    let taken_up = match how.sent.as_deref().and_then(PushId::parse) {
        Some(id) => Some(talks.is_taken_up(id).await.map_err(failed)?),
        None => None,
    };
    let shown = Shown {
        talk,
        face: &face,
        handle: &handle,
        person: &person,
        fresh: fresh.expose(),
        fresh_sticker: fresh_sticker.expose(),
        fresh_file: fresh_file.expose(),
        older: &older,
        before,
        draft,
        texts: &texts,
        team: &team,
        sent: taken_up.map_or(sent, |taken_up| if taken_up { Sent::Nothing } else { Sent::OnItsWay }),
    };
    Ok(talk::page(visit, &account, &shown))
}

fn of_talk(talk: &OpenTalk) -> Handle {
    Handle::Person(talk.channel.id.to_string(), talk.state.user.expose().to_owned())
}

async fn whose(visit: &SignedIn, handle: &Result<Path<String>, PathRejection>) -> Result<Whose, Stopped> {
    let not_found = || visit.ends(Ended::NotFound);
    match handle.as_ref().ok().and_then(|Path(text)| Handle::unsealed(visit, text)) {
        Some(Handle::Person(channel, user)) => {
            open(visit, &ChannelId::new(channel), &LineUserId::new(user)).await.map(|talk| Whose::Talk(Box::new(talk)))
        }
        Some(Handle::Contact(contact)) => {
            let contact = ContactId::new(contact);
            let known = visit.ports.talks.of_contact(&visit.operator, &contact).await;
            let known = known.map_err(|error| visit.failed(&error))?;
            if let [(channel, state)] = known.as_slice() {
                return open(visit, &channel.id, &state.user).await.map(|talk| Whose::Talk(Box::new(talk)));
            }
            let places = known.into_iter().map(|(channel, state)| {
                let handle = Handle::Person(channel.id.to_string(), state.user.expose().to_owned()).sealed(visit);
                Ok(Place {
                    handle: handle.map_err(|error| visit.failed(&error))?,
                    channel,
                    waits: state.unanswered_since_ms.is_some(),
                })
            });
            places.collect::<Result<Vec<_>, Stopped>>().map(Whose::Several)
        }
        Some(Handle::User(_)) | None => Err(not_found()),
    }
}

async fn open(visit: &SignedIn, channel: &ChannelId, user: &LineUserId) -> Result<OpenTalk, Stopped> {
    let talk = visit.ports.talks.open(&visit.operator, channel, user).await.map_err(|error| visit.failed(&error))?;
    talk.ok_or_else(|| visit.ends(Ended::NotFound))
}

/// The one talk that an address of a form or of a script names.
pub async fn one(visit: &SignedIn, handle: &Result<Path<String>, PathRejection>) -> Result<OpenTalk, Stopped> {
    match whose(visit, handle).await? {
        Whose::Talk(talk) => Ok(*talk),
        Whose::Several(_) => Err(visit.ends(Ended::NotFound)),
    }
}

/// How much the script asks for.
#[derive(Deserialize)]
pub struct Live {
    /// The newest notes, too: one was written.
    #[serde(default)]
    past: u8,
}

/// `GET /console/talks/{person}/live`: what changes while the page is open, for the script. With `If-None-Match` nothing, where it is
/// the same. With `past=1` the newest notes, too.
pub async fn live(
    Watching(visit): Watching,
    handle: Result<Path<String>, PathRejection>,
    how: Result<Query<Live>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Stopped> {
    let talk = one(&visit, &handle).await?;
    let account = visit.account().await?;
    let handle = of_talk(&talk).sealed(&visit).map_err(|error| visit.failed(&error))?;
    let mut html = talk::live(&visit, &account, &talk, &handle).into_string();
    if how.is_ok_and(|Query(how)| how.past == 1) {
        let older = visit.ports.talks.older(&visit.operator, &talk, talk.newest.next_entry).await;
        let older = older.map_err(|error| visit.failed(&error))?;
        html.push_str(&talk::past(&older, &handle, visit.language).into_string());
        let headers = [
            (CACHE_CONTROL, "no-store"),
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        return Ok((headers, html).into_response());
    }
    // The handle is another one each time.
    let tag = format!("\"{}\"", fingerprint(&[&html.replace(&handle, "")]));
    let common = [(ETAG, tag.clone()), (CACHE_CONTROL, "no-store".to_owned())];
    if headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = [(CONTENT_TYPE, "text/html; charset=utf-8"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    Ok((common, kind, html).into_response())
}

/// `POST /console/talks/{person}`: says something, or puts a text of the team's into the form. A form that is sent twice is one message.
pub async fn say(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let pressed_at_ms = visit.ports.console.clock.now_ms();
    let fields = checked(&visit, form)?;
    let talk = one(&visit, &handle).await?;
    let name = value(&fields, "name").filter(|name| browser::is_secret(name));
    let name = name.ok_or_else(|| visit.ends(Ended::NotOurForm))?;
    let field = |name| value(&fields, name).unwrap_or_default();
    let draft = Draft { words: field("words"), quick: field("quick") };
    let how = How { sent: None, before: None };
    if let Some(text) = value(&fields, "insert") {
        let (words, quick) = inserted(&visit, text, draft).await?;
        let draft = Draft { words: &words, quick: &quick };
        return Ok(shown(&visit, &talk, &how, Sent::Nothing, draft).await?.into_response());
    }
    let message = match value(&fields, "sticker") {
        Some(sticker) => Ok(stickers::chosen(sticker).ok_or_else(|| visit.ends(Ended::NotOurForm))?),
        None => message::with_buttons("text", draft.words, &labels(draft.quick)),
    };
    let message = match message {
        Ok(message) => message,
        Err(invalid) => {
            let why = invalid.problem.in_words(visit.language);
            return Ok(refused(shown(&visit, &talk, &how, Sent::Refused { why: &why }, draft).await?));
        }
    };
    let person = (&talk.channel.id, &talk.state.user);
    let said = visit
        .ports
        .talks
        .say(&visit.operator, person, name, vec![message::as_operators(message, &talk.channel.settings)], pressed_at_ms)
        .await;
    match said.map_err(|error| visit.failed(&error))? {
        Said::OnItsWay(id) => back(&visit, &talk, &format!("?sent={id}")),
        Said::Nobody => Err(visit.ends(Ended::NotFound)),
    }
}

/// The draft with a text of the team's behind it: its words and its buttons. One that is gone meanwhile changes nothing.
async fn inserted(visit: &SignedIn, name: &str, draft: Draft<'_>) -> Result<(String, String), Stopped> {
    let texts = visit.ports.console.texts(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    let text = texts.into_iter().find(|text| text.name == name);
    let Some(text) = text else { return Ok((draft.words.to_owned(), draft.quick.to_owned())) };
    let mut quick = labels(draft.quick);
    quick.extend(text.quick_replies);
    let words = [draft.words.trim_end(), &text.words].into_iter().filter(|words| !words.is_empty());
    Ok((words.collect::<Vec<_>>().join("\n"), quick.join("\n")))
}

/// `POST /console/talks/{person}/writing`: somebody types an answer. The page's script says so, at most every 20 seconds.
pub async fn writing(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<StatusCode, Stopped> {
    checked(&visit, form)?;
    visit.ports.talks.is_writing(&one(&visit, &handle).await?).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The talk again, and why something was not sent.
pub async fn refused_here(visit: &SignedIn, talk: &OpenTalk, why: &str) -> Result<Response, Stopped> {
    let how = How { sent: None, before: None };
    Ok(refused(shown(visit, talk, &how, Sent::Refused { why }, Draft::default()).await?))
}

/// `POST /console/talks/{person}/decide`: of a message that may or may not have arrived.
pub async fn decide(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let talk = one(&visit, &handle).await?;
    let id = value(&fields, "send").and_then(PushId::parse).ok_or_else(|| visit.ends(Ended::NotFound))?;
    let verdict = match value(&fields, "arrived") {
        Some("yes") => Verdict::Shown,
        Some("again") => Verdict::NotShown,
        _ => return Err(visit.ends(Ended::NotOurForm)),
    };
    let person = (&talk.channel.id, &talk.state.user);
    let decided = visit.ports.talks.decide(&visit.operator, person, id, verdict, message::again).await;
    decided.map_err(|error| visit.failed(&error))?;
    // One that is over already is what was wanted, or stands in the talk.
    back(&visit, &talk, "")
}

pub fn back(visit: &SignedIn, talk: &OpenTalk, query: &str) -> Result<Response, Stopped> {
    let handle = of_talk(talk).sealed(visit).map_err(|error| visit.failed(&error))?;
    Ok(Redirect::to(&format!("/console/talks/{handle}{query}#write")).into_response())
}
