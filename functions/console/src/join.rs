//! An invitation is opened, and taken up by a button: what merely looks at addresses, as mail servers and chats do, uses none up.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::ports::secrets::Secret;
use serde::Deserialize;

use crate::Ports;
use crate::pages::ended::Ended;
use crate::pages::join;
use crate::visit::{Stopped, Visitor, cookie};

/// Names the form in its token.
const FORM: &str = "join";

/// What the address holds.
#[derive(Deserialize)]
pub struct Address {
    code: String,
}

/// What the form holds.
#[derive(Deserialize)]
pub struct Taken {
    code: String,
    token: Option<String>,
}

/// `GET /console/join?code=...`
pub async fn ask(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    address: Result<Query<Address>, QueryRejection>,
) -> Result<Response, Stopped> {
    let Query(Address { code }) = address.map_err(|_| visitor.ends(Ended::InvitationUsed))?;
    let found = ports.console.invitation(&Secret::new(&code)).await.map_err(|error| visitor.failed(&error))?;
    let invitation = found.ok_or_else(|| visitor.ends(Ended::InvitationUsed))?;
    let secret = match &visitor.secret {
        Some(known) => known.clone(),
        None => browser::random_secret().map_err(|error| visitor.failed(&error))?,
    };
    let page = join::page(visitor.language, &invitation, &code, &browser::form_token(&secret, FORM));
    Ok(([(SET_COOKIE, cookie(&secret))], page).into_response())
}

/// `POST /console/join`. The session gets an ID of its own: one that the browser had before opens nothing.
pub async fn join(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    taken: Result<Form<Taken>, FormRejection>,
) -> Result<Response, Stopped> {
    let Form(taken) = taken.map_err(|_| visitor.ends(Ended::NotOurForm))?;
    if !visitor.made(FORM, taken.token.as_deref()) {
        return Err(visitor.ends(Ended::NotOurForm));
    }
    let session = browser::random_secret().map_err(|error| visitor.failed(&error))?;
    match ports.console.join(&Secret::new(taken.code), &session).await {
        Ok(Some(_)) => Ok(([(SET_COOKIE, cookie(&session))], Redirect::to("/console")).into_response()),
        Ok(None) => Err(visitor.ends(Ended::InvitationUsed)),
        Err(error) => Err(visitor.failed(&error)),
    }
}
