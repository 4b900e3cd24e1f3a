//! What is said of a talk as a whole: it needs no answer, there is still something to do, or somebody of the team has it.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::Response;
use musubi::domain::operator::OperatorName;
use musubi::flow::console::talks::OpenTalk;

use crate::pages::ended::Ended;
use crate::settings::{Fields, checked, value};
use crate::talks::{back, one};
use crate::visit::{SignedIn, Stopped};

/// `POST /console/talks/{person}/answered`: what the person wrote needs no answer, or was answered elsewhere.
pub async fn answered(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let talk = pressed(&visit, &handle, form).await?;
    let done = visit.ports.people.answered(&visit.operator, &talk.channel.id, &talk.state.user).await;
    done.map_err(|error| visit.failed(&error))?;
    back(&visit, &talk, "")
}

/// `POST /console/talks/{person}/to-do`: there is still something to do.
pub async fn to_do(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let talk = pressed(&visit, &handle, form).await?;
    let done = visit.ports.people.to_do(&visit.operator, &talk.channel.id, &talk.state.user).await;
    done.map_err(|error| visit.failed(&error))?;
    back(&visit, &talk, "")
}

/// The talk whose button was pressed: a form with nothing else in it.
async fn pressed(
    visit: &SignedIn,
    handle: &Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<OpenTalk, Stopped> {
    checked(visit, form)?;
    one(visit, handle).await
}

/// `POST /console/talks/{person}/assign`: somebody of the team has it, or nobody.
pub async fn assign(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let talk = one(&visit, &handle).await?;
    let to = match value(&fields, "to") {
        Some("") => None,
        Some(name) => Some(OperatorName::parse(name).ok_or_else(|| visit.ends(Ended::NotOurForm))?),
        None => return Err(visit.ends(Ended::NotOurForm)),
    };
    let person = (&talk.channel.id, &talk.state.user);
    let done = visit.ports.people.assign(&visit.operator, person.0, person.1, to.as_ref()).await;
    match done.map_err(|error| visit.failed(&error))? {
        true => back(&visit, &talk, ""),
        // Whoever was chosen has left meanwhile, or does not see the Official Account any more.
        false => Err(visit.ends(Ended::NotFound)),
    }
}
