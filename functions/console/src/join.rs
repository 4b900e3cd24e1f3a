//! An invitation is opened, and taken up by a button.

use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::response::Response;
use musubi::ports::secrets::Secret;

use crate::Ports;
use crate::one_time::{Address, Pressed, asked, pressed, signed_in};
use crate::pages::ended::Ended;
use crate::pages::join;
use crate::visit::{Stopped, Visitor};

/// Names the form in its token.
const FORM: &str = "join";

/// `GET /console/join?code=...`
pub async fn ask(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    address: Result<Query<Address>, QueryRejection>,
) -> Result<Response, Stopped> {
    let Query(Address { code }) = address.map_err(|_| visitor.ends(Ended::InvitationUsed))?;
    let found = ports.console.invitation(&Secret::new(&code)).await.map_err(|error| visitor.failed(&error))?;
    let invitation = found.ok_or_else(|| visitor.ends(Ended::InvitationUsed))?;
    asked(&visitor, FORM, |token| join::page(visitor.language, &invitation, &code, token))
}

/// `POST /console/join`
pub async fn join(
    State(ports): State<Arc<Ports>>,
    visitor: Visitor,
    form: Result<Form<Pressed>, FormRejection>,
) -> Result<Response, Stopped> {
    let (code, session) = pressed(&visitor, FORM, form)?;
    match ports.console.join(&code, &session).await {
        Ok(Some(_)) => Ok(signed_in(&session)),
        Ok(None) => Err(visitor.ends(Ended::InvitationUsed)),
        Err(error) => Err(visitor.failed(&error)),
    }
}
