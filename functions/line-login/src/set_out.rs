//! A person sets out for LINE.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::response::{IntoResponse, Response};
use musubi::domain::login::LoginPurpose;
use musubi::flow::log_in::SetOut;

use crate::browser::Browser;
use crate::pages::login_end::LoginEnd;
use crate::visit::{Ended, Visit};

/// `GET /line/{channel}/login?route=...`
pub async fn set_out(visit: Visit) -> Result<Response, Ended> {
    let browser = Browser { by_hand: visit.is_by_hand(), route: visit.known_route(), ..visit.browser()? };
    let address = begin(&visit, &browser, LoginPurpose::Link)?;
    Ok(to_line(&address, &browser))
}

/// Seals the attempt into LINE's address. Nothing is stored: a stranger may set out as often as they like.
///
/// # Errors
/// The page to show instead.
pub fn begin(visit: &Visit, browser: &Browser, purpose: LoginPurpose) -> Result<String, Ended> {
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(|_| visit.ends(LoginEnd::Unavailable))?;
    let out = SetOut {
        purpose,
        route: browser.route.clone(),
        language: visit.language,
        by_hand: browser.by_hand,
        random,
        browser: browser.secret.clone(),
        callback_url: visit.addresses().callback(),
    };
    visit.ports.log_in.set_out(&visit.channel, &out).ok_or_else(|| visit.ends(LoginEnd::NotValid))
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
