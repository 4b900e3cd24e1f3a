//! A person wants to be unlinked: they log in once more, so that it is they who say so.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use musubi::domain::login::LoginPurpose;
use serde::Deserialize;

use crate::browser::Browser;
use crate::pages::login_end::LoginEnd;
use crate::pages::unlink;
use crate::set_out::begin;
use crate::visit::{Ended, Visit};

/// Names the form in its token.
const FORM: &str = "unlink";

/// What the form holds.
#[derive(Deserialize)]
pub struct Sure {
    token: String,
}

/// `GET /line/{channel}/unlink`
pub async fn explain(visit: Visit) -> Result<Response, Ended> {
    let browser = visit.browser()?;
    let page = unlink::explain(visit.language, visit.account(), &browser.form_token(FORM));
    Ok(([(SET_COOKIE, browser.cookie())], page).into_response())
}

/// `POST /line/{channel}/unlink`, from our own page in this browser: a page of another site could else send somebody through
/// LINE's automatic login and have them unlinked.
pub async fn set_out(visit: Visit, sure: Result<Form<Sure>, FormRejection>) -> Result<Response, Ended> {
    let sure = |browser: &Browser| sure.is_ok_and(|Form(sure)| browser.made(FORM, &sure.token));
    let ours = visit.known_browser().filter(sure).ok_or_else(|| visit.ends(LoginEnd::OtherBrowser))?;
    let browser = Browser { by_hand: true, route: None, ..ours };
    let address = begin(&visit, &browser, LoginPurpose::Unlink)?;
    Ok(([(SET_COOKIE, browser.cookie())], unlink::going_on(visit.language, &address)).into_response())
}
