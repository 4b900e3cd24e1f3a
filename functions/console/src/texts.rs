//! The team's texts: written and removed by admins, used by everybody.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::team_text::{TeamText, labels};
use musubi::line::message;
use musubi::pages::Page;

use crate::pages::texts::{self, Mistake};
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/texts`
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    shown(&visit, None).await
}

/// `POST /console/texts`: writes one, in place of one of the same name.
pub async fn write(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    visit.sees_all()?;
    let field = |name| value(&fields, name).unwrap_or_default();
    let mistaken = async |mistake: Mistake| Ok(refused(shown(&visit, Some((&mistake, &fields))).await?));
    let Some(text) = TeamText::new(field("name"), field("words"), labels(field("quick"))) else {
        return mistaken(Mistake::Form).await;
    };
    if let Err(invalid) = message::with_buttons("text", &text.words, &text.quick_replies) {
        return mistaken(Mistake::Invalid(invalid.problem.in_words(visit.language))).await;
    }
    let written = visit.ports.console.write_text(&visit.operator, &text).await;
    match written.map_err(|error| visit.failed(&error))? {
        true => Ok(back()),
        false => mistaken(Mistake::TooMany).await,
    }
}

/// `POST /console/texts/remove`
pub async fn remove(Admin(visit): Admin, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    visit.sees_all()?;
    let removed = visit.ports.console.remove_text(&visit.operator, value(&fields, "name").unwrap_or_default()).await;
    removed.map_err(|error| visit.failed(&error))?;
    Ok(back())
}

async fn shown(visit: &SignedIn, mistake: Option<(&Mistake, &Fields)>) -> Result<Page, Stopped> {
    visit.account().await?;
    let known = visit.ports.console.texts(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    Ok(texts::page(visit, &known, mistake))
}

fn back() -> Response {
    Redirect::to("/console/texts?saved=1").into_response()
}
