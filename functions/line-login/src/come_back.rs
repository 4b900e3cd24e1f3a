//! A person comes back from LINE.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use musubi::domain::after_login::{AfterLogin, AllowedOrigins};
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::login::LoginSettings;
use musubi::domain::route::RouteName;
use musubi::flow::log_in::{ComeBack, LoggedInFor, LoginRefusal};
use serde::Deserialize;

use crate::browser::Browser;
use crate::pages::login_end::{self, LoginEnd};
use crate::pages::{Login, success, unlink};
use crate::{ChannelPath, LinkQuery, Ports, account, ended, language};

/// What LINE gives back. Anything else of the query is not looked at, and nothing of it is followed.
#[derive(Deserialize)]
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// `GET /line/{channel}/login/callback`
pub async fn come_back(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(callback): Query<Callback>,
    headers: HeaderMap,
) -> Response {
    let language = language(None, &headers);
    let (channel, login) = match ports.channel(&id).await {
        Ok(found) => found,
        Err(end) => return ended(language, end).into_response(),
    };
    let browser = Browser::known(&headers);
    let back = ComeBack {
        state: callback.state,
        code: callback.code,
        error: callback.error,
        browser: browser.as_ref().map(|browser| browser.secret.clone()),
        callback_url: ports.callback_url(&channel.id),
    };
    match ports.log_in.come_back(&channel, &back).await {
        Ok(LoggedInFor::Linked { route }) => to(&after_login(&channel, &login, route.as_ref())),
        Ok(LoggedInFor::Unlinked) => unlink::done(language, account(&channel)).into_response(),
        Err(refusal) => refused(&channel, browser.as_ref(), &refusal).unwrap_or_else(|end| {
            let route = browser.as_ref().and_then(|browser| browser.route.as_ref());
            let again = Login { channel: &channel.id, route };
            login_end::page(language, end, Some(again)).into_response()
        }),
    }
}

/// `GET /line/{channel}/login/done`
pub async fn done(
    State(ports): State<Arc<Ports>>,
    Path(id): ChannelPath,
    Query(query): Query<LinkQuery>,
    headers: HeaderMap,
) -> Response {
    let language = language(query.lang.as_deref(), &headers);
    match ports.channel(&id).await {
        Ok((channel, _)) => success::page(language, account(&channel)).into_response(),
        Err(end) => ended(language, end).into_response(),
    }
}

/// The owner's page, read anew by the rules: a setting that slipped past the operator's tools is not followed either.
pub fn after_login(channel: &Channel, login: &LoginSettings, route: Option<&RouteName>) -> String {
    let ours = || format!("/line/{}/login/done", channel.id);
    let Some(chosen) = login.after_login(route) else { return ours() };
    let allowed = AllowedOrigins::parse(&login.allowed_origins).ok();
    match allowed.and_then(|allowed| AfterLogin::parse(chosen, &allowed).ok()) {
        Some(address) => address.as_str().to_owned(),
        None => {
            tracing::error!(channel.id = %channel.id, "after_login.refused");
            ours()
        }
    }
}

/// `Err`: the page to show. `Ok`: LINE's automatic login seems to have failed, so the person logs in once more, by hand: LINE
/// then gives back a state that is not ours (LINE's docs, "How to handle auto login failure").
fn refused(channel: &Channel, browser: Option<&Browser>, refusal: &LoginRefusal) -> Result<Response, LoginEnd> {
    musubi::telemetry::log_chain("login.refused", refusal);
    Err(match refusal {
        LoginRefusal::Stray => match browser {
            Some(browser) if !browser.by_hand => return Ok(by_hand(&channel.id, browser.route.as_ref())),
            Some(_) => LoginEnd::LineFailed,
            None => LoginEnd::OtherBrowser,
        },
        LoginRefusal::OtherBrowser => LoginEnd::OtherBrowser,
        LoginRefusal::Used => LoginEnd::AlreadyUsed,
        LoginRefusal::Expired => LoginEnd::Expired,
        LoginRefusal::Declined => LoginEnd::Cancelled,
        LoginRefusal::AtLine | LoginRefusal::Unproven(_) => LoginEnd::LineFailed,
        LoginRefusal::NotNow(_) => LoginEnd::Unavailable,
    })
}

fn by_hand(channel: &ChannelId, route: Option<&RouteName>) -> Response {
    let route = route.map_or_else(String::new, |route| format!("&route={route}"));
    to(&format!("/line/{channel}/login?by_hand=1{route}"))
}

fn to(address: &str) -> Response {
    let headers = [(LOCATION, address), (CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
    (StatusCode::SEE_OTHER, headers).into_response()
}
