//! The test registration, followed by our own rows.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::channel::Channel;
use musubi::domain::trial::{Ticks, open_since};
use musubi::pages::Page;

use crate::pages::trial::{self, Stage};
use crate::settings::{Fields, checked, find, outcome};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/channels/{channel}/trial`
pub async fn page(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    let stage = stage(&visit, &channel).await?;
    if matches!(stage, Stage::Running(ticks) if ticks.all()) {
        // Once it was seen it stays so: looking again changes nothing.
        outcome(&visit, visit.ports.settings.pass_trial(&visit.operator, &channel).await)?;
    }
    Ok(trial::page(&visit, &channel, stage, &visit.ports.line_app_url))
}

/// `POST /console/channels/{channel}/trial`: it begins, or begins again.
pub async fn begin(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let channel = find(&visit, id).await?;
    checked(&visit, form)?;
    outcome(&visit, visit.ports.settings.begin_trial(&visit.operator, &channel.id).await)?;
    Ok(Redirect::to(&format!("/console/channels/{}/trial", channel.id)).into_response())
}

async fn stage(visit: &SignedIn, channel: &Channel) -> Result<Stage, Stopped> {
    let Some(began_at_ms) = channel.connecting.trial_began_at_ms else { return Ok(Stage::NotBegun) };
    let newest = visit.ports.trials.newest(&channel.id).await.map_err(|error| visit.failed(&error))?;
    let ticks = match newest.filter(|(trial, _)| trial.began_at_ms == began_at_ms) {
        None => Ticks::default(),
        Some((trial, state)) => {
            let user = state.as_ref().and_then(|state| state.key.source.user());
            let link = match user {
                Some(user) => {
                    visit.ports.links.of_user(&channel.id, user).await.map_err(|error| visit.failed(&error))?
                }
                None => None,
            };
            Ticks::of(&trial, state.as_ref(), link.is_some_and(|link| link.value.account == channel.account))
        }
    };
    let is_open = open_since(channel, visit.ports.console.clock.now_ms()).is_some();
    Ok(if ticks.all() || is_open { Stage::Running(ticks) } else { Stage::Over(ticks) })
}
