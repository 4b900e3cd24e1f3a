//! HubSpot's own inbox, as a page of forms. It is a stand-in: HubSpot's looks otherwise, and this page shows what the fake keeps of the
//! custom channels API and lets somebody of the team answer, of which the fake then tells as HubSpot documents it.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /demo/hubspot/inbox?thread=...` | the threads, and the messages of one |
//! | `POST /demo/hubspot/inbox` | somebody of the team answers in a thread |
//!
//! Guarded as LINE's consoles are ([`super::consoles`]).

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Query, State};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::HeaderMap;
use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::pages::{Frame, Page, language_of};
use serde::Deserialize;

use super::consoles::own_forms;
use super::{Refusal, guard};
use crate::fake::hubspot::{FakeHubSpot, InboxEntry, ObjectType};
use crate::seed::PORTAL_ID;

const LARGEST_FORM_BYTES: usize = 64 * 1024;
const PATH: &str = "/demo/hubspot/inbox";

/// What the page shows.
#[derive(Clone)]
pub struct AppInbox {
    /// HubSpot.
    pub hubspot: FakeHubSpot,
}

/// The page, guarded.
pub fn router(inbox: AppInbox) -> Router {
    let page = Router::new()
        .route(PATH, get(show).post(answer))
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .with_state(Arc::new(inbox));
    page.layer(middleware::from_fn(own_forms)).layer(middleware::from_fn(guard::guard))
}

/// Which thread.
#[derive(Deserialize)]
struct Which {
    thread: Option<String>,
}

async fn show(State(inbox): State<Arc<AppInbox>>, headers: HeaderMap, Query(which): Query<Which>) -> Page {
    inbox.page(language_of(None, &headers), which.thread.as_deref())
}

/// What somebody writes.
#[derive(Deserialize)]
struct Answer {
    thread: String,
    words: String,
}

async fn answer(State(inbox): State<Arc<AppInbox>>, Form(answer): Form<Answer>) -> Response {
    match inbox.hubspot.write_in_inbox(PORTAL_ID, &answer.thread, &answer.words, 0) {
        Some(_) => Redirect::to(&address(&answer.thread)).into_response(),
        None => Refusal::NO_SUCH_THREAD.into_response(),
    }
}

fn address(thread: &str) -> String {
    let query: String = url::form_urlencoded::byte_serialize(thread.as_bytes()).collect();
    format!("{PATH}?thread={query}")
}

impl AppInbox {
    fn page(&self, language: Language, chosen: Option<&str>) -> Page {
        let title = language.pick("HubSpotの受信トレイ（デモ）", "HubSpot's inbox (demo)");
        let entries = self.hubspot.inbox(PORTAL_ID);
        // The one that was written in last comes first.
        let mut threads: Vec<&InboxEntry> = Vec::new();
        for entry in entries.iter().rev() {
            if !threads.iter().any(|known| known.thread == entry.thread) {
                threads.push(entry);
            }
        }
        let chosen = threads.iter().find(|known| chosen.is_none_or(|chosen| known.thread == chosen));
        Frame::new(language, title).around(html! {
            div class="card" {
                h1 { (title) }
                p { (language.pick(
                    "HubSpotの画面の代わりです。見た目は異なりますが、MusubiとのやりとりはHubSpotの文書どおりです。",
                    "It stands for HubSpot's screen, and looks otherwise. What goes between it and Musubi is as HubSpot documents it.",
                )) }
                @if !self.is_open() { (self.shut(language)) }
                ul id="threads" {
                    @for last in &threads {
                        li { a href=(address(&last.thread)) { (self.who(last, language)) } " " span class="small" { (last.text) } }
                    }
                }
                @if let Some(first) = chosen {
                    h2 { (self.who(first, language)) }
                    ol id="messages" {
                        @for entry in entries.iter().filter(|entry| entry.thread == first.thread) { (message(entry, language)) }
                    }
                    form method="post" action=(PATH) id="write" {
                        input type="hidden" name="thread" value=(first.thread);
                        label for="words" { (language.pick("返信", "Answer")) }
                        textarea id="words" name="words" rows="3" {}
                        div class="actions" { button class="button" { (language.pick("送信", "Send")) } }
                    }
                } @else {
                    p { (language.pick("まだメッセージはありません。", "There is no message yet.")) }
                }
                p { a href=(chosen.map_or_else(|| PATH.to_owned(), |first| address(&first.thread))) { (language.pick("読み込み直す", "Load again")) } }
                p { a href="/" { (language.pick("最初のページ", "The first page")) } }
            }
        })
    }

    fn is_open(&self) -> bool {
        self.hubspot.channel_accounts(PORTAL_ID).iter().any(|account| account.authorized)
    }

    /// As the contact is called, if HubSpot knows whose thread it is.
    fn who(&self, of: &InboxEntry, language: Language) -> String {
        let record = of.contact_id.and_then(|id| self.hubspot.record(PORTAL_ID, ObjectType::Contact, id));
        let called = record.as_ref().and_then(|record| record.properties.get("line_user_name").cloned());
        let contact = of.contact_id.map(|id| id.to_string()).unwrap_or_default();
        called.unwrap_or_else(|| format!("{}{contact}", language.pick("コンタクト ", "Contact ")))
    }

    /// How it is opened: where everybody opens it, with what HubSpot would show a developer.
    fn shut(&self, language: Language) -> Markup {
        let app = self.hubspot.app();
        html! {
            div class="todo" {
                p { (language.pick(
                    "LINEはこの受信トレイに接続されていません。Musubiのコンソールの「設定」にある［HubSpotの受信トレイ］で接続してください。",
                    "LINE is not connected to this inbox. Open it in Musubi's console, in Settings > HubSpot's inbox.",
                )) }
                p { (language.pick("HubSpotのアプリID：", "HubSpot's app ID: ")) code id="app" { (app.app_id) } }
                p { (language.pick("開発者APIキー：", "Developer API key: ")) code id="key" { (app.developer_key) } }
            }
        }
    }
}

fn message(entry: &InboxEntry, language: Language) -> Markup {
    let state = match (entry.is_incoming, entry.status.as_str()) {
        (true, _) => None,
        _ if !entry.is_told => Some(("waiting", language.pick("送信しています", "On its way"))),
        (false, "FAILED") => Some(("failed", language.pick("送信できませんでした：", "Not sent: "))),
        (false, _) => Some(("sent", language.pick("送信済み", "Sent"))),
    };
    html! {
        li class=(if entry.is_incoming { "in" } else { "out" }) {
            span class="words" { (entry.text) }
            @if !entry.files.is_empty() {
                " " span class="file small" { (language.pick("添付ファイルあり", "with a file")) }
            }
            @if let Some((class, words)) = state {
                " " span class={ "small " (class) } { (words) (entry.error.as_deref().unwrap_or_default()) }
            }
        }
    }
}
