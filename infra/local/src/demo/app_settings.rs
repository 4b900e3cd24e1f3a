//! The app's settings page in HubSpot, as a page of forms: what `infra/hubspot/src/app/settings` is there, asked in the same way.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /demo/hubspot/settings` | who looks at it, in which account |
//! | `POST /demo/hubspot/settings` | asks for the console, by `hubspot.fetch`, and shows what came |
//!
//! Guarded as LINE's consoles are ([`super::consoles`]).

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, State};
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
use super::{Refusal, guard};
use crate::fake::hubspot::{FakeHubSpot, FetchRefused, PageUser};
use crate::fake::{FakeClock, Posted};
use crate::seed::{EMPTY_PORTAL_ID, HUBSPOT_MEMBER, HUBSPOT_USER, PORTAL_ID};

const LARGEST_FORM_BYTES: usize = 16 * 1024;
const PORTALS: [u64; 2] = [PORTAL_ID, EMPTY_PORTAL_ID];
const USERS: [(u64, &str); 2] = [HUBSPOT_USER, HUBSPOT_MEMBER];

/// What the page shows.
#[derive(Clone)]
pub struct AppSettings {
    /// HubSpot.
    pub hubspot: FakeHubSpot,
    /// Its time.
    pub clock: FakeClock,
    /// Where the app calls.
    pub public_url: String,
}

/// The page, guarded.
pub fn router(settings: AppSettings) -> Router {
    let page = Router::new()
        .route("/demo/hubspot/settings", get(show).post(ask))
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .with_state(Arc::new(settings));
    page.layer(middleware::from_fn(own_forms)).layer(middleware::from_fn(guard::guard))
}

/// What came of the question.
enum Came {
    Address(String),
    Refused(String),
}

async fn show(headers: HeaderMap) -> Page {
    page(language_of(None, &headers), PORTAL_ID, HUBSPOT_USER.0, None)
}

#[derive(Deserialize)]
struct Asked {
    portal: u64,
    user: u64,
}

async fn ask(State(settings): State<Arc<AppSettings>>, headers: HeaderMap, Form(asked): Form<Asked>) -> Response {
    let Some((user_id, email)) = USERS.into_iter().find(|(id, _)| *id == asked.user) else {
        return Refusal::OUT_OF_RANGE.into_response();
    };
    if !PORTALS.contains(&asked.portal) {
        return Refusal::OUT_OF_RANGE.into_response();
    }
    let url = format!("{}/console/hand-over", settings.public_url);
    let body = json!({"asked_at_ms": musubi::ports::Clock::now_ms(&settings.clock)});
    let user = PageUser { portal_id: asked.portal, user_id, email };
    let came = match settings.hubspot.fetch(user, &url, &body).await {
        Ok(Posted::Answered { status: 200, body, .. }) => {
            let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
            match (answer["address"].as_str(), answer["refused"].as_str()) {
                (Some(address), _) => Came::Address(address.to_owned()),
                (None, why) => Came::Refused(why.unwrap_or("no_answer").to_owned()),
            }
        }
        Ok(Posted::Answered { status, .. }) => Came::Refused(status.to_string()),
        Ok(_) => Came::Refused("no_answer".to_owned()),
        Err(FetchRefused::NotInstalled) => Came::Refused("not_installed".to_owned()),
        Err(why) => Came::Refused(why.to_string()),
    };
    page(language_of(None, &headers), asked.portal, asked.user, Some(came)).into_response()
}

fn page(language: Language, portal: u64, user: u64, came: Option<Came>) -> Page {
    let title = language.pick("HubSpotのMusubiの設定（デモ）", "Musubi's settings in HubSpot (demo)");
    Frame::new(language, title).around(html! {
        div class="card" {
            h1 { (title) }
            p { "Marketplace > Connected apps > Musubi > Settings" }
            form method="post" action="/demo/hubspot/settings" {
                (choice("portal", language.pick("アカウント", "Account"), portal, PORTALS.map(|id| (id, id.to_string()))))
                (choice("user", language.pick("ログインしている方", "Who is signed in"), user, USERS.map(|(id, email)| (id, email.to_owned()))))
                div class="actions" {
                    button class="button" id="ask" { (language.pick("Musubiのコンソールを開く", "Open Musubi's console")) }
                }
            }
            @match came {
                None => {},
                Some(Came::Address(address)) => div class="todo" role="status" {
                    p { (language.pick("60秒以内に1回だけ使えます。", "It works once, within 60 seconds.")) }
                    p { a id="open" href=(address) target="_blank" rel="noopener" {
                        (language.pick("新しいタブでコンソールを開く", "Open the console in a new tab"))
                    } }
                },
                Some(Came::Refused(why)) => div class="todo" role="alert" {
                    p { (language.pick("開けませんでした", "It could not be opened")) " (" span id="refused" { (why) } ")" }
                },
            }
        }
    })
}

fn choice(name: &str, label: &str, chosen: u64, all: [(u64, String); 2]) -> Markup {
    html! {
        label for=(name) { (label) }
        select id=(name) name=(name) {
            @for (id, words) in all { option value=(id) selected[id == chosen] { (words) } }
        }
    }
}
