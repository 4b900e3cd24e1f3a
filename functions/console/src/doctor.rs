//! What the doctor found, and a look at once.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use musubi::domain::finding::About;
use musubi::domain::operator::Role;
use musubi::pages::Page;

use crate::pages::doctor;
use crate::settings::{Fields, checked};
use crate::visit::{SignedIn, Stopped};

/// `GET /console/doctor`: what an operator sees of the accounts, they see of the findings. What is of no account is the admins'.
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let mut last = visit.ports.check_up.kept.last(&account.key).await.map_err(|error| visit.failed(&error))?;
    last.found.retain(|(finding, _)| match &finding.about {
        About::Stack => visit.operator.is(Role::Admin),
        About::Account(_) => true,
        About::Channel(id) => visit.operator.sees(id),
    });
    Ok(doctor::page(&visit, &account, &last))
}

/// `POST /console/doctor`: everybody may; a second one within two minutes asks nobody.
pub async fn look(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Redirect, Stopped> {
    checked(&visit, form)?;
    visit.ports.check_up.account(&visit.operator.account).await.map_err(|error| visit.failed(&error))?;
    Ok(Redirect::to("/console/doctor"))
}
