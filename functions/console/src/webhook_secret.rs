//! What webhooks to another system are signed with: made by a form that holds it, so that the form sent twice makes one.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::outward::{is_secret, secret_of};
use musubi::pages::Page;
use musubi::ports::secrets::Secret;

use crate::pages::ended::Ended;
use crate::pages::webhook_secret;
use crate::settings::{Fields, checked, find, outcome, value};
use crate::visit::{Admin, Stopped};

/// `GET /console/channels/{channel}/webhook`
pub async fn page(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    let random = browser::random_secret().map_err(|error| visit.failed(&error))?;
    Ok(webhook_secret::page(&visit, &channel, &secret_of(random.expose().as_bytes())))
}

/// `POST /console/channels/{channel}/webhook`: one is made and shown this once, or the one before is forgotten.
pub async fn change(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let secrets = &visit.ports.webhook_secret;
    match value(&fields, "secret") {
        None => {
            outcome(&visit, secrets.forget_old(&visit.operator, &channel.id).await)?;
            Ok(Redirect::to(&format!("/console/channels/{}/webhook?saved=1", channel.id)).into_response())
        }
        Some(secret) if is_secret(secret) => {
            let secret = Secret::new(secret);
            outcome(&visit, secrets.make(&visit.operator, &channel.id, secret.clone()).await)?;
            Ok(webhook_secret::made(&visit, &channel, &secret).into_response())
        }
        Some(_) => Err(visit.ends(Ended::NotOurForm)),
    }
}
