//! What a workflow's message would be to a contact, looked at before anything is sent; and sent to testers.

use axum::Form;
use axum::extract::Path;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::response::{IntoResponse, Response};
use musubi::browser;
use musubi::domain::account::CrmAccount;
use musubi::domain::action::Purpose;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ContactId;
use musubi::flow::preview::Draft;
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
    let account = visit.account().await?;
    let linked = visit.ports.talks.of_contact(&visit.operator, &at.contact).await;
    let linked = linked.map_err(|error| visit.failed(&error))?;
    let channel = linked.into_iter().next().map(|(channel, _)| channel.id.as_str().to_owned());
    Ok(shown(&visit, &at, &Filled::empty(channel), None, &account))
}

/// `POST /console/people/{handle}/preview`: what would come of it. Twice is the same: nothing is sent.
pub async fn look(
    visit: SignedIn,
    handle: Result<Path<String>, PathRejection>,
    form: Result<Form<Fields>, FormRejection>,
) -> Result<Response, Stopped> {
    let fields = checked(&visit, form)?;
    let at = place(&visit, handle).await?;
    let (filled, channel, draft) = drafted(&visit, &at, &fields)?;
    let account = visit.account().await?;
    let seen = visit.ports.test_send.preview.preview(&account, channel, &at.contact, &draft, visit.language).await;
    let seen = seen.map_err(|error| visit.failed(&error))?;
    let is_fine = seen.as_ref().is_ok_and(|seen| seen.obstacles.is_empty());
    let fresh = browser::random_secret().map_err(|error| visit.failed(&error))?;
    let tried = Tried::Seen { channel, seen: &seen, fresh: fresh.expose() };
    let page = shown(&visit, &at, &filled, Some(&tried), &account);
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
    let (filled, channel, draft) = drafted(&visit, &at, &fields)?;
    let name = value(&fields, "name").filter(|name| browser::is_secret(name));
    let name = name.ok_or_else(|| visit.ends(Ended::NotOurForm))?;
    let account = visit.account().await?;
    let by = (&visit.operator.id, &visit.operator.name);
    let sent = visit.ports.test_send.send((&account, channel), by, name, &draft, visit.language).await;
    let tested = sent.map_err(|error| visit.failed(&error))?;
    Ok(shown(&visit, &at, &filled, Some(&Tried::Sent { tested: &tested }), &account))
}

/// What a form holds, and the Official Account that it names.
fn drafted<'a>(
    visit: &SignedIn,
    at: &'a PreviewPlace,
    fields: &Fields,
) -> Result<(Filled, &'a Channel, Draft), Stopped> {
    let filled = Filled::of(fields);
    let channel = at.channels.iter().find(|channel| Some(channel.id.as_str()) == filled.channel.as_deref());
    let channel = channel.ok_or_else(|| visit.ends(Ended::NotFound))?;
    let draft = Draft { fields: filled.messages.to_vec(), purpose: Purpose::read(value(fields, "purpose")) };
    Ok((filled, channel, draft))
}

/// Of whom the page is, and from where it could be sent to them.
struct PreviewPlace {
    contact: ContactId,
    handle: String,
    channels: Vec<Channel>,
}

async fn place(visit: &SignedIn, handle: Result<Path<String>, PathRejection>) -> Result<PreviewPlace, Stopped> {
    let Path(handle) = handle.map_err(|_| visit.ends(Ended::NotFound))?;
    let Some(Handle::Contact(contact)) = Handle::unsealed(visit, &handle) else {
        return Err(visit.ends(Ended::NotFound));
    };
    let channels = visit.ports.people.seen(&visit.operator).await.map_err(|error| visit.failed(&error))?;
    Ok(PreviewPlace { contact: ContactId::new(contact), handle, channels })
}

fn shown(
    visit: &SignedIn,
    at: &PreviewPlace,
    filled: &Filled,
    tried: Option<&Tried<'_>>,
    account: &CrmAccount,
) -> Page {
    preview::page(visit, (&at.contact, &at.handle), &at.channels, filled, tried, account)
}
