//! `GET /line/{channel}/login` and what belongs to it: a person logs in with LINE and is linked, or unlinked.
//!
//! ```text
//! login      -> LINE -> login/callback -> the owner's page, or login/done
//! liff       (inside LINE, no password) -> POST liff -> the same
//! unlink     -> POST unlink -> LINE -> login/callback -> a page that says so
//! account-link/nonces  asked by the customer's own site, not by people
//! login/qr, login/qr.svg, login/qr.png, login/sample
//! ```
//!
//! Nothing of a request is ever followed: where a person goes afterwards stands in the channel's settings alone.

mod account_link;
mod browser;
mod come_back;
mod liff;
pub mod pages;
mod poster;
mod set_out;
mod signed;
mod unlink;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::routing::{get, post};
use musubi::aws::Parts;
use musubi::config::{self, ConfigError, Environment};
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::login::LoginSettings;
use musubi::flow::link::Link;
use musubi::flow::log_in::LogIn;
use musubi::flow::offer_link::OfferLink;
use musubi::line::{LineApiUrl, LineLogin};
use musubi::ports::{Channels, Secrets};
use serde::Deserialize;

use pages::login_end::LoginEnd;
use pages::{Account, Page};

/// No request of a person is larger, in bytes.
const MAX_BYTES: usize = 32 * 1024;

/// What logging in needs.
pub struct Ports {
    /// Official Accounts.
    pub channels: Channels,
    /// Logs in.
    pub log_in: LogIn,
    /// Keeps account links' nonces.
    pub offer_link: OfferLink,
    /// Keys of customers' own sites.
    pub secrets: Arc<dyn Secrets>,
    /// LINE's account link dialog.
    pub access_url: String,
    /// Where LINE sends people back to.
    pub public_url: String,
    /// What opens LIFF apps.
    pub liff_url: String,
    /// The LIFF SDK.
    pub liff_sdk_url: String,
}

impl Ports {
    /// From the function's parts.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(parts: &Parts, environment: &Environment) -> Result<Self, ConfigError> {
        let (clock, journal, wake_ups) = (parts.clock(), parts.journal()?, parts.wake_ups()?);
        let line_urls = config::line_urls(environment)?;
        let liff_urls = config::liff_urls(environment)?;
        let at = |name, url: &str| {
            LineApiUrl::parse(url).map_err(|_| ConfigError::Malformed { name, expected: "an http or https address" })
        };
        let (api, access) =
            (at("MUSUBI_LINE_API_URL", &line_urls.api)?, at("MUSUBI_LINE_ACCESS_URL", &line_urls.access)?);
        let secrets = parts.secrets()?;
        let login = LineLogin::new(musubi::http::client(), api, access, Arc::clone(&secrets), Arc::clone(&clock));
        let link = Link { journal: journal.clone(), wake_ups, clock: Arc::clone(&clock) };
        let offer_link = OfferLink { journal: journal.clone(), clock: Arc::clone(&clock) };
        Ok(Self {
            channels: parts.channels()?.remembering(Arc::clone(&clock)),
            offer_link,
            secrets,
            access_url: line_urls.access,
            log_in: LogIn { journal, login: Arc::new(login), link, clock },
            public_url: config::public_url(environment)?,
            liff_url: liff_urls.apps,
            liff_sdk_url: liff_urls.sdk,
        })
    }

    /// The Official Account, if people can log in for it.
    async fn channel(&self, id: &str) -> Result<(Channel, LoginSettings), LoginEnd> {
        if !ChannelId::is_well_formed(id) {
            return Err(LoginEnd::NotValid);
        }
        let found = self.channels.find(&ChannelId::new(id)).await.map_err(|error| {
            musubi::telemetry::log_chain("login.failed", &error);
            LoginEnd::Unavailable
        })?;
        let channel = found.ok_or(LoginEnd::NotValid)?;
        let login = channel.login.clone().ok_or(LoginEnd::NotValid)?;
        Ok((channel, login))
    }

    /// Where LINE sends people back to; registered at LINE, letter by letter.
    fn callback_url(&self, channel: &ChannelId) -> String {
        format!("{}/line/{channel}/login/callback", self.public_url)
    }
}

/// The routes.
pub fn router(ports: Arc<Ports>) -> Router {
    Router::new()
        .route("/line/{channel}/login", get(set_out::set_out))
        .route("/line/{channel}/login/callback", get(come_back::come_back))
        .route("/line/{channel}/login/done", get(come_back::done))
        .route("/line/{channel}/login/qr", get(poster::page))
        .route("/line/{channel}/login/qr.svg", get(poster::svg))
        .route("/line/{channel}/login/qr.png", get(poster::png))
        .route("/line/{channel}/login/sample", get(poster::sample))
        .route("/line/{channel}/liff", get(liff::page).post(liff::log_in))
        .route("/line/{channel}/account-link/nonces", post(account_link::offer))
        .route("/line/{channel}/unlink", get(unlink::explain).post(unlink::set_out))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(ports)
}

type ChannelPath = Path<String>;

/// What a link may say.
#[derive(Debug, Deserialize)]
struct LinkQuery {
    route: Option<String>,
    lang: Option<String>,
    /// LINE's automatic login failed: by hand this time.
    by_hand: Option<String>,
}

/// The language of the pages: as the link says, else as the browser does, else Japanese.
fn language(lang: Option<&str>, headers: &HeaderMap) -> Language {
    let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    lang.or(accepted).map_or_else(Language::default, Language::from_tag)
}

/// What pages say of the account.
fn account(channel: &Channel) -> Account<'_> {
    Account { channel: &channel.id, name: &channel.name, basic_id: &channel.basic_id }
}

/// A page that ends it all, without a way to begin again.
fn ended(language: Language, end: LoginEnd) -> Page {
    pages::login_end::page(language, end, None)
}
