//! Somebody leaves.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::pages::ended::{self, Ended};
use crate::visit::{SignedIn, Stopped, no_cookie};

/// What a form without fields of its own holds.
#[derive(Deserialize)]
pub struct Sure {
    token: Option<String>,
}

/// `POST /console/sign-out`: the session is over, wherever its ID was copied to.
pub async fn sign_out(visit: SignedIn, sure: Result<Form<Sure>, FormRejection>) -> Result<Response, Stopped> {
    visit.checks(sure.ok().and_then(|Form(sure)| sure.token).as_deref())?;
    visit.ports.console.sign_out(&visit.session).await.map_err(|error| visit.failed(&error))?;
    Ok(([(SET_COOKIE, no_cookie())], ended::page(visit.language, Ended::SignedOut)).into_response())
}
