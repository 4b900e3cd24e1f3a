//! What could not be worked on, and was put aside.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::pages::Page;

use crate::pages::dead_letters;
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/dead-letters`
pub async fn page(Admin(visit): Admin) -> Result<Page, Stopped> {
    shown(&visit, false).await
}

/// `POST /console/dead-letters`: one is sent back, or without an ID all.
pub async fn send_back(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let sent = visit.ports.letters.send_back(&visit.operator, value(&fields, "id")).await;
    match sent.map_err(|error| visit.failed(&error))? {
        0 => Ok(refused(shown(&visit, true).await?)),
        _ => Ok(Redirect::to("/console/dead-letters?saved=1").into_response()),
    }
}

async fn shown(visit: &SignedIn, was_none: bool) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let channels = visit.channels(&account).await?;
    let seen = visit.ports.letters.list(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    Ok(dead_letters::page(visit, &account, &channels, &seen, was_none))
}
