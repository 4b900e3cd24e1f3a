//! `POST /demo/line/..`: what a person does on their phone.
//!
//! Each answers, once LINE has posted the webhook, `{"message_id","webhook_event_id","webhook_status"}`; the status is null
//! where no answer came. A person who is not known is 404, writing while blocking is 409, as LINE would not let them.

use axum::Json;
use axum::extract::{Path, State};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Demo, Refusal, line_view};
use crate::fake::line::{Friendship, PhoneWebhook, event};
use crate::names;

/// A person's picture message is always this one.
/// What the page draws as a picture that somebody sends, as a phone would send it.
const PICTURE: &[u8] = include_bytes!("../page/picture.png");
const LONGEST_TEXT: usize = 10_000;
const LONGEST_NAME: usize = 100;

/// What a demo call answers.
pub type Answer = Result<Json<Value>, Refusal>;

/// A name for a new person. Without one, the next of the demo's own.
#[derive(Deserialize)]
pub struct NewPerson {
    name: Option<String>,
}

/// A text to send.
#[derive(Deserialize)]
pub struct Text {
    text: String,
}

/// A sticker to send.
#[derive(Deserialize)]
pub struct Sticker {
    package_id: String,
    sticker_id: String,
    #[serde(default)]
    keywords: Vec<String>,
}

/// A place to send.
#[derive(Deserialize)]
pub struct Place {
    title: String,
    address: String,
    latitude: f64,
    longitude: f64,
}

/// What a button carries.
#[derive(Deserialize)]
pub struct Postback {
    data: String,
}

/// Which message is taken back.
#[derive(Deserialize)]
pub struct Unsend {
    message_id: String,
}

/// A call without particulars: `{}`.
#[derive(Deserialize)]
pub struct Nothing {}

/// Somebody new adds the account. Answers with their `user_id` too.
pub async fn arrive(State(demo): State<Demo>, Json(new): Json<NewPerson>) -> Answer {
    let taken = || line_view::known(&demo).into_iter().map(|(_, name, _)| name).collect::<Vec<_>>();
    let name = new.name.unwrap_or_else(|| names::next(&taken(), demo.language.now()));
    let name = name.trim();
    let provider = demo.line.channel(&demo.channel_id).map(|spec| spec.provider).unwrap_or_default();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Refusal::OUT_OF_RANGE);
    }
    let user_id = demo.line.add_person(&provider, name, None);
    let Json(mut answer) = answer(demo.line.follow(&demo.channel_id, &user_id).await);
    answer["user_id"] = json!(user_id);
    Ok(Json(answer))
}

/// Sends a text.
pub async fn text(State(demo): State<Demo>, Path(user): Path<String>, Json(new): Json<Text>) -> Answer {
    may_write(&demo, &user)?;
    if new.text.trim().is_empty() || new.text.encode_utf16().count() > LONGEST_TEXT {
        return Err(Refusal::OUT_OF_RANGE);
    }
    Ok(answer(demo.line.write_text(&demo.channel_id, &user, &new.text).await))
}

/// Sends a sticker.
pub async fn sticker(State(demo): State<Demo>, Path(user): Path<String>, Json(new): Json<Sticker>) -> Answer {
    may_write(&demo, &user)?;
    let keywords: Vec<&str> = new.keywords.iter().map(String::as_str).collect();
    let make =
        |common: &event::Common, id: &str| event::sticker(common, id, &new.package_id, &new.sticker_id, &keywords);
    Ok(answer(demo.line.write(&demo.channel_id, &user, make).await))
}

/// Sends a picture.
pub async fn picture(State(demo): State<Demo>, Path(user): Path<String>, Json(Nothing {}): Json<Nothing>) -> Answer {
    may_write(&demo, &user)?;
    let bytes = Bytes::from_static(PICTURE);
    Ok(answer(demo.line.write_image(&demo.channel_id, &user, "image/png", bytes).await))
}

/// Sends a place.
pub async fn location(State(demo): State<Demo>, Path(user): Path<String>, Json(new): Json<Place>) -> Answer {
    may_write(&demo, &user)?;
    let at = (new.latitude, new.longitude);
    Ok(answer(demo.line.write_location(&demo.channel_id, &user, &new.title, &new.address, at).await))
}

/// Taps a button of a message.
pub async fn postback(State(demo): State<Demo>, Path(user): Path<String>, Json(new): Json<Postback>) -> Answer {
    may_write(&demo, &user)?;
    Ok(answer(demo.line.postback(&demo.channel_id, &user, &new.data).await))
}

/// Takes a message back.
pub async fn unsend(State(demo): State<Demo>, Path(user): Path<String>, Json(which): Json<Unsend>) -> Answer {
    must_exist(&demo, &user)?;
    let talk = demo.line.talk(&demo.channel_id, &user);
    if !talk.iter().any(|line| line.by_person && !line.unsent && line.message_id == which.message_id) {
        return Err(Refusal::NO_SUCH_MESSAGE);
    }
    Ok(answer(demo.line.unsend(&demo.channel_id, &user, &which.message_id).await))
}

/// Blocks the account.
pub async fn block(State(demo): State<Demo>, Path(user): Path<String>, Json(Nothing {}): Json<Nothing>) -> Answer {
    must_exist(&demo, &user)?;
    Ok(answer(demo.line.block(&demo.channel_id, &user).await))
}

/// Unblocks the account, or adds it.
pub async fn unblock(State(demo): State<Demo>, Path(user): Path<String>, Json(Nothing {}): Json<Nothing>) -> Answer {
    must_exist(&demo, &user)?;
    Ok(answer(demo.line.unblock(&demo.channel_id, &user).await))
}

fn must_exist(demo: &Demo, user_id: &str) -> Result<(), Refusal> {
    let known = line_view::known(demo).iter().any(|(id, ..)| id == user_id);
    known.then_some(()).ok_or(Refusal::NO_SUCH_PERSON)
}

fn may_write(demo: &Demo, user_id: &str) -> Result<(), Refusal> {
    must_exist(demo, user_id)?;
    let blocked = demo.line.friendship(&demo.channel_id, user_id) == Friendship::Blocked;
    if blocked { Err(Refusal::BLOCKED) } else { Ok(()) }
}

fn answer(webhook: PhoneWebhook) -> Json<Value> {
    Json(json!({
        "message_id": webhook.message_id, "webhook_event_id": webhook.webhook_event_id,
        "webhook_status": webhook.posted.status(),
    }))
}
