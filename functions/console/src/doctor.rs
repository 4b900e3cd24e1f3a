//! What the doctor found, and a look at once.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::Redirect;
use musubi::pages::Page;

use crate::pages::doctor;
use crate::settings::{Fields, checked};
use crate::visit::{SignedIn, Stopped};

/// `GET /console/doctor`
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    let (account, last) = futures::try_join!(visit.account(), visit.last_look())?;
    Ok(doctor::page(&visit, &account, &last))
}

/// `POST /console/doctor`: everybody may; a second one within two minutes asks nobody.
pub async fn look(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Redirect, Stopped> {
    checked(&visit, form)?;
    visit.ports.check_up.account(&visit.operator.account).await.map_err(|error| visit.failed(&error))?;
    Ok(Redirect::to("/console/doctor"))
}
