//! The HTTP face of the running world: what the page at `/` and scripts read and do.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /` and `GET /page/..` | the page, see [`crate::page`] |
//! | `/demo/line/consoles`, `/demo/line/bakery` | LINE's consoles and a phone of an account that nobody has connected, see [`consoles`] |
//! | `/demo/hubspot/settings` | the app's settings page in HubSpot, see [`app_settings`] |
//! | `/demo/hubspot/card` | the card on the contact's record in HubSpot, see [`app_card`] |
//! | `/demo/hubspot/inbox` | HubSpot's inbox, see [`app_inbox`] |
//! | `GET /world.json` | everything there is to see, see [`world`] |
//! | `POST /demo/line/..` | what a person does on their phone, see [`phone`] |
//! | `POST /demo/crm/..`, `/demo/clock`, `/demo/faults` | what a marketer does, and what no marketer can, see [`acts`] |
//!
//! Every POST wants `content-type: application/json`, no answer carries a CORS header, and the caller must name this machine as
//! host ([`guard`]): another site's page that a visitor has open can therefore neither act here nor read.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{get, post};
use musubi::domain::language::Language;
use musubi::ports::PortError;
use serde_json::Value;

use crate::fake::FakeClock;
use crate::fake::hubspot::FakeHubSpot;
use crate::fake::line::FakeLine;

pub mod acts;
pub mod app_card;
pub mod app_inbox;
pub mod app_settings;
pub mod consoles;
mod crm_view;
pub mod door;
pub mod guard;
mod inside;
mod line_view;
pub mod phone;
mod refusal;
#[cfg(test)]
mod tests;
pub mod world;

pub use inside::Inside;
pub use refusal::Refusal;

const LARGEST_BODY_BYTES: usize = 1024 * 1024;

/// What the page and scripts need of the running world. Clones are the same world.
#[derive(Clone)]
pub struct Demo {
    /// The platform with the people and their phones.
    pub line: FakeLine,
    /// The CRM.
    pub hubspot: FakeHubSpot,
    /// The one clock of both, and of whatever of ours follows it.
    pub clock: FakeClock,
    /// The demo channel. It must have been added to `line`.
    pub channel_id: String,
    /// The demo portal. It must have been added to `hubspot`.
    pub portal_id: u64,
    /// Our own queues and journal.
    pub ours: Arc<dyn Ours>,
    /// What is spoken.
    pub language: Spoken,
}

/// The language that a demo speaks. Clones are the same.
#[derive(Clone, Default)]
pub struct Spoken(Arc<Mutex<Language>>);

impl Spoken {
    /// The language now.
    pub fn now(&self) -> Language {
        *self.0.lock().expect("nothing panics while it holds this lock")
    }
}

impl Demo {
    /// Speaks another language from now on; see [`acts::language`].
    ///
    /// # Errors
    /// Ours could not be told; then nothing has changed.
    pub async fn speak(&self, language: Language) -> Result<(), PortError> {
        self.ours.speak(language).await?;
        crate::names::speak(self, language);
        *self.language.0.lock().expect("nothing panics while it holds this lock") = language;
        Ok(())
    }
}

/// A look into what is ours.
#[async_trait]
pub trait Ours: Send + Sync {
    /// What queues and journal hold: `{"inbox":n,"push":n,"outbox":n,"dead_letters":[{"queue","reason"}],
    /// "parked":[{"push_id"}],"effect_rows":[{"kind","due_at_ms","tries"}],"login":{"channel_id","routes":[..],"liff_url"},
    /// "idle_window_ms":n}`, times
    /// in milliseconds since 1970. `login` is null where nobody can log in by the page's own host, `liff_url` where there is no
    /// LIFF app.
    ///
    /// Called about once a second for each page that is open; it changes nothing, and the answer must be the same as long as
    /// nothing has happened (no age, no countdown), or the page is sent everything again each time.
    async fn look(&self) -> Value;

    /// Makes ours speak another language from now on; what was written stays as it was written. The same again changes nothing.
    ///
    /// # Errors
    /// The settings could not be stored.
    async fn speak(&self, language: Language) -> Result<(), PortError>;
}

/// All routes, guarded. To be merged into a router that serves other paths, or served alone on loopback.
pub fn router(demo: Demo) -> Router {
    let acts = Router::new()
        .route("/world.json", get(world::world))
        .route("/demo/line/people", post(phone::arrive))
        .route("/demo/line/{user_id}/text", post(phone::text))
        .route("/demo/line/{user_id}/sticker", post(phone::sticker))
        .route("/demo/line/{user_id}/picture", post(phone::picture))
        .route("/demo/line/{user_id}/location", post(phone::location))
        .route("/demo/line/{user_id}/postback", post(phone::postback))
        .route("/demo/line/{user_id}/unsend", post(phone::unsend))
        .route("/demo/line/{user_id}/block", post(phone::block))
        .route("/demo/line/{user_id}/unblock", post(phone::unblock))
        .route("/demo/crm/run", post(acts::run))
        .route("/demo/crm/contacts", post(acts::make_contact))
        .route("/demo/crm/contacts/{contact_id}", post(acts::change_contact))
        .route("/demo/crm/tasks/{task_id}/complete", post(acts::complete_task))
        .route("/demo/language", post(acts::language))
        .route("/demo/clock", post(acts::clock))
        .route("/demo/faults", post(acts::faults))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .with_state(demo);
    acts.merge(crate::page::router()).layer(middleware::from_fn(guard::guard))
}
