//! What a workflow's message would be to a contact, looked at before anything is sent; and sent to testers.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Response};
use musubi::browser;
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ContactId;
use musubi::pages::Page;

use crate::handle::Handle;
use crate::pages::ended::Ended;
use crate::pages::preview::{self, Filled, Tried};
use crate::settings::{Fields, checked, refused, value};
use crate::visit::{SignedIn, Stopped};

/// As many fields the workflow action has.
pub const FIELDS: [&str; 5] = ["message_1", "message_2", "message_3", "message_4", "message_5"];

/// `GET /console/people/{handle}/preview`: the form.
pub async fn page(visit: SignedIn, handle: Result<Path<String>, PathRejection>) -> Result<Page, Stopped> {
    let at = place(&visit, handle).await?;
    let linked = visit.ports.talks.of_contact(&visit.operator, &at.contact).await;
    let linked = linked.map_err(|error| visit.failed(&error))?;
    let channel = linked.into_iter().next().map(|(channel, _)| channel.id.as_str().to_owned());
    Ok(preview::page(&visit, &at, &Filled::empty(channel), None))
}

/// `POST /console/people/{handle}/preview`: what would come of it. Twice is the same: nothing is sent.
pub async fn look(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let at = place(&visit, handle).await?;
    let (filled, channel) = filled_in(&visit, &at, &fields)?;
    let seen =
        visit.ports.test_send.preview.preview(&at.account, channel, &at.contact, &filled.draft(), visit.language).await;
    let seen = seen.map_err(|error| visit.failed(&error))?;
    let is_fine = seen.as_ref().is_ok_and(|seen| seen.obstacles.is_empty());
    let fresh = browser::random_secret().map_err(|error| visit.failed(&error))?;
    let tried = Tried::Seen { channel, seen: &seen, fresh: fresh.expose() };
    let page = preview::page(&visit, &at, &filled, Some(&tried));
    Ok(if is_fine { page.into_response() } else { refused(page) })
}

/// `POST /console/people/{handle}/preview/test`: the same to the Official Account's testers. A form that is sent twice is one message to each.
pub async fn test(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Page, Stopped> {
    let fields = checked(&visit, form)?;
    let at = place(&visit, handle).await?;
    let (filled, channel) = filled_in(&visit, &at, &fields)?;
    let name = value(&fields, "name").filter(|name| browser::is_secret(name));
    let name = name.ok_or_else(|| visit.ends(Ended::NotOurForm))?;
    let by = (&visit.operator.id, &visit.operator.name);
    let sent = visit.ports.test_send.send((&at.account, channel), by, name, &filled.draft(), visit.language).await;
    let tested = sent.map_err(|error| visit.failed(&error))?;
    Ok(preview::page(&visit, &at, &filled, Some(&Tried::Sent { tested: &tested })))
}

/// What a form holds, and the Official Account that it names.
fn filled_in<'a>(visit: &SignedIn, at: &'a PreviewPlace, fields: &Fields) -> Result<(Filled, &'a Channel), Stopped> {
    let filled = Filled::of(fields);
    let channel = at.channels.iter().find(|channel| Some(channel.id.as_str()) == filled.channel.as_deref());
    let channel = channel.ok_or_else(|| visit.ends(Ended::NotFound))?;
    Ok((filled, channel))
}

/// Of whom the page is, and from where it could be sent to them.
pub struct PreviewPlace {
    /// The contact.
    pub contact: ContactId,
    /// Names the contact in addresses of this session.
    pub handle: String,
    /// Whose contact it is.
    pub account: CrmAccount,
    /// The Official Accounts that the operator sees.
    pub channels: Vec<Channel>,
}

async fn place(visit: &SignedIn, handle: Result<Path<String>, PathRejection>) -> Result<PreviewPlace, Stopped> {
    let Path(handle) = handle.map_err(|_| visit.ends(Ended::NotFound))?;
    let Some(Handle::Contact(contact)) = Handle::unsealed(visit, &handle) else {
        return Err(visit.ends(Ended::NotFound));
    };
    let channels = visit.ports.people.seen(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    Ok(PreviewPlace { contact: ContactId::new(contact), handle, account: visit.account().await?, channels })
}
