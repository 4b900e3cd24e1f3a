//! An Official Account is disconnected: what is lost is said before, a box to tick each, and what was done after.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::ids::ChannelId;
use musubi::domain::words::leaving::LOST;
use musubi::flow::disconnect_channel::{Progress, REST_MS, Standing, StaysConnected};
use musubi::pages::Page;

use crate::pages::disconnect_channel::{self as pages, Mistake};
use crate::pages::ended::Ended;
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// So many people are gone through in one request: some seconds.
const AT_MOST: usize = 1_000;

/// `GET /console/channels/{channel}/disconnect`
pub async fn ask(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let standing = standing(&visit, id).await?;
    Ok(shown(&visit, &standing, None))
}

/// `POST /console/channels/{channel}/disconnect`: it begins, or goes on.
pub async fn disconnect(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (standing, fields) = (standing(&visit, id).await?, checked(&visit, form)?);
    let keeps_links = match said(&standing, &fields) {
        Ok(keeps_links) => keeps_links,
        Err(mistake) => return Ok(refused(shown(&visit, &standing, Some(mistake)))),
    };
    let channel = standing.channel();
    match visit.ports.disconnect_channel.disconnect(&channel.id, Some(&visit.operator), keeps_links, AT_MOST).await {
        Ok(Progress::Stopped { .. } | Progress::Going { .. }) => {
            Ok(Redirect::to(&format!("/console/channels/{}/disconnect", channel.id)).into_response())
        }
        Ok(Progress::Done(done)) => Ok(pages::done(&visit, channel, &done).into_response()),
        Err(StaysConnected::Absent) => Err(visit.ends(Ended::NotFound)),
        Err(StaysConnected::Port(error)) => Err(visit.failed(&error)),
    }
}

/// Whether the links are kept, where all was said that it takes.
fn said(standing: &Standing, fields: &Fields) -> Result<bool, Mistake> {
    let keeps_links = match (standing, value(fields, "links")) {
        // What is kept was said when it began.
        (Standing::Leaving(_), _) => return Ok(true),
        (Standing::Connected(_), Some("keep")) => true,
        (Standing::Connected(_) | Standing::LinksLeft(_), Some("erase")) => false,
        _ => return Err(Mistake::NotChosen),
    };
    let is_ticked = LOST.iter().all(|(name, _)| value(fields, name).is_some());
    match standing {
        Standing::Connected(_) if !is_ticked => Err(Mistake::NotTicked),
        _ => Ok(keeps_links),
    }
}

/// As far as the operator may disconnect it; any other is not there.
async fn standing(visit: &SignedIn, id: Result<Path<String>, PathRejection>) -> Result<Standing, Stopped> {
    let id = id.ok().map(|Path(id)| id).filter(|id| ChannelId::is_well_formed(id));
    let id = ChannelId::new(id.ok_or_else(|| visit.ends(Ended::NotFound))?);
    let found = visit.ports.disconnect_channel.look(&id, Some(&visit.operator)).await;
    found.map_err(|error| visit.failed(&error))?.ok_or_else(|| visit.ends(Ended::NotFound))
}

fn shown(visit: &SignedIn, standing: &Standing, mistake: Option<Mistake>) -> Page {
    match standing {
        Standing::Connected(channel) => pages::ask(visit, channel, mistake),
        Standing::LinksLeft(channel) => pages::ask_to_erase(visit, channel, mistake),
        Standing::Leaving(channel) => {
            let since_ms = channel.leaving.as_ref().map_or(0, |leaving| leaving.at_ms);
            let waits = visit.ports.console.clock.now_ms() < since_ms + REST_MS;
            pages::under_way(visit, channel, waits)
        }
    }
}
