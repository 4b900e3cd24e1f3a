//! HubSpot's own inbox, opened for an Official Account, or closed.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Redirect, Response};
use musubi::browser;
use musubi::domain::channel::Channel;
use musubi::domain::crm_inbox::InboxEnd;
use musubi::flow::configure::{ChannelAsked, InboxStaysShut};
use musubi::pages::Page;
use musubi::ports::secrets::Secret;

use crate::pages::ended::Ended;
use crate::pages::inbox;
use crate::settings::{Fields, checked, find, refused, value};
use crate::visit::{Admin, SignedIn, Stopped};

/// `GET /console/channels/{channel}/inbox`
pub async fn page(Admin(visit): Admin, id: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let channel = find(&visit, id).await?;
    shown(&visit, &channel, None, None).await
}

/// `POST /console/channels/{channel}/inbox`
pub async fn change(
    Admin(visit): Admin,
    id: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let (channel, fields) = (find(&visit, id).await?, checked(&visit, form)?);
    let account = visit.account().await?;
    let inbox = &visit.ports.inbox;
    let changed = match value(&fields, "act") {
        Some("close") => match inbox.close(&visit.operator, &account, &channel).await {
            // It is said once, and not after every redraw: what is to be done there is done there.
            Ok(InboxEnd::Refused) => {
                let shut = Channel { crm_inbox: None, ..channel };
                return Ok(shown(&visit, &shut, None, Some(InboxEnd::Refused)).await?.into_response());
            }
            closed => closed.map(|_| ()),
        },
        Some("open") => {
            let makes = makes(&visit, &fields)?;
            inbox.open(&visit.operator, &account, &channel, value(&fields, "inbox"), makes.as_ref()).await
        }
        _ => return Err(visit.ends(Ended::NotOurForm)),
    };
    match changed {
        Ok(()) => Ok(Redirect::to(&format!("/console/channels/{}/inbox?saved=1", channel.id)).into_response()),
        Err(why) => Ok(refused(shown(&visit, &channel, Some(&why), None).await?)),
    }
}

/// Our channel is to be made: the developer's key was typed. It is used and kept nowhere.
fn makes(visit: &SignedIn, fields: &Fields) -> Result<Option<ChannelAsked>, Stopped> {
    let typed = |name: &str| value(fields, name).map(str::trim).filter(|typed| !typed.is_empty());
    let (Some(number), Some(key)) = (typed("app_number"), typed("developer_key")) else { return Ok(None) };
    let random = browser::random_bytes().map_err(|error| visit.failed(&error))?;
    Ok(Some(ChannelAsked { app_number: number.to_owned(), developer_key: Secret::new(key), random }))
}

async fn shown(
    visit: &SignedIn,
    channel: &Channel,
    why: Option<&InboxStaysShut>,
    closed: Option<InboxEnd>,
) -> Result<Page, Stopped> {
    let account = visit.account().await?;
    let standing = visit.ports.inbox.standing(&account).await.map_err(|error| visit.failed(&error))?;
    Ok(inbox::page(visit, channel, &standing, why, closed))
}
