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
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use musubi::aws::AwsAdapters;
use musubi::config::{self, ConfigError, Environment};
use musubi::flow::link::Link;
use musubi::flow::log_in::LogIn;
use musubi::flow::offer_link::OfferLink;
use musubi::http_client::HttpClient;
use musubi::line::{LineApiUrl, LineLogin};
use musubi::ports::Secrets;
use musubi::store::Channels;

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
    /// What opens LINE itself.
    pub line_app_url: String,
}

impl Ports {
    /// From the function's adapters.
    ///
    /// # Errors
    /// Names a missing or malformed variable.
    pub fn of(adapters: &AwsAdapters, environment: &Environment) -> Result<Self, ConfigError> {
        let (clock, journal) = (adapters.clock(), adapters.journal()?);
        let line_urls = config::line_urls(environment)?;
        let liff_urls = config::liff_urls(environment)?;
        let (api, access) = (LineApiUrl::of_api(&line_urls)?, LineApiUrl::of_access(&line_urls)?);
        let secrets = adapters.secrets()?;
        let login =
            LineLogin::new(HttpClient::when_first_used(), api, access, Arc::clone(&secrets), Arc::clone(&clock));
        let link = Link { outbox: adapters.outbox()? };
        let offer_link = OfferLink { journal: journal.clone(), clock: Arc::clone(&clock) };
        Ok(Self {
            channels: adapters.channels()?.remembering(Arc::clone(&clock)),
            offer_link,
            secrets,
            access_url: line_urls.access,
            log_in: LogIn { journal, login: Arc::new(login), link, clock },
            public_url: config::public_url(environment)?,
            line_app_url: config::line_app_url(environment)?,
            liff_url: liff_urls.apps,
            liff_sdk_url: liff_urls.sdk,
        })
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
