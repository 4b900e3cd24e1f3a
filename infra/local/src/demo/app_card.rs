//! The card on the contact's record in HubSpot, as a page of forms: what `infra/hubspot/src/app/cards` is there, asked in the same way.
//! It is a stand-in: a file goes out by its address alone, since HubSpot's own upload is not here, and HubSpot renders the card's own React, and this page only calls what that calls. What we sent has an address of a HubSpot
//! that is not there, so it is a link here and no picture.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /demo/hubspot/card?contact=...` | the talk of the contact, asked by `hubspot.fetch` |
//! | `POST /demo/hubspot/card` | says something, or that something arrived, and shows the talk |
//!
//! Guarded as LINE's consoles are ([`super::consoles`]).

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::HeaderMap;
use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::pages::{Frame, Page, language_of};
use serde::Deserialize;
use serde_json::{Value, json};

use super::consoles::own_forms;
use super::guard;
use crate::fake::hubspot::{FakeHubSpot, PageUser};
use crate::fake::{FakeClock, Posted};
use crate::seed::{HUBSPOT_USER, LINKED_CONTACT, PORTAL_ID};

const LARGEST_FORM_BYTES: usize = 64 * 1024;
/// So many of the newest files are shown: each is asked for anew whenever the page is loaded.
const MOST_FILES: usize = 4;

/// What the page shows.
#[derive(Clone)]
pub struct AppCard {
    /// HubSpot.
    pub hubspot: FakeHubSpot,
    /// Its time.
    pub clock: FakeClock,
    /// Where the app calls.
    pub public_url: String,
}

/// The page, guarded.
pub fn router(card: AppCard) -> Router {
    let page = Router::new()
        .route("/demo/hubspot/card", get(show).post(act))
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .with_state(Arc::new(card));
    page.layer(middleware::from_fn(own_forms)).layer(middleware::from_fn(guard::guard))
}

/// Whose record, and which of the team's texts stands in the box.
#[derive(Deserialize)]
struct Whose {
    contact: Option<u64>,
    text: Option<String>,
}

async fn show(State(card): State<Arc<AppCard>>, headers: HeaderMap, Query(whose): Query<Whose>) -> Response {
    let contact = whose.contact.unwrap_or(LINKED_CONTACT);
    shown(&card, language_of(None, &headers), contact, None, whose.text.as_deref()).await.into_response()
}

/// What somebody does on the card.
#[derive(Deserialize)]
struct Act {
    contact: u64,
    talk: String,
    name: Option<String>,
    words: Option<String>,
    quick: Option<String>,
    address: Option<String>,
    sticker: Option<String>,
    send: Option<String>,
    arrived: Option<String>,
}

async fn act(State(card): State<Arc<AppCard>>, headers: HeaderMap, Form(act): Form<Act>) -> Response {
    let language = language_of(None, &headers);
    let answer = if act.words.is_some() || act.sticker.is_some() {
        let quick = act.quick.map(|labels| json!(labels.lines().collect::<Vec<_>>()));
        let more = json!({
            "talk": act.talk, "name": act.name, "words": act.words, "quick": quick, "sticker": act.sticker,
        });
        card.asks("say", language, act.contact, more).await
    } else if act.address.is_some() {
        let more = json!({"talk": act.talk, "name": act.name, "address": act.address});
        card.asks("send", language, act.contact, more).await
    } else {
        let more = json!({"talk": act.talk, "send": act.send, "arrived": act.arrived});
        card.asks("decide", language, act.contact, more).await
    };
    shown(&card, language, act.contact, Some(answer), None).await.into_response()
}

impl AppCard {
    /// Asks as the card does: HubSpot calls, says who asks, and signs. `null`: there was no answer.
    async fn asks(&self, what: &str, language: Language, contact: u64, more: Value) -> Value {
        let mut body = json!({
            "asked_at_ms": musubi::ports::Clock::now_ms(&self.clock),
            "language": language.pick("ja", "en"),
            "contact": contact.to_string(),
        });
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
        }
        let user = PageUser { portal_id: PORTAL_ID, user_id: HUBSPOT_USER.0, email: HUBSPOT_USER.1 };
        let url = format!("{}/console/card/{what}", self.public_url);
        match self.hubspot.fetch(user, &url, &body).await {
            Ok(Posted::Answered { status: 200, body, .. }) => serde_json::from_slice(&body).unwrap_or_default(),
            _ => Value::Null,
        }
    }
}

