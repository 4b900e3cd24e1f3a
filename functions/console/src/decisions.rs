//! What waits for a person's decision: sends that may or may not have arrived, and who is who.

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::push::PushId;
use musubi::flow::decide::Verdict;
use musubi::flow::decide_question::{QuestionDecision, Sameness};
use musubi::pages::Page;

use crate::pages::decisions::{self, Mistake, Waiting};
use crate::pages::ended::Ended;
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{SignedIn, Stopped};

/// `GET /console/decisions`
pub async fn page(visit: SignedIn) -> Result<Page, Stopped> {
    shown(&visit, None).await
}

/// `POST /console/decisions/sends`
pub async fn decide_send(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let id = value(&fields, "send").and_then(PushId::parse).ok_or_else(|| visit.ends(Ended::NotFound))?;
    let verdict = match value(&fields, "arrived") {
        Some("yes") => Verdict::Shown,
        Some("no") => Verdict::NotShown,
        _ => return Err(visit.ends(Ended::NotOurForm)),
    };
    let decided = visit.ports.sends.decide(&visit.operator, id, verdict).await;
    if decided.map_err(|error| visit.failed(&error))? { Ok(saved()) } else { already(&visit, Mistake::SendOver).await }
}

/// `POST /console/decisions/questions`
pub async fn answer(visit: SignedIn, form: Result<Form<Fields>, FormRejection>) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let id = value(&fields, "question").ok_or_else(|| visit.ends(Ended::NotFound))?;
    let answer = match value(&fields, "same") {
        Some("yes") => Sameness::Same,
        Some("no") => Sameness::Different,
        _ => return Err(visit.ends(Ended::NotOurForm)),
    };
    let decided = visit.ports.questions.answer(&visit.operator, id, answer).await;
    match decided.map_err(|error| visit.failed(&error))? {
        QuestionDecision::Recorded(_) => Ok(saved()),
        QuestionDecision::NotAsked => already(&visit, Mistake::NotAsked).await,
        QuestionDecision::NoChannel => already(&visit, Mistake::NoChannel).await,
    }
}

fn saved() -> Response {
    Redirect::to("/console/decisions?saved=1").into_response()
}

async fn already(visit: &SignedIn, mistake: Mistake) -> Result<Response, Stopped> {
    Ok(refused(shown(visit, Some(mistake)).await?))
}

async fn shown(visit: &SignedIn, mistake: Option<Mistake>) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let channels = visit.channels(&account).await?;
    let sends = visit.ports.sends.list(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    let questions = visit.ports.questions.list(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    let unreadable = sends.unreadable + questions.unreadable;
    let waiting = Waiting { sends: sends.found, questions: questions.found, unreadable };
    Ok(decisions::page(visit, &account, &channels, &waiting, mistake))
}
