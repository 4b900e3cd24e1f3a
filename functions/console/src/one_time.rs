//! An address that works once: looking at it uses nothing up, as mail servers and chats look at addresses, too; its button does.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::pages::Page;
use musubi::ports::secrets::Secret;
use serde::Deserialize;

use crate::pages::ended::Ended;
use crate::visit::{Stopped, Visitor, cookie};

/// What the address holds.
#[derive(Deserialize)]
pub struct Address {
    pub code: String,
}

/// What the form behind its button holds.
#[derive(Deserialize)]
pub struct Pressed {
    code: String,
    token: Option<String>,
}

/// The page with the button, for this browser alone: `page` is given the token of the form that is called `form`.
pub fn asked(visitor: &Visitor, form: &str, page: impl FnOnce(&str) -> Page) -> Result<Response, Stopped> {
    let secret = match &visitor.secret {
        Some(known) => known.clone(),
        None => browser::random_secret().map_err(|error| visitor.failed(&error))?,
    };
    let page = page(&browser::form_token(&secret, form));
    Ok(([(SET_COOKIE, cookie(&secret))], page).into_response())
}

/// The code, where the button of this browser's own page was pressed; and the ID that its session is to have: one that the
/// browser had before opens nothing.
pub fn pressed(
    visitor: &Visitor,
    form: &str,
    pressed: Result<Form<Pressed>, FormRejection>,
) -> Result<(Secret, Secret), Stopped> {
    let Form(pressed) = pressed.map_err(|_| visitor.ends(Ended::NotOurForm))?;
    if !visitor.made(form, pressed.token.as_deref()) {
        return Err(visitor.ends(Ended::NotOurForm));
    }
    let session = browser::random_secret().map_err(|error| visitor.failed(&error))?;
    Ok((Secret::new(pressed.code), session))
}

/// Signed in by this session, and on the first page.
pub fn signed_in(session: &Secret) -> Response {
    ([(SET_COOKIE, cookie(session))], Redirect::to("/console")).into_response()
}