async fn shown(card: &AppCard, language: Language, contact: u64, done: Option<Value>, text: Option<&str>) -> Page {
    let talk = card.asks("talk", language, contact, Value::Null).await;
    let files = files(card, language, contact, &talk).await;
    let title = language.pick("HubSpotのLINEトークのカード（デモ）", "The LINE talk card in HubSpot (demo)");
    let why = done.as_ref().and_then(|done| done["mistake"].as_str().or_else(|| done["refused"].as_str()));
    Frame::new(language, title).pictures(&["data:"]).around(html! {
        div class="card" {
            h1 { (title) }
            p { (language.pick("コンタクト ", "Contact ")) (contact) }
            @if let Some(why) = why { div class="todo" role="alert" { p { (why) } } }
            @match talk["is"].as_str() {
                Some("open") => (open(&talk, &files, contact, text, language)),
                Some("not_linked") => (not_linked(&talk, language)),
                Some(other) => p id="is" { (other) },
                None => p id="refused" role="alert" { (talk["refused"].as_str().unwrap_or("no_answer")) },
            }
            @if talk["refused"] == "no_admin" {
                p { (language.pick(
                    "Musubiの管理者がまだいません。先にコンソールを開くと、開いた人が管理者になります。そのあと、このページを読み込み直してください。",
                    "Musubi has no admin yet: open the console first, and whoever opens it is one. Then load this page again.",
                )) }
                p { a href="/demo/console" target="_blank" { (language.pick("コンソールを開く", "Open the console")) } }
            }
            p { a href={ "/demo/hubspot/card?contact=" (contact) } { (language.pick("読み込み直す", "Load again")) } }
        }
    })
}

/// What the page shows of a file: the picture, and where it opens.
type Files = HashMap<String, (Option<String>, Option<String>)>;

