//! A person sets out for LINE.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::login::LoginPurpose;
use musubi::flow::log_in::SetOut;

use crate::browser::{Browser, random_text};
use crate::pages::login_end::LoginEnd;
use crate::{ChannelPath, LinkQuery, Ports, ended, language};

/// `GET /line/{channel}/login?route=...`
pub async fn set_out(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(query): Query<LinkQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language(query.lang.as_deref(), &headers);
    let begun = async {
        let (channel, login) = ports.channel(&id).await?;
        let mut browser = Browser::of(&headers).map_err(|_| LoginEnd::Unavailable)?;
        browser.by_hand = query.by_hand.as_deref() == Some("1");
        browser.route = query.route.as_deref().and_then(|route| login.known_route(route));
        let address = begin(&ports, &channel, &browser, LoginPurpose::Link, language).await?;
        Ok(to_line(&address, &browser))
    };
    begun.await.unwrap_or_else(|end: LoginEnd| ended(language, end).into_response())
}

/// Makes the attempt; answers where LINE is.
///
/// # Errors
/// The page to show instead.
pub async fn begin(
    ports: &Ports,
    channel: &Channel,
    browser: &Browser,
    purpose: LoginPurpose,
    language: Language,
) -> Result<String, LoginEnd> {
    let out = SetOut {
        purpose,
        route: browser.route.clone(),
        language,
        by_hand: browser.by_hand,
        state: random_text().map_err(|_| LoginEnd::Unavailable)?,
        browser: browser.secret.clone(),
        callback_url: ports.callback_url(&channel.id),
    };
    match ports.log_in.set_out(channel, &out).await {
        Ok(Some(address)) => Ok(address),
        Ok(None) => Err(LoginEnd::NotValid),
        Err(error) => {
            musubi::telemetry::log_chain("login.failed", &error);
            Err(LoginEnd::Unavailable)
        }
    }
}

fn to_line(address: &str, browser: &Browser) -> Response {
    let headers = [
        (LOCATION, address),
        (SET_COOKIE, &browser.cookie()),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::FOUND, headers).into_response()
}
