//! A person comes back from LINE.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY};
use axum::response::{IntoResponse, Response};
use musubi::domain::addresses;
use musubi::domain::after_login::{AfterLogin, AllowedOrigins};
use musubi::domain::route::RouteName;
use musubi::flow::log_in::{ComeBack, LoggedInFor, LoginRefusal};
use musubi::ports::login::LoginFailure;
use serde::Deserialize;

use crate::browser::Browser;
use crate::pages::login_end::LoginEnd;
use crate::pages::{HERE, success, unlink};
use crate::visit::{Ended, Visit};

/// What LINE gives back. Anything else of the query is not looked at, and nothing of it is followed.
#[derive(Deserialize)]
pub struct Callback {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

/// `GET /line/{channel}/login/callback`
pub async fn come_back(visit: Visit, callback: Result<Query<Callback>, QueryRejection>) -> Result<Response, Ended> {
    let Query(callback) = callback.map_err(|_| visit.ends(LoginEnd::NotValid))?;
    let browser = visit.known_browser();
    let back = ComeBack {
        state: callback.state,
        code: callback.code,
        error: callback.error,
        browser: browser.as_ref().map(|browser| browser.secret.clone()),
        callback_url: visit.addresses().callback(),
    };
    match visit.ports.log_in.come_back(&visit.channel, &back).await {
        Ok(LoggedInFor::Linked { route }) => Ok(to(&after_login(&visit, route.as_ref()))),
        Ok(LoggedInFor::Unlinked) => Ok(unlink::done(visit.language, visit.account()).into_response()),
        Err(refusal) => refused(&visit, browser, &refusal),
    }
}

/// `GET /line/{channel}/login/done`
pub async fn done(visit: Visit) -> Response {
    success::page(visit.language, visit.account()).into_response()
}

/// The owner's page, read anew by the rules: a setting that slipped past the operator's tools is not followed either.
pub fn after_login(visit: &Visit, route: Option<&RouteName>) -> String {
    let ours = || addresses::page(HERE, &visit.channel.id, "login/done");
    let Some(chosen) = visit.login.after_login(route) else { return ours() };
    let allowed = AllowedOrigins::parse(&visit.login.allowed_origins).ok();
    match allowed.and_then(|allowed| AfterLogin::parse(chosen, &allowed).ok()) {
        Some(address) => address.as_str().to_owned(),
        None => {
            tracing::error!(channel.id = %visit.channel.id, "after_login.refused");
            ours()
        }
    }
}

/// `Ok`: LINE's automatic login seems to have failed, so the person logs in once more, by hand: LINE then gives back a state
/// that is not ours (LINE's docs, "How to handle auto login failure"). `Err`: the page to show.
fn refused(visit: &Visit, browser: Option<Browser>, refusal: &LoginRefusal) -> Result<Response, Ended> {
    musubi::telemetry::log_chain("login.refused", refusal);
    let end = match (refusal, &browser) {
        (LoginRefusal::Stray, Some(browser)) if !browser.by_hand => return Ok(by_hand(visit, browser)),
        (LoginRefusal::Stray, Some(_)) => LoginEnd::Unproven,
        (LoginRefusal::Stray, None) | (LoginRefusal::OtherBrowser, _) => LoginEnd::OtherBrowser,
        (LoginRefusal::Used, _) => LoginEnd::AlreadyUsed,
        (LoginRefusal::Expired, _) => LoginEnd::Expired,
        (LoginRefusal::Declined, _) => LoginEnd::Cancelled,
        (LoginRefusal::Unproven(LoginFailure::NotSetUp(_)), _) => LoginEnd::NotSetUp,
        (LoginRefusal::AtLine | LoginRefusal::Unproven(_), _) => LoginEnd::Unproven,
        (LoginRefusal::NotNow(_), _) => LoginEnd::Unavailable,
    };
    Err(visit.ends_but_may_begin_again(end, browser.and_then(|browser| browser.route)))
}

fn by_hand(visit: &Visit, browser: &Browser) -> Response {
    let route = browser.route.as_ref().map_or_else(String::new, |route| format!("&route={route}"));
    to(&format!("{}?by_hand=1{route}", addresses::login(HERE, &visit.channel.id, None)))
}

fn to(address: &str) -> Response {
    let headers = [(LOCATION, address), (CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
    (StatusCode::SEE_OTHER, headers).into_response()
}
