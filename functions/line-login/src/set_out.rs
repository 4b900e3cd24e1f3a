//! A person sets out for LINE.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use musubi::domain::login::LoginPurpose;
use musubi::flow::log_in::SetOut;

use crate::browser::{Browser, random_text};
use crate::pages::login_end::LoginEnd;
use crate::visit::{Ended, Visit};

/// `GET /line/{channel}/login?route=...`
pub async fn set_out(visit: Visit) -> Result<Response, Ended> {
    let browser = Browser { by_hand: visit.is_by_hand(), route: visit.known_route(), ..visit.browser()? };
    let address = begin(&visit, &browser, LoginPurpose::Link).await?;
    Ok(to_line(&address, &browser))
}

/// Makes the attempt; answers where LINE is.
///
/// # Errors
/// The page to show instead.
pub async fn begin(visit: &Visit, browser: &Browser, purpose: LoginPurpose) -> Result<String, Ended> {
    let out = SetOut {
        purpose,
        route: browser.route.clone(),
        language: visit.language,
        by_hand: browser.by_hand,
        state: random_text().map_err(|_| visit.ends(LoginEnd::Unavailable))?,
        browser: browser.secret.clone(),
        callback_url: visit.addresses().callback(),
    };
    match visit.ports.log_in.set_out(&visit.channel, &out).await {
        Ok(Some(address)) => Ok(address),
        Ok(None) => Err(visit.ends(LoginEnd::NotValid)),
        Err(error) => {
            musubi::telemetry::log_chain("login.failed", &error);
            Err(visit.ends(LoginEnd::Unavailable))
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
