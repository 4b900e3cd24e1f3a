//! Routes: where friends come from, each with its QR code.

use axum::Form;
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::ids::ChannelId;
use musubi::domain::route::RouteName;
use musubi::flow::configure::change_routes::RoutePage;
use musubi::pages::Page;
use serde::Deserialize;

use crate::pages::ended::Ended;
use crate::pages::routes::{self, Mistake};
use crate::settings::{Fields, checked, find, outcome, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/channels/{channel}/routes`: everybody may print a code.
pub async fn page(visit: SignedIn, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    Ok(routes::page(&visit, &channel, None))
}

/// `POST /console/channels/{channel}/routes`
pub async fn add(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let mistaken = |mistake| Ok(refused(routes::page(&visit, &channel, Some((&mistake, &fields)))));
    let Some(name) = value(&fields, "name").and_then(|name| RouteName::parse(name.trim())) else {
        return mistaken(Mistake::Name);
    };
    let page = match value(&fields, "after_login").map_or("", str::trim) {
        "" => RoutePage::TheChannels,
        page => RoutePage::Own(page.to_owned()),
    };
    let added = visit.ports.settings.add_route(&visit.operator, &channel.id, &name, &page).await;
    match outcome(&visit, added)? {
        None => Ok(back(&channel.id)),
        Some(why) => mistaken(Mistake::Refused(why)),
    }
}

/// Which route a link is about.
#[derive(Deserialize)]
pub struct Which {
    name: String,
}

/// `GET /console/channels/{channel}/routes/remove?name=...`: is it meant?
pub async fn ask_to_remove(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    let name = which.ok().and_then(|Query(which)| RouteName::parse(&which.name));
    let known = |name: &RouteName| channel.login.as_ref().is_some_and(|login| login.routes.contains_key(name));
    let name = name.filter(known).ok_or_else(|| visit.ends(Ended::NotFound))?;
    Ok(routes::ask_to_remove(&visit, &channel, &name))
}

/// `POST /console/channels/{channel}/routes/remove`
pub async fn remove(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let name = value(&fields, "name").and_then(RouteName::parse).ok_or_else(|| visit.ends(Ended::NotFound))?;
    let removed = visit.ports.settings.remove_route(&visit.operator, &channel.id, &name).await;
    // One that is not there any more is what was wanted.
    outcome(&visit, removed)?;
    Ok(back(&channel.id))
}

fn back(id: &ChannelId) -> Response {
    Redirect::to(&format!("/console/channels/{id}/routes?saved=1")).into_response()
}