/// Asks for the newest files of the talk: for pictures as the card does, and for where the others open at once, which waits there for a press.
async fn files(card: &AppCard, language: Language, contact: u64, talk: &Value) -> Files {
    let lines = list(talk, "lines").iter().map(|line| &line["file"]);
    let notes = list(&talk["older"], "files").iter().flat_map(|files| files.as_array().into_iter().flatten());
    let known = notes.chain(lines).filter_map(|file| Some((file["name"].as_str()?, file["picture"] == true)));
    let (pictures, others): (Vec<_>, Vec<_>) =
        known.collect::<Vec<_>>().into_iter().rev().take(MOST_FILES).partition(|(_, is_picture)| *is_picture);
    let mut files = Files::new();
    if !pictures.is_empty() {
        let names: Vec<&str> = pictures.iter().map(|(name, _)| *name).collect();
        let asks = json!({"talk": talk["talk"], "files": names});
        let came = card.asks("pictures", language, contact, asks).await;
        files.extend(names.iter().map(|name| ((*name).to_owned(), (text_of(&came["pictures"][name]), None))));
    }
    for (name, _) in others {
        let came = card.asks("file", language, contact, json!({"talk": talk["talk"], "files": [name]})).await;
        files.insert(name.to_owned(), (None, text_of(&came["address"])));
    }
    files
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The picture, and what opens the file; or why it is not there.
fn sent(file: &Value, files: &Files) -> Markup {
    let known = file["name"].as_str().and_then(|name| files.get(name));
    let picture = known.and_then(|(picture, _)| picture.as_deref());
    let address = file["address"].as_str().or_else(|| known.and_then(|(_, address)| address.as_deref()));
    html! {
        @if !file.is_null() {
            p class="sent" {
                // The words beside it say what it is.
                @if let Some(picture) = picture { img src=(picture) alt="" width="240"; " " }
                @match address {
                    Some(address) => a href=(address) { (texts(file, "words")) },
                    None => (texts(file, "words")),
                }
            }
        }
    }
}

/// The query that puts a text of the team's into the box.
fn inserting(contact: u64, name: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .append_pair("contact", &contact.to_string())
        .append_pair("text", name)
        .finish()
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn texts<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

/// The addresses by which somebody links themselves.
fn not_linked(answer: &Value, language: Language) -> Markup {
    html! {
        p id="is" { (language.pick("LINEと連携していません。", "Not linked to anybody on LINE.")) }
        @for channel in list(answer, "channels") {
            h2 { (texts(channel, "name")) }
            @for address in ["login", "add"].into_iter().filter_map(|way| channel[way].as_str()) { p { code { (address) } } }
            @if let Some(qr) = channel["qr"].as_str() { img src=(qr) alt=(language.pick("QRコード", "QR code")) width="160"; }
        }
    }
}

fn open(talk: &Value, files: &Files, contact: u64, text: Option<&str>, language: Language) -> Markup {
    let team = list(talk, "texts");
    let inserted = team.iter().find(|each| text.is_some() && each["name"].as_str() == text);
    let labels: Vec<&str> =
        inserted.into_iter().flat_map(|text| list(text, "quick")).filter_map(Value::as_str).collect();
    let notes = list(&talk["older"], "notes").iter().zip(list(&talk["older"], "files"));
    let cost = if talk["free_until_ms"].is_null() {
        language.pick(
            "プッシュメッセージとして送られ、1通と数えられます。",
            "It goes out as a push message and is counted as one.",
        )
    } else {
        language.pick("いま送ると無料の返信になります。", "Sent now, it is a free reply.")
    };
    html! {
        h2 { (texts(&talk["channel"], "name")) }
        div id="older" {
            @for (note, its) in notes {
                @for line in note.as_array().into_iter().flatten() { p { (line.as_str().unwrap_or_default()) } }
                @for file in its.as_array().into_iter().flatten() { (sent(file, files)) }
            }
        }
        ol id="lines" {
            @for line in list(talk, "lines") {
                li class=(texts(line, "who")) { (texts(line, "by")) " " (texts(line, "at")) ": " span class="words" { (texts(line, "words")) } (sent(&line["file"], files)) }
            }
            @for saying in list(talk, "saying") {
                li class="saying" {
                    (texts(saying, "by")) ": " span class="words" { (texts(saying, "words")) }
                    @if saying["unknown"] == true {
                        form method="post" action="/demo/hubspot/card" {
                            input type="hidden" name="contact" value=(contact);
                            input type="hidden" name="talk" value=(texts(talk, "talk"));
                            input type="hidden" name="send" value=(texts(saying, "send"));
                            button class="button plain" name="arrived" value="yes" { (language.pick("届いている", "It arrived")) }
                            button class="button plain" name="arrived" value="again" { (language.pick("もう一度送る", "Send it again")) }
                        }
                    }
                }
            }
        }
        form method="post" action="/demo/hubspot/card" id="write" {
            input type="hidden" name="contact" value=(contact);
            input type="hidden" name="talk" value=(texts(talk, "talk"));
            input type="hidden" name="name" value=(uuid::Uuid::new_v4());
            label for="words" { (language.pick("メッセージ", "Message")) }
            textarea id="words" name="words" rows="3" { (inserted.map_or("", |text| texts(text, "words"))) }
            @if !labels.is_empty() {
                input type="hidden" name="quick" value=(labels.join("\n"));
                p id="buttons" { (language.pick("ボタン：", "Buttons: ")) (labels.join(" / ")) }
            }
            @if !team.is_empty() {
                p id="texts" {
                    (language.pick("定型文：", "Texts of the team: "))
                    @for text in team {
                        a href={ "/demo/hubspot/card?" (inserting(contact, texts(text, "name"))) } { (texts(text, "name")) } " "
                    }
                }
            }
            p id="cost" { (cost) }
            div class="actions" { button class="button" { (language.pick("送信", "Send")) } }
        }
        form method="post" action="/demo/hubspot/card" id="file" {
            input type="hidden" name="contact" value=(contact);
            input type="hidden" name="talk" value=(texts(talk, "talk"));
            input type="hidden" name="name" value=(uuid::Uuid::new_v4());
            label for="address" { (language.pick("画像やファイルのアドレス", "The address of a picture or a file")) }
            input id="address" name="address" placeholder="https://";
            div class="actions" { button class="button plain" { (language.pick("ファイルを送る", "Send the file")) } }
        }
        form method="post" action="/demo/hubspot/card" id="sticker" {
            input type="hidden" name="contact" value=(contact);
            input type="hidden" name="talk" value=(texts(talk, "talk"));
            input type="hidden" name="name" value=(uuid::Uuid::new_v4());
            label for="stickers" { (language.pick("スタンプ", "Sticker")) }
            select id="stickers" name="sticker" {
                @for sticker in list(talk, "stickers") { option value=(texts(sticker, "sticker")) { (texts(sticker, "title")) } }
            }
            div class="actions" { button class="button plain" { (language.pick("スタンプを送る", "Send the sticker")) } }
        }
    }
}
