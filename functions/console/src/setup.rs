//! What is still to be done at LINE once an Official Account is connected: each step by LINE's own menu names, and checked where an
//! API can see it. Where it stands is asked of LINE and read from our rows each time, so that it can be left and taken up again.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::domain::channel::{Channel, HandSwitch};
use musubi::flow::console::look::ChannelLook;
use musubi::pages::Page;

use crate::pages::ended::Ended;
use crate::pages::setup;
use crate::settings::{checked, find, outcome, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/channels/{channel}/setup`
pub async fn page(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    let (look, heard) = futures::join!(look(&visit, &channel), visit.ports.check_up.doctor.journal.heard(&channel.id));
    // A row of another version tells nothing.
    let redelivered_at_ms = heard.ok().and_then(|heard| heard.value.redelivered_at_ms);
    let account = visit.account().await?;
    Ok(setup::page(&visit, &account, &channel, &look, redelivered_at_ms))
}

/// `POST /console/channels/{channel}/setup`: switches that no API shows are set, or not any more.
pub async fn set_by_hand(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<crate::settings::Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let named = fields.iter().filter(|(name, _)| name == "switch").map(|(_, switch)| HandSwitch::parse(switch));
    let switches: Option<BTreeSet<HandSwitch>> = named.collect();
    let switches = switches.filter(|switches| !switches.is_empty()).ok_or_else(|| visit.ends(Ended::NotFound))?;
    let is_set = value(&fields, "is_set") == Some("yes");
    outcome(&visit, visit.ports.settings.set_by_hand(&visit.operator, &channel.id, &switches, is_set).await)?;
    Ok(Redirect::to(&format!("/console/channels/{}/setup", channel.id)).into_response())
}

async fn look(visit: &SignedIn, channel: &Channel) -> ChannelLook {
    visit.ports.connect.look(channel).await
}
